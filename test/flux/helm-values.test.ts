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

// Helm reads YAML by way of JSON, in which nothing is shared.
test('what an alias stands for is a copy of its own', () => {
  const data = { 'values.yaml': 'a: &x {p: 1}\nb: *x\n', k: 'new' }
  const read = readConfigOf({ objects: [{ kind: 'ConfigMap', metadata: { name: 'v' }, data }] })
  const root = { kind: 'ConfigMap', name: 'v' }
  const composed = composeHelmValues([root, { ...root, valuesKey: 'k', targetPath: 'a.p' }], undefined, read)
  assert.deepEqual(composed.ok && composed.values, { a: { p: 'new' }, b: { p: 1 } })
})

// helm-controller drops what go-yaml cannot read as a map: keys in brackets may have 1024 signs with quotes and escapes.
test('inline values that are no map, or have a long key, are ignored', () => {
  for (const inline of [true, 'text', 5, [], { ['<'.repeat(180)]: 1 }, { ['k'.repeat(1023)]: 1 }]) {
    const composed = composeHelmValues(undefined, inline, () => 'absent')
    assert.deepEqual(composed.ok && [composed.values, composed.inlineIgnored], [{}, true])
  }
  const kept = composeHelmValues(undefined, { ['k'.repeat(1022)]: 1 }, () => 'absent')
  assert.equal(kept.ok && kept.inlineIgnored, false)
})
