import { looksLikeDocument } from '../flux/embedded-document.ts'
import type { Fingerprint } from '../flux/fingerprint.ts'
import { canonicalJson, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import { compareMasks, isMasked, maskKeyId, type MaskRelation } from '../model/mask.ts'
import { setEqual, setLeaf, setUnknown, type Pair } from './pair.ts'
import type { TreeContext } from './tree-types.ts'

/** Compares two values of which at least one is a mask. */
export function alignMask(pair: Pair, context: TreeContext): void {
  const { fingerprint } = context
  const { from, to } = pair
  if (from === undefined || to === undefined) return setLeaf(pair, textOf(from), textOf(to))
  const masks = [maskOf(from, to, fingerprint), maskOf(to, from, fingerprint)] as const
  if (masks.includes('sops')) return setUnknown(pair, 'sops')
  if (masks.includes('present')) return setUnknown(pair, 'presence')
  if (differInShape(from, to)) {
    if (!isReadInTwoWays(pair, context)) return setLeaf(pair, textOf(from), textOf(to))
    return setUnknown(pair, haveOneKey(from, to) ? 'form' : 'key')
  }
  const [a, b] = masks
  const relation = relationOf(a, b)
  if (relation === 'unknown') return setUnknown(pair, 'key')
  if (relation === 'equal') {
    return setEqual(pair, { because: 'masked-equal', detail: 'the fingerprints of both values are equal' })
  }
  setLeaf(pair, a ?? undefined, b ?? undefined)
}

function relationOf(a: string | null, b: string | null): MaskRelation {
  return a === null || b === null ? 'unknown' : compareMasks(a, b)
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

/**
 * A mask stands for a scalar, so it never equals a map or a list. The text of a document is the exception: it is shown as its tree, or, where
 * only its comments hold a secret, as a mask with text.
 */
function differInShape(from: Json, to: Json): boolean {
  return isOtherThan(from, to) || isOtherThan(to, from)
}

function isOtherThan(mask: Json, other: Json): boolean {
  if (!isMasked(mask) || isMasked(other) || !(isJsonArray(other) || isJsonObject(other))) return false
  return holdsMask(other) && (mask.text === undefined || !looksLikeDocument(mask.text, null))
}

/** Whether this is a text of a Secret that is masked whole on one side and as its tree on another. */
function isReadInTwoWays({ step, parent }: Pair, { readInTwoWays }: TreeContext): boolean {
  if (parent === null || parent.parent?.parent !== null || !isKey(parent, 'data')) return false
  return step !== null && 'key' in step && (readInTwoWays?.has(step.key) ?? false)
}

function isKey({ step }: Pair, key: string): boolean {
  return step !== null && 'key' in step && step.key === key
}

/** Whether all fingerprints in both values are under one key. */
function haveOneKey(from: Json, to: Json): boolean {
  return new Set([...keysIn(from), ...keysIn(to)]).size === 1
}

function keysIn(value: Json): string[] {
  if (isMasked(value)) return [maskKeyId(value.masked)].filter((key) => key !== null)
  return isJsonArray(value) || isJsonObject(value) ? Object.values<Json>(value).flatMap(keysIn) : []
}

/** Whether there is a mask in a value. Such a tree is no longer the value that was fingerprinted as a whole. */
export function holdsMask(value: Json): boolean {
  if (isMasked(value)) return true
  if (!isJsonArray(value) && !isJsonObject(value)) return false
  return Object.values<Json>(value).some(holdsMask)
}
