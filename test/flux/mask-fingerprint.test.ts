import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { createFingerprint, createFingerprintKey, keyedTag } from '../../src/flux/fingerprint.ts'
import { isMasked } from '../../src/model/mask.ts'

const BYTES = Buffer.from('0123456789abcdef0123456789abcdef')

test('a fingerprint is HMAC-SHA-256 over domain and canonical JSON, cut to 128 bits', () => {
  const key = createFingerprintKey(BYTES)
  const tag = createHmac('sha256', BYTES).update('flux-compare/v1/value\0{"a":1,"b":"x"}').digest().subarray(0, 16)
  assert.equal(createFingerprint(key)({ b: 'x', a: 1 }), `hmac:${key.id}:${tag.toString('base64url')}`)
  assert.equal(isMasked({ masked: createFingerprint(key)('x') }), true)
})

test('the id of a key is stable, differs between keys and holds none of its bytes', () => {
  const key = createFingerprintKey(BYTES)
  assert.equal(createFingerprintKey(BYTES).id, key.id)
  assert.match(key.id, /^[0-9a-f]{12}$/)
  assert.equal(BYTES.toString('hex').includes(key.id), false)
  assert.notEqual(createFingerprintKey(Buffer.alloc(32, 1)).id, key.id)
  assert.equal(JSON.stringify(key), `{"id":"${key.id}","key":{}}`)
})

test('a key of fewer than 32 bytes is refused', () => {
  assert.throws(() => createFingerprintKey(Buffer.alloc(31)), { code: 'key-unavailable' })
})

test('text, number and other domains have different tags', () => {
  const key = createFingerprintKey(BYTES)
  const fingerprint = createFingerprint(key)
  assert.notEqual(fingerprint('1'), fingerprint(1))
  assert.notEqual(fingerprint('x'), `hmac:${key.id}:${keyedTag(key, 'other', '"x"')}`)
})
