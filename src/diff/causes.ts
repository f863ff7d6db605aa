import { ownerOf } from '../flux/owner.ts'
import type { Cause } from '../model/comparison.ts'
import { displayRef } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Unit } from './pairing.ts'
import type { AbsenceProof } from './presence.ts'
import { sightAbsentee } from './presence.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import { usersOf } from './unit.ts'
import type { UnitResult } from './unit.ts'

/** Finds Flux objects, whether or not they were asked for. */
export type UnitLookup = (ref: ResourceRef) => Unit | undefined

/** The sides on which an object is, and those on which it is proven not to be. */
type Split = { readonly present: readonly Side[]; readonly absent: readonly Side[] }

/**
 * Why an object is on some clusters only, where that is certain for every cluster that lacks it. Differences between the clusters
 * that have it stay beside the cause: it explains the absence and nothing else.
 */
export function causeOf(run: Run, units: UnitLookup, result: UnitResult): Cause | null {
  if (!result.differences.some(({ layer }) => layer === 'presence')) return null
  const split = {
    present: run.sides.filter((side) => result.sightings[side.index]?.presence === 'present'),
    absent: run.sides.filter((side) => result.sightings[side.index]?.presence === 'absent'),
  }
  if (provenBy(result, split, 'not-installed')) return notInstalled(result.unit, split)
  if (provenBy(result, split, 'not-referenced')) return notReferenced(run, result.unit, split)
  const ancestor = absentAncestor(units, result.unit, split)
  return ancestor && parentAbsent(ancestor, split)
}

function provenBy({ sightings }: UnitResult, { absent }: Split, proof: AbsenceProof): boolean {
  return absent.every((side) => {
    const sighting = sightings[side.index]
    return sighting?.presence === 'absent' && sighting.proof === proof
  })
}

function namesOf(sides: readonly Side[]): string {
  return sides.map((side) => side.name).join(', ')
}

function notInstalled(unit: Unit, { absent }: Split): Cause {
  const message = `the kind ${unit.ref.kind} is not installed on ${namesOf(absent)}`
  return { code: 'crd-not-installed', ref: null, message }
}

function notReferenced(run: Run, unit: Unit, { absent }: Split): Cause {
  const [user, ...more] = usersOf(run, unit)
  const ref = user !== undefined && more.length === 0 ? user : null
  const message = `nothing that Flux is told to run on ${namesOf(absent)} refers to it, so it was not looked for there`
  return { code: 'not-referenced', ref, message }
}

function parentAbsent(ref: ResourceRef, { absent }: Split): Cause {
  const message = `${displayRef(ref)}, which creates it elsewhere, is not on ${namesOf(absent)}`
  return { code: 'parent-absent', ref, message }
}

/** The top-most owner that is where the object is and is proven not to be where it is not. */
function absentAncestor(units: UnitLookup, unit: Unit, split: Split): ResourceRef | null {
  const seen = new Set<string>([unit.key])
  let top: ResourceRef | null = null
  for (let here: Unit | undefined = unit; here !== undefined;) {
    const parent = commonOwner(here, split.present, units)
    if (parent === null || seen.has(parent.key) || !isSplitAlike(parent, split)) return top
    seen.add(parent.key)
    top = parent.ref
    here = parent
  }
  return top
}

/** The object that the labels name as owner on all of the sides; null where they disagree or name none. */
function commonOwner(unit: Unit, sides: readonly Side[], units: UnitLookup): Unit | null {
  const owners = sides.map((side) => {
    const owner = ownerOf(unit.entries[side.index]?.labels ?? {})
    return owner === null ? null : (units(owner) ?? null)
  })
  const [first = null] = owners
  return first !== null && owners.every((owner) => owner === first) ? first : null
}

function isSplitAlike(parent: Unit, { present, absent }: Split): boolean {
  return (
    present.every((side) => parent.entries[side.index]) &&
    absent.every((side) => !parent.entries[side.index] && sightAbsentee(parent.ref, side).presence === 'absent')
  )
}
