import type { NewRun, Page, PageRequest, RunRecord } from '../runs.ts'

/** Of the configuration. */
export type Schedule = {
  /** Of the comparison definition. */
  readonly name: string
  /** Five fields, or six with seconds. */
  readonly cron: string
  /** IANA name. */
  readonly timeZone: string
  /** How much later than its due time a run begins at most, so that many schedules do not begin at once; 0: none. */
  readonly jitterMs: number
}

export const SCHEDULE_OUTCOMES = ['ran', 'skipped', 'missed'] as const
export type ScheduleOutcome = (typeof SCHEDULE_OUTCOMES)[number]

/** `down`: the service did not run then. `not-possible`: the comparison could not be asked for. */
export const SCHEDULE_REASONS = ['paused', 'still-running', 'not-possible', 'down'] as const
export type ScheduleReason = (typeof SCHEDULE_REASONS)[number]

/** What became of one due time: exactly one row for each. Times are RFC 3339, UTC. */
export type ScheduleRecord = {
  readonly schedule: string
  /** Nominal: without jitter. Of a run that somebody asked for: when that was. */
  readonly due: string
  /** `catch-up`: the service did not run when it was due. */
  readonly trigger: 'schedule' | 'catch-up' | 'run-now'
  readonly outcome: ScheduleOutcome
  readonly reason: ScheduleReason | null
  /** What could not be done (`not-possible`), in words. */
  readonly message: string | null
  readonly run: string | null
  readonly requestedBy: string
  readonly recordedAt: string
}

export type SchedulePause = { readonly by: string; readonly at: string; readonly reason: string | null }

/** What is remembered of a schedule. */
export type ScheduleState = {
  readonly name: string
  /** Digest of cron and time zone: others begin anew. */
  readonly key: string
  /** Due times up to then are accounted for. */
  readonly accountedUntil: string
  readonly paused: SchedulePause | null
  /** The run that it made last, and is not finished; null: none. */
  readonly running: string | null
}

/** What is written for the due times of one schedule in one transaction. */
export type AccountedTimes = {
  readonly name: string
  /** Those without a run: older first. */
  readonly without: readonly {
    readonly due: string
    readonly outcome: Exclude<ScheduleOutcome, 'ran'>
    readonly reason: ScheduleReason
    readonly message: string | null
  }[]
  /** The one that runs; null: none does. */
  readonly run: {
    readonly due: string
    readonly trigger: ScheduleRecord['trigger']
    readonly newRun: NewRun
  } | null
  readonly accountedUntil: string
}

export type ScheduleReads = {
  readonly scheduleStates: () => readonly ScheduleState[]
  /** Newest due time first. `name` null: of all. */
  readonly scheduleRecords: (filter: { readonly name: string | null }, page: PageRequest) => Page<ScheduleRecord>
}

/** Each is one transaction. `now` is RFC 3339. */
export type ScheduleWrites = {
  /** A schedule that is new, or has another key, is accounted for until `now`; others stay. What is not among them is forgotten, its records stay. */
  readonly knowSchedules: (schedules: readonly { readonly name: string; readonly key: string }[], now: string) => void
  /**
   * A due time that has a row already is left alone, its run is not made. Where a run of the schedule is unfinished, the due time is
   * recorded as skipped (`still-running`) instead. A run on request does so neither: it is null then.
   */
  readonly accountTimes: (times: AccountedTimes, now: string) => { readonly run: RunRecord | null }
  /** Null ends the pause. False: there is no such schedule. */
  readonly pauseSchedule: (name: string, pause: SchedulePause | null) => boolean
}
