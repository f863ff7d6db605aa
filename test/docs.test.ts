import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ERRORS } from '../src/model/errors.ts'
import { VERSION } from '../src/model/version.ts'

test('docs/errors.md lists exactly the error table', () => {
  const rows = [
    ...readFileSync('docs/errors.md', 'utf8').matchAll(
      /^\| `([\w-]+)` \| (\d+) \| (\d+) \| (can help|no) \| (.+) \|$/gm,
    ),
  ]
  const documented = rows.map(([, code, exit, status, again, hint]) => [
    code,
    Number(exit),
    Number(status),
    again === 'can help',
    hint,
  ])
  const table = Object.entries(ERRORS).map(([code, { exit, status, retry, hint }]) => [code, exit, status, retry, hint])
  assert.deepEqual(documented, table)
})

test('the version in the code is that of the package', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  assert.equal(VERSION, manifest.version)
})

test('every file that a document links to exists', () => {
  const documents = [...globSync('*.md'), ...globSync('docs/**/*.md')]
  assert.ok(documents.length > 5)
  const broken = documents.flatMap((document) =>
    [...readFileSync(document, 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map(([, target]) => join(dirname(document), target!))
      .filter((target) => !existsSync(target))
      .map((target) => `${document}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('every test and source path that a document cites exists', () => {
  const documents = [...globSync('*.md'), ...globSync('docs/**/*.md')]
  const missing = documents.flatMap((document) =>
    [...readFileSync(document, 'utf8').matchAll(/`((?:src|test|bench|docs|migrations)\/[\w./-]+)`/g)]
      .map(([, path]) => path!)
      .filter((path) => !existsSync(path))
      .map((path) => `${document}: ${path}`),
  )
  assert.deepEqual(missing, [])
})

test('each decision has a number of its own, which its first line repeats', () => {
  const files = globSync('docs/decisions/*.md').toSorted()
  const numbers = files.map((file) => Number(/(\d{4})-/.exec(file)?.[1]))
  assert.deepEqual(
    numbers,
    files.map((_, index) => index + 1),
  )
  const headed = files.map((file) => Number(/^# (\d+)\. /.exec(readFileSync(file, 'utf8'))?.[1]))
  assert.deepEqual(headed, numbers)
})
