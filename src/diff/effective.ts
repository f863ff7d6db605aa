import type { Effective } from '../flux/effective.ts'
import { composeEffectiveValues } from '../flux/effective-values.ts'
import { composeEffectiveVariables, type EffectiveVariables } from '../flux/effective-variables.ts'
import { variablesUsed, type VariableUse } from '../flux/variables-used.ts'
import { valuesCheckOf, type ValuesCheck } from '../flux/values-check.ts'
import { dig, isJsonArray, type Json } from '../model/json.ts'
import type { Origin } from '../model/comparison.ts'
import { refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Reference, SnapshotEntry } from '../model/snapshot.ts'
import { configKey } from './config-references.ts'
import { mayHide } from './hidden.ts'
import type { EffectiveLayer } from './layers.ts'
import { refOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import { sameJson } from './same-json.ts'
import { settleTexts } from './secret-texts.ts'
import type { Side } from './side.ts'
import type { UnitBodies } from './unit-differ.ts'

/** What controllers make of one object, on every side that has it; sides with the same inputs share one. */
export type EffectiveUnit = {
  readonly layer: EffectiveLayer
  /** Nothing but the objects themselves has a part in it: what differs is what differs in them. */
  readonly inline: boolean
  readonly states: ReadonlyMap<Side, Effective | EffectiveVariables>
  /** Of a Kustomization: the variables that it needs. */
  readonly uses: ReadonlyMap<Side, readonly VariableUse[]>
  /** What it names on these sides, by field (see `ConfigReferences`). */
  readonly references: ReadonlyMap<Side, ReadonlyMap<string, Reference>>
}

export const INLINE_ORIGIN: Origin = { from: 'inline', shadows: [] }

/** What a side composes from. Two are one group where all of it is the same. */
type Input = {
  readonly entry: SnapshotEntry
  readonly spec: Json
  readonly side: Side
  readonly references: ReadonlyMap<string, Reference>
}
type Group = { readonly first: Input; readonly key: string | null; readonly sides: Side[] }

/**
 * The effective values of a HelmRelease, the effective variables of a Kustomization. Null for other kinds, where the layer was not
 * asked for, and where the inputs are the same everywhere, nothing about them is worth telling and no rule asks: nothing is read then.
 */
export function effectiveOf(run: Run, unit: Unit, bodies: UnitBodies): EffectiveUnit | null {
  const layer = effectiveLayerOf(unit.ref)
  if (layer === null || !run.layers.has(layer) || run.configReferences === null) return null
  const asked = run.rules.asksOf(unit, layer)
  if (!asked && isPlain(run, unit)) return null
  const sides = run.sides.filter((side) => unit.entries[side.index]?.limit === null)
  if (sides.length === 0) return null
  return composedUnit(
    run,
    { unit, layer, asked },
    sides.map((side) => inputOn(run, unit, { side, bodies })),
  )
}

/** `asked`: rules look into what is the same everywhere, too. */
type Composing = { readonly unit: Unit; readonly layer: EffectiveLayer; readonly asked: boolean }

function composedUnit(run: Run, { unit, layer, asked }: Composing, inputs: readonly Input[]): EffectiveUnit | null {
  const noted = inputs.some(({ entry }) => entry.noted)
  const inline = !noted && run.layers.has('spec') && inputs.every((input) => isInline(input, layer))
  const references = new Map(inputs.map((input) => [input.side, input.references]))
  if (inline && layer === 'values') {
    return { layer, inline, states: new Map(inputs.map(({ side }) => [side, INLINE])), uses: NONE, references }
  }
  const groups = groupInputs(inputs)
  if (groups.length === 1 && !noted && !asked) return null
  const states = settleTexts(statesOf(run, unit, groups), run.fingerprint)
  return { layer, inline, states, uses: layer === 'values' ? NONE : usesOf(inputs, states), references }
}

const NONE: EffectiveUnit['uses'] = new Map()

function usesOf(inputs: readonly Input[], states: EffectiveUnit['states']): EffectiveUnit['uses'] {
  const composed = inputs.filter(({ side }) => states.get(side)?.state === 'composed')
  return new Map(composed.map(({ side, spec }) => [side, variablesUsed(spec)]))
}

function statesOf(run: Run, unit: Unit, groups: readonly Group[]): EffectiveUnit['states'] {
  const states = new Map<Side, Effective | EffectiveVariables>()
  for (const { first, sides: members } of groups) {
    const state = compose(run, unit, first)
    for (const side of members) states.set(side, state)
  }
  return states
}

/** Values without references are those that the object says, so they need not be put together. */
const INLINE: Effective = {
  state: 'composed',
  tree: {},
  originAt: () => INLINE_ORIGIN,
  missing: null,
  texts: [],
}

function isInline({ spec }: Input, layer: EffectiveLayer): boolean {
  const references = layer === 'values' ? dig(spec, 'valuesFrom') : dig(spec, 'postBuild', 'substituteFrom')
  return references === undefined || (isJsonArray(references) && references.length === 0)
}

function effectiveLayerOf({ group, kind }: ResourceRef): EffectiveLayer | null {
  if (kind === 'HelmRelease' && group === 'helm.toolkit.fluxcd.io') return 'values'
  return kind === 'Kustomization' && group === 'kustomize.toolkit.fluxcd.io' ? 'substitutions' : null
}

/** Whether digests alone show that the inputs are the same on all clusters. */
function isPlain({ sides, configReferences, replacers }: Run, unit: Unit): boolean {
  const [first] = unit.entries
  if (!first || unit.names !== null) return false
  for (const side of sides) {
    const entry = unit.entries[side.index]
    if (!entry || entry.digest !== first.digest || entry.noted || mayHide(entry, side)) return false
  }
  const { differing } = configReferences!
  // Without parameters the key of a unit is that of its only name.
  return differing.size === 0 || !differing.has(replacers === null ? unit.key : refKey(first.ref))
}

/** Null where something is not known: that is the same as nothing. */
function keyOf({ side, references }: Input): string | null {
  if (references.size === 0) return ''
  const keys = [...references].map(([field, reference]) => {
    const key = configKey(side, reference)
    return key === null ? null : `${field} ${key}`
  })
  return keys.includes(null) ? null : keys.join('\n')
}

function inputOn(run: Run, unit: Unit, { side, bodies }: { side: Side; bodies: UnitBodies }): Input {
  const spec = dig(bodies.load(side, 'body'), 'spec') ?? {}
  const references = run.configReferences!.of(side, refOn(unit, side))
  return { entry: unit.entries[side.index]!, spec, side, references }
}

function groupInputs(inputs: readonly Input[]): Group[] {
  const groups: Group[] = []
  for (const input of inputs) {
    const { entry, side } = input
    const key = entry.noted || mayHide(entry, side) ? null : keyOf(input)
    const known = key === null ? undefined : groups.find((group) => group.key === key && isSame(group.first, input))
    if (known) known.sides.push(side)
    else groups.push({ first: input, key, sides: [side] })
  }
  return groups
}

function isSame(a: Input, b: Input): boolean {
  if (a.entry.digest === b.entry.digest) return true
  return ['values', 'valuesFrom', 'postBuild', 'patches', 'images'].every((field) => {
    const [one, other] = [dig(a.spec, field), dig(b.spec, field)]
    return (one === undefined && other === undefined) || sameJson(one, other)
  })
}

function compose(run: Run, unit: Unit, { entry, spec, side, references }: Input): Effective | EffectiveVariables {
  const { find, readText } = run.configReferences!
  if (unit.ref.kind === 'Kustomization') {
    return composeEffectiveVariables(dig(spec, 'postBuild'), (at) =>
      find(side, references.get(`spec.postBuild.substituteFrom[${at}]`)),
    )
  }
  return composeEffectiveValues(spec, (at) => find(side, references.get(`spec.valuesFrom[${at}]`)), {
    noted: notedOn(side, entry),
    wasComposed: () => checkOn(side, entry) !== null,
    fingerprint: run.fingerprint,
    readText,
  })
}

/** What the composition told when the snapshot was taken, where it is worth telling. */
export function notedOn(side: Side, entry: SnapshotEntry | null | undefined): ValuesCheck | null {
  return entry?.noted ? checkOn(side, entry) : null
}

/** What the composition told when the snapshot was taken. */
function checkOn(side: Side, { statusDigest }: SnapshotEntry): ValuesCheck | null {
  return statusDigest === null ? null : valuesCheckOf(side.snapshot.body(statusDigest))
}
