import type { Origin } from '../model/comparison.ts'
import { dig, digString, type Json, type JsonObject } from '../model/json.ts'

/** Why the values or variables of an object cannot be put together, as its controller fails to. */
export type CompositionProblem =
  | 'object not found'
  | 'key not found'
  | 'unsupported kind'
  | 'data not readable'
  | 'not mergeable'
  | 'read failed'

/**
 * What is not known of a tree: all of what stands at a key, or gaps below it; null at a key that is known whole. `open`: keys that are
 * not named here may stand there or not, with anything; else they are known.
 */
export type Gaps = { readonly open: boolean; readonly at: ReadonlyMap<string, Gaps | 'all' | null> }

/** Why a tree has gaps, and where; `asked` is false where the user chose not to read what is missing. */
export type Missing = { readonly gaps: Gaps; readonly reason: string; readonly asked: boolean }

/**
 * What a controller makes of an object and of the ConfigMaps and Secrets that it names, on masked data:
 * - `composed`: the merged tree, and which source gave the value at a place of it (reference tokens of a JSON pointer); with `missing`,
 *   what stands in it holds whatever the sources say that are not known (unless they make the controller fail), and there may be more;
 * - `not-composable`: the controller cannot do it either; `source` is the one that it fails at, `line` the line in its text;
 * - `unknown`: something was not read, or is masked where its text decides; `asked` is false where the user chose not to read it.
 */
export type Effective =
  | {
      readonly state: 'composed'
      readonly tree: JsonObject
      readonly originAt: (tokens: readonly string[]) => Origin | null
      readonly missing: Missing | null
      /** Places, with only maps on the way, of masked texts out of which Helm reads a value that may be of another type. */
      readonly texts: readonly (readonly string[])[]
    }
  | {
      readonly state: 'not-composable'
      readonly problem: CompositionProblem
      readonly source: string
      readonly line: number | null
    }
  | { readonly state: 'unknown'; readonly reason: string; readonly asked: boolean }

/** What was found of a reference: the masked body of its object, a proof that there is none, or neither. */
export type FoundConfig =
  | { readonly found: 'present'; readonly body: JsonObject }
  | { readonly found: 'absent' }
  | { readonly found: 'unknown'; readonly reason: string; readonly asked: boolean }

/** Answers for the reference at this index of valuesFrom or substituteFrom. */
export type ReadReference = (at: number) => FoundConfig

/** Binary data of a ConfigMap stands in its body as such a URL; Flux does not read it. */
const BINARY = /^data:;base64,/

/** The value of a key as Flux sees it: undefined where there is none. */
export function configValue(body: JsonObject, kind: string, key: string): Json | undefined {
  const data = dig(body, 'data')
  const value = dig(data, key)
  return kind === 'ConfigMap' && typeof value === 'string' && BINARY.test(value) ? undefined : value
}

/** The kind of a reference to a ConfigMap or Secret; null for any other. */
export function configKind(reference: Json): 'ConfigMap' | 'Secret' | null {
  const kind = digString(reference, 'kind')
  return kind === 'ConfigMap' || kind === 'Secret' ? kind : null
}

/** The labels, each with its position in the list where one stands there more than once: `ConfigMap/x:values.yaml (valuesFrom[2])`. */
export function sourceLabels(labels: readonly string[], list: 'valuesFrom' | 'substituteFrom'): string[] {
  return labels.map((label, at) =>
    labels.indexOf(label) === labels.lastIndexOf(label) ? label : `${label} (${list}[${at}])`,
  )
}

/** What is missing of a member of a map. */
export function gapAt(gaps: Gaps | null, key: string): Gaps | 'all' | null {
  const gap = gaps?.at.get(key)
  return gap === undefined ? (gaps?.open ? 'all' : null) : gap
}

/** Whether it is known what stands at a place and below it. */
export function isKnownAt(missing: Missing | null, tokens: readonly string[]): boolean {
  let here: Gaps | null = missing?.gaps ?? null
  for (const token of tokens) {
    const gap = gapAt(here, token)
    if (gap === 'all') return false
    here = gap
  }
  return here === null
}
