import type { ClusterName } from '../model/cluster.ts'
import type { Comparison } from '../model/comparison.ts'
import type { SecretCompare } from '../model/mask.ts'
import type { LedgerReads, LedgerWrites, TrackedComparison } from './ledger/ledger-store.ts'
import type { VersionReads } from './promotion/version-store.ts'
import type { ReportContext, ReportReads, ReportWrites, SavedReport } from './reports/report-store.ts'
import type {
  Digest,
  ObjectBody,
  Reference,
  Snapshot,
  SnapshotEntry,
  SnapshotHeader,
  StatusBody,
} from '../model/snapshot.ts'

/** What to read of one cluster. `null` means: all. */
export type CollectScope = {
  /** Kind names as in the catalogue (`HelmRelease`). */
  readonly kinds: readonly string[] | null
  readonly namespaces: readonly string[] | null
  /** Label selector as kubectl's `-l`. */
  readonly selector: string | null
  readonly resource: { readonly kind: string; readonly namespace: string; readonly name: string } | null
  readonly secrets: SecretCompare
  readonly events: boolean
}

/** Told while a cluster is read; the command decides whether and how to show it. */
export type Progress = {
  readonly cluster: ClusterName
  readonly step: 'connect' | 'discover' | 'list' | 'references' | 'done' | 'failed'
  readonly kind: string | null
  readonly objects: number
}

/** What an earlier snapshot of the same cluster left: objects by uid, valid under the same engine, mask, secretSet and schemaSet only. */
export type KnownObjects = {
  readonly engine: string
  readonly mask: string
  readonly secretSet: string
  /** As `SnapshotHeader.schemaSet`; null: nothing proves that an object with a known resource version is as it was. */
  readonly schemaSet: string | null
  readonly byUid: ReadonlyMap<string, SnapshotEntry>
  /** What these objects refer to, by `refKey` of the object; nothing for one that refers to nothing. */
  readonly references: ReadonlyMap<string, readonly Reference[]>
  readonly body: (digest: Digest) => ObjectBody | StatusBody
}

export type CollectRequest = {
  readonly cluster: ClusterName
  readonly scope: CollectScope
  /** Asked for once, while the first answers are on their way: looking it up costs no time then. Null: nothing is known. */
  readonly known: (() => KnownObjects | null) | null
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
}

/** Reads one side. A cluster that cannot be read is a snapshot with `error` set, never a rejection; only a fault of ours rejects. */
export type SnapshotSource = { readonly collect: (request: CollectRequest) => Promise<Snapshot> }

/** Which kept snapshot: the newest, the one before the newest, the newest not after a time (RFC 3339), or one by id. */
export type SnapshotSelector = 'latest' | 'previous' | { readonly at: string } | { readonly id: string }

export type SnapshotSummary = Pick<SnapshotHeader, 'id' | 'cluster' | 'uid' | 'takenAt' | 'engine' | 'error'> & {
  readonly objects: number
  /** Objects that differ from the snapshot of the same cluster before it. */
  readonly changed: number
}

export type ComparisonSummary = Pick<Comparison, 'id' | 'baseline' | 'verdict'> & {
  readonly at: string
  readonly clusters: readonly ClusterName[]
  readonly differences: number
}

/** Kept snapshots and comparisons. Synchronous: SQLite is. A snapshot or comparison is stored whole or not at all. */
export type History = LedgerReads &
  LedgerWrites &
  ReportReads &
  ReportWrites &
  VersionReads & {
    /** `namespaces` as they are asked for now: null for the whole cluster. */
    readonly known: (cluster: ClusterName, namespaces?: readonly string[] | null) => KnownObjects | null
    /** Several saves as one: all of them are kept or none, and the disk is waited for once. */
    readonly together: <T>(saves: () => T) => T
    readonly saveSnapshot: (snapshot: Snapshot) => void
    /**
     * Among the snapshots of the whole cluster, and with `namespaces` also those of exactly these. An id is found in any scope, and
     * with null for the cluster on any.
     */
    readonly loadSnapshot: (
      cluster: ClusterName | null,
      selector: SnapshotSelector,
      namespaces?: readonly string[] | null,
    ) => Snapshot | null
    readonly listSnapshots: (filter: { cluster: ClusterName | null; limit: number }) => readonly SnapshotSummary[]
    /** With `tracked`, the drift ledger learns from it in the same transaction. */
    readonly saveComparison: (comparison: Comparison, tracked?: TrackedComparison) => void
    /**
     * Stores a comparison as `saveComparison` does, and in the same transaction its report with the messages that the routes of the context
     * call for. Without routes there are none.
     */
    readonly saveReport: (comparison: Comparison, tracked: TrackedComparison, context: ReportContext) => SavedReport
    /** What `saveReport` would store; nothing is. */
    readonly previewReport: (comparison: Comparison, tracked: TrackedComparison, context: ReportContext) => SavedReport
    readonly loadComparison: (id: string) => Comparison | null
    readonly listComparisons: (limit: number) => readonly ComparisonSummary[]
    readonly close: () => void
  }

export type Clock = { readonly now: () => Date }
export type Ids = { readonly next: (prefix: 'run' | 'snap' | 'job') => string }
