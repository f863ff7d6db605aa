import type { ClusterName } from '../../model/cluster.ts'
import { compareRefs, compareText, refKey, type ResourceRef } from '../../model/resource-ref.ts'
import { isThere } from './applied-version.ts'
import { leadersOf, type Placed } from './leader.ts'
import { behindSince, currentOf, isAheadOf, timelineOf, type Since } from './timeline.ts'
import type { AppliedVersion, VersionStep } from './version-store.ts'

/** `leads`: it has what the leader has. `differs`: nobody can say who leads. */
export type LagPosition = 'leads' | 'behind' | 'differs'

/** One application on one cluster. Times are RFC 3339, UTC; see `Since`. */
export type ApplicationVersion = AppliedVersion &
  Since & {
    readonly cluster: ClusterName
    /** What it is called there. */
    readonly ref: ResourceRef
    /** What Flux tried last, where that is not what is applied. */
    readonly attempted: string | null
    readonly position: LagPosition
    /** Whether it has more than the baseline. */
    readonly ahead: boolean
    /** Since when it is behind; null where it is not. */
    readonly behind: Since | null
  }

/** One application over the clusters that have it, in the order asked for. */
export type ApplicationLag = {
  /** What it is called on the first of them. */
  readonly ref: ResourceRef
  readonly clusters: readonly ApplicationVersion[]
  /** Since when the last one has been behind; null: none is. */
  readonly behind: Since | null
}

export type LagQuestion = {
  readonly baseline: ClusterName | null
  /** Baseline included. */
  readonly clusters: readonly ClusterName[]
  /** What an object of a cluster is called over all clusters. */
  readonly nameOf: (ref: ResourceRef, cluster: ClusterName) => ResourceRef
}

/**
 * Which version of each application is on each cluster, and since when the last one has been behind: longest first, then what differs without
 * anybody leading, then the rest. Of applications that are on one cluster alone there is nothing to tell. `steps` as `versionSteps` gives them.
 */
export function promotionLag(steps: readonly VersionStep[], question: LagQuestion): readonly ApplicationLag[] {
  const lags = [...linesOf(steps, question).values()].flatMap((lines) => {
    const present = lines.filter(({ timeline }) => isThere(currentOf(timeline).applied))
    return present.length < 2 ? [] : [lagOf(present, question)]
  })
  return lags.toSorted(compareLags)
}

/** An application on a cluster over time. */
type Line = Placed & { readonly ref: ResourceRef }

function linesOf(
  steps: readonly VersionStep[],
  { clusters, nameOf }: LagQuestion,
): ReadonlyMap<string, readonly Line[]> {
  const lines = new Map<string, Line[]>()
  const byCluster = Map.groupBy(steps, ({ cluster }) => cluster)
  for (const cluster of clusters) {
    for (const own of Map.groupBy(byCluster.get(cluster) ?? [], ({ ref }) => refKey(ref)).values()) {
      const { ref } = own[0]!
      const name = nameOf(ref, cluster)
      const line = { cluster, ref, timeline: timelineOf(own) }
      const key = refKey(name)
      const known = lines.get(key)
      if (known) known.push(line)
      else lines.set(key, [line])
    }
  }
  return lines
}

function lagOf(lines: readonly Line[], { baseline }: LagQuestion): ApplicationLag {
  const leaders = leadersOf(lines, baseline)
  const base = lines.find(({ cluster }) => cluster === baseline)
  const clusters = lines.map((line): ApplicationVersion => {
    const { cluster, ref, timeline } = line
    const { applied, attempted, since, after } = currentOf(timeline)
    const position = positionOf(line, leaders)
    const behind = position === 'behind' ? earliest(leaders.map((one) => behindSince(timeline, one.timeline))) : null
    const ahead = base !== undefined && isAheadOf(timeline, base.timeline)
    return { cluster, ref, ...applied, attempted, since, after, position, ahead, behind }
  })
  const behind = earliest(clusters.flatMap((one) => one.behind ?? []))
  return { ref: lines[0]!.ref, clusters, behind }
}

function positionOf(line: Line, leaders: readonly Line[]): LagPosition {
  if (leaders.includes(line)) return 'leads'
  const isUnclear = leaders.some((leader) => isAheadOf(line.timeline, leader.timeline))
  return leaders.length === 0 || isUnclear ? 'differs' : 'behind'
}

function earliest(times: readonly Since[]): Since | null {
  return times.toSorted((a, b) => compareText(a.since, b.since) || compareText(a.after ?? '', b.after ?? ''))[0] ?? null
}

function compareLags(a: ApplicationLag, b: ApplicationLag): number {
  return (
    Number(a.behind === null) - Number(b.behind === null) ||
    compareText(a.behind?.since ?? '', b.behind?.since ?? '') ||
    Number(isLevel(a)) - Number(isLevel(b)) ||
    compareRefs(a.ref, b.ref)
  )
}

/** Whether all clusters have the same. */
export function isLevel({ clusters }: ApplicationLag): boolean {
  return clusters.every(({ position }) => position === 'leads')
}
