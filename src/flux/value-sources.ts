import type { Origin } from '../model/comparison.ts'
import { isJsonArray, setOwn, type Json, type JsonObject } from '../model/json.ts'
import { isTree } from './normal-form.ts'
import { holdsAt } from './value-holders.ts'
import { SOURCE, isMutableMap, setMember } from './strvals.ts'
import type { MakeLeaf, MutableJson, MutableMap, SourcedLeaf } from './strvals.ts'

/** One that takes part in a composition: with a tree of its own, or by setting a targetPath. `at` marks its leaves. */
export type ValueSource = { readonly at: number; readonly label: string } & (
  | { readonly tree: JsonObject }
  | { readonly set: (tree: MutableMap) => void }
)

export function leafOf(at: number): MakeLeaf {
  return (value, padding) => sourcedLeaf(at, value, padding)
}

export function sourcedLeaf(at: number, value: Json, padding = false): SourcedLeaf {
  return { [SOURCE]: at, value, padding }
}

/** A copy whose scalars and masks remember their source. */
export function withSource(tree: JsonObject, at: number): MutableMap {
  const map: MutableMap = {}
  for (const key of Object.keys(tree)) setMember(map, key, sourced(tree[key]!, at))
  return map
}

function sourced(value: Json, at: number): MutableJson {
  if (isJsonArray(value)) return value.map((item) => sourced(item, at))
  return isTree(value) ? withSource(value, at) : sourcedLeaf(at, value)
}

/** The tree as plain JSON. */
export function withoutSource(map: MutableMap): JsonObject {
  const tree: Record<string, Json> = {}
  for (const key of Object.keys(map)) setOwn(tree, key, plain(map[key]!))
  return tree
}

/** A part of a tree as plain JSON. */
export function plain(value: MutableJson): Json {
  if (Array.isArray(value)) return value.map(plain)
  if (isLeaf(value)) return value.value
  return isMutableMap(value) ? withoutSource(value) : value
}

export function isLeaf(value: MutableJson | undefined): value is SourcedLeaf {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && SOURCE in value
}

/**
 * Which source gave what stands at a place of the merged tree, and which others hold something there too, lowest precedence first.
 * A list replaces a list whole, so within one, all that hold the list are told. Null where nothing stands there.
 */
export function originIn(
  merged: MutableMap,
  sources: readonly ValueSource[],
  tokens: readonly string[],
): Origin | null {
  const found = partAt(merged, tokens)
  if (found === undefined) return null
  const holders = sources.filter((source) => holds(source, tokens))
  const leaf = firstLeaf(found)
  const isList = Array.isArray(found)
  const winner =
    leaf === null
      ? holders.findLast((source) => holdsEmpty(source, tokens, isList))
      : sources.find(({ at }) => at === leaf[SOURCE])
  if (winner === undefined) return null
  return { from: winner.label, shadows: holders.filter((source) => source !== winner).map(({ label }) => label) }
}

/** Ends at a leaf even where the way goes on: into a document that is the text of the leaf. */
function partAt(merged: MutableMap, tokens: readonly string[]): MutableJson | undefined {
  let here: MutableJson | undefined = merged
  for (const token of tokens) {
    if (isLeaf(here)) return here
    if (Array.isArray(here)) here = here[Number(token)]
    else here = isMutableMap(here) && Object.hasOwn(here, token) ? here[token] : undefined
  }
  return here
}

/** Null in a tree without leaves. */
function firstLeaf(part: MutableJson): SourcedLeaf | null {
  if (isLeaf(part)) return part
  const children = Array.isArray(part) ? part : isMutableMap(part) ? Object.values(part) : []
  for (const child of children) {
    const leaf = firstLeaf(child)
    if (leaf !== null) return leaf
  }
  return null
}

function holds(source: ValueSource, tokens: readonly string[]): boolean {
  if ('tree' in source) return holdsAt(source.tree, tokens)
  const part = partAt(setAlone(source.set), tokens)
  return part !== undefined && !(isLeaf(part) && part.padding)
}

/** Whether the source could have given the list or map without leaves at the place: maps without leaves stay so when merged. */
function holdsEmpty(source: ValueSource, tokens: readonly string[], isList: boolean): boolean {
  const alone = 'tree' in source ? withSource(source.tree, source.at) : setAlone(source.set)
  const part = partAt(alone, tokens)
  return isList ? Array.isArray(part) : isMutableMap(part)
}

function setAlone(set: (tree: MutableMap) => void): MutableMap {
  const alone: MutableMap = {}
  try {
    set(alone)
  } catch {
    // What could be set in the merged tree may not be in an empty one: it then holds what was set until there.
  }
  return alone
}
