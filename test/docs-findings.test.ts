import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FINDING_CODES } from '../src/diff/finding-codes.ts'
import { OPEN_MEANINGS } from '../src/flux/open-meanings.ts'
import { SEVERITIES } from '../src/model/comparison.ts'

const document = readFileSync('docs/findings.md', 'utf8')
const rows = [...document.matchAll(/^\| `([\w-]+)` \| (.+) \| (.+) \| (.+) \|$/gm)].filter(([, code]) =>
  /^[a-z-]+$/.test(code!),
)

test('docs/findings.md lists exactly the codes that findings have', () => {
  assert.deepEqual(
    rows.map(([, code]) => code),
    [...FINDING_CODES].sort(),
  )
})

test('every code has a severity', () => {
  for (const [, code, severity] of rows) {
    assert.ok(
      SEVERITIES.some((known) => severity!.includes(known)),
      code,
    )
  }
})

test('every code is one that the source gives', () => {
  const files = globSync('src/diff/**/*.ts').filter((file) => !file.endsWith('finding-codes.ts'))
  const source = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  const unused = FINDING_CODES.filter((code) => !source.includes(`'${code}'`))
  assert.deepEqual(unused, [])
})

test('docs/findings.md names every argument and feature gate that decides a meaning', () => {
  const missing = OPEN_MEANINGS.filter(({ by }) => !document.includes(`\`${by}\``))
  assert.deepEqual(missing, [])
})
