import type { Comparison, Difference, Drift, Layer, Severity } from '../model/comparison.ts'
import type { Presence } from '../model/comparison.ts'
import type { KindCoverage } from '../model/coverage.ts'
import type { ErrorDocument } from '../model/errors.ts'
import type { Json } from '../model/json.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Access } from './access.ts'
import type { DriftState, LedgerEvent } from './ledger/ledger.ts'
import type { DriftRecord } from './ledger/ledger-store.ts'
import type { DriftNote } from './ledger/notes.ts'
import type { PromotionLag } from './promotion/lag-view.ts'
import type { SnapshotSummary } from './ports.ts'
import type { ReportVerbs } from './reports/report-views.ts'
import type { ScheduleRecord } from './schedules/schedule-store.ts'
import type { ScheduleView } from './schedules/schedule-view.ts'
import type { ConfiguredCluster, JobPhase, Page, PageRequest, RunPhase, RunRecord, SnapshotJobRecord } from './runs.ts'

/** A snapshot as a caller sees it. Counts are over the whole cluster, so they are null for one who sees some namespaces only. */
export type VisibleSnapshot = Omit<SnapshotSummary, 'objects' | 'changed'> & {
  readonly objects: number | null
  readonly changed: number | null
}

export type ClusterView = ConfiguredCluster & {
  /** From the last snapshot: `unknown` before the first one. */
  readonly reachable: 'yes' | 'no' | 'unknown'
  readonly error: ErrorDocument | null
  readonly flux: string | null
  readonly kubernetes: string | null
  readonly uid: string | null
  readonly lastSnapshot: VisibleSnapshot | null
  /** The newest one that could be read. */
  readonly lastGoodSnapshot: VisibleSnapshot | null
  readonly jobInFlight: string | null
  readonly coverage: readonly KindCoverage[]
}

/** What is asked of a comparison over HTTP, before names are looked up. */
export type CompareQuery = {
  /** Names or slugs. */
  readonly baseline: string | null
  readonly targets: readonly string[]
  /** Instead of, or beside, `targets`: all clusters with these labels. */
  readonly labels: Readonly<Record<string, string>> | null
  /** `fresh`: take new snapshots; a number of milliseconds: unless the newest is younger; null: the newest kept, however old. */
  readonly age: 'fresh' | number | null
  readonly kinds: readonly string[] | null
  readonly namespaces: readonly string[] | null
  readonly selector: string | null
  /** `Kind/namespace/name`. */
  readonly resource: string | null
  readonly layers: readonly Layer[]
  readonly ignore: readonly string[]
  readonly explain: boolean
}

export type SnapshotView = VisibleSnapshot & {
  readonly namespaces: readonly string[] | null
  readonly flux: string | null
  readonly kubernetes: string | null
  readonly coverage: readonly KindCoverage[]
}

export type ObjectSummary = {
  readonly ref: ResourceRef
  readonly version: string
  readonly digest: string
  readonly labels: Readonly<Record<string, string>>
}

export type ObjectView = ObjectSummary & { readonly body: Json; readonly status: Json | null }

/** One object over the clusters: which are alike. Variants by digest, most common first. */
export type ObjectAcross = {
  readonly ref: ResourceRef
  readonly presence: Readonly<Record<string, Presence>>
  readonly variants: readonly {
    readonly digest: string
    readonly clusters: readonly string[]
    readonly body: Json
  }[]
}

/** One difference with the object that it belongs to. */
export type DifferenceRow = Pick<Drift, 'ref' | 'presence' | 'against'> & { readonly difference: Difference }

export type DifferenceFilter = {
  readonly severity: Severity | null
  readonly layer: Layer | null
  readonly kind: string | null
  readonly namespace: string | null
  readonly name: string | null
  /** Cluster (name or slug) that must disagree. */
  readonly cluster: string | null
}

/** Null (and no state): all. */
export type DriftQuery = {
  readonly states: readonly DriftState[]
  readonly severity: Severity | null
  /** As kubectl names kinds. */
  readonly kind: string | null
  readonly namespace: string | null
  /** Name or slug. */
  readonly cluster: string | null
  /** Id or name. */
  readonly definition: string | null
}

/** An entry of the ledger with what happened to it, oldest first. */
export type DriftView = DriftRecord & { readonly timeline: readonly LedgerEvent[] }

type WithoutBy<T> = T extends unknown ? Omit<T, 'by'> : never
/** A note of the caller. */
export type DriftNoting = WithoutBy<DriftNote>

/** Names or slugs. Without targets: all clusters that the caller sees. */
export type LagQuery = {
  /** A comparison of the configuration, instead of clusters. */
  readonly comparison: string | null
  readonly baseline: string | null
  readonly targets: readonly string[]
  /** Whether applications are listed that are the same everywhere. */
  readonly all: boolean
}

export type ObjectPageFilter = { readonly kind: string | null; readonly namespace: string | null }

export type JobEvent =
  | { readonly type: 'progress'; readonly job: SnapshotJobRecord }
  | { readonly type: 'done' | 'error'; readonly job: SnapshotJobRecord }

/** Whether each part works: false makes the process not ready. */
export type Readiness = { readonly database: boolean; readonly queue: boolean }

