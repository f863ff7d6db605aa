import type { Json } from '../model/json.ts'
import { compareRefs, refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Subject } from './differences.ts'
import { effectiveOf, type EffectiveUnit } from './effective.ts'
import { inlineLeaves, measureEffective, mostCommonOf, reasonsOf } from './effective-leaves.ts'
import { isUncertain } from './effective-proof.ts'
import { measureEvents } from './events.ts'
import { mayHide } from './hidden.ts'
import { isEffective } from './layers.ts'
import { measureLeaves } from './leaves.ts'
import { isDrift, judgedDifferences } from './judged-unit.ts'
import type { JudgedDifferences } from './judged-unit.ts'
import type { EquivalentSlot, LeafSlot, MeasuredLeaves, UnknownSlot } from './leaves.ts'
import { presenceOf, stateOf } from './outcome.ts'
import { createParametric } from './parameters/parametric.ts'
import type { Certainty, UnitState } from './outcome.ts'
import { referencesOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import { sightUnit } from './presence.ts'
import type { Sighting } from './presence.ts'
import { hasUnread, proveUnit, provenSlots } from './proof/prove.ts'
import type { UnitProof } from './proof/prove.ts'
import { hidesUnknown } from './rules/judge-unit.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import { createUnitBodies, createUnitDiffer, digestOn } from './unit-differ.ts'
import type { UnitBodies, UnitDiffer } from './unit-differ.ts'
import { chooseAgainst, variantsOf } from './variants.ts'

/** What came out for one object. */
export type UnitResult = Omit<JudgedDifferences, 'explained'> & {
  readonly unit: Unit
  readonly sightings: readonly Sighting[]
  readonly state: UnitState
  /** Clusters that hold the variant measured against; the first of them represents it. */
  readonly against: readonly Side[]
  readonly equivalents: readonly EquivalentSlot[]
  readonly unknown: readonly UnknownSlot[]
  readonly certainty: Certainty
  /** Null where nothing but the object itself is to be compared. */
  readonly effective: EffectiveUnit | null
  /** Null where nothing is open of which a digest could say something. */
  readonly proof: UnitProof | null
  /** Of a ConfigMap or Secret that could not be read: all that use it have an answer all the same. */
  readonly settled?: true
}

const NOTHING: MeasuredLeaves = { slots: [], equivalents: [], unknown: [] }

/** Compares one object over all clusters. Bodies are loaded only where digests differ. */
export function compareUnit(run: Run, unit: Unit): UnitResult {
  const bodies = createUnitBodies(unit)
  const effective = effectiveOf(run, unit, bodies)
  const equal =
    effective === null && isPlainlyEqual(run, unit) && !run.rules.asks(unit) && (unit.data || !hasUnread(run, unit))
  return equal ? inSync(run, unit) : measuredUnit(run, unit, { effective, bodies })
}

const NOT_JUDGED = { differences: [], hidden: [], findings: [], uses: [], overlaps: [] } as const
const IN_SYNC = {
  ...NOT_JUDGED,
  state: 'in-sync',
  equivalents: [],
  unknown: [],
  certainty: { uncertain: false, explained: false },
  effective: null,
  proof: null,
} as const

function inSync(run: Run, unit: Unit): UnitResult {
  return { unit, sightings: run.allPresent, against: run.sides, ...IN_SYNC }
}

/** Most objects are the same everywhere: equal digests, nothing hidden, no current state asked for. */
function isPlainlyEqual({ sides, layers }: Run, { entries }: Unit): boolean {
  const first = entries[0]
  if (!first || entries.length < 2 || layers.has('status') || layers.has('events')) return false
  return sides.every((side) => {
    const entry = entries[side.index]
    return entry?.digest === first.digest && entry.limit === null && !mayHide(entry, side)
  })
}

type Begun = { readonly effective: EffectiveUnit | null; readonly bodies: UnitBodies }

function measuredUnit(run: Run, unit: Unit, { effective, bodies }: Begun): UnitResult {
  const sightings = sightUnit(unit, run.sides)
  const present = run.sides.filter((side) => unit.entries[side.index])
  const readable = present.filter((side) => unit.entries[side.index]?.limit === null)
  const differ = createUnitDiffer(run, unit, bodies)
  const holders = readable.length > 0 ? pickAgainst(run, unit, readable, differ) : present.slice(0, 1)
  const isChosen = effective === null || effective.inline || holders[0] === run.baseline
  const against = isChosen ? holders : mostCommonOf(effective, holders)
  const leaves = measureUnit(run, unit, { against, readable, differ, effective })
  const proof = unit.data ? null : proveUnit(run, unit, { against, effective, slots: leaves.slots })
  const presence = run.layers.has('presence') ? presenceOf(run, sightings) : []
  const unknown = leaves.unknown.filter((slot) => !hidesUnknown(run.rules, unit, slot))
  const { explained, ...judged } = judgedDifferences(run, {
    unit,
    sightings,
    slots: [...presence, ...leaves.slots, ...provenSlots(run, proof)],
    unknown,
    subjectAt: createSubjects(run, unit, { sightings, effective }),
    bodyOf: (side) => (unit.entries[side.index]?.limit === null ? differ.load(side, 'body') : null),
    statusOf: run.layers.has('status') ? (side) => statusOn(unit, side, differ) : null,
    effective,
    context: differ.context,
    parametric: createParametric({ run, unit, differ, against }),
  })
  const uncertain =
    readable.length < present.length ||
    unknown.some(({ reason }) => reason !== 'presence') ||
    (effective !== null && isUncertain(effective, proof))
  const certainty = { uncertain, explained }
  const state = stateOf(judged.differences.filter(isDrift), sightings, certainty)
  const { equivalents } = leaves
  return { unit, sightings, state, against, ...judged, equivalents, unknown, certainty, effective, proof }
}

function statusOn(unit: Unit, side: Side, differ: UnitDiffer): Json | null {
  return isLive(unit, side) ? differ.load(side, 'status') : null
}

/** Files hold no status. */
function isLive(unit: Unit, side: Side): boolean {
  const entry = unit.entries[side.index]
  return Boolean(entry?.statusDigest || entry?.resourceVersion)
}

type About = { readonly sightings: readonly Sighting[]; readonly effective: EffectiveUnit | null }

/** What is known of the object differs by layer: presence is not a matter of its size, and values may not be composable. */
function createSubjects(run: Run, unit: Unit, { sightings, effective }: About): (slot: LeafSlot) => Subject {
  const subject = subjectOf(run, unit, sightings)
  const seen = { ...subject, unknown: unseen(run, sightings) }
  const reasons = new Map(effective === null ? [] : reasonsOf(effective))
  return ({ layer, unread, proven }) => {
    if (layer === 'presence') return seen
    if (proven !== undefined) return { ...subject, unknown: new Map([...subject.unknown, ...(unread ?? [])]) }
    if (!isEffective(layer) || (reasons.size === 0 && unread === undefined)) return subject
    return { ...subject, unknown: new Map([...reasons, ...(unread ?? []), ...subject.unknown]) }
  }
}

function pickAgainst(run: Run, unit: Unit, readable: readonly Side[], differ: UnitDiffer): readonly Side[] {
  const variants = variantsOf(readable, (side) => digestOn(unit, side, 'body') ?? '')
  return chooseAgainst(variants, run.baseline, (a, b) => {
    const diff = differ.diff(a.sides[0]!, b.sides[0]!, 'body')
    return diff.changes.length === 0 && diff.unknown.length === 0
  })
}

type Sides = {
  readonly against: readonly Side[]
  readonly readable: readonly Side[]
  readonly differ: UnitDiffer
  readonly effective: EffectiveUnit | null
}

function measureUnit(run: Run, unit: Unit, sides: Sides): MeasuredLeaves {
  const { readable, differ, effective } = sides
  const [against] = sides.against
  if (against === undefined || readable.length < 2) return NOTHING
  const body = measureLeaves({ run, unit, differ, tree: 'body', against, sides: readable })
  const status = run.layers.has('status') ? measureStatus(run, unit, { ...sides, against: [against] }) : NOTHING
  const made = effective === null || effective.inline ? NOTHING : measureEffective(run, unit, effective, sides.against)
  const inline = effective === null ? [] : inlineLeaves(effective, body.slots)
  const events = measureEvents(run, unit, [against, ...readable.filter((side) => side !== against)])
  return {
    slots: [...body.slots, ...inline, ...made.slots, ...status.slots, ...events],
    equivalents: [...body.equivalents, ...made.equivalents, ...status.equivalents],
    unknown: [...body.unknown, ...made.unknown, ...status.unknown],
  }
}

/** Files hold no status, and no status under another API version is no fact: some versions of a kind have none. */
function measureStatus(run: Run, unit: Unit, { against, readable, differ }: Sides): MeasuredLeaves {
  const entryOf = (side: Side) => unit.entries[side.index]
  const live = readable.filter((side) => isLive(unit, side))
  const versions = new Set(live.map((side) => entryOf(side)?.version))
  const sides = versions.size > 1 ? live.filter((side) => entryOf(side)?.statusDigest) : live
  const first = sides.find((side) => against.includes(side)) ?? sides[0]
  if (first === undefined || sides.length < 2) return NOTHING
  return measureLeaves({ run, unit, differ, tree: 'status', against: first, sides })
}

function unseen(run: Run, sightings: readonly Sighting[]): Map<Side, string> {
  const reasons = run.sides.flatMap((side): [Side, string][] => {
    const sighting = sightings[side.index]
    return sighting?.presence === 'unknown' ? [[side, sighting.reason]] : []
  })
  return new Map(reasons)
}

function subjectOf(run: Run, unit: Unit, sightings: readonly Sighting[]): Subject {
  const unknown = unseen(run, sightings)
  for (const side of run.sides) {
    const limit = unit.entries[side.index]?.limit
    if (limit) unknown.set(side, `limit: ${limit}`)
  }
  const references = unit.data ? run.sides.flatMap((side) => referencesOn(unit, side)) : []
  return { key: unit.key, kind: unit.ref.kind, uses: new Set(references.map((reference) => reference.use)), unknown }
}

/** The Flux objects that refer to a ConfigMap or Secret on any cluster, sorted. */
export function usersOf(run: Run, unit: Unit): ResourceRef[] {
  if (!unit.data) return []
  const users = run.sides.flatMap((side) => referencesOn(unit, side).map((reference) => reference.from))
  return [...new Map(users.map((ref) => [refKey(ref), ref])).values()].sort(compareRefs)
}
