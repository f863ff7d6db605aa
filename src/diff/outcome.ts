import type { Change, Difference } from '../model/comparison.ts'
import { presenceDifference } from './differences.ts'
import type { Subject } from './differences.ts'
import type { Sighting } from './presence.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'

/** `left-out`: fewer than two clusters were asked for the object, so there is nothing to compare. */
export type UnitState = 'in-sync' | 'drifted' | 'missing' | 'extra' | 'unknown' | 'left-out'

/**
 * The difference of an object that is present on some clusters and proven absent on others; none otherwise. What the baseline lacks is
 * extra on the others, what it has is missing on them; where nothing is known of the baseline, or there is none, it is missing.
 */
export function presenceOf(run: Run, subject: Subject, sightings: readonly Sighting[]): Difference[] {
  const seenAs = (presence: Sighting['presence']): Side[] =>
    run.sides.filter((side) => sightings[side.index]?.presence === presence)
  const [present, absent] = [seenAs('present'), seenAs('absent')]
  if (present.length === 0 || absent.length === 0) return []
  const extra = run.baseline !== null && absent.includes(run.baseline)
  const change: Change = extra ? 'extra' : 'missing'
  const changes = new Map((extra ? present : absent).map((side) => [side, change]))
  const reasons = [...subject.unknown].filter(([side]) => sightings[side.index]?.presence === 'unknown')
  return [presenceDifference(run, { ...subject, unknown: new Map(reasons) }, changes, new Set(present))]
}

/** What became of an object; `uncertain` if parts of what was read could not be compared. */
export function stateOf(
  differences: readonly Difference[],
  sightings: readonly Sighting[],
  uncertain: boolean,
): UnitState {
  const changes = new Set(differences.flatMap((difference) => Object.values(difference.changes)))
  if (changes.has('missing')) return 'missing'
  if (changes.has('extra')) return 'extra'
  if (differences.length > 0) return 'drifted'
  const asked = sightings.filter((sighting) => sighting.presence !== 'unknown' || sighting.asked)
  if (asked.length < 2) return 'left-out'
  if (uncertain || sightings.some(isUnreadSighting)) return 'unknown'
  const present = sightings.filter((sighting) => sighting.presence === 'present')
  return present.length < 2 ? 'left-out' : 'in-sync'
}

/** Unknown because reading failed, not because nobody asked. */
export function isUnreadSighting(sighting: Sighting): boolean {
  return sighting.presence === 'unknown' && sighting.asked
}
