import { isJsonArray, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import type { ObjectBody } from '../model/snapshot.ts'

/** A key in which a secret was blanked; behind `#` stands the beginning of its fingerprint (see `createKeyBook`). */
const RENAMED = /^(.*\*\*\*.*)#[\w-]{10}$/s

/**
 * A masked body as it would be under `presence`: no fingerprint is left in it, neither as a mask nor in a key. What has none is shared
 * with the input; without any, the input itself is returned. It stays masked: nothing becomes more visible.
 */
export function lowerMasks(body: ObjectBody): ObjectBody {
  let renamed = 0
  const rename = (key: string): string => {
    const stem = RENAMED.exec(key)?.[1]
    if (stem === undefined) return key
    renamed += 1
    return `${stem}#${renamed}`
  }
  return lower(body, rename) as ObjectBody
}

function lower(value: Json, rename: (key: string) => string): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isMasked(value)) return value.masked.startsWith('hmac:') ? { ...value, masked: 'present' } : value
  if (!isJsonArray(value)) return lowerMap(value, rename)
  const list = value.map((item) => lower(item, rename))
  return list.some((item, index) => item !== value[index]) ? list : value
}

function lowerMap(map: JsonObject, rename: (key: string) => string): JsonObject {
  const lowered: Record<string, Json> = {}
  let changed = false
  for (const key of Object.keys(map)) {
    const shown = rename(key)
    const value = lower(map[key]!, rename)
    if (shown !== key || value !== map[key]) changed = true
    setOwn(lowered, shown, value)
  }
  return changed ? lowered : map
}
