import { dig, digString, isJsonArray, isJsonObject } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import type { Digest } from '../model/snapshot.ts'
import { configData } from './config-object.ts'
import type { ReadConfig } from './config-object.ts'
import { sha256 } from './digest.ts'
import type { CompositionProblem } from './effective.ts'
import { goJson } from './go-json.ts'
import { encodeGoYaml } from './go-yaml-encode.ts'
import { composeSteps, layOver } from './helm-merge.ts'
import type { Step } from './helm-merge.ts'
import { mutableCopy, setPathLiteral, setPathValue } from './strvals.ts'
import type { MutableMap } from './strvals.ts'
import { isBeyondLimits, readYamlValues, survivesYaml } from './yaml.ts'

type Failure = {
  readonly ok: false
  readonly reason: CompositionProblem
  /** Index in valuesFrom; null: spec.values. */
  readonly at: number | null
  /** Line of the value, where it is no YAML; null where it is not known. */
  readonly line: number | null
}

/** `inlineIgnored`: the controller could not read `spec.values` and went on without them, silently. */
export type MergedValues = { readonly ok: true; readonly values: JsonObject; readonly inlineIgnored: boolean } | Failure

/** `digest`: what helm-controller writes in status.lastAttemptedConfigDigest and status.history[].configDigest. */
export type ComposedValues = (Extract<MergedValues, { ok: true }> & { readonly digest: Digest }) | Failure

type Stop = { readonly reason: CompositionProblem; readonly line: number | null }

/**
 * Composes the values of a HelmRelease as helm-controller does: `valuesFrom` in its order, then `spec.values`; a reference with
 * targetPath first merges `spec.values`, sharing its maps and lists, which decides who wins afterwards.
 */
export function composeHelmValues(
  valuesFrom: Json | undefined,
  inline: Json | undefined,
  read: ReadConfig,
): ComposedValues {
  const merged = mergeHelmValues(valuesFrom, inline, read)
  return merged.ok ? { ...merged, digest: digestValues(merged.values) } : merged
}

/** As {@link composeHelmValues}, without the digest; `readText` may remember what it read. */
export function mergeHelmValues(
  valuesFrom: Json | undefined,
  inline: Json | undefined,
  read: ReadConfig,
  readText = readYamlValues,
): MergedValues {
  const own = readInlineValues(inline)
  if (own === null) return { ok: false, reason: 'data not readable', at: null, line: null }
  const references = isJsonArray(valuesFrom) ? valuesFrom : []
  const isSet = references.some(hasTargetPath)
  const stepAt = (reference: Json): Step<Stop> => {
    const found = resolveReference(reference, read)
    if (found === 'skip') return found
    return typeof found === 'string' ? { stop: { reason: found, line: null } } : stepOf(reference, found.text, reading)
  }
  const reading = { readText, isSet }
  // What is set changes trees, and these are shared.
  const composed = isSet
    ? composeSteps(mutableCopy(own.values) as MutableMap, references, stepAt)
    : composeSteps(own.values as MutableMap, references, stepAt, layOver)
  if (!composed.ok) return { ok: false, ...composed.stop, at: composed.at }
  return { ok: true, values: composed.values, inlineIgnored: own.ignored }
}

/** The digest of merged values: over nothing where there are none, else over their YAML text with sorted keys. */
export function digestValues(values: JsonObject): Digest {
  return `sha256:${sha256(valuesText(values))}`
}

/** The text under {@link digestValues}. */
export function valuesText(values: JsonObject): string {
  return Object.keys(values).length === 0 ? '' : encodeGoYaml(values, 'bytes')
}

/**
 * `spec.values` as the controller reads it, through YAML: one sign that YAML forbids, one key of more than 1024 signs, or no map at
 * all, and all of them are gone (`ignored`). Null: beyond our limits.
 */
export function readInlineValues(inline: Json | undefined): { values: JsonObject; ignored: boolean } | null {
  if (inline === undefined || inline === null) return { values: {}, ignored: false }
  if (isJsonObject(inline) && survivesYaml(inline)) return { values: inline, ignored: false }
  const read = readYamlValues(goJson(inline))
  if (read.ok) return { values: read.value, ignored: false }
  return isBeyondLimits(read) ? null : { values: {}, ignored: true }
}

type Found = { readonly text: string; readonly valid: boolean }

function resolveReference(reference: Json, read: ReadConfig): Found | 'skip' | CompositionProblem {
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
  return targetPathOf(reference) !== ''
}

/** '' where the reference is merged at the root. */
export function targetPathOf(reference: Json): string {
  return digString(reference, 'targetPath') ?? ''
}

type Reading = { readonly readText: typeof readYamlValues; readonly isSet: boolean }

/** What a reference does with the text of its key. */
function stepOf(reference: Json, text: string, { readText, isSet }: Reading): Step<Stop> {
  const path = targetPathOf(reference)
  if (path === '') {
    const read = readText(text)
    return read.ok
      ? { tree: (isSet ? mutableCopy(read.value) : read.value) as MutableMap }
      : { stop: { reason: 'data not readable', line: read.line } }
  }
  const set = dig(reference, 'literal') === true ? setPathLiteral : setPathValue
  return { set: (tree) => set(tree, path, text), refused: { reason: 'not mergeable', line: null } }
}
