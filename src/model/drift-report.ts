import type { ClusterName, Slug } from './cluster.ts'
import { SEVERITIES, type Change, type Layer, type PerCluster, type Severity, type Verdict } from './comparison.ts'
import type { Json } from './json.ts'
import type { ResourceRef } from './resource-ref.ts'

/**
 * One difference or finding as the ledger knows it. Values are those of the comparison (masked), long texts elided. For a resolved item
 * they are the last ones seen.
 */
export type DriftItem = {
  readonly fingerprint: string
  /** Null: a finding that is about no single object. */
  readonly ref: ResourceRef | null
  readonly layer: Layer | 'finding'
  /** Path of the difference (empty: presence), or code of the finding. */
  readonly path: string
  /** What a finding says; null for a difference. */
  readonly message: string | null
  readonly severity: Severity
  /** What it was in the report before; null where that does not apply. */
  readonly previousSeverity: Severity | null
  /** Targets that disagree, or the clusters of a finding. Channels are chosen by their labels. */
  readonly clusters: readonly ClusterName[]
  /** Clusters that have the object, baseline first: without an entry in `values` they have nothing at the path. */
  readonly among: readonly ClusterName[]
  /** Path of the outermost part that exists on one side only, where this is in one; null: in none. */
  readonly within: string | null
  readonly changes: PerCluster<Change>
  readonly values: PerCluster<Json>
  readonly unknown: PerCluster<string>
  /** RFC 3339, UTC. */
  readonly firstSeen: string
  /** Source revision per cluster in the snapshots in which it appeared; a cluster without one is left out. */
  readonly revisions: PerCluster<string>
  readonly usedBy: readonly ResourceRef[]
  /** Why the object is on one side only, in one sentence; null where that is not known. */
  readonly cause: string | null
  /** Who owns the namespace, where somebody is known to. */
  readonly owner: string | null
  /** Of a resolved item that may still be there: why it does not count any more. Left out: it is gone. */
  readonly uncounted?: Uncounted | undefined
}

/** It is expected or parametric now; it is not told since the rules changed; its cluster or kind is by choice no longer read. */
export const UNCOUNTED = ['explained', 'rules-changed', 'not-compared'] as const
export type Uncounted = (typeof UNCOUNTED)[number]

/** Ongoing items, counted by what messages are routed by, so that a part of a report can count its own. */
export type OngoingTally = {
  readonly severity: Severity
  /** Empty: of no namespace. */
  readonly namespace: string
  readonly clusters: readonly ClusterName[]
  readonly owner: string | null
  readonly count: number
}

/** What could not be compared. `kinds` is empty where nothing of the cluster could be read. */
export type NotCompared = {
  readonly cluster: ClusterName
  readonly kinds: readonly string[]
  /** Code of the error, or status of the coverage: `cluster-unreachable`, `forbidden`. */
  readonly reason: string
  /** Whether the report before could compare it. */
  readonly fresh: boolean
}

export type ReportedCluster = {
  readonly name: ClusterName
  readonly slug: Slug
  readonly labels: Readonly<Record<string, string>>
  readonly snapshot: string
  /** RFC 3339, UTC. The age is measured against `at` of the report. */
  readonly takenAt: string
}

/** Counts of what is known and deliberately not listed. */
export type SetAside = {
  readonly acknowledged: number
  readonly muted: number
  /** Seen, but still rolling out or seen too seldom to be called drift. */
  readonly settling: number
  readonly hiddenByRules: number
  readonly expected: number
  readonly parametric: number
}

/** What a schedule sends: the change of the drift set since the report before. Plain data: the same input gives the same bytes. */
export type DriftReport = {
  readonly apiVersion: 'flux-compare.dev/v1'
  readonly kind: 'DriftReport'
  readonly id: string
  /** Of the comparison definition. */
  readonly name: string
  /** RFC 3339, UTC: when it was made. */
  readonly at: string
  /** Id of the report before; null: this is the first. */
  readonly previous: string | null
  /** Id of the comparison that it is about. */
  readonly comparison: string
  /** Where people read the whole comparison; null where no address is configured. */
  readonly link: string | null
  readonly baseline: ClusterName | null
  readonly targets: readonly ClusterName[]
  readonly clusters: readonly ReportedCluster[]
  readonly verdict: Verdict
  readonly fresh: readonly DriftItem[]
  readonly worsened: readonly DriftItem[]
  readonly reopened: readonly DriftItem[]
  readonly resolved: readonly DriftItem[]
  readonly ongoing: readonly OngoingTally[]
  readonly notCompared: readonly NotCompared[]
  /** Clusters that the report before could not compare, and this one could. */
  readonly comparedAgain: readonly ClusterName[]
  readonly aside: SetAside
}

/** The lists of items in the order in which they are told. */
export const ITEM_LISTS = ['fresh', 'worsened', 'reopened', 'resolved'] as const
export type ItemList = (typeof ITEM_LISTS)[number]

export type SeverityCounts = Readonly<Record<Severity, number>>

/** How many items go on, of each severity. */
export function countOngoing({ ongoing }: Pick<DriftReport, 'ongoing'>): SeverityCounts {
  const count = (severity: Severity): number =>
    ongoing.reduce((sum, tally) => (tally.severity === severity ? sum + tally.count : sum), 0)
  return { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') }
}

/** Of all severities. */
export function sumCounts(counts: SeverityCounts): number {
  return SEVERITIES.reduce((sum, severity) => sum + counts[severity], 0)
}

/** The severity of what is news; of what is open where nothing is; null where nothing is open. */
export function severityOf(report: DriftReport): Severity | null {
  const news = [...report.fresh, ...report.worsened, ...report.reopened].map(({ severity }) => severity)
  const open = news.length > 0 ? news : report.ongoing.filter(({ count }) => count > 0).map(({ severity }) => severity)
  return SEVERITIES.find((severity) => open.includes(severity)) ?? null
}

/** Whether `severity` is at least `from`; null: every one is. */
export function isAtLeast(severity: Severity, from: Severity | null): boolean {
  return from === null || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(from)
}

/** Where people read a comparison. `baseUrl`: that of the service with its base path; null: none is configured. */
export function comparisonLink(baseUrl: string | null, comparison: string): string | null {
  if (baseUrl === null) return null
  return `${baseUrl.replace(/\/+$/, '')}/api/v1/comparisons/${encodeURIComponent(comparison)}?format=html`
}
