import type { ClusterName } from '../model/cluster.ts'
import type { ClusterProfile, Rule } from '../model/rules.ts'
import type { Async } from './async.ts'
import type { Compute } from './compute/compute.ts'
import type { JobQueue } from './job-queue.ts'
import type { KeptReads, RunReads } from './kept-reads.ts'
import type { LedgerReads, LedgerWrites } from './ledger/ledger-store.ts'
import type { Clock, Ids } from './ports.ts'
import type { ReportReads } from './reports/report-store.ts'
import type { ReportingPorts } from './reports/report-views.ts'
import type { ConfiguredCluster, RunStore } from './runs.ts'
import type { DueTimes } from './schedules/due-times.ts'
import type { NamedComparison } from './schedules/named-comparison.ts'
import type { ScheduleReads, ScheduleWrites } from './schedules/schedule-store.ts'

/** Rules, and what is known of clusters for them, by their names. */
export type Expectations = {
  readonly rules: readonly Rule[]
  readonly profiles: Readonly<Record<ClusterName, ClusterProfile>>
}

export type ServiceLimits = {
  /** Most jobs that may wait in a lane, and most runs that may wait for snapshots; beyond it new work is `queue-full`. */
  readonly queueDepth: number
  /** Bytes of rendered documents that are held in memory. */
  readonly renderedBytes: number
}

/** The comparisons of the configuration, and whoever runs them when they are due. */
export type SchedulingPorts = {
  /** As configured now. */
  readonly comparisons: () => readonly NamedComparison[]
  readonly store: Async<Pick<ScheduleWrites, 'accountTimes' | 'pauseSchedule'>>
  readonly times: DueTimes
  /** Resolves once all that is due now is accounted for, or could not be. */
  readonly settled: () => Promise<void>
}

/** What the verbs of the service need of the process around them. */
export type ServicePorts = {
  /** As configured now: read again at each call. */
  readonly clusters: () => readonly ConfiguredCluster[]
  /** Which differences are meant to be, as configured now. */
  readonly expectations?: () => Expectations
  /** Where new work is written; only that, since each call may wait until a snapshot is stored. */
  readonly runs: Async<Pick<RunStore, 'createRun' | 'createJob' | 'cancelRun' | 'run'>>
  /** All small reads, from a connection that waits for nobody. Sees what `runs` has answered. */
  readonly kept: Async<KeptReads & RunReads & LedgerReads & ScheduleReads & ReportReads>
  /** What people say of drift. */
  readonly ledger: Async<LedgerWrites>
  readonly reporting: ReportingPorts
  readonly schedules: SchedulingPorts
  readonly compute: Async<Compute>
  readonly queue: Pick<JobQueue, 'isReady' | 'depth' | 'watch'>
  /** Tells the dispatcher that there is something to deliver. Must not throw. */
  readonly wake: () => void
  readonly clock: Clock
  readonly ids: Ids
  /** Resolves after so many milliseconds, or as soon as the signal aborts. Never rejects. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** Output formats that `compute.render` knows. */
  readonly formats: readonly string[]
  readonly limits: ServiceLimits
}
