import { dig, digString, isJsonArray } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Digest } from '../model/snapshot.ts'
import { configData } from './config-object.ts'
import type { ReadConfig } from './config-object.ts'
import { sha256 } from './digest.ts'
import { goJson } from './go-json.ts'
import { encodeGoYaml } from './go-yaml-encode.ts'
import { isMutableMap, mutableCopy, setMember, setPathLiteral, setPathValue } from './strvals.ts'
import type { MutableMap } from './strvals.ts'
import { holdsForbiddenSigns, readYamlValues } from './yaml.ts'

export type ValuesProblem =
  | 'object not found'
  | 'key not found'
  | 'unsupported kind'
  | 'data not readable'
  | 'not mergeable'
  | 'read failed'

export type ComposedValues =
  | {
      readonly ok: true
      readonly values: JsonObject
      /** What helm-controller writes in status.lastAttemptedConfigDigest and status.history[].configDigest. */
      readonly digest: Digest
      /** The controller could not read `spec.values` and went on without them, silently. */
      readonly inlineIgnored: boolean
    }
  | {
      readonly ok: false
      readonly reason: ValuesProblem
      /** Index in valuesFrom; null: spec.values. */ readonly at: number | null
    }

/**
 * Composes the values of a HelmRelease as helm-controller does: `valuesFrom` in its order, then `spec.values`; a reference with
 * targetPath first merges `spec.values`, sharing its maps and lists, which decides who wins afterwards.
 */
export function composeHelmValues(
  valuesFrom: Json | undefined,
  inline: Json | undefined,
  read: ReadConfig,
): ComposedValues {
  const own = readInline(inline)
  if (own === null) return { ok: false, reason: 'data not readable', at: null }
  let result: MutableMap = {}
  for (const [at, reference] of (isJsonArray(valuesFrom) ? valuesFrom : []).entries()) {
    const found = resolveReference(reference, read)
    if (found === 'skip') continue
    const merged =
      typeof found === 'object' ? addReference(result, reference, { own: own.values, text: found.text }) : found
    if (typeof merged === 'string') return { ok: false, reason: merged, at }
    result = merged
  }
  const values = mergeMaps(result, own.values) as JsonObject
  return { ok: true, values, digest: digestValues(values), inlineIgnored: own.ignored }
}

/** The digest of merged values: over nothing where there are none, else over their YAML text with sorted keys. */
export function digestValues(values: JsonObject): Digest {
  return `sha256:${sha256(valuesText(values))}`
}

/** The text under {@link digestValues}. */
export function valuesText(values: JsonObject): string {
  return Object.keys(values).length === 0 ? '' : encodeGoYaml(values, 'bytes')
}

/** The controller reads `spec.values` through YAML too: one sign that YAML forbids, and all of them are gone. Null: beyond our limits. */
function readInline(inline: Json | undefined): { values: MutableMap; ignored: boolean } | null {
  if (inline === undefined || inline === null) return { values: {}, ignored: false }
  const text = goJson(inline)
  if (holdsForbiddenSigns(text)) return { values: {}, ignored: true }
  const read = readYamlValues(text)
  return read.ok ? { values: mutableCopy(read.value) as MutableMap, ignored: false } : null
}

type Found = { readonly text: string; readonly valid: boolean }

function resolveReference(reference: Json, read: ReadConfig): Found | 'skip' | ValuesProblem {
  const kind = digString(reference, 'kind')
  if (kind !== 'ConfigMap' && kind !== 'Secret') return 'unsupported kind'
  const optional = dig(reference, 'optional') === true
  const object = read(kind, digString(reference, 'name') ?? '')
  if (object === 'failed') return 'read failed'
  if (object === 'absent') return optional ? 'skip' : 'object not found'
  const value = configData(kind, object).get(digString(reference, 'valuesKey') || 'values.yaml')
  if (value === undefined) return optional ? 'skip' : 'key not found'
  return value.valid || hasTargetPath(reference) ? value : 'data not readable'
}

function hasTargetPath(reference: Json): boolean {
  return (digString(reference, 'targetPath') ?? '') !== ''
}

type Addition = { readonly own: MutableMap; readonly text: string }

function addReference(result: MutableMap, reference: Json, { own, text }: Addition): MutableMap | ValuesProblem {
  if (!hasTargetPath(reference)) {
    const read = readYamlValues(text)
    return read.ok ? mergeMaps(result, mutableCopy(read.value) as MutableMap) : 'data not readable'
  }
  const merged = mergeMaps(result, own)
  const set = dig(reference, 'literal') === true ? setPathLiteral : setPathValue
  try {
    set(merged, digString(reference, 'targetPath')!, text)
  } catch (error) {
    if (error instanceof SyntaxError) return 'not mergeable'
    throw error
  }
  return merged
}

/** `b` over `a`, map by map; everything else is replaced whole. What is not merged is shared, not copied: see composeHelmValues. */
function mergeMaps(a: MutableMap, b: MutableMap): MutableMap {
  const merged: MutableMap = {}
  for (const key of Object.keys(a)) setMember(merged, key, a[key]!)
  for (const key of Object.keys(b)) {
    const below = Object.hasOwn(merged, key) ? merged[key]! : null
    const above = b[key]!
    setMember(merged, key, isMutableMap(below) && isMutableMap(above) ? mergeMaps(below, above) : above)
  }
  return merged
}
