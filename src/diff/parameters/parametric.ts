import { splitGeneratedName } from '../../flux/generator-name.ts'
import { fieldsOf } from '../../flux/field-semantics.ts'
import { canonicalJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { holdsMask } from '../align-mask.ts'
import type { LeafSlot } from '../leaves.ts'
import { namespaceOf } from '../pairing.ts'
import type { Unit } from '../pairing.ts'
import { resolve } from '../resolve.ts'
import type { Run } from '../run.ts'
import { sameJson } from '../same-json.ts'
import type { Side } from '../side.ts'
import type { TreeContext } from '../tree-types.ts'
import type { UnitDiffer } from '../unit-differ.ts'
import { explainValues } from './explain-texts.ts'
import { namesIn, replaceIn, replaceSteps } from './replacer.ts'
import type { Replacer } from './replacer.ts'

/** Why what a side has at a path differs in its parameters alone; null where it is more, or secret. */
export type Parametric = (slot: LeafSlot, side: Side) => string | null

/** What one object needs; `against` are the sides that hold what the others are measured against. */
export type Comparing = {
  readonly run: Run
  readonly unit: Unit
  readonly differ: UnitDiffer
  readonly against: readonly Side[]
}

/** One side with what it has at the path. */
type Own = { readonly side: Side; readonly replacer: Replacer; readonly value: Json | undefined }

/**
 * Explains differences by parameters: after each cluster's own values are replaced by their names, both have the same at the same place.
 * Never of secrets, whose text nobody knows here, and never of an order.
 */
export function createParametric(comparing: Comparing): Parametric {
  const { replacers } = comparing.run
  if (replacers === null) return () => null
  const treeOf = replacedTrees(comparing, replacers)
  return (slot, side) => {
    const other = comparing.against.find((one) => !slot.changes.has(one))
    if (other === undefined || slot.moved || slot.layer === 'presence') return null
    const [from, to] = [other, side].map((one): Own => {
      return { side: one, replacer: replacers[one.index]!, value: slot.at.get(one)?.value }
    }) as [Own, Own]
    if ([from, to].some(({ value }) => value !== undefined && holdsMask(value))) return null
    const names = sameValue(comparing, from, to) ?? samePlace(slot, { ...comparing, treeOf }, from, to)
    return names === null ? null : explain(names, from, to)
  }
}

type TreeOf = (side: Side) => Json

function replacedTrees({ unit, differ }: Comparing, replacers: readonly Replacer[]): TreeOf {
  const trees = new Map<Side, Json>()
  return (side) => {
    const known = trees.get(side)
    if (known !== undefined) return known
    const tree = replaceIn(differ.load(side, 'body'), fieldOf(unit), replacers[side.index]!)
    trees.set(side, tree)
    return tree
  }
}

function fieldOf({ ref }: Unit) {
  return fieldsOf(ref.group, ref.kind)
}

/** The parameters that make two values the same; null where they do not, or where one side has none. */
function sameValue({ run, unit }: Comparing, from: Own, to: Own): readonly string[] | null {
  if (from.value === undefined || to.value === undefined) return null
  const [a, b] = [from.value, to.value]
  const names = explainValues({ ...from, value: a }, { ...to, value: b })
  if (names !== null || typeof a !== 'string' || typeof b !== 'string') return names
  const stems = [a, b].map((name) => splitGeneratedName(name)?.stem)
  if (stems[0] === undefined || stems[1] === undefined || !run.sameName(namespaceOf(unit), a, b)) return null
  return explainValues({ ...from, value: stems[0] }, { ...to, value: stems[1] })
}

/** What one side has alone is the same if the other one has it where its own parameters lead. */
function samePlace(
  slot: LeafSlot,
  comparing: Comparing & { readonly treeOf: TreeOf },
  from: Own,
  to: Own,
): readonly string[] | null {
  const { unit, treeOf } = comparing
  const [has, lacks] = from.value === undefined ? [to, from] : [from, to]
  if (has.value === undefined || lacks.value !== undefined) return null
  if (!['spec', 'metadata', 'data'].includes(slot.layer)) return null
  if (slot.steps.some((step) => 'index' in step || 'added' in step)) return null
  const steps = replaceSteps(slot.steps, fieldOf(unit), has.replacer)
  const found = resolve(treeOf(lacks.side), steps, contextOf(comparing, has, lacks))
  if (found === null) return null
  const replaced = replaceIn(has.value, { type: 'free' }, has.replacer)
  const names = namesIn(canonicalJson([steps, replaced]))
  if (sameJson(found.value, replaced)) return names
  if (typeof found.value !== 'string' || typeof has.value !== 'string') return null
  const more = sameValue(comparing, has, { ...lacks, value: lacks.replacer.restore(found.value) })
  return more === null ? null : [...names, ...more]
}

/** In replaced trees, references are names with parameters in them, and maybe with a hash of content behind. */
function contextOf({ run, unit, differ }: Comparing, has: Own, lacks: Own): TreeContext {
  const sameReference = (a: string, b: string): boolean => {
    if (splitGeneratedName(a)?.stem !== splitGeneratedName(b)?.stem) return false
    return run.sameName(namespaceOf(unit), has.replacer.restore(a), lacks.replacer.restore(b))
  }
  return { ...differ.context, sameReference }
}

/** Without a parameter there is nothing that explains. */
function explain(names: readonly string[], from: Own, to: Own): string | null {
  const used = [...new Set(names)].toSorted()
  if (used.length === 0) return null
  const told = used.map((name) => {
    const values = [from, to].map(({ side, replacer }) => `${JSON.stringify(replacer.words.get(name))} on ${side.name}`)
    return `\${${name}} is ${values.join(' and ')}`
  })
  return told.join(', ')
}
