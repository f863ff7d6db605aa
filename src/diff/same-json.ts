import { isJsonArray, type Json } from '../model/json.ts'

/** Whether two values are the same JSON; the order of keys does not matter, that of items does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
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
  let keys = 0
  for (const key of Object.keys(a)) {
    keys += 1
    if (!Object.hasOwn(b, key) || !sameJson(a[key], b[key])) return false
  }
  return keys === Object.keys(b).length
}
