import { isJsonArray, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import type { ObjectBody } from '../model/snapshot.ts'

/** A key in which a secret was blanked; behind `#` stands the beginning of its fingerprint (see `createKeyBook`). */
const RENAMED = /^(.*\*\*\*.*)#[\w-]{10}$/s

/**
 * Digests that controllers make without a key over values of Secrets: of the values of a HelmRelease, and of what a ResourceSet reads by
 * `checksumFrom`. Equal ones are equal secrets.
 */
const SECRET_DIGESTS: ReadonlySet<string> = new Set([
  'configDigest',
  'lastAttemptedConfigDigest',
  'externalChecksumRefs',
])

type Lowering = { readonly rename: (key: string) => string; readonly isDigest: (key: string) => boolean }

/**
 * A masked body (desired or current state) as it may be told where secret values must not be compared: no fingerprint is left in it,
 * neither as a mask nor in a key, nor a digest over secret values. What has none is shared with the input; without any, the input itself
 * is returned. It stays masked: nothing becomes more visible.
 */
export function lowerMasks(body: ObjectBody): ObjectBody {
  let renamed = 0
  const rename = (key: string): string => {
    const stem = RENAMED.exec(key)?.[1]
    if (stem === undefined) return key
    renamed += 1
    return `${stem}#${renamed}`
  }
  const desired = { rename, isDigest: () => false }
  const status = { rename, isDigest: (key: string) => SECRET_DIGESTS.has(key) }
  return lowerMap(body, desired, (key) => (key === 'status' ? status : desired)) as ObjectBody
}

function lower(value: Json, lowering: Lowering): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isMasked(value)) return value.masked.startsWith('hmac:') ? { ...value, masked: 'present' } : value
  if (!isJsonArray(value)) return lowerMap(value, lowering, () => lowering)
  const list = value.map((item) => lower(item, lowering))
  return list.some((item, index) => item !== value[index]) ? list : value
}

function lowerMap(map: JsonObject, { rename, isDigest }: Lowering, below: (key: string) => Lowering): JsonObject {
  const lowered: Record<string, Json> = {}
  let changed = false
  for (const key of Object.keys(map)) {
    const shown = rename(key)
    const value = isDigest(key) ? PRESENT : lower(map[key]!, below(key))
    if (shown !== key || value !== map[key]) changed = true
    setOwn(lowered, shown, value)
  }
  return changed ? lowered : map
}

const PRESENT: JsonObject = { masked: 'present' }
