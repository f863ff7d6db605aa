import { displayRef } from '../model/resource-ref.ts'
import { count } from './finding.ts'
import type { Found } from './finding.ts'
import { listed } from './listing.ts'
import { refOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import type { UnitResult } from './unit.ts'

/** Suspension is for a while: what is longer than this was forgotten, or is meant to stay and belongs out of Git. */
const FORGOTTEN_DAYS = 30
const DAY = 86_400_000

/**
 * Objects in suspension. That only some clusters suspend an object is a difference, which tells it; a finding is that it has been so for long, and
 * that all clusters suspend it, where nothing differs.
 */
export function suspensionFindings(run: Run, results: readonly UnitResult[]): Found[] {
  const units = results.map(({ unit }) => unit).filter((unit) => unit.entries.some((entry) => isSuspendedEntry(entry)))
  const shared = units.filter((unit) => unit.entries.every((entry) => entry === null || isSuspendedEntry(entry)))
  const own = units.filter((unit) => !shared.includes(unit))
  return [...suspendedEverywhere(run, shared), ...run.sides.flatMap((side) => forgottenOn(side, own))]
}

function isSuspendedEntry(entry: Unit['entries'][number] | undefined): boolean {
  return typeof entry?.suspended === 'string'
}

function suspendedEverywhere(run: Run, units: readonly Unit[]): Found[] {
  if (units.length === 0) return []
  const number = `${count(units.length, 'object')} ${units.length === 1 ? 'is' : 'are'}`
  return [
    {
      code: 'suspended-everywhere',
      severity: 'low',
      sides: run.sides.filter((side) => units.some((unit) => unit.entries[side.index])),
      subject: 'shared',
      message: `${number} suspended on every cluster that has them: ${listed(units.map(({ ref }) => displayRef(ref)))}`,
      hint: 'Resume what was forgotten, and remove from Git what is not to run.',
    },
  ]
}

function forgottenOn(side: Side, units: readonly Unit[]): Found[] {
  const forgotten = units.flatMap((unit) => {
    const time = unit.entries[side.index]?.suspended
    return time !== undefined && daysFrom(time, side.snapshot.takenAt) > FORGOTTEN_DAYS ? [{ unit, time }] : []
  })
  if (forgotten.length === 0) return []
  const names = forgotten.map(({ unit, time }) => `${displayRef(refOn(unit, side))} (since ${time.slice(0, 10)})`)
  return [
    {
      code: 'suspension-forgotten',
      severity: 'medium',
      sides: [side],
      subject: 'suspended',
      message: `${side.name}: nothing was done with ${count(forgotten.length, 'suspended object')} for more than ${FORGOTTEN_DAYS} days: ${listed(names)}`,
      hint: 'Resume them (spec.suspend, or the annotation that disables reconciliation), or remove from Git what is not to run.',
    },
  ]
}

/** No number where a time is not known, which is then longer ago than nothing. */
function daysFrom(time: string, now: string): number {
  return (Date.parse(now) - Date.parse(time)) / DAY
}
