import type { Origin } from '../model/comparison.ts'
import { isJsonArray, type Json, type JsonObject } from '../model/json.ts'
import { isTree } from './normal-form.ts'
import type { ValueSource } from './value-sources.ts'

/**
 * What `originIn` tells of a merge in which no targetPath was set: trees are then laid over each other, so the highest source that
 * holds a place gave what stands there. Null where nothing stands there.
 */
export function originAmong(
  merged: JsonObject,
  sources: readonly ValueSource[],
  tokens: readonly string[],
): Origin | null {
  const found = follow(merged, tokens)
  if (found.value === undefined) return null
  const holders = sources.filter((source) => holdsAt(treeOf(source), tokens))
  const leaf = firstLeafIn(found.value, found.tokens)
  const winner = holders.findLast(
    leaf === null
      ? (source) => isSameKind(follow(treeOf(source), tokens).value, found.value!)
      : (source) => follow(treeOf(source), leaf).value !== undefined,
  )
  if (winner === undefined) return null
  return { from: winner.label, shadows: holders.filter((source) => source !== winner).map(({ label }) => label) }
}

function treeOf(source: ValueSource): JsonObject {
  return 'tree' in source ? source.tree : {}
}

type Followed = { readonly value: Json | undefined; readonly tokens: readonly string[] }

/** What stands at a place, with the tokens that led there: a scalar ends the way, since its text may be a document into which the way goes on. */
function follow(tree: JsonObject, tokens: readonly string[]): Followed {
  let here: Json | undefined = tree
  for (const [at, token] of tokens.entries()) {
    if (isJsonArray(here)) here = here[Number(token)]
    else if (here === undefined || !isTree(here)) return { value: here, tokens: tokens.slice(0, at) }
    else here = Object.hasOwn(here, token) ? here[token] : undefined
  }
  return { value: here, tokens }
}

/** Whether the tree has something at the place, or something else than a map on the way to it. */
export function holdsAt(tree: JsonObject, tokens: readonly string[]): boolean {
  let here: Json = tree
  for (const token of tokens) {
    if (!isTree(here)) return true
    if (!Object.hasOwn(here, token)) return false
    here = here[token]!
  }
  return true
}

/** The way to the first leaf at or below a place; null where there are but empty maps and lists. */
function firstLeafIn(value: Json, tokens: readonly string[]): readonly string[] | null {
  if (isJsonArray(value)) return value.some((item) => firstLeafIn(item, tokens) !== null) ? tokens : null
  if (!isTree(value)) return tokens
  for (const key of Object.keys(value)) {
    const leaf = firstLeafIn(value[key]!, [...tokens, key])
    if (leaf !== null) return leaf
  }
  return null
}

/** Whether a source could have given an empty list or a map without leaves. */
function isSameKind(own: Json | undefined, found: Json): boolean {
  if (own === undefined) return false
  return isJsonArray(found) ? isJsonArray(own) : isTree(own)
}