/** A rendered document: its bytes never change for its ETag. */
export type Rendered = { readonly body: string | Uint8Array; readonly etag: string }

export type Replayable = { readonly key: string; readonly digest: string }

/**
 * Everything that the API (and later the page and MCP) can ask for. Rejects with an AppError: `not-found` for whatever does not exist or
 * the caller must not see, `forbidden` where the scope is too small, `input-invalid` naming the parameter, `queue-unavailable` within two
 * seconds, `queue-full`. Answers hold only what `access` may see: a comparison needs all its clusters; objects of other namespaces are
 * left out before anything is counted.
 */
export type Service = ReportVerbs & {
  readonly listClusters: (access: Access) => Promise<readonly ClusterView[]>
  /** By slug or name. */
  readonly cluster: (access: Access, cluster: string) => Promise<ClusterView>
  readonly requestSnapshot: (
    access: Access,
    cluster: string,
    replay: Replayable | null,
  ) => Promise<{ readonly job: SnapshotJobRecord; readonly joined: boolean }>
  readonly listSnapshots: (
    access: Access,
    filter: { readonly cluster: string | null },
    page: PageRequest,
  ) => Promise<Page<VisibleSnapshot>>
  readonly snapshot: (access: Access, id: string) => Promise<SnapshotView>
  readonly snapshotObjects: (
    access: Access,
    id: string,
    filter: ObjectPageFilter,
    page: PageRequest,
  ) => Promise<Page<ObjectSummary>>
  readonly snapshotObject: (access: Access, id: string, object: ObjectName) => Promise<ObjectView>
  /** The exported snapshot as `snapshot -o json` prints it. */
  readonly exportSnapshot: (access: Access, id: string) => Promise<Rendered>
  readonly requestComparison: (access: Access, query: CompareQuery, replay: Replayable | null) => Promise<RunRecord>
  readonly listRuns: (
    access: Access,
    filter: { readonly phase: RunPhase | null; readonly cluster: string | null },
    page: PageRequest,
  ) => Promise<Page<RunRecord>>
  readonly run: (access: Access, id: string) => Promise<RunRecord>
  readonly cancelRun: (access: Access, id: string) => Promise<RunRecord>
  /** The comparison of a finished run (`not-finished` before), as a document or rendered in an output format of report/formats.ts. */
  readonly comparison: (access: Access, id: string) => Promise<Comparison>
  readonly renderComparison: (access: Access, id: string, format: string) => Promise<Rendered>
  readonly differences: (
    access: Access,
    id: string,
    filter: DifferenceFilter,
    page: PageRequest,
  ) => Promise<Page<DifferenceRow>>
  /**
   * From kept snapshots at once; where `query.age` asks for newer ones, a run is made and waited for, up to `waitMs`: then `run` is given
   * instead of the comparison, to poll. `made`: id of the run that was made for it; null where what is kept was enough.
   */
  readonly compare: (
    access: Access,
    query: CompareQuery,
    format: string,
    waitMs: number,
  ) => Promise<{ readonly rendered: Rendered; readonly made: string | null } | { readonly run: RunRecord }>
  readonly objectAcross: (
    access: Access,
    object: ObjectName,
    clusters: readonly string[] | null,
  ) => Promise<ObjectAcross>
  readonly listJobs: (
    access: Access,
    filter: { readonly cluster: string | null; readonly phase: JobPhase | null },
    page: PageRequest,
  ) => Promise<Page<SnapshotJobRecord>>
  readonly job: (access: Access, id: string) => Promise<SnapshotJobRecord>
  /** The present state first, then each change, until the job is finished or the signal aborts. */
  readonly watchJob: (access: Access, id: string, signal: AbortSignal) => Promise<AsyncIterable<JobEvent>>
  /** Newest first. */
  readonly listDrift: (access: Access, query: DriftQuery, page: PageRequest) => Promise<Page<DriftRecord>>
  readonly drift: (access: Access, id: string) => Promise<DriftView>
  readonly noteDrift: (access: Access, id: string, noting: DriftNoting) => Promise<DriftView>
  /** Which version of each application is on which cluster, and since when the last one is behind: longest first. */
  readonly promotionLag: (access: Access, query: LagQuery) => Promise<PromotionLag>
  /** Comparisons of the configuration, in its order. Who does not see all clusters of one sees nothing of it. */
  readonly listSchedules: (access: Access) => Promise<readonly ScheduleView[]>
  readonly schedule: (access: Access, name: string) => Promise<ScheduleView>
  /** Newest due time first. */
  readonly scheduleRecords: (access: Access, name: string, page: PageRequest) => Promise<Page<ScheduleRecord>>
  readonly pauseSchedule: (access: Access, name: string, reason: string | null) => Promise<ScheduleView>
  readonly resumeSchedule: (access: Access, name: string) => Promise<ScheduleView>
  /** A new run, or the one of the same comparison that is under way. */
  readonly runSchedule: (access: Access, name: string, replay: Replayable | null) => Promise<RunRecord>
  readonly readiness: () => Promise<Readiness>
}

export type ObjectName = { readonly kind: string; readonly namespace: string; readonly name: string }
