import type { Change, Layer, Origin } from '../model/comparison.ts'
import type { Json } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import { findHidden, mayHide } from './hidden.ts'
import { layerOf, pathIn, withinIn } from './layers.ts'
import type { TreeName } from './layers.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import type { Equivalent, LeafChange, Step, TreeDiff, UnknownLeaf } from './tree-types.ts'
import type { UnitDiffer } from './unit-differ.ts'
import { variantsOf } from './variants.ts'
import type { Variant } from './variants.ts'

export type At = { readonly value: Json; readonly pointer: string | null }

/** One path at which clusters differ, with what each of them has there. Pointers are rooted at the object. */
export type LeafSlot = {
  readonly layer: Layer
  readonly path: string
  readonly steps: readonly Step[]
  /** Null also where the targets do not agree on it. */
  within: string | null
  readonly moved: boolean
  readonly changes: Map<Side, Change>
  readonly at: Map<Side, At>
  /** Of effective values and variables. */
  readonly origins?: ReadonlyMap<Side, Origin>
  /** Of effective values and variables: why nothing is known of this place, on the sides of which other places are known. */
  readonly unread?: ReadonlyMap<Side, string>
  /** Where digests prove that clusters differ here, although nobody could read in what: how. */
  readonly proven?: string
}

export type EquivalentSlot = {
  readonly layer: Layer
  readonly path: string
  readonly because: string
  readonly detail: string
  readonly values: Map<Side, Json>
}

/** One path at which the value of some clusters cannot be known. */
export type UnknownSlot = {
  readonly layer: Layer
  readonly path: string
  readonly steps: readonly Step[]
  readonly reason: UnknownLeaf['reason']
  readonly sides: Set<Side>
}

type Leaves = {
  readonly slots: Map<string, LeafSlot>
  readonly equivalents: Map<string, EquivalentSlot>
  readonly unknown: Map<string, UnknownSlot>
}

export type MeasuredLeaves = {
  readonly slots: readonly LeafSlot[]
  readonly equivalents: readonly EquivalentSlot[]
  readonly unknown: readonly UnknownSlot[]
}

/** One tree of one object on the sides that have it, measured against the first of them. */
export type Measure = {
  readonly run: Run
  readonly unit: Unit
  readonly differ: UnitDiffer
  readonly tree: TreeName
  readonly against: Side
  readonly sides: readonly Side[]
}

type Pair = { readonly variant: Variant; readonly diff: TreeDiff; readonly byKey: Map<string, LeafChange> }

/** What differs between the side measured against and every other variant. */
export function measureLeaves(measure: Measure): MeasuredLeaves {
  const { tree, against, differ } = measure
  const leaves: Leaves = { slots: new Map(), equivalents: new Map(), unknown: new Map() }
  const variants = variantsOf(measure.sides, (side) => differ.digest(side, tree))
  const own = variants.find((variant) => variant.sides.includes(against)) ?? variants[0]!
  const pairs: Pair[] = variants
    .filter((variant) => variant !== own)
    .map((variant) => ({
      variant,
      diff: differ.diff(against, variant.sides[0]!, tree),
      byKey: new Map<string, LeafChange>(),
    }))
  for (const pair of pairs) {
    for (const change of pair.diff.changes) openSlot(measure, leaves, pair, change)
    for (const equivalent of pair.diff.equivalent) addEquivalent(measure, leaves, [own, pair.variant], equivalent)
    for (const unknown of pair.diff.unknown) addUnknown(measure, leaves, pair.variant.sides, unknown)
  }
  for (const variant of variants) addHidden(measure, leaves, variant, toldOf(variant, own, pairs))
  fillSlots(measure, leaves, own, pairs)
  return listed(leaves)
}

function listed({ slots, equivalents, unknown }: Leaves): MeasuredLeaves {
  return { slots: [...slots.values()], equivalents: [...equivalents.values()], unknown: [...unknown.values()] }
}

function keyOf(layer: Layer, path: string, rest = ''): string {
  return `${layer}\0${path}\0${rest}`
}

function openSlot(measure: Measure, leaves: Leaves, pair: Pair, change: LeafChange): void {
  const { run, unit } = measure
  const layer = layerOf(change.steps, measure.tree, unit.data)
  if (!run.layers.has(layer)) return
  const path = pathIn(layer, change.steps)
  const moved = change.change === 'moved'
  const key = keyOf(layer, path, moved ? 'moved' : '')
  pair.byKey.set(key, change)
  const { steps, within } = change
  const known = leaves.slots.get(key)
  if (known !== undefined) {
    if (known.within !== within) known.within = null
    return
  }
  leaves.slots.set(key, { layer, path, steps, within, moved, changes: new Map(), at: new Map() })
}

function fillSlots(measure: Measure, leaves: Leaves, own: Variant, pairs: readonly Pair[]): void {
  for (const [key, slot] of leaves.slots) {
    const changes = pairs.flatMap((pair) => pair.byKey.get(key) ?? [])
    const first = changes.find((change) => change.from !== undefined)
    const from = first === undefined ? null : { value: first.from!, pointer: first.fromPointer }
    for (const side of own.sides) if (from) slot.at.set(side, from)
    for (const pair of pairs) fillVariant(measure, slot, { variant: pair.variant, change: pair.byKey.get(key), from })
  }
}

