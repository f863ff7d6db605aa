import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { AppError } from '../model/errors.ts'
import { canonicalJson, type Json } from '../model/json.ts'

/** The secret under which fingerprints are made, with its public id. The key object gives its bytes to nobody by accident. */
export type FingerprintKey = { readonly id: string; readonly key: KeyObject }

/** Gives `hmac:<key id>:<tag>` for any JSON value; equal values, whatever the order of their keys, give equal text. */
export type Fingerprint = (value: Json) => string

const KEY_BYTES = 32
const TAG_BYTES = 16
const ID_DIGITS = 12

/**
 * A key from at least 32 random bytes. The id is a tag under the key itself, in a domain of its own: it tells keys apart
 * and tells nothing about the key. Throws `key-unavailable` for fewer bytes.
 */
export function createFingerprintKey(bytes: Uint8Array): FingerprintKey {
  if (bytes.byteLength < KEY_BYTES) {
    throw new AppError('key-unavailable', `the fingerprint key is too short: ${KEY_BYTES} bytes are needed`)
  }
  const key = createSecretKey(bytes)
  return { id: hmac(key, 'key-id', '').toString('hex').slice(0, ID_DIGITS), key }
}

/** HMAC-SHA-256 over the canonical JSON of the value, cut to 128 bits. One domain for all values, so that any two compare. */
export function createFingerprint(key: FingerprintKey): Fingerprint {
  return (value) => `hmac:${key.id}:${keyedTag(key, 'value', canonicalJson(value))}`
}

/** 128 bits of HMAC-SHA-256 in base64url. The domain keeps tags of different uses apart: none can be passed off as another. */
export function keyedTag(key: FingerprintKey, domain: string, text: string): string {
  return hmac(key.key, domain, text).subarray(0, TAG_BYTES).toString('base64url')
}

function hmac(key: KeyObject, domain: string, text: string): Buffer {
  return createHmac('sha256', key).update(`flux-compare/v1/${domain}\0`).update(text, 'utf8').digest()
}
