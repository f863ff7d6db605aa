import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJsonText } from '../../src/model/json-text.ts'
import type { Json } from '../../src/model/json.ts'

const SIGNS = ['"', '\\', '/', '\n', '\t', '\u0001', 'a', 'é', '\ud800', '\ue000', '\ue001', ':', ' ']
const text = fc.array(fc.constantFrom(...SIGNS), { maxLength: 4 }).map((signs) => signs.join(''))
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

test('keys with escapes are read as they are written, whatever was read before', () => {
  assert.deepEqual(parseJsonText('{"h":[],"\\\\":0}'), { h: [], '\\': 0 })
  assert.deepEqual(Object.keys(parseJsonText('{"h":1,"\\"":2}') as object), ['h', '"'])
  assert.deepEqual(Object.keys(parseJsonText('{"h":1,"\\n":2}') as object), ['h', '\n'])
  assert.deepEqual(Object.keys(parseJsonText('{"h":1,"\\u0022" : 2}') as object), ['h', '"'])
  assert.deepEqual(
    parseJsonText('{"__proto__\\n":1,"\\u005f_proto__":{"x":1}}'),
    JSON.parse('{"__proto__\\n":1,"__proto__":{"x":1}}'),
  )
})

test('any value comes back from its text', () => {
  fc.assert(
    fc.property(json as fc.Arbitrary<Json>, fc.constantFrom(undefined, 1), (value, indent) => {
      const written = JSON.stringify(value, null, indent)
      assert.equal(JSON.stringify(parseJsonText(written), null, indent), written)
    }),
    { numRuns: 2_000 },
  )
})

test('escapes in values, and the keys of managedFields, are left to the parser', () => {
  let parsed = ''
  const spy = (given: string): Json => {
    parsed = given
    return JSON.parse(given) as Json
  }
  const harmless = '{"a":"x\\n\\"y\\":","b":["\\\\"],"k:{\\"name\\":\\"web\\"}":{}}'
  parseJsonText(harmless, spy)
  assert.equal(parsed, harmless)
})

test('what is no JSON is refused', () => {
  for (const broken of ['{"a\\', '{"a\\"', '{"a\\":1}', '{"\\x":1}', '\\', '{"a":1}\\']) {
    assert.throws(() => parseJsonText(broken), SyntaxError, broken)
  }
})
