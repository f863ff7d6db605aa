import { fieldsOf } from '../flux/field-semantics.ts'
import type { Json } from '../model/json.ts'
import { compareText } from '../model/resource-ref.ts'
import { align } from './align.ts'
import { findDifferences } from './deep-diff.ts'
import { createPair, NO_TOKENS, normalTree, type Pair, type Reason, type Walk } from './pair.ts'
import { formatPath } from './path.ts'
import { formatPointer } from './pointer.ts'
import { sameJson } from './same-json.ts'
import type { Equivalent, LeafChange, Step, TreeContext, TreeDiff, UnknownLeaf } from './tree-types.ts'

/**
 * What differs between two bodies rooted at the object, by meaning: defaults, normal forms, keyed, set-like and ordered lists, documents in
 * strings and masks. Every place at which the two differ as text is in one of the three lists, or below a place that is.
 * Never changes its arguments.
 */
export function diffTrees(from: Json, to: Json, context: TreeContext): TreeDiff {
  const found: Found = { changes: [], equivalent: [], unknown: [] }
  if (sameJson(from, to)) return found
  const owner = { ...context, name: context.name ?? null }
  const walk: Walk = { from, to, owner, context }
  const root = createPair({ parent: null, step: null, tokens: NO_TOKENS, from, to })
  align(root, fieldsOf(context.group, context.kind), walk)
  markChanges(root)
  gather(root, { steps: [], from: [], to: [], within: null }, found)
  found.changes.sort((a, b) => compareText(a.path, b.path) || compareText(a.change, b.change))
  found.equivalent.sort((a, b) => compareText(a.path, b.path) || compareText(a.because, b.because))
  found.unknown.sort((a, b) => compareText(a.path, b.path))
  return found
}

type Found = { readonly changes: LeafChange[]; readonly equivalent: Equivalent[]; readonly unknown: UnknownLeaf[] }

function markChanges(root: Pair): void {
  for (const keys of findDifferences(normalTree(root, 'from') ?? {}, normalTree(root, 'to') ?? {})) {
    let pair: Pair | undefined = root
    for (const key of keys) pair = pair?.children?.get(key)
    if (pair) pair.changed = true
  }
}

/** The way to a pair: its steps, and its pointer on each side as far as it goes. */
type Way = {
  readonly steps: readonly Step[]
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly within: string | null
}

/** Collects what stands at and below a pair; tells whether anything there changed or is unknown. */
function gather(pair: Pair, way: Way, found: Found): boolean {
  if (pair.leaf) return gatherLeaf(pair, way, found)
  let differs = false
  const oneSided = pair.from === undefined || pair.to === undefined
  const within = way.within ?? (oneSided ? formatPath(way.steps) : null)
  for (const child of pair.children?.values() ?? []) {
    differs = gather(child, wayTo(child, way, within), found) || differs
  }
  if (pair.always) found.equivalent.push(equivalentAt(pair, way, pair.always))
  if (pair.otherwise && !differs) found.equivalent.push(equivalentAt(pair, way, pair.otherwise))
  return differs
}

function wayTo(pair: Pair, way: Way, within: string | null): Way {
  const { step, tokens } = pair
  return {
    steps: step === null ? way.steps : [...way.steps, step],
    from: tokens.from === null ? way.from : [...way.from, tokens.from],
    to: tokens.to === null ? way.to : [...way.to, tokens.to],
    within,
  }
}

function gatherLeaf(pair: Pair, way: Way, found: Found): boolean {
  if (pair.leaf?.unknown) {
    const { steps } = way
    found.unknown.push({ path: formatPath(steps), steps, reason: pair.leaf.unknown, ...pointersOf(pair, way) })
    return true
  }
  if (pair.changed) found.changes.push(changeAt(pair, way))
  else found.equivalent.push(equivalentAt(pair, way, pair.leaf?.reason ?? { because: 'empty-absent', detail: '' }))
  return pair.changed
}

function pointersOf(pair: Pair, way: Way): Pick<LeafChange, 'fromPointer' | 'toPointer'> {
  return {
    fromPointer: pair.from === undefined ? null : formatPointer(way.from),
    toPointer: pair.to === undefined ? null : formatPointer(way.to),
  }
}

function changeAt(pair: Pair, way: Way): LeafChange {
  const { steps, within } = way
  const { from, to } = pair
  return { steps, path: formatPath(steps), change: kindOf(pair), from, to, ...pointersOf(pair, way), within }
}

function kindOf(pair: Pair): LeafChange['change'] {
  if (pair.leaf?.moved) return 'moved'
  if (pair.from === undefined) return 'added'
  return pair.to === undefined ? 'removed' : 'changed'
}

function equivalentAt(pair: Pair, way: Way, reason: Reason): Equivalent {
  return { path: formatPath(way.steps), ...reason, from: pair.from, to: pair.to }
}
