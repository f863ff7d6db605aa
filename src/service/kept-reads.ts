import type { ClusterName } from '../model/cluster.ts'
import type { Snapshot, SnapshotHeader } from '../model/snapshot.ts'
import type { LedgerReads } from './ledger/ledger-store.ts'
import type { ComparisonSummary, History, SnapshotSummary } from './ports.ts'
import type { VersionReads } from './promotion/version-store.ts'
import type { ReportReads } from './reports/report-store.ts'
import type { Page, PageRequest, RunStore } from './runs.ts'
import type { ScheduleReads } from './schedules/schedule-store.ts'

/** A cluster as it is asked for now: snapshots of other namespaces do not stand for it. */
export type ClusterScope = { readonly cluster: ClusterName; readonly namespaces: readonly string[] | null }

export type NewestSnapshots = {
  readonly cluster: ClusterName
  /** Also one that says only that the cluster could not be read. */
  readonly last: SnapshotSummary | null
  /** The newest one that was read and stands for the scope. */
  readonly lastGood: SnapshotSummary | null
}

export type KeptHeader = SnapshotHeader & Pick<SnapshotSummary, 'objects' | 'changed'>

/** Null: all. `within`: all of whose clusters are among these. */
export type ComparisonFilter = {
  readonly cluster: ClusterName | null
  readonly within: readonly ClusterName[] | null
}

/**
 * Small reads of what is kept, as plain data. Synchronous; each call sees one state of the database. Ids are whole ones. Pages are newest
 * first; a cursor that was not given out for the list is `input-invalid`. Each may throw `history-unavailable` or `history-corrupt`.
 */
export type KeptReads = {
  /** `clusters` null: of all. */
  readonly snapshotPage: (
    filter: { readonly clusters: readonly ClusterName[] | null },
    page: PageRequest,
  ) => Page<SnapshotSummary>
  /** One row for each that is asked for, in that order. */
  readonly newestSnapshots: (wanted: readonly ClusterScope[]) => readonly NewestSnapshots[]
  readonly snapshotHeader: (id: string) => KeptHeader | null
  /** The document as it was stored, as JSON without white space; its bytes never change. */
  readonly comparisonText: (id: string) => string | null
  readonly comparisonPage: (filter: ComparisonFilter, page: PageRequest) => Page<ComparisonSummary>
}

/** What can be read of runs and jobs. */
export type RunReads = Pick<RunStore, 'run' | 'job' | 'listRuns' | 'listJobs' | 'unfinished' | 'lastManifest'>

/**
 * All that can be read, for a thread that does not write. What is not needed any more is removed while others read: work that reads more
 * than once (bodies of a snapshot are read when they are asked for) belongs into one `inOneState`.
 */
export type HistoryReader = KeptReads &
  RunReads &
  LedgerReads &
  ReportReads &
  ScheduleReads &
  VersionReads &
  Pick<History, 'loadSnapshot' | 'loadComparison' | 'listSnapshots' | 'listComparisons'> & {
    /** By its whole id. */
    readonly keptSnapshot: (id: string) => Snapshot | null
    /** All that is read within `work` is of one state of the database. `work` must not be asynchronous. */
    readonly inOneState: <T>(work: () => T) => T
    readonly close: () => void
  }
