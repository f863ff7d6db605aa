import type { DueTime } from './due-times.ts'
import type { AccountedTimes, ScheduleReason, ScheduleRecord } from './schedule-store.ts'

/** What is known when due times are accounted for. Times in milliseconds since the epoch. */
export type Moment = {
  readonly now: number
  /** Since when the process keeps watch. */
  readonly upSince: number
  readonly isPaused: boolean
  /** Whether a run of the schedule is unfinished. */
  readonly isRunning: boolean
}

/** What becomes of due times: each stands in it once. `run` is the last of them, if any may run. */
export type Accounting = {
  readonly without: readonly {
    readonly due: number
    readonly reason: ScheduleReason
    readonly message: string | null
  }[]
  readonly run: { readonly due: number; readonly trigger: Exclude<ScheduleRecord['trigger'], 'run-now'> } | null
}

/** A run that begins so much later than it was to is a catch-up. */
const LATE_MS = 60_000

/**
 * Decides what becomes of due times that have come (oldest first): the last one runs and those before it are missed, so that there is at
 * most one run after a time in which the service was down; none runs while the schedule is paused or a run of it is unfinished.
 */
export function accountFor(times: readonly DueTime[], moment: Moment): Accounting {
  const last = times.at(-1)
  if (last === undefined) return { without: [], run: null }
  const runs = !moment.isPaused && !moment.isRunning
  const others = runs ? times.slice(0, -1) : times
  return {
    without: others.map((time) => ({ due: time.due, reason: reasonFor(time, time === last, moment), message: null })),
    run: runs ? { due: last.due, trigger: isLate(last, moment) ? 'catch-up' : 'schedule' } : null,
  }
}

function reasonFor(time: DueTime, isLast: boolean, moment: Moment): ScheduleReason {
  if (moment.isPaused) return 'paused'
  return moment.isRunning && (isLast || !isLate(time, moment)) ? 'still-running' : 'down'
}

function isLate({ begin }: DueTime, { now, upSince }: Moment): boolean {
  return begin < upSince || now - begin > LATE_MS
}

/** The run cannot be asked for: why, in words. */
export function notPossible(accounting: Accounting, message: string): Accounting {
  const { without, run } = accounting
  if (run === null) return accounting
  return { without: [...without, { due: run.due, reason: 'not-possible', message }], run: null }
}

/** What the store makes of a due time where a run is unfinished. */
export function heldBack(due: number): Accounting {
  return { without: [{ due, reason: 'still-running', message: null }], run: null }
}

/** The oldest that is told says that there were others before it. */
export function tellCut({ without, run }: Accounting, since: string): Accounting {
  const [oldest, ...rest] = without
  if (oldest === undefined) return { without, run }
  const message = `and all due times before it, since ${since}: they are too many to be listed`
  return { without: [{ ...oldest, message }, ...rest], run }
}

/** What becomes of them in the words of the store. `since` and results are RFC 3339. */
export function withoutRun({ without }: Accounting): AccountedTimes['without'] {
  return without.map(({ due, reason, message }) => ({
    due: new Date(due).toISOString(),
    outcome: reason === 'down' ? 'missed' : 'skipped',
    reason,
    message,
  }))
}
