import { isJsonArray, type Json } from '../model/json.ts'
import { isMasked, maskKeyId } from '../model/mask.ts'

/**
 * Whether two values are certainly the same: as JSON, with the order of keys left aside. Masks that only say that there is a value are
 * not, even when they are one mask: the values may differ.
 */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b && (typeof a !== 'object' || a === null)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isJsonArray(a)) return isJsonArray(b) && sameItems(a, b)
  return !isJsonArray(b) && sameEntries(a, b)
}

function sameItems(a: readonly Json[], b: readonly Json[]): boolean {
  if (a.length !== b.length) return false
  for (let n = 0; n < a.length; n += 1) if (!sameJson(a[n], b[n])) return false
  return true
}

function sameEntries(a: { readonly [key: string]: Json }, b: { readonly [key: string]: Json }): boolean {
  if (a['masked'] !== undefined && isMasked(a) && maskKeyId(a.masked) === null) return false
  let keys = 0
  for (const key of Object.keys(a)) {
    keys += 1
    if (!Object.hasOwn(b, key) || !sameJson(a[key], b[key])) return false
  }
  return keys === Object.keys(b).length
}
