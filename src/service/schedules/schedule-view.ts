import type { ClusterName } from '../../model/cluster.ts'
import type { ReportRecord } from '../reports/report-store.ts'
import type { Schedule, SchedulePause, ScheduleRecord } from './schedule-store.ts'

/** A comparison of the configuration, when it runs and what became of it. Times are RFC 3339, UTC. */
export type ScheduleView = {
  readonly name: string
  readonly baseline: ClusterName | null
  readonly targets: readonly ClusterName[]
  /** Names of the channels that hear of it. */
  readonly channels: readonly string[]
  /** Null: it runs on request only. */
  readonly schedule: Omit<Schedule, 'name'> | null
  /** Nominal, without jitter; null: it does not come again by itself. While it is paused nothing runs then. */
  readonly nextDue: string | null
  readonly paused: SchedulePause | null
  /** The run that it made last, while that is unfinished. */
  readonly running: string | null
  readonly lastRecord: ScheduleRecord | null
  readonly lastReport: Pick<ReportRecord, 'id' | 'at' | 'verdict' | 'news' | 'severity' | 'counts'> | null
}
