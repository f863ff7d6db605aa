import { isBigNumber, isJsonArray, setOwn, type Json, type JsonObject } from '../model/json.ts'
import type { KnownKey } from './mask-keys.ts'
import type { NeedleIndex } from './needle-index.ts'

/** What one run masks with. */
export type MaskRun = {
  readonly index: NeedleIndex
  readonly key: (key: string) => KnownKey
  /** The mask of a value; the second argument is what of it may be shown. */
  readonly leaf: (value: Json, text?: string) => JsonObject
  /** `maskTree` with this run. */
  readonly walk: (value: Json, place: Place, key: string) => Json
}

/**
 * Where in an object a value stands, as one number: bits 0-2 the level of the key above (KeyFacts), then the flags below,
 * from bit 8 the depth, from bit 20 how many documents inside strings it stands in.
 */
export type Place = number

export const LEVEL = 7
/** A level that no key has: the string is identity and left alone. */
export const NAME = 7
/** Content of users: a `name` there is any text. */
export const FREE = 8
/** Directly in `metadata` or a reference: names are identity. */
export const NAMES = 16
/** In a patch of a Secret. */
export const SECRET_PATCH = 32
/** All children of a map hold secrets, but for benign ones. */
export const SPREAD = 64
/** In a notification Provider, whose address may be a credential. */
export const PROVIDER = 128
export const FLAGS = 0xff
export const DEEPER = 1 << 8
export const NESTED = 1 << 20

const DEEPEST = 200
const INNERMOST = 4

export function isTooDeep(place: Place): boolean {
  return ((place >>> 8) & 0xfff) > DEEPEST
}

/** Documents in strings in documents in strings end here: deeper ones are masked as text. */
export function isInnermost(place: Place): boolean {
  return place >>> 20 >= INNERMOST
}

export function withLevel(place: Place, level: number): Place {
  return (place & ~LEVEL) | level
}

/** Every leaf masked, whatever it is; keys, null and empty containers stay. */
export function maskLeaves(run: MaskRun, value: Json): Json {
  if (value === null) return value
  if (typeof value !== 'object' || isBigNumber(value)) return maskLeaf(run, value)
  if (isJsonArray(value)) return value.map((item) => maskLeaves(run, item))
  const masked: Record<string, Json> = {}
  for (const key of Object.keys(value)) setOwn(masked, run.key(key).shown, maskLeaves(run, value[key]!))
  return masked
}

/** The mask of one value; what SOPS encrypted is unknown, not secret text that could be compared. */
export function maskLeaf(run: MaskRun, value: Json): JsonObject {
  return typeof value === 'string' && isSops(value) ? { masked: 'sops' } : run.leaf(value)
}

export function isSops(text: string): boolean {
  return text.startsWith('ENC[AES256_GCM,') && text.trimEnd().endsWith(']')
}
