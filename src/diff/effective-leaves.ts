import { isKnownAt, type Effective } from '../flux/effective.ts'
import type { Origin } from '../model/comparison.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { knownInBoth } from './known-in-both.ts'
import { pathIn, pointerIn, rootOf } from './layers.ts'
import type { EffectiveLayer } from './layers.ts'
import { measureLeaves, type LeafSlot, type MeasuredLeaves } from './leaves.ts'
import { INLINE_ORIGIN } from './effective.ts'
import type { EffectiveUnit } from './effective.ts'
import type { Unit } from './pairing.ts'
import { parsePointer } from './pointer.ts'
import { resolve } from './resolve.ts'
import type { Run } from './run.ts'
import { sameJson } from './same-json.ts'
import type { Side } from './side.ts'
import { diffTrees } from './tree-diff.ts'
import type { Step, TreeDiff } from './tree-types.ts'
import { contextOf, type UnitDiffer } from './unit-differ.ts'

export type Composed = Extract<Effective, { state: 'composed' }>

/** The sides whose tree is known, at least in parts. */
export function composedOn({ states }: EffectiveUnit): Map<Side, Composed> {
  const known = new Map<Side, Composed>()
  for (const [side, state] of states) if (state.state === 'composed') known.set(side, state)
  return known
}

/** The side that the others are measured against: of `against` the first of which all is known, or else something. */
export function firstOf(known: ReadonlyMap<Side, Composed>, against: readonly Side[]): Side | undefined {
  return against.find((side) => known.get(side)?.missing === null) ?? against.find((side) => known.has(side))
}

/**
 * Of clusters that hold the same object, those for which controllers make the same of it: the most common of what is wholly known, of
 * equally common ones the first. What is not wholly known speaks for no other.
 */
export function mostCommonOf(effective: EffectiveUnit, against: readonly Side[]): readonly Side[] {
  const known = composedOn(effective)
  const groups: Side[][] = []
  for (const side of against.filter((one) => known.get(one)?.missing === null)) {
    const group = groups.find(([first]) => first !== undefined && isSameTree(known.get(first)!, known.get(side)!))
    if (group === undefined) groups.push([side])
    else group.push(side)
  }
  const [common] = groups.toSorted((a, b) => b.length - a.length)
  const others = new Set(groups.filter((group) => group !== common).flat())
  return against.filter((side) => !others.has(side))
}

/** Why nothing is known of a side; empty where all are known. */
export function reasonsOf({ states }: EffectiveUnit): Map<Side, string> {
  const reasons = new Map<Side, string>()
  for (const [side, state] of states) {
    if (state.state === 'unknown') reasons.set(side, state.reason)
    if (state.state === 'not-composable') reasons.set(side, `not composable: ${state.source}: ${state.problem}`)
  }
  return reasons
}

const NOTHING: MeasuredLeaves = { slots: [], equivalents: [], unknown: [] }

/**
 * What differs between the trees that controllers make, measured against the first of `against` whose tree is known. What is equivalent
 * or cannot be known there is told by the layers `spec` and `data` too; it is left to them where they were asked for.
 */
export function measureEffective(
  run: Run,
  unit: Unit,
  effective: EffectiveUnit,
  against: readonly Side[],
): MeasuredLeaves {
  const known = composedOn(effective)
  const first = firstOf(known, against)
  if (first === undefined || known.size < 2) return NOTHING
  const { layer } = effective
  const sides = [first, ...[...known.keys()].filter((side) => side !== first)]
  const differ = createEffectiveDiffer(run, unit, { layer, known })
  const { slots, equivalents, unknown } = measureLeaves({ run, unit, differ, tree: layer, against: first, sides })
  const located = slots.map((slot) => withOrigins(slot, known))
  return run.layers.has('spec') && run.layers.has('data')
    ? { slots: located, equivalents: [], unknown: [] }
    : { slots: located, equivalents, unknown }
}

/** The differences of inline values or variables, as differences of what is made of them. */
export function inlineLeaves({ layer, inline }: EffectiveUnit, slots: readonly LeafSlot[]): LeafSlot[] {
  if (!inline) return []
  const root = rootOf(layer)
  return slots.flatMap((slot) => {
    const below = slot.steps.length > root.length && root.every((key, at) => isKey(slot.steps[at], key))
    if (slot.layer !== 'spec' || !below) return []
    const origins = new Map([...slot.at.keys()].map((side) => [side, INLINE_ORIGIN]))
    const within = slot.within?.startsWith(`${root.join('.')}.`) ? slot.within : null
    return [{ ...slot, layer, path: pathIn(layer, slot.steps), within, origins }]
  })
}

function isKey(step: Step | undefined, key: string): boolean {
  return step !== undefined && 'key' in step && step.key === key
}

type Trees = { readonly layer: EffectiveLayer; readonly known: ReadonlyMap<Side, Composed> }

function createEffectiveDiffer(run: Run, unit: Unit, { layer, known }: Trees): UnitDiffer {
  const context = contextOf(run, unit)
  const trees = new Map([...known].map(([side, { tree }]) => [side, rooted(layer, tree)]))
  const distinct: Side[] = []
  const digests = new Map<Side, string>()
  for (const side of known.keys()) {
    const index = distinct.findIndex((other) => isSameTree(known.get(other)!, known.get(side)!))
    digests.set(side, String(index < 0 ? distinct.push(side) - 1 : index))
  }
  const diffs = new Map<string, TreeDiff>()
  const load = (side: Side): Json => trees.get(side) ?? {}
  return {
    context,
    digest: (side) => digests.get(side) ?? '',
    load,
    diff: (from, to) => {
      const key = `${digests.get(from)} ${digests.get(to)}`
      const told = diffs.get(key)
      if (told !== undefined) return told
      const [a, b] = knownInBoth(known.get(from)!, known.get(to)!)
      const diff = diffTrees(rooted(layer, a), rooted(layer, b), context)
      diffs.set(key, diff)
      return diff
    },
    resolve: (side, steps) => resolve(load(side), steps, context),
  }
}

/** Two trees with gaps may differ in these, although what is known of them is the same. */
function isSameTree(a: Composed, b: Composed): boolean {
  return a === b || (a.missing === null && b.missing === null && sameJson(a.tree, b.tree))
}

/** The tree as if all of it stood inline: its fields then mean what they mean there. */
function rooted(layer: EffectiveLayer, tree: JsonObject): Json {
  return rootOf(layer).reduceRight<Json>((inner, key) => ({ [key]: inner }), tree)
}

function withOrigins(slot: LeafSlot, known: ReadonlyMap<Side, Composed>): LeafSlot {
  const origins = new Map<Side, Origin>()
  for (const [side, { pointer }] of slot.at) {
    const tokens = pointer === null ? null : tokensOf(slot, pointer)
    const origin = tokens === null ? null : known.get(side)?.originAt(tokens)
    if (origin) origins.set(side, origin)
  }
  const unread = new Map<Side, string>()
  const [tokens] = [...slot.at.values()].flatMap(({ pointer }) => (pointer === null ? [] : [tokensOf(slot, pointer)]))
  for (const [side, { missing }] of known) {
    if (missing !== null && tokens && !isKnownAt(missing, tokens)) unread.set(side, missing.reason)
  }
  return unread.size === 0 ? { ...slot, origins } : { ...slot, origins, unread }
}

function tokensOf({ layer }: LeafSlot, pointer: string): readonly string[] | null {
  return parsePointer(pointerIn(layer, pointer))
}
