import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readExpectations } from '../../src/app/expectations.ts'
import { readRulesFile } from '../../src/app/read-rules.ts'
import { AppError } from '../../src/model/errors.ts'

const HEAD = 'apiVersion: flux-compare.dev/v1\nkind: Rules\nrules:\n'

function fileWith(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-rules-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'rules.yaml'), text)
  return join(folder, 'rules.yaml')
}

/** The rows below the head line. */
function problems(t: TestContext, text: string): string[] {
  try {
    readRulesFile(fileWith(t, text))
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === 'config-invalid')
    return error.message
      .split('\n')
      .slice(1)
      .map((row) => row.trim())
  }
  return []
}

test('a rule is called by its id, else by its file and line', (t) => {
  const rules = readRulesFile(
    fileWith(t, `${HEAD}  - { id: a, action: ignore, reason: x }\n  # two\n  - action: ignore\n    reason: y\n`),
  )
  assert.deepEqual(rules, [
    { id: 'a', action: 'ignore', reason: 'x' },
    { id: 'rules.yaml:6', action: 'ignore', reason: 'y' },
  ])
})

test('everything that is wrong is told at once, with path and line', (t) => {
  const text = `${HEAD}  - action: ignore
    reason: x
    paths: [/spec/valuesFrom/0, spec..a]
  - action: ignored
    reason: x
`
  assert.deepEqual(problems(t, text), [
    '7:13 rules[1].action must be one of ignore, expect, mustEqual, mustDiffer, rate; did you mean ignore?',
  ])
  const [index, path] = problems(t, text.replace('ignored', 'ignore'))
  assert.match(index!, /^6:13 rules\[0\]\.paths\[0\] .*list index.*\[name=common\]/)
  assert.match(path!, /^6:33 rules\[0\]\.paths\[1\] .*expected a key at position 6$/)
})

test('each kind of mistake names its place', (t) => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['- { action: ignore }', /rules\[0\]\.reason is missing/],
    ['- { action: ignore, reason: "" }', /rules\[0\]\.reason must not be empty/],
    ['- { action: ignore, reason: x, path: [a] }', /rules\[0\]\.path is not a known key; did you mean paths\?/],
    ['- { action: ignore, reason: x, target: { kinds: a } }', /target\.kinds is not a known key; did you mean kind\?/],
    ['- { action: ignore, reason: x, target: { name: /(?=a)/ } }', /target\.name .*RE2/],
    ['- { action: ignore, reason: x, target: { labelSelector: "a in (" } }', /target\.labelSelector .*kubectl/],
    ['- { action: ignore, reason: x, expires: tomorrow }', /expires .*not a date/],
    ['- { action: ignore, reason: x, severity: low }', /severity .*ignored has no severity/],
    ['- { action: expect, reason: x }', /expect .*nothing is expected/],
    [
      '- { action: expect, reason: x, paths: [a], expect: { values: [{ pattern: "(a" }] } }',
      /expect\.values\[0\] .*cannot be read/,
    ],
    [
      '- { action: expect, reason: x, paths: [a], expect: { values: [{ value: 1, absent: true }] } }',
      /values\[0\] .*exactly one/,
    ],
    ['- { action: expect, reason: x, paths: [a], expect: { order: "a>b" } }', /expect\.order .*production >= staging/],
    ['- { action: mustDiffer, reason: x }', /action .*mustDiffer without paths/],
    ['- { action: rate, reason: x }', /severity .*needs a severity/],
    ['- { action: ignore, reason: x, paths: [a], layers: [presence] }', /layers .*not about presence/],
    [
      '- { id: a, action: ignore, reason: x }\n  - { id: a, action: ignore, reason: x }',
      /rules\[1\]\.id is that of rules\[0\] too/,
    ],
    [`- { action: ignore, reason: x, target: { name: "${'a'.repeat(201)}" } }`, /target\.name must have at most 200/],
  ]
  for (const [rule, expected] of rows) {
    const found = problems(t, `${HEAD}  ${rule}\n`)
    assert.match(found.join('\n'), expected, rule)
    assert.match(found[0]!, /^\d+:\d+ /)
  }
})

test('more than 200 rules are refused', (t) => {
  assert.match(problems(t, HEAD + '  - { action: ignore, reason: x }\n'.repeat(201)).join(), /at most 200/)
})

test('a file that is not there is named', () => {
  assert.throws(
    () => readRulesFile('/no/such/rules.yaml'),
    /the rules \/no\/such\/rules.yaml cannot be read \(ENOENT\)/,
  )
})

test('parameters of flags name a cluster, whose name may hold colons', () => {
  const read = (...parameters: string[]) => readExpectations({ rules: [], parameters, config: null }).profiles
  assert.deepEqual(
    read('arn:aws:eks:eu-west-1:1:cluster/prod:env=prod,domain=a.example.com')['arn:aws:eks:eu-west-1:1:cluster/prod'],
    {
      cluster: 'arn:aws:eks:eu-west-1:1:cluster/prod',
      labels: {},
      parameters: { env: 'prod', domain: 'a.example.com' },
    },
  )
  assert.deepEqual(read('a:x=1', 'a:y=2')['a']?.parameters, { x: '1', y: '2' })
  for (const text of ['a', 'a:', ':x=1', 'a:x', 'a:x=', 'a:x=-', 'a:1=x', 'a:x=1,y'])
    assert.throws(() => read(text), /not of the form/, text)
})
