import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseAnswer as parseBytes } from '../../src/clusters/parse-answer.ts'
import { parseJson } from '../../src/clusters/parse-json.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts'

const MANAGED = [
  { apiVersion: 'v1', fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } }, manager: 'helm', operation: 'Update' },
]

/** Each call gives bytes of its own. */
function parseAnswer(text: string): Json {
  const again = (): Buffer => Buffer.from(text)
  return parseBytes(again(), again)
}

test('who wrote the fields of an object is left out, of a list and of one object', () => {
  const object = { metadata: { managedFields: MANAGED, name: 'a' }, data: { a: 'b' } }
  const short = { metadata: { managedFields: 0, name: 'a' }, data: { a: 'b' } }
  assert.deepEqual(parseAnswer(JSON.stringify(object)), short)
  const list = {
    kind: 'ConfigMapList',
    metadata: { continue: 'x' },
    items: [object, { metadata: { name: 'b' } }, object],
  }
  const shortList = { ...list, items: [short, { metadata: { name: 'b' } }, short] }
  assert.deepEqual(parseAnswer(JSON.stringify(list)), shortList)
})

test('what stands under that key anywhere else stays, with all that is beside it', () => {
  const kept: Json[] = [
    { metadata: { managedFields: MANAGED, name: 'a' }, spec: { values: { metadata: { managedFields: MANAGED } } } },
    { metadata: { name: 'a' }, spec: { managedFields: [1, [2], 'x'] } },
    { items: [{ metadata: { managedFields: [] } }, { metadata: {}, managedFields: [{ a: 1 }] }] },
    { metadata: { annotations: { note: '"managedFields":[1],"x":[' } } },
    { metadata: { managedFields: [{ manager: 'a]b' }], name: 'a' } },
    { metadata: { managedFields: [{ manager: ']}},{"' }], name: 'a' }, spec: { a: [1] } },
    { metadata: { managedFields: [{ fieldsV1: ['x'] }], name: 'a' } },
    { metadata: { managedFields: 'x' } },
  ]
  for (const value of kept) assert.deepEqual(parseAnswer(JSON.stringify(value)), value)
})

test('a damaged answer is one as before', () => {
  const text = JSON.stringify({ items: [{ metadata: { managedFields: MANAGED, name: 'a' } }] })
  for (let length = 0; length < text.length; length += 1) {
    assert.throws(() => parseAnswer(text.slice(0, length)), SyntaxError)
  }
})

test('of any answer, nothing but the managedFields of its objects is other than parsed as it is', () => {
  const key = fc.constantFrom('managedFields', 'metadata', 'items', 'a', '"', ']', '\\')
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(
        null,
        0,
        7,
        '',
        ']',
        '[',
        '"managedFields":[',
        '\\"managedFields":[',
        ']}',
        '"',
        '\\',
        ',',
        'é',
        '\u{1f600}',
      ),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  const metadata = fc.record({ name: value, managedFields: fc.array(value, { maxLength: 2 }) }, { requiredKeys: [] })
  const item = fc.record({ metadata, spec: value })
  const property = fc.property(fc.oneof(item, fc.record({ items: fc.array(item) })), (answer) => {
    const text = JSON.stringify(answer)
    assert.deepEqual(withoutManaged(parseAnswer(text)), withoutManaged(parseJson(text)))
  })
  fc.assert(property, { numRuns: 3_000 })
})

/** Without the field of the objects themselves; lists and 0 there are the same. */
function withoutManaged(value: Json): Json {
  if (!isJsonObject(value)) return value
  const items = value['items']
  return isJsonArray(items) ? { ...value, items: items.map(shortened) } : shortened(value)
}

function shortened(object: Json): Json {
  const metadata = isJsonObject(object) ? object['metadata'] : undefined
  if (!isJsonObject(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object
  const { managedFields: _, ...rest } = metadata
  return { ...(object as JsonObject), metadata: rest }
}
