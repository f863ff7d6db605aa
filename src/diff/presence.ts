import { coverageIn, isUnread } from '../model/coverage.ts'
import type { CoverageStatus, KindCoverage } from '../model/coverage.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Reference } from '../model/snapshot.ts'
import { refOn, referencesOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import { kindKey } from './side.ts'
import type { Side } from './side.ts'

/** What proves that an object is not there: a complete list, discovery without the kind, a 404, or that nothing there refers to it. */
export type AbsenceProof = 'listed' | 'not-installed' | 'not-found' | 'not-referenced'

/**
 * What is known of one object on one cluster. `asked` is false where the user chose not to have it read (`-n`, `--secrets off`, a file
 * without that kind): unknown by choice is no failure.
 */
export type Sighting =
  | { readonly presence: 'present' }
  | { readonly presence: 'absent'; readonly proof: AbsenceProof }
  | { readonly presence: 'unknown'; readonly reason: string; readonly asked: boolean }

export const PRESENT: Sighting = { presence: 'present' }
const NOT_ASKED: Sighting = { presence: 'unknown', reason: 'not-asked', asked: false }

function absent(proof: AbsenceProof): Sighting {
  return { presence: 'absent', proof }
}

function unread(reason: string): Sighting {
  return { presence: 'unknown', reason, asked: true }
}

/** What is known of the object on each side. Absent is said only with proof; whatever else has no entry is unknown. */
export function sightUnit(unit: Unit, sides: readonly Side[]): Sighting[] {
  return sides.map((side) => {
    if (unit.entries[side.index]) return PRESENT
    if (side.snapshot.error) return unread(side.snapshot.error.code)
    return unit.data ? sightData(unit, side, sides) : sightAbsentee(refOn(unit, side), side)
  })
}

/** What is known of a Flux object that has no entry on that side, by the coverage of its kind. */
export function sightAbsentee(ref: ResourceRef, side: Side): Sighting {
  if (side.snapshot.error) return unread(side.snapshot.error.code)
  const coverage = side.coverage.get(kindKey(ref))
  if (coverage) return sightingOf(coverageIn(coverage, ref.namespace), reasonIn(coverage, ref.namespace))
  if (side.served.size === 0) return NOT_ASKED
  return side.served.has(kindKey(ref)) ? unread('failed') : absent('not-installed')
}

function sightingOf(status: CoverageStatus, reason: string): Sighting {
  if (status === 'complete') return absent('listed')
  if (status === 'not-installed') return absent('not-installed')
  return isUnread(status) ? unread(reason) : NOT_ASKED
}

function reasonIn(coverage: KindCoverage, namespace: string): string {
  const status = coverageIn(coverage, namespace)
  const scope = coverage.scopes.find((entry) => entry.namespace === namespace || entry.namespace === null)
  return scope ? `${status}: ${scope.verb}` : status
}

/** A ConfigMap or Secret is known by the references to it: its own GET answered, or complete lists show that nobody there names it. */
function sightData(unit: Unit, side: Side, sides: readonly Side[]): Sighting {
  const references = referencesOn(unit, side)
  if (references.length > 0) return sightByState(references)
  const users = sides.flatMap((other) => referencesOn(unit, other))
  const blind = users.map((user) => sightUser(user, side)).filter((sighting) => sighting.presence === 'unknown')
  return blind.find((sighting) => sighting.asked) ?? blind[0] ?? absent('not-referenced')
}

/** Whether the list that would hold the referring object was read: present or absent, it then refers to nothing more than is known. */
function sightUser(user: Reference, side: Side): Sighting {
  return sightAbsentee(user.from, side)
}

function sightByState(references: readonly Reference[]): Sighting {
  const states = new Set(references.map((reference) => reference.state))
  if (states.has('forbidden')) return unread('forbidden: get')
  if (states.has('failed')) return unread('failed: get')
  if (states.has('absent') && !states.has('present')) return absent('not-found')
  return NOT_ASKED
}
