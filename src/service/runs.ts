import type { ClusterName, Slug } from '../model/cluster.ts'
import type { Layer, Verdict } from '../model/comparison.ts'
import type { ErrorDocument } from '../model/errors.ts'
import type { ClusterProfile, Rule } from '../model/rules.ts'
import type { SecretCompare } from '../model/mask.ts'
import type { Digest, Snapshot } from '../model/snapshot.ts'
import type { ObjectFilter } from '../diff/filter.ts'
import type { Comparison } from '../model/comparison.ts'
import type { ReportContext } from './reports/report-store.ts'

/** A cluster as the service knows it. */
export type ConfiguredCluster = {
  readonly name: ClusterName
  readonly slug: Slug
  readonly labels: Readonly<Record<string, string>>
  readonly namespaces: readonly string[] | null
  /** Which collectors read it. */
  readonly pool: string
  readonly secretCompare: SecretCompare
}

/** What a comparison is asked to be; stored with the run, so that the same can be computed again from the same snapshots. */
export type RunRequest = {
  readonly baseline: ClusterName | null
  /** Baseline included, in the order in which they are told. */
  readonly clusters: readonly ClusterName[]
  readonly layers: readonly Layer[]
  readonly filter: ObjectFilter
  readonly ignore: readonly string[]
  /** What the configuration expected when it was asked; told to nobody, since it names other clusters too. */
  readonly rules?: readonly Rule[]
  readonly profiles?: Readonly<Record<ClusterName, ClusterProfile>>
  /** Of the comparison definition that it is made for: its drift is reported. Left out: somebody asked by naming clusters. */
  readonly name?: string
  /** In how many comparisons running a difference must be seen before it counts. Left out: one. */
  readonly damping?: number
  readonly explain: boolean
}

export const RUN_PHASES = ['queued', 'collecting', 'comparing', 'done', 'failed', 'cancelled'] as const
export type RunPhase = (typeof RUN_PHASES)[number]

/** A requested comparison. Finished ones (`done`, `failed`, `cancelled`) never change. Times are RFC 3339, UTC. */
export type RunRecord = {
  readonly id: string
  readonly phase: RunPhase
  readonly request: RunRequest
  readonly requestedBy: string
  readonly requestedAt: string
  readonly finishedAt: string | null
  /** Per cluster in the order of the request: the snapshot that is used, or the job it waits for. */
  readonly sides: readonly {
    readonly cluster: ClusterName
    readonly snapshot: string | null
    readonly job: string | null
  }[]
  /** Fencing token of the compare job: only the holder of the newest may record. */
  readonly fence: number
  readonly verdict: Verdict | null
  readonly differences: number | null
  readonly error: ErrorDocument | null
}

export const JOB_PHASES = ['queued', 'running', 'recording', 'done', 'failed', 'cancelled'] as const
export type JobPhase = (typeof JOB_PHASES)[number]

/** One snapshot to take of one cluster; at most one unfinished per cluster. */
export type SnapshotJobRecord = {
  readonly id: string
  readonly cluster: ClusterName
  readonly pool: string
  readonly phase: JobPhase
  /** Raised each time the job is given to the queue anew; a result under an older one is refused. */
  readonly fence: number
  readonly requestedBy: string
  readonly requestedAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly progress: JobProgress | null
  /** Id of the snapshot, also of one that says only that the cluster could not be read. */
  readonly snapshot: string | null
  readonly error: ErrorDocument | null
}

export type JobProgress = { readonly step: string; readonly kind: string | null; readonly objects: number }

export type NewRun = {
  readonly id: string
  readonly request: RunRequest
  readonly requestedBy: string
  /** Per cluster, in the order of the request: a kept snapshot to use, or null to take a new one (or join the one in flight). */
  readonly sides: readonly {
    readonly cluster: ClusterName
    readonly pool: string
    readonly snapshot: string | null
    /** Id for the job, where one has to be made. */
    readonly newJob: string
  }[]
  readonly idempotency: IdempotencyKey | null
}

/** The same key with the same digest gives the same answer again; with another digest it is refused (`idempotency-mismatch`). */
export type IdempotencyKey = { readonly key: string; readonly caller: string; readonly digest: string }

