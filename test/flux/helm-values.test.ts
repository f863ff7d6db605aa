import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { composeHelmValues, digestValues, valuesText } from '../../src/flux/helm-values.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { parseExact, readCases, readConfigOf } from './vectors.ts'
import type { ConfigCase } from './vectors.ts'

type ValuesCase = ConfigCase & {
  name: string
  valuesFrom: Json
  values?: Json
  expect?: Json
  expectYaml?: string
  expectDigest?: string
  error?: string
  errorReason?: string
}

for (const case_ of readCases<ValuesCase>('helm-values.json', 122, parseExact)) {
  test(`values vector: ${case_.name}`, () => {
    const composed = composeHelmValues(case_.valuesFrom, case_.values, readConfigOf(case_))
    assert.equal(composed.ok, case_.error === undefined, case_.name)
    if (!composed.ok) {
      assert.equal(composed.reason, case_.errorReason, case_.name)
      return
    }
    assert.equal(valuesText(composed.values), case_.expectYaml, case_.name)
    assert.equal(composed.digest, case_.expectDigest, case_.name)
    assert.deepEqual(plain(composed.values), plain(case_.expect!), case_.name)
    assert.equal(composed.inlineIgnored, case_.name.startsWith('inline values with one sign that YAML forbids'))
  })
}

/** Numbers as doubles, minus zero as zero: the text above is the stricter check. */
function plain(value: Json): Json {
  const text = JSON.stringify(value, (_key, item: Json) => {
    const digits = typeof item === 'object' && item !== null ? (item as JsonObject)['$number'] : undefined
    return typeof digits === 'string' ? Number(digits) : item
  })
  return JSON.parse(text) as Json
}

test('values without references are the inline values, in any order of keys', () => {
  const never = () => 'failed' as const
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (values) => {
      const tree = JSON.parse(JSON.stringify(values).replaceAll('-0', '0')) as JsonObject
      if (/[\u007f-\u009f\ufffe\uffff]|[eE][+-]?\d/.test(JSON.stringify(tree))) return
      const turned = Object.fromEntries(Object.entries(tree).reverse())
      const composed = composeHelmValues(undefined, tree, never)
      assert.ok(composed.ok)
      assert.deepEqual(composed.values, tree)
      assert.equal(composed.digest, digestValues(turned))
    }),
  )
})

test('the inputs are not changed', () => {
  const objects = [{ kind: 'ConfigMap', metadata: { name: 'v' }, data: { k: 'x' } }]
  const inline = { m: { a: 'inline', l: [1, 2] } }
  const before = structuredClone(inline)
  const references = [
    { kind: 'ConfigMap', name: 'v', valuesKey: 'k', targetPath: 'm.a' },
    { kind: 'ConfigMap', name: 'v', valuesKey: 'k', targetPath: 'm.l[0]' },
  ]
  assert.ok(composeHelmValues(references, inline, readConfigOf({ objects })).ok)
  assert.deepEqual(inline, before)
})

// 0xff 0xfe is no UTF-8: YAML cannot be read from it, while a targetPath takes each byte for U+FFFD.
test('a Secret that holds no text', () => {
  const objects = [{ kind: 'Secret', metadata: { name: 's' }, data: { k: '//4=' } }]
  const reference = { kind: 'Secret', name: 's', valuesKey: 'k' }
  const read = readConfigOf({ objects })
  const failed = { ok: false, reason: 'data not readable', at: 0, line: null }
  assert.deepEqual(composeHelmValues([reference], undefined, read), failed)
  const composed = composeHelmValues([{ ...reference, targetPath: 'a' }], undefined, read)
  assert.deepEqual(composed.ok && composed.values, { a: '\ufffd\ufffd' })
})
