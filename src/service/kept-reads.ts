import type { ClusterName } from '../model/cluster.ts'
import type { SnapshotHeader } from '../model/snapshot.ts'
import type { ComparisonSummary, SnapshotSummary } from './ports.ts'
import type { Page, PageRequest } from './runs.ts'

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
