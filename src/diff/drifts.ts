import type { Drift } from '../model/comparison.ts'
import { compareRefs } from '../model/resource-ref.ts'
import { causeOf } from './causes.ts'
import type { UnitLookup } from './causes.ts'
import { isDrift } from './judged-unit.ts'
import type { Run } from './run.ts'
import { severityRank } from './severity.ts'
import { perCluster } from './side.ts'
import { usersOf } from './unit.ts'
import type { UnitResult } from './unit.ts'

/** Objects with differences: most severe first, those that stand for themselves before those that follow from another. */
export function driftsOf(run: Run, units: UnitLookup, results: readonly UnitResult[]): Drift[] {
  return results
    .filter((result) => result.differences.length > 0)
    .map((result) => driftOf(run, units, result))
    .sort(compareDrifts)
}

function driftOf(run: Run, units: UnitLookup, result: UnitResult): Drift {
  const { unit, sightings, against, differences } = result
  return {
    ref: unit.ref,
    refs: perCluster(run.sides, (side) => unit.names?.[side.index] ?? undefined),
    usedBy: usersOf(run, unit),
    cause: causeOf(run, units, result),
    against: against.map((side) => side.name),
    presence: perCluster(run.sides, (side) => sightings[side.index]?.presence),
    differences,
  }
}

function compareDrifts(a: Drift, b: Drift): number {
  const [left, right] = [rankOf(a), rankOf(b)]
  if (left !== right) return left < right ? -1 : 1
  return Number(a.cause !== null) - Number(b.cause !== null) || compareRefs(a.ref, b.ref)
}

/** Differences are sorted, so the first is the most severe; objects without drift of their own come last. */
function rankOf({ differences: [first] }: Drift): number {
  return first && isDrift(first) ? severityRank(first.severity) : Infinity
}
