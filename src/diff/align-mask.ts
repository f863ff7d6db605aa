import type { Fingerprint } from '../flux/fingerprint.ts'
import { canonicalJson, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import { compareMasks, isMasked, maskKeyId } from '../model/mask.ts'
import { setEqual, setLeaf, setUnknown, type Pair } from './pair.ts'

/** Compares two values of which at least one is a mask. */
export function alignMask(pair: Pair, fingerprint: Fingerprint | null): void {
  const { from, to } = pair
  if (from === undefined || to === undefined) return setLeaf(pair, textOf(from), textOf(to))
  const masks = [maskOf(from, to, fingerprint), maskOf(to, from, fingerprint)] as const
  if (masks.includes('sops')) return setUnknown(pair, 'sops')
  if (masks.includes('present')) return setUnknown(pair, 'presence')
  const [a, b] = masks
  const relation = a === null || b === null ? 'unknown' : compareMasks(a, b)
  if (relation === 'unknown') return setUnknown(pair, 'key')
  if (relation === 'equal') {
    return setEqual(pair, { because: 'masked-equal', detail: 'the fingerprints of both values are equal' })
  }
  setLeaf(pair, a ?? undefined, b ?? undefined)
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value)
}

/** The mask of a value; of a plain one, the mask it would have under the key of the other side, if that key is at hand. */
function maskOf(value: Json, other: Json, fingerprint: Fingerprint | null): string | null {
  if (isMasked(value)) return value.masked
  if (!isMasked(other) || maskKeyId(other.masked) === null) return null
  return fingerprint === null || holdsMask(value) ? null : fingerprint(value)
}

/** A tree with masks in it is no longer the value that was fingerprinted as a whole. */
function holdsMask(value: Json): boolean {
  if (isMasked(value)) return true
  if (!isJsonArray(value) && !isJsonObject(value)) return false
  return Object.values<Json>(value).some(holdsMask)
}
