import { isJsonArray, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import type { ObjectBody } from '../model/snapshot.ts'

/** A key in which a secret was blanked; behind `#` stands the beginning of its fingerprint (see `createKeyBook`). */
const RENAMED = /^(.*\*\*\*.*)#[\w-]{10}$/s

/**
 * Digests that controllers make without a key, in `status`, over what holds values of Secrets: the values of a HelmRelease, what a
 * ResourceSet reads by `checksumFrom`. Equal ones are equal secrets where all else is.
 */
const STATUS_DIGESTS: ReadonlySet<string> = new Set([
  'configDigest',
  'lastAttemptedConfigDigest',
  'externalChecksumRefs',
])
/** What a ResourceSet applied, copies of Secrets among it; the revisions of other kinds are no bare digests, but for those of buckets. */
const APPLIED = 'lastAppliedRevision'
const BARE_DIGEST = /^sha\d+:[0-9a-f]+$/
/** Below `status.history` also the one of the manifests that were applied, Secrets among them. */
const HISTORY_DIGESTS: ReadonlySet<string> = new Set([...STATUS_DIGESTS, 'digest'])
const NO_DIGESTS: ReadonlySet<string> = new Set()

type Place = 'object' | 'status' | 'history' | 'other'

const DIGESTS: Readonly<Record<Place, ReadonlySet<string>>> = {
  object: NO_DIGESTS,
  status: STATUS_DIGESTS,
  history: HISTORY_DIGESTS,
  other: NO_DIGESTS,
}

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
  return lowerMap(body, 'object', rename) as ObjectBody
}

type Rename = (key: string) => string

function lower(value: Json, place: Place, rename: Rename): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isMasked(value)) return value.masked.startsWith('hmac:') ? { ...value, masked: 'present' } : value
  if (!isJsonArray(value)) return lowerMap(value, place, rename)
  const list = value.map((item) => lower(item, place, rename))
  return list.some((item, index) => item !== value[index]) ? list : value
}

function lowerMap(map: JsonObject, place: Place, rename: Rename): JsonObject {
  const lowered: Record<string, Json> = {}
  let changed = false
  for (const key of Object.keys(map)) {
    const shown = rename(key)
    const value = tellsSecrets(place, key, map[key]!) ? PRESENT : lower(map[key]!, placeBelow(place, key), rename)
    if (shown !== key || value !== map[key]) changed = true
    setOwn(lowered, shown, value)
  }
  return changed ? lowered : map
}

function tellsSecrets(place: Place, key: string, value: Json): boolean {
  if (DIGESTS[place].has(key)) return true
  return place === 'status' && key === APPLIED && typeof value === 'string' && BARE_DIGEST.test(value)
}

function placeBelow(place: Place, key: string): Place {
  if (place === 'object') return key === 'status' ? 'status' : 'other'
  return place === 'status' && key === 'history' ? 'history' : place
}

const PRESENT: JsonObject = { masked: 'present' }
