import type { ClusterName } from '../../model/cluster.ts'
import type { Change, Layer, PerCluster, Severity } from '../../model/comparison.ts'
import type { Json } from '../../model/json.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'

export const DRIFT_STATES = ['settling', 'open', 'resolved'] as const
/** `settling`: seen, but still rolling out or seen too seldom to be called drift. */
export type DriftState = (typeof DRIFT_STATES)[number]

/**
 * Why an entry was resolved: it is `gone`; it is still there but `explained` (expected by a rule, or by parameters); it is no longer told
 * since the rules are others (`rules-changed`); its kind is by choice no longer read (`not-compared`).
 */
export const RESOLUTIONS = ['gone', 'explained', 'rules-changed', 'not-compared'] as const
export type Resolution = (typeof RESOLUTIONS)[number]

/** What an entry is about: one difference or finding as it was last seen. Values are masked, long texts are cut. */
export type LedgerItem = {
  /** Null: a finding that is about no single object. */
  readonly ref: ResourceRef | null
  readonly layer: Layer | 'finding'
  /** Path of the difference (empty: presence), or code of the finding. */
  readonly path: string
  /** What a finding says; null for a difference. */
  readonly message: string | null
  /** Targets that disagree, or the clusters of a finding. */
  readonly clusters: readonly ClusterName[]
  /** Clusters that have the object. */
  readonly among: readonly ClusterName[]
  /** Path of the outermost part that exists on one side only, where this is in one; null: in none. */
  readonly within: string | null
  readonly changes: PerCluster<Change>
  readonly values: PerCluster<Json>
  readonly unknown: PerCluster<string>
  readonly usedBy: readonly ResourceRef[]
  /** Why the object is on one side only, in one sentence; null where that is not known. */
  readonly cause: string | null
}

/** The comparison in which something was seen, and what it was made from. */
export type SeenIn = {
  /** RFC 3339, UTC. */
  readonly at: string
  /** Id of the comparison. */
  readonly comparison: string
  readonly snapshots: PerCluster<string>
  /** The snapshots of the comparison before, in which it was not there; null: there was none, so it may be older. */
  readonly before: PerCluster<string> | null
  /** What was applied there at that time (`main@sha1:...`, a chart version), per cluster where it is known. */
  readonly revisions: PerCluster<string>
}

export type Acknowledgement = {
  readonly by: string
  readonly at: string
  readonly reason: string
  readonly owner: string | null
}

export type Mute = {
  readonly by: string
  readonly at: string
  /** RFC 3339, UTC: from then on it counts again. */
  readonly until: string
  readonly reason: string | null
}

/** One difference or finding of one definition, over time. Times are RFC 3339, UTC. */
export type LedgerEntry = {
  readonly fingerprint: string
  readonly state: DriftState
  readonly severity: Severity
  readonly item: LedgerItem
  /** Per cluster that is known: a digest of what it had at the path. */
  readonly valueDigests: PerCluster<string>
  readonly firstSeen: string
  readonly lastSeen: string
  /** Of the last time that it was resolved. */
  readonly resolvedAt: string | null
  readonly resolution: Resolution | null
  /** How often it appeared: once, and once more for each time it was reopened. 0 while it has only been settling. */
  readonly appearances: number
  /** In how many comparisons of different snapshots it was seen. */
  readonly sightings: number
  /** The same, since it was last not there. */
  readonly streak: number
  /** Where its present (or last) appearance began. */
  readonly since: SeenIn
  /** Since when it cannot be said whether it is still there; null: that is known. */
  readonly frozenSince: string | null
  readonly acknowledged: Acknowledgement | null
  readonly muted: Mute | null
}

export const DRIFT_EVENTS = [
  'appeared',
  'changed',
  'worsened',
  'resolved',
  'reopened',
  'acknowledged',
  'unacknowledged',
  'muted',
  'unmuted',
] as const
export type DriftEventKind = (typeof DRIFT_EVENTS)[number]

/** One step in the life of an entry. */
export type LedgerEvent = {
  readonly fingerprint: string
  readonly kind: DriftEventKind
  readonly at: string
  readonly severity: Severity
  /** What it was before, where it worsened. */
  readonly previousSeverity: Severity | null
  /** Id of the comparison; null for what a person did. */
  readonly comparison: string | null
  readonly snapshots: PerCluster<string>
  readonly revisions: PerCluster<string>
  readonly resolution: Resolution | null
  /** Who did it; null for what a comparison showed. */
  readonly by: string | null
  readonly reason: string | null
  readonly owner: string | null
  readonly until: string | null
}

export type LedgerChangeKind =
  | 'new'
  | 'reopened'
  | 'worsened'
  | 'changed'
  | 'ongoing'
  | 'resolved'
  | 'settling'
  | 'frozen'

export type LedgerChange = {
  readonly fingerprint: string
  readonly kind: LedgerChangeKind
  readonly previousSeverity: Severity | null
}

/** What is remembered of the last comparison of a definition. */
export type LedgerHead = {
  readonly at: string
  readonly comparison: string
  readonly snapshots: PerCluster<string>
  /** When each of them was taken. */
  readonly takenAt: PerCluster<string>
  /** Digest of the rules. */
  readonly rules: string
}

export type Ledger = {
  /** Null: nothing was compared yet. */
  readonly head: LedgerHead | null
  readonly entries: readonly LedgerEntry[]
}
