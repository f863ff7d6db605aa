import { isJsonObject, type Json, type JsonObject } from './json.ts'

/**
 * A leaf in the place of a secret value. `masked` is one of
 * - `hmac:<key id>:<tag>`: keyed fingerprint; equal tags of one key mean equal values;
 * - `present`: there is a value, which may not be compared (`--secrets presence`);
 * - `sops`: the value is encrypted by SOPS and cannot be known.
 * `text` is the value with only its secret part blanked (a URL without its password); absent where all of it is secret.
 */
export type MaskedLeaf = { readonly masked: string; readonly text?: string }

const FORM = /^(?:hmac:[\w-]+:[\w-]+|present|sops)$/

export function isMasked(value: Json | undefined): value is MaskedLeaf & JsonObject {
  if (!isJsonObject(value) || typeof value['masked'] !== 'string' || !FORM.test(value['masked'])) return false
  const keys = Object.keys(value).length
  return keys === 1 || (keys === 2 && typeof value['text'] === 'string')
}

/** The id of the key under which a mask was made; null where the mask carries no fingerprint. */
export function maskKeyId(masked: string): string | null {
  return masked.startsWith('hmac:') ? masked.slice(5, masked.indexOf(':', 5)) : null
}

/** The key id in what a snapshot says of its masks (`<mask version>:<key id>:<secretCompare>`). */
export function maskKeyIdOf(snapshotMask: string): string {
  return snapshotMask.split(':')[1] ?? ''
}

export type MaskRelation = 'equal' | 'different' | 'unknown'

/** Compares two masks: only fingerprints of the same key can say anything. */
export function compareMasks(a: string, b: string): MaskRelation {
  const key = maskKeyId(a)
  if (key === null || key !== maskKeyId(b)) return 'unknown'
  return a === b ? 'equal' : 'different'
}

declare const maskedBrand: unique symbol

/** Proof that a value went through the masker. Only `flux/mask-object.ts` makes it; history, reports and logs accept nothing else. */
export type Masked<T> = T & { readonly [maskedBrand]: true }

/** What may be compared of secret values: their equality, their presence, or nothing (Secrets are then not read at all). */
export type SecretCompare = 'equality' | 'presence' | 'off'
