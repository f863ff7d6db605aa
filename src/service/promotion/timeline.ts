import { compareSemver } from '../../flux/semver.ts'
import { compareText } from '../../model/resource-ref.ts'
import { isSameApplied, isThere, semverOf } from './applied-version.ts'
import type { AppliedVersion, VersionStep } from './version-store.ts'

/** Since when something has been so: seen at `since`; at `after` it was still otherwise. Null: since when at least. */
export type Since = { readonly since: string; readonly after: string | null }

/** A time in which one version was applied; or nothing was. */
export type Stretch = Since & { readonly applied: AppliedVersion; readonly attempted: string | null }

/** What an application was on a cluster, oldest first; never empty. */
export type Timeline = readonly Stretch[]

/** Steps of one application on one cluster, joined where only what was tried changed, or how the same is called. */
export function timelineOf(steps: readonly VersionStep[]): Timeline {
  const stretches: Stretch[] = []
  for (const { version, revision, attempted, since, after } of steps) {
    const applied = { version, revision }
    const last = stretches.at(-1)
    const goesOn =
      last !== undefined && (isSameApplied(last.applied, applied) || !(isThere(last.applied) || isThere(applied)))
    if (goesOn) stretches[stretches.length - 1] = { ...last, applied, attempted }
    else stretches.push({ applied, attempted, since, after })
  }
  return stretches
}

/** The stretch that goes on. A timeline has at least one. */
export function currentOf(timeline: Timeline): Stretch {
  return timeline.at(-1)!
}

/**
 * Whether one has more than the other: the higher version; where they have no versions, whether it had what the other has now, and went on to
 * what the other never had.
 */
export function isAheadOf(timeline: Timeline, other: Timeline): boolean {
  const [now, there] = [currentOf(timeline).applied, currentOf(other).applied]
  if (isSameApplied(now, there)) return false
  const order = orderOf(now, there)
  return order === null ? had(timeline, there) && !had(other, now) : order > 0
}

function had(timeline: Timeline, applied: AppliedVersion): boolean {
  return timeline.some((stretch) => isSameApplied(stretch.applied, applied))
}

/** Null: at least one has no version. */
function orderOf(a: AppliedVersion, b: AppliedVersion): number | null {
  const [left, right] = [semverOf(a), semverOf(b)]
  return left === null || right === null ? null : compareSemver(left, right)
}

/** Whether what is applied is less than what the leader has: by version where both have one, else by being another. */
function isBehind(applied: AppliedVersion, leader: AppliedVersion): boolean {
  if (!isThere(applied) || !isThere(leader) || isSameApplied(applied, leader)) return false
  return (orderOf(leader, applied) ?? 1) > 0
}

/**
 * Since when a cluster has been behind: since the leader left what the cluster has now, or, where the cluster was level with the leader
 * after that (it was rolled back, or brought there anew), since that ended.
 */
export function behindSince(laggard: Timeline, leader: Timeline): Since {
  const left = leftSince(leader, currentOf(laggard).applied)
  const lost = levelUntil(laggard, leader)
  if (left !== null && lost !== null) return lost.since > left.since ? lost : left
  return left ?? lost ?? { since: firstOfBoth(laggard, leader), after: null }
}

/** When the leader went on from an applied version; null: it had nothing like it in the time that is kept. */
function leftSince(leader: Timeline, applied: AppliedVersion): Since | null {
  const last = leader.findLastIndex((stretch) => !isBehind(applied, stretch.applied))
  const next = leader[last + 1]
  return last === -1 || next === undefined ? null : { since: next.since, after: next.after }
}

/** When a cluster was last not behind the leader; null: in the time that is known of both it always was. */
function levelUntil(laggard: Timeline, leader: Timeline): Since | null {
  const begin = firstOfBoth(laggard, leader)
  const times = [...laggard, ...leader].map(({ since }) => since).filter((since) => since >= begin)
  const changes = [...new Set(times)].sort()
  const level = changes.findLastIndex((time) => !isBehind(at(laggard, time).applied, at(leader, time).applied))
  const next = changes[level + 1]
  if (level === -1 || next === undefined) return null
  const begun = [at(laggard, next), at(leader, next)].filter(({ since }) => since === next).map(({ after }) => after)
  return {
    since: next,
    after: begun.includes(null) ? null : (begun.toSorted((a, b) => compareText(a ?? '', b ?? ''))[0] ?? null),
  }
}

function firstOfBoth(a: Timeline, b: Timeline): string {
  return a[0]!.since > b[0]!.since ? a[0]!.since : b[0]!.since
}

function at(timeline: Timeline, time: string): Stretch {
  return timeline.findLast(({ since }) => since <= time)!
}
