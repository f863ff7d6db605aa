import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf, sha256 } from '../../src/flux/digest.ts'

// FIPS 180-2, example B.1, and the digest of no bytes at all.
test('sha256 gives the published digests', () => {
  assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

test('a digest does not depend on the order of keys, but on the order of lists', () => {
  assert.equal(digestOf({ a: 1, b: { c: 2, d: [1, 2] } }), digestOf({ b: { d: [1, 2], c: 2 }, a: 1 }))
  assert.notEqual(digestOf([1, 2]), digestOf([2, 1]))
  assert.equal(digestOf('abc'), `sha256:${sha256('"abc"')}`)
})
