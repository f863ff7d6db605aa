import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'node:test'
import { canonicalJson, dig, exceedsLimits, MAX_DEPTH, type Json } from '../../src/model/json.ts'
import { slugOf, uniqueSlugs } from '../../src/model/cluster.ts'
import { compareMasks, isMasked } from '../../src/model/mask.ts'
import { displayRef, refKey } from '../../src/model/resource-ref.ts'
import { coverageIn, type KindCoverage } from '../../src/model/coverage.ts'

function shuffled(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(shuffled)
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, shuffled(inner)]),
  )
}

test('canonical text does not depend on the order of keys and keeps the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json)
      assert.equal(canonicalJson(shuffled(JSON.parse(JSON.stringify(value)) as Json)), text)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('a __proto__ key is data', () => {
  const value = JSON.parse('{"z":1,"__proto__":{"a":2}}') as Json
  assert.equal(canonicalJson(value), '{"__proto__":{"a":2},"z":1}')
  assert.equal(dig({}, 'constructor'), undefined)
})

test('limits are found without recursion', () => {
  let deep: Json = 1
  for (let n = 0; n < 200_000; n += 1) deep = [deep]
  assert.equal(exceedsLimits(deep), 'depth')
  let allowed: Json = 1
  for (let n = 0; n < MAX_DEPTH; n += 1) allowed = { a: allowed }
  assert.equal(exceedsLimits(allowed), null)
  assert.equal(exceedsLimits(Array.from({ length: 200_001 }, () => 0)), 'size')
})

test('slugs are legal and told apart', () => {
  assert.equal(slugOf('arn:aws:eks:eu-west-1:123:cluster/Prod_1'), 'arn-aws-eks-eu-west-1-123-cluster-prod-1')
  assert.equal(slugOf('@@@'), 'cluster')
  assert.deepEqual([...uniqueSlugs(['a/b', 'a_b', 'a.b']).values()], ['a-b', 'a-b-2', 'a-b-3'])
  fc.assert(fc.property(fc.string(), (name) => assert.match(slugOf(name), /^[a-z0-9-]{1,63}$/)))
})

test('masks say equal or different only under one key', () => {
  assert.equal(compareMasks('hmac:k1:aa', 'hmac:k1:aa'), 'equal')
  assert.equal(compareMasks('hmac:k1:aa', 'hmac:k1:bb'), 'different')
  assert.equal(compareMasks('hmac:k1:aa', 'hmac:k2:aa'), 'unknown')
  assert.equal(compareMasks('present', 'present'), 'unknown')
  assert.equal(isMasked({ masked: 'hmac:k1:aa', text: 'x' }), true)
  assert.equal(isMasked({ masked: 'no mask' }), false)
  assert.equal(isMasked({ masked: 'present', other: 1 }), false)
})

test('refs have one key and read kind first', () => {
  const ref = { group: 'g', kind: 'Kind', namespace: '', name: 'n' }
  assert.equal(refKey(ref), 'g/Kind//n')
  assert.equal(displayRef(ref), 'Kind/n')
})

test('coverage of a namespace comes from its own scope, else from the whole cluster', () => {
  const scope = (namespace: string | null, status: KindCoverage['status']): KindCoverage['scopes'][number] => ({
    namespace,
    verb: 'list',
    status,
    reason: null,
    resourceVersion: null,
  })
  const coverage = {
    group: '',
    kind: 'K',
    version: 'v1',
    status: 'partial',
    objects: 0,
    scopes: [scope('a', 'complete'), scope('b', 'forbidden')],
  } as const
  assert.equal(coverageIn(coverage, 'a'), 'complete')
  assert.equal(coverageIn(coverage, 'b'), 'forbidden')
  assert.equal(coverageIn(coverage, 'c'), 'not-asked')
  assert.equal(coverageIn({ ...coverage, status: 'not-installed', scopes: [] }, 'c'), 'not-installed')
})
