import { gapAt, type Gaps, type Missing } from '../flux/effective.ts'
import { isTree } from '../flux/normal-form.ts'
import { own, setOwn, type Json, type JsonObject } from '../model/json.ts'

/** A tree, and what of it is not known. */
export type PartialTree = { readonly tree: JsonObject; readonly missing: Missing | null }

/**
 * Two trees without all that is not known in either of them: what differs between the two that come out differs whatever stands in the
 * gaps. A list with a gap in it, and a map of which only gaps are left, go whole.
 */
export function knownInBoth(a: PartialTree, b: PartialTree): readonly [JsonObject, JsonObject] {
  if (a.missing === null && b.missing === null) return [a.tree, b.tree]
  return cut(a.tree, b.tree, [a.missing?.gaps ?? null, b.missing?.gaps ?? null])
}

type GapsOfBoth = readonly [Gaps | null, Gaps | null]

function cut(a: JsonObject, b: JsonObject, gaps: GapsOfBoth): readonly [JsonObject, JsonObject] {
  const cuts: readonly [Record<string, Json>, Record<string, Json>] = [{}, {}]
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const inner = gaps.map((gap) => gapAt(gap, key))
    if (inner.includes('all')) continue
    const values = [own(a, key), own(b, key)] as const
    const kept = inner.every((gap) => gap === null) ? values : cutMember(values, inner as unknown as GapsOfBoth)
    kept.forEach((value, side) => {
      if (value !== undefined) setOwn(cuts[side]!, key, value)
    })
  }
  return cuts
}

type Values = readonly [Json | undefined, Json | undefined]

/** A value on at least one side of which something is missing, which is a map there. */
function cutMember([a, b]: Values, gaps: GapsOfBoth): Values {
  if ([a, b].some((value) => value !== undefined && !isTree(value))) return [undefined, undefined]
  const [one, other] = cut((a ?? {}) as JsonObject, (b ?? {}) as JsonObject, gaps)
  const empty = [one, other].every((tree) => Object.keys(tree).length === 0)
  return empty ? [undefined, undefined] : [a === undefined ? a : one, b === undefined ? b : other]
}
