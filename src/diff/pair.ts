import { isJsonArray, type Json } from '../model/json.ts'
import { isTree } from '../flux/normal-form.ts'
import type { Owner, Site } from '../flux/field.ts'
import type { Normal } from './deep-diff.ts'
import type { EquivalenceCode } from './equivalences.ts'
import type { Step, TreeContext, UnknownLeaf } from './tree-types.ts'

/** Why a place that differs as text does not differ. */
export type Reason = { readonly because: EquivalenceCode; readonly detail: string }

/** What is compared at a leaf: one text a side, undefined where there is nothing; `reason` holds if they turn out equal. */
type Leaf = {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly reason: Reason
  readonly moved: boolean
  readonly unknown: UnknownLeaf['reason'] | null
}

/** One place at which the two trees differ as text, with what stands there on each side. Places that are the same have none. */
export type Pair = {
  readonly parent: Pair | null
  /** Null at the root, and where a list as a whole changed its order. */
  readonly step: Step | null
  readonly tokens: { readonly from: string | null; readonly to: string | null }
  readonly from: Json | undefined
  readonly to: Json | undefined
  readonly depth: number
  /** Inside a document that is a string of the object: pointers end at that string. */
  inside: boolean
  leaf: Leaf | null
  children: Map<string, Pair> | null
  /** Holds for this place whatever changed below it. */
  always: Reason | null
  /** Holds where nothing below it changed. */
  otherwise: Reason | null
  changed: boolean
}

/** What stays the same on the way through two trees. */
export type Walk = {
  readonly from: Json
  readonly to: Json
  readonly owner: Owner
  readonly context: TreeContext
}

export type Side = 'from' | 'to'

type Place = Pick<Pair, 'parent' | 'step' | 'tokens' | 'from' | 'to'>

const NO_REASON: Reason = { because: 'default-value', detail: '' }
export const NO_TOKENS = { from: null, to: null } as const

export function createPair(place: Place): Pair {
  const inside = place.parent?.inside ?? false
  const depth = (place.parent?.depth ?? -1) + 1
  return { ...place, depth, inside, leaf: null, children: null, always: null, otherwise: null, changed: false }
}

/** Adds the place below `parent` that a step leads to. Keys of `children` only have to be unique. */
export function addChild(parent: Pair, key: string, place: Omit<Place, 'parent'>): Pair {
  const tokens = parent.inside ? NO_TOKENS : place.tokens
  const child = createPair({ parent, step: place.step, tokens, from: place.from, to: place.to })
  parent.children ??= new Map()
  parent.children.set(key, child)
  return child
}

export function setLeaf(pair: Pair, from: string | undefined, to: string | undefined, reason = NO_REASON): void {
  pair.leaf = { from, to, reason, moved: false, unknown: null }
}

/** A place whose texts mean the same. */
export function setEqual(pair: Pair, reason: Reason): void {
  setLeaf(pair, undefined, undefined, reason)
}

export function setUnknown(pair: Pair, unknown: UnknownLeaf['reason']): void {
  pair.leaf = { from: undefined, to: undefined, reason: NO_REASON, moved: false, unknown }
}

export function setMoved(pair: Pair): void {
  pair.leaf = { from: 'there', to: 'here', reason: NO_REASON, moved: true, unknown: null }
}

/** What derived defaults may look at from a place. */
export function siteOf(pair: Pair, walk: Walk, side: Side): Site {
  return { root: walk[side], parent: pair.parent?.[side], owner: walk.owner }
}

export function isContainer(value: Json | undefined): boolean {
  return isJsonArray(value) || isTree(value)
}

/** One side of the pairs as a tree for deep-diff. A map that one side lacks is empty there, so that differences come out as leaves. */
export function normalTree(pair: Pair, side: Side): Normal | undefined {
  if (pair.leaf) return pair.leaf[side]
  const tree: Record<string, Normal> = Object.create(null)
  for (const [key, child] of pair.children ?? []) {
    const normal = normalTree(child, side)
    if (normal !== undefined) tree[key] = normal
  }
  return tree
}
