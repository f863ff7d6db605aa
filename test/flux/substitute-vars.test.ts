import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { composeEffectiveVariables } from '../../src/flux/effective-variables.ts'
import { encodeGoYaml } from '../../src/flux/go-yaml-encode.ts'
import { collectVariables, resourceText, substituteResource } from '../../src/flux/substitute-vars.ts'
import { readYaml } from '../../src/flux/yaml.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { readCases, readConfigOf } from './vectors.ts'
import type { ConfigCase } from './vectors.ts'

type SubstituteCase = ConfigCase & {
  name: string
  substituteFrom?: Json
  substitute?: Json
  always?: boolean
  strict?: boolean
  expect?: Record<string, string>
  error?: string
  substitutionRuns?: boolean
  resource?: JsonObject
  expectResource?: Json
  resourceSkipped?: boolean
  resourceError?: string
  templateText?: string
}

for (const case_ of readCases<SubstituteCase>('substitute-vars.json', 65)) {
  test(`substitution vector: ${case_.name}`, () => {
    const postBuild: Record<string, Json> = case_.always === true ? { substituteStrategy: 'Always' } : {}
    if (case_.substituteFrom !== undefined) postBuild['substituteFrom'] = case_.substituteFrom
    if (case_.substitute !== undefined) postBuild['substitute'] = case_.substitute
    const found = collectVariables(postBuild, readConfigOf(case_))
    assert.equal(found.ok, case_.error === undefined, case_.name)
    if (found.ok) {
      assert.deepEqual(found.runs ? Object.fromEntries(found.variables) : {}, case_.expect, case_.name)
      assert.equal(found.runs, case_.substitutionRuns, case_.name)
    }
    if (case_.resource !== undefined) checkResource(case_, case_.resource, found)
  })
}

function checkResource(case_: SubstituteCase, resource: JsonObject, found: ReturnType<typeof collectVariables>) {
  const result = substituteResource(resource, found, case_.strict ?? true)
  if (case_.templateText !== undefined) assert.equal(resourceText(resource), case_.templateText, case_.name)
  if (case_.resourceSkipped === true) assert.deepEqual(result, { state: 'skipped' }, case_.name)
  else if (case_.resourceError !== undefined) assert.equal(result.state, 'failed', case_.name)
  else assert.deepEqual(result, { state: 'substituted', resource: case_.expectResource }, case_.name)
}

const NEVER = () => 'absent' as const
const resourceOf = (a: Json): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'd' },
  data: { a },
})

// kustomize holds what was substituted as JSON numbers, which Go reads as doubles.
test('numbers of a resource that was substituted are doubles', () => {
  const found = collectVariables({ substitute: { v: '9007199254740993' } }, NEVER)
  const expected = { state: 'substituted', resource: resourceOf(9007199254740992) }
  assert.deepEqual(substituteResource(resourceOf('${v}'), found, true), expected)
  assert.deepEqual(substituteResource(resourceOf({ $number: '9007199254740993' }), found, true), expected)
})

test('a variable that is no text fails where it is used, but for its length', () => {
  const read = () => ({ kind: 'Secret', metadata: { name: 's' }, data: { v: '/w==' } })
  const found = collectVariables({ substituteFrom: [{ kind: 'Secret', name: 's' }] }, read)
  assert.equal(substituteResource(resourceOf('${v}'), found, true).state, 'failed')
  const counted = { state: 'substituted', resource: resourceOf(1) }
  assert.deepEqual(substituteResource(resourceOf('${#v}'), found, true), counted)
})

test('references that do not fit fail, null is absent', () => {
  for (const substituteFrom of [
    ['text'],
    [1],
    [{ kind: 'ConfigMap', name: 5 }],
    [{ kind: 'Other', optional: 'yes' }],
    'x',
    {},
  ]) {
    assert.equal(collectVariables({ substituteFrom }, NEVER).ok, false)
    assert.equal(composeEffectiveVariables({ substituteFrom }, () => ({ found: 'absent' })).state, 'not-composable')
  }
  assert.equal(collectVariables({ substituteFrom: null, substitute: null }, NEVER).ok, true)
  const composed = composeEffectiveVariables({ substituteFrom: null, substitute: null }, () => ({ found: 'absent' }))
  assert.equal(composed.state, 'composed')
})

test('text that go-yaml writes reads back as the same value', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme', maxLength: 120 }),
    fc.constantFrom(
      'y',
      '012',
      '1:30',
      '2024-01-02',
      '~',
      '',
      ' x',
      'a\n b\n',
      '\n\n',
      'x: y',
      '- a',
      '1e3',
      '0x1F',
      "'",
      'a #b',
    ),
    fc
      .array(fc.constantFrom('word', ' ', '  ', '\n', 'x:', '#', '"', "'"), { maxLength: 60 })
      .map((parts) => parts.join('')),
  )
  const value = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(text, tie('tree'), { maxKeys: 4 }),
    ),
  })).tree
  fc.assert(
    fc.property(value, fc.constantFrom('bytes', 'natural'), (value, order) => {
      assert.deepEqual(readYaml(encodeGoYaml(value, order)), { ok: true, value: clean(value) })
    }),
    { numRuns: 400 },
  )
})

/** Without prototypes of fast-check's dictionaries. */
function clean(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}

// go-yaml sorts runs of digits by their number (none counts as 0), and letters after other signs.
test('keys of a resource are in go-yaml order', () => {
  const keys = ['a10', 'a9', 'b', 'B', '_', 'a-b', 'a.b', '1', '10', '2', 'a02', 'a2']
  const map = Object.fromEntries(keys.map((key) => [key, null]))
  const lines = encodeGoYaml(map, 'natural').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => line.replace(/: null$/, '').replaceAll('"', '')),
    ['_', '1', '2', '10', 'B', 'a-b', 'a.b', 'a2', 'a02', 'a9', 'a10', 'b'],
  )
})

// Digits of any script are digits, counted from '0', and what is longer than 64 bits wraps around.
test('keys with other digits are in go-yaml order too', () => {
  for (const [first, second] of [
    ['a3', 'a\u0663'],
    ['a02', 'a\u0661'],
    ['a9223372036854775808', 'a1000'],
    ['a1_', 'a\u0661'],
    ['\u00bd', '\u0663'],
  ]) {
    const lines = encodeGoYaml({ [second!]: null, [first!]: null }, 'natural')
    assert.ok(lines.indexOf(first!) < lines.indexOf(second!), `${first} ${second}`)
  }
})