export type PageRequest = { readonly limit: number; readonly cursor: string | null }
export type Page<T> = { readonly items: readonly T[]; readonly next: string | null }

/** What is to be given to the queue now. */
export type Due = { readonly jobs: readonly SnapshotJobRecord[]; readonly runs: readonly RunRecord[] }

/** A snapshot as a collector handed it over. `manifest` is what a later delta of the same cluster can build on; null: nothing. */
export type HandedOver = { readonly snapshot: Snapshot; readonly manifest: Digest | null }

/** `report`: what its report is made with, in the same transaction; null: nobody is told of it. */
export type ComparedRun = { readonly comparison: Comparison; readonly report: ReportContext | null }

/** `refused`: finished already, or an older fence. `runs`: those that can be compared now. */
export type JobOutcome = { readonly refused: boolean; readonly runs: readonly RunRecord[] }

/** Null: all. `cluster`: that has it among its clusters. `within`: all of whose clusters are among these. */
export type RunFilter = {
  readonly phase: RunPhase | null
  readonly cluster?: ClusterName | null
  readonly within?: readonly ClusterName[] | null
}

export type JobFilter = {
  readonly cluster: ClusterName | null
  readonly phase: JobPhase | null
  readonly within?: readonly ClusterName[] | null
}

/**
 * The rows behind runs and jobs. Synchronous, each call one transaction, durable when it returns. Lives in the one process that owns the
 * database. `now` is RFC 3339.
 */
export type RunStore = {
  /** Also makes the jobs it needs. `replayed`: the idempotency key was known. A run whose snapshots are all there is `comparing`. */
  readonly createRun: (run: NewRun, now: string) => { readonly run: RunRecord; readonly replayed: boolean }
  /** Joins the unfinished job of the cluster where there is one. */
  readonly createJob: (
    job: {
      readonly id: string
      readonly cluster: ClusterName
      readonly pool: string
      readonly requestedBy: string
      readonly idempotency: IdempotencyKey | null
    },
    now: string,
  ) => { readonly job: SnapshotJobRecord; readonly joined: boolean }
  readonly run: (id: string) => RunRecord | null
  readonly job: (id: string) => SnapshotJobRecord | null
  readonly listRuns: (filter: RunFilter, page: PageRequest) => Page<RunRecord>
  readonly listJobs: (filter: JobFilter, page: PageRequest) => Page<SnapshotJobRecord>
  /** Whatever is not finished and whose turn it is: jobs, and runs whose snapshots are all in. */
  readonly unfinished: () => Due
  /** Raises the fence before the job is given to the queue (again); null where it is finished. */
  readonly reissueJob: (id: string) => SnapshotJobRecord | null
  readonly reissueRun: (id: string) => RunRecord | null
  /** A collector has begun; ignored under an older fence. */
  readonly startJob: (id: string, fence: number, now: string) => void
  /** The step `done` or `failed` is the collector's last: the job is then `recording`. */
  readonly progressJob: (id: string, fence: number, progress: JobProgress) => void
  /**
   * Stores the snapshot (also one with `error` set: the job is then `failed` with it), finishes the job and hands the snapshot to the
   * runs that wait for it, in one transaction.
   */
  readonly recordSnapshot: (id: string, fence: number, handedOver: HandedOver, now: string) => JobOutcome
  /** The job cannot be done at all: as if a snapshot had been recorded that says so, and the runs that wait for it go on with that. */
  readonly failJob: (id: string, fence: number, error: ErrorDocument, now: string) => JobOutcome
  readonly recordComparison: (
    id: string,
    fence: number,
    done: ComparedRun,
    now: string,
  ) => { readonly refused: boolean }
  readonly failRun: (id: string, fence: number, error: ErrorDocument, now: string) => void
  /** Also the jobs that wait in the queue for this run alone. The run as it is then, finished ones as they were; null: unknown. */
  readonly cancelRun: (id: string, now: string) => RunRecord | null
  /** The newest manifest of the cluster whose snapshot is still kept; null: none. */
  readonly lastManifest: (cluster: ClusterName) => { readonly snapshot: string; readonly digest: Digest } | null
}