type Filling = { readonly variant: Variant; readonly change: LeafChange | undefined; readonly from: At | null }

function fillVariant(measure: Measure, slot: LeafSlot, { variant, change, from }: Filling): void {
  const at = change ? toOf(change) : unchangedAt(measure, slot, variant, from)
  for (const side of variant.sides) {
    if (at) slot.at.set(side, at)
    if (change) slot.changes.set(side, change.change)
  }
}

function toOf(change: LeafChange): At | null {
  return change.to === undefined ? null : { value: change.to, pointer: change.toPointer }
}

/**
 * What a variant has at a path at which it agrees with the side measured against, maybe in another form. Steps by position mean
 * nothing in a third tree, so there the value is that of the side measured against.
 */
function unchangedAt(measure: Measure, slot: LeafSlot, variant: Variant, from: At | null): At | null {
  const { differ, tree } = measure
  if (slot.moved) return from
  const positional = slot.steps.some((step) => 'index' in step || 'added' in step)
  if (positional) return from === null || isAlike(measure, variant) ? from : { value: from.value, pointer: null }
  return differ.resolve(variant.sides[0]!, slot.steps, tree)
}

/** Whether the variant has the very tree of the side measured against, so that positions mean the same in both. */
function isAlike({ differ, tree, against }: Measure, variant: Variant): boolean {
  const { changes, equivalent, unknown } = differ.diff(against, variant.sides[0]!, tree)
  return changes.length + equivalent.length + unknown.length === 0
}

function addEquivalent(
  measure: Measure,
  leaves: Leaves,
  [own, variant]: readonly [Variant, Variant],
  found: Equivalent,
): void {
  const layer = layerOfPath(found.path, measure)
  if (!measure.run.layers.has(layer)) return
  const path = withinIn(layer, found.path) ?? ''
  const key = keyOf(layer, path, found.because)
  const slot = leaves.equivalents.get(key) ?? {
    layer,
    path,
    because: found.because,
    detail: found.detail,
    values: new Map<Side, Json>(),
  }
  for (const side of own.sides) if (found.from !== undefined) slot.values.set(side, found.from)
  for (const side of variant.sides) if (found.to !== undefined) slot.values.set(side, found.to)
  leaves.equivalents.set(key, slot)
}

/** Equivalences come with a path only; its first key is a plain word (`spec`, `metadata`, `data`, `type`). */
function layerOfPath(path: string, measure: Measure): Layer {
  const key = /^[^.[]*/.exec(path)?.[0] ?? ''
  return layerOf([{ key }], measure.tree, measure.unit.data)
}

function addUnknown(measure: Measure, leaves: Leaves, sides: readonly Side[], leaf: UnknownLeaf): void {
  const { run, unit, against } = measure
  const layer = layerOf(leaf.steps, measure.tree, unit.data)
  if (!run.layers.has(layer)) return
  const path = pathIn(layer, leaf.steps)
  const key = keyOf(layer, path, leaf.reason)
  const slot = leaves.unknown.get(key) ?? {
    layer,
    path,
    steps: leaf.steps,
    reason: leaf.reason,
    sides: new Set<Side>(),
  }
  const hidden = [against, ...sides].filter((side) => hidesValue(measure, side, leaf))
  for (const side of hidden.length > 0 ? hidden : sides) slot.sides.add(side)
  leaves.unknown.set(key, slot)
}

/** Whether it is this side whose value cannot be known; two fingerprints under different keys are the fault of neither. */
function hidesValue({ differ, tree }: Measure, side: Side, leaf: UnknownLeaf): boolean {
  const value = differ.resolve(side, leaf.steps, tree)?.value
  return isMasked(value) && !value.masked.startsWith('hmac:')
}

/**
 * Two hidden values look the same, so no diff tells of them: those that no diff told of are added here.
 */
function addHidden(measure: Measure, leaves: Leaves, variant: Variant, told: ReadonlySet<string>): void {
  const sides = variant.sides.filter((side) => {
    const entry = measure.unit.entries[side.index]
    return entry && mayHide(entry, side)
  })
  if (sides.length === 0) return
  for (const { steps, pointer, reason } of findHidden(measure.differ.load(sides[0]!, measure.tree))) {
    const leaf = { path: '', steps, reason, fromPointer: pointer, toPointer: pointer }
    if (!told.has(pointer)) addUnknown(measure, leaves, sides, leaf)
  }
}

/** The pointers, into the trees of the variant, of all that its diffs tell. */
function toldOf(variant: Variant, own: Variant, pairs: readonly Pair[]): Set<string> {
  const told = pairs.flatMap(({ variant: other, diff }) => {
    const leaves = [...diff.changes, ...diff.unknown]
    if (variant === own) return leaves.map((leaf) => leaf.fromPointer)
    return variant === other ? leaves.map((leaf) => leaf.toPointer) : []
  })
  return new Set(told.filter((pointer) => pointer !== null))
}
