import type { Json } from '../model/json.ts'
import { isTree } from './normal-form.ts'
import { isMutableMap, setMember } from './strvals.ts'
import type { MutableJson, MutableMap } from './strvals.ts'

/**
 * What one item of valuesFrom comes to: nothing (optional and not there), values at the root, one targetPath to be set (`refused`:
 * where the values so far do not allow it, which `set` says by a SyntaxError), or the end of the composition.
 */
export type Step<Stop> =
  | 'skip'
  | { readonly tree: MutableMap }
  | { readonly set: (tree: MutableMap) => void; readonly refused: Stop }
  | { readonly stop: Stop }

export type Merged<Stop> =
  | { readonly ok: true; readonly values: MutableMap }
  | { readonly ok: false; readonly stop: Stop; /** Index in valuesFrom. */ readonly at: number }

/** Lays one map over another, map by map. */
type MergeMaps = (below: MutableMap, above: MutableMap) => MutableMap

/**
 * The one merge of Helm values (fluxcd/pkg chartutil, ChartValuesFromReferences): the items of valuesFrom in their order, `own`
 * (spec.values) last, and before each targetPath. `own` and the trees of steps are shared with the result; steps that set change them.
 */
export function composeSteps<Stop>(
  own: MutableMap,
  references: readonly Json[],
  resolve: (reference: Json, at: number) => Step<Stop>,
  merge: MergeMaps = mergeMaps,
): Merged<Stop> {
  let values: MutableMap = {}
  for (const [at, reference] of references.entries()) {
    const step = resolve(reference, at)
    if (step === 'skip') continue
    if ('stop' in step) return { ok: false, stop: step.stop, at }
    if ('tree' in step) values = merge(values, step.tree)
    else {
      values = merge(values, own)
      if (!canSet(step.set, values)) return { ok: false, stop: step.refused, at }
    }
  }
  return { ok: true, values: merge(values, own) }
}

/** False where the tree does not allow it; the tree is then half changed. */
export function canSet(set: (tree: MutableMap) => void, tree: MutableMap): boolean {
  try {
    set(tree)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** `b` over `a`, map by map; everything else is replaced whole. What is not merged is shared, not copied: see composeSteps. */
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

/**
 * `above` over `below`, map by map, as Helm merges values. Everything is shared with the result, so nothing may be set in it: a merge with
 * a targetPath needs the copies that `composeSteps` makes by itself.
 */
export function layOver(below: MutableMap, above: MutableMap): MutableMap {
  if (Object.keys(below).length === 0) return above
  const laid: MutableMap = { ...below }
  for (const key of Object.keys(above)) {
    const [under, over] = [Object.hasOwn(below, key) ? below[key]! : null, above[key]!]
    setMember(laid, key, isMap(under) && isMap(over) ? layOver(under, over) : over)
  }
  return laid
}

function isMap(value: MutableJson): value is MutableMap {
  return isTree(value)
}
