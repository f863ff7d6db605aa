import type { Change, Difference } from '../model/comparison.ts'
import type { LeafSlot } from './leaves.ts'
import type { Sighting } from './presence.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'

/** `left-out`: fewer than two clusters were asked for the object, so there is nothing to compare. */
export type UnitState = 'in-sync' | 'drifted' | 'missing' | 'extra' | 'unknown' | 'left-out'

/**
 * The path "" of an object that is present on some clusters and proven absent on others; none otherwise. What the baseline lacks is
 * extra on the others, what it has is missing on them; where nothing is known of the baseline, or there is none, it is missing.
 */
export function presenceOf(run: Run, sightings: readonly Sighting[]): LeafSlot[] {
  const seenAs = (presence: Sighting['presence']): Side[] =>
    run.sides.filter((side) => sightings[side.index]?.presence === presence)
  const [present, absent] = [seenAs('present'), seenAs('absent')]
  if (present.length === 0 || absent.length === 0) return []
  const extra = run.baseline !== null && absent.includes(run.baseline)
  const change: Change = extra ? 'extra' : 'missing'
  const changes = new Map((extra ? present : absent).map((side) => [side, change]))
  const at = new Map(present.map((side) => [side, { value: 'present', pointer: '' }]))
  return [{ layer: 'presence', path: '', steps: [], within: null, moved: false, changes, at }]
}

/** `uncertain`: parts of what was read could not be compared; `explained`: that it is on one side only is no drift. */
export type Certainty = { readonly uncertain: boolean; readonly explained: boolean }

/** What became of an object, by its drift. */
export function stateOf(
  differences: readonly Difference[],
  sightings: readonly Sighting[],
  { uncertain, explained }: Certainty,
): UnitState {
  const changes = new Set(differences.flatMap((difference) => Object.values(difference.changes)))
  if (changes.has('missing')) return 'missing'
  if (changes.has('extra')) return 'extra'
  if (differences.length > 0) return 'drifted'
  const asked = sightings.filter((sighting) => sighting.presence !== 'unknown' || sighting.asked)
  if (asked.length < 2) return 'left-out'
  if (uncertain || sightings.some(isUnreadSighting)) return 'unknown'
  const present = sightings.filter((sighting) => sighting.presence === 'present')
  return present.length < 2 && !explained ? 'left-out' : 'in-sync'
}

/** Unknown because reading failed, not because nobody asked. */
export function isUnreadSighting(sighting: Sighting): boolean {
  return sighting.presence === 'unknown' && sighting.asked
}
