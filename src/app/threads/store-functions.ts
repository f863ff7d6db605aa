import type { PruneReport, Retention } from '../../history/prune.ts'
import type { LedgerWrites } from '../../service/ledger/ledger-store.ts'
import type { ReportWrites } from '../../service/reports/report-store.ts'
import type { RunStore } from '../../service/runs.ts'
import type { ScheduleWrites } from '../../service/schedules/schedule-store.ts'
import type { Recorded } from '../../workers/record-snapshot.ts'
import type { RecordTask } from '../../workers/job-data.ts'
import type { LogLevel } from '../log.ts'

export type StoreThreadData = {
  readonly path: string
  readonly migrations: string
  /** Id of the fingerprint key; the thread has no use for the key itself. */
  readonly keyId: string
  readonly logLevel: LogLevel
}

/** Everything that writes, in the one thread that does. */
export type StoreFunctions = Pick<
  RunStore,
  | 'createRun'
  | 'createJob'
  | 'reissueJob'
  | 'reissueRun'
  | 'startJob'
  | 'progressJob'
  | 'failJob'
  | 'recordComparison'
  | 'failRun'
  | 'cancelRun'
> &
  LedgerWrites &
  ReportWrites &
  ScheduleWrites & {
    readonly record: (task: RecordTask, parts: readonly Uint8Array[]) => Recorded
    /** See `pruneHistory`; other calls are answered between its steps. */
    readonly prune: (retention: Retention) => Promise<PruneReport>
    /** Ends the thread's hold on the database; no call may follow. */
    readonly close: () => void
  }
