import type { ClusterName } from '../../model/cluster.ts'
import { compareText } from '../../model/resource-ref.ts'
import { isSameApplied } from './applied-version.ts'
import { currentOf, isAheadOf, type Timeline } from './timeline.ts'

/** An application on a cluster over time. */
export type Placed = { readonly cluster: ClusterName; readonly timeline: Timeline }

/**
 * The clusters that have what leads. Nobody leads whom another is ahead of (see `isAheadOf`): so where all have versions, the highest does. Of
 * the others the baseline leads, else the one that changed last. Empty: they differ, and nobody was seen to change.
 */
export function leadersOf<T extends Placed>(lines: readonly T[], baseline: ClusterName | null): readonly T[] {
  const foremost = lines.filter((line) => !lines.some((other) => isAheadOf(other.timeline, line.timeline)))
  const candidates = foremost.length === 0 ? lines : foremost
  const first =
    candidates.find(({ cluster }) => cluster === baseline) ??
    (candidates.every((line) => isSame(line, candidates[0]!)) ? candidates[0]! : lastChanged(candidates))
  return first === undefined ? [] : lines.filter((line) => isSame(line, first))
}

/** Where it is not known since when a cluster has what it has, the time of its first snapshot says nothing. */
function lastChanged<T extends Placed>(lines: readonly T[]): T | undefined {
  const changed = lines.filter(({ timeline }) => currentOf(timeline).after !== null)
  return changed.toSorted((a, b) => compareText(currentOf(b.timeline).since, currentOf(a.timeline).since))[0]
}

function isSame(a: Placed, b: Placed): boolean {
  return a === b || isSameApplied(currentOf(a.timeline).applied, currentOf(b.timeline).applied)
}
