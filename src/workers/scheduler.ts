import { asAppError, ERRORS, type AppError } from '../model/errors.ts'
import type { Async } from '../service/async.ts'
import type { Clock } from '../service/ports.ts'
import type { NewRun, RunRecord } from '../service/runs.ts'
import {
  accountFor,
  heldBack,
  notPossible,
  tellCut,
  withoutRun,
  type Accounting,
} from '../service/schedules/account-for.ts'
import { begunTimes, nextBegin, type DueTimes } from '../service/schedules/due-times.ts'
import { scheduleKey, type NamedComparison } from '../service/schedules/named-comparison.ts'
import type {
  AccountedTimes,
  Schedule,
  ScheduleReads,
  ScheduleState,
  ScheduleWrites,
} from '../service/schedules/schedule-store.ts'

/** What became of the due times of a schedule that were accounted for together. */
export type Accounted = {
  readonly schedule: string
  readonly without: AccountedTimes['without']
  /** The run that was made; null: none. */
  readonly run: RunRecord | null
  readonly trigger: 'schedule' | 'catch-up' | null
}

export type SchedulerPorts = {
  /** As configured now. */
  readonly comparisons: () => readonly NamedComparison[]
  readonly store: Async<Pick<ScheduleWrites, 'knowSchedules' | 'accountTimes'> & Pick<ScheduleReads, 'scheduleStates'>>
  readonly times: DueTimes
  /** The run of a comparison, as it is configured now. Rejects with an AppError where it cannot be asked for. */
  readonly plan: (comparison: NamedComparison) => Promise<NewRun>
  readonly clock: Clock
  /** Calls `wake` after so many milliseconds, unless it is taken back. */
  readonly timer: (wake: () => void, ms: number) => () => void
  readonly onAccounted: (accounted: Accounted) => void
  /** Hears why a tick did not get through: the database is away. What is due is accounted for at a later one. */
  readonly onTrouble: (error: AppError) => void
  readonly intervalMs?: number
}

export type Scheduler = {
  /** Something may be due: a tick follows at once, or after the one that runs. */
  readonly wake: () => void
  /** The configuration has changed. */
  readonly changed: () => void
  /** Resolves once all that is due now is accounted for, or could not be. */
  readonly settled: () => Promise<void>
  /** Waits for the tick that runs; there is none after it. */
  readonly stop: () => Promise<void>
}

const INTERVAL_MS = 30_000
/** Due times of one schedule that are listed one by one after a time in which the service was down. */
const MOST_LISTED = 2_000

type Loop = {
  readonly ports: SchedulerPorts
  readonly upSince: number
  running: Promise<void> | null
  isWoken: boolean
  isStopped: boolean
  /** Whether the store knows the schedules that are configured. */
  isKnown: boolean
  cancel: () => void
}

/**
 * Accounts for the due times of all schedules: at the start, when the next run is to begin, whenever it is woken, and every 30 seconds. The
 * database decides: being woken twice, or by a process that is late, changes nothing.
 */
export function createScheduler(ports: SchedulerPorts): Scheduler {
  const loop: Loop = {
    ports,
    upSince: ports.clock.now().getTime(),
    running: null,
    isWoken: false,
    isStopped: false,
    isKnown: false,
    cancel: () => undefined,
  }
  const wake = (): void => {
    if (loop.isStopped) return
    loop.isWoken = true
    loop.running ??= tickWhileWoken(loop, wake)
  }
  wake()
  return {
    wake,
    changed: () => {
      loop.isKnown = false
      wake()
    },
    settled: async () => {
      wake()
      await loop.running
    },
    stop: async () => {
      loop.isStopped = true
      loop.cancel()
      await loop.running
    },
  }
}

/** One tick at a time: two would plan the same run twice. */
async function tickWhileWoken(loop: Loop, wake: () => void): Promise<void> {
  const interval = loop.ports.intervalMs ?? INTERVAL_MS
  while (loop.isWoken && !loop.isStopped) {
    loop.isWoken = false
    loop.cancel()
    const next = await tick(loop)
    if (loop.isStopped) break
    const waitMs = next === null ? interval : next - loop.ports.clock.now().getTime()
    loop.cancel = loop.ports.timer(wake, Math.max(1, Math.min(interval, waitMs)))
  }
  loop.running = null
}

/** When the next run is to begin; null: nobody knows. */
async function tick(loop: Loop): Promise<number | null> {
  const { ports } = loop
  try {
    await know(loop)
    const comparisons = new Map(ports.comparisons().map((comparison) => [comparison.name, comparison]))
    const begins: number[] = []
    for (const state of await ports.store.scheduleStates()) {
      const comparison = comparisons.get(state.name)
      if (!comparison?.schedule || state.key !== scheduleKey(comparison.schedule)) continue
      const next = await accountAlone(loop, { comparison, schedule: comparison.schedule, state })
      if (next !== null) begins.push(next)
    }
    return begins.length === 0 ? null : Math.min(...begins)
  } catch (error) {
    ports.onTrouble(asAppError(error))
    return null
  }
}

/** When its next run is to begin. What is wrong with one schedule holds up no other. */
async function accountAlone(loop: Loop, task: Task): Promise<number | null> {
  try {
    const accountedUntil = await account(loop, task)
    return nextBegin(task.schedule, accountedUntil, loop.ports.times)?.begin ?? null
  } catch (error) {
    loop.ports.onTrouble(asAppError(error))
    return null
  }
}

/** Those without a schedule are known too: their runs are one at a time as well. */
async function know(loop: Loop): Promise<void> {
  if (loop.isKnown) return
  const { comparisons, store, clock } = loop.ports
  loop.isKnown = true
  try {
    const known = comparisons().map(({ name, schedule }) => ({ name, key: scheduleKey(schedule) }))
    await store.knowSchedules(known, clock.now().toISOString())
  } catch (error) {
    loop.isKnown = false
    throw error
  }
}

type Task = { readonly comparison: NamedComparison; readonly schedule: Schedule; readonly state: ScheduleState }

/** Until when the schedule is accounted for then. */
async function account(loop: Loop, { comparison, schedule, state }: Task): Promise<number> {
  const { ports, upSince } = loop
  const now = ports.clock.now().getTime()
  const after = Date.parse(state.accountedUntil)
  const { times, isCut } = begunTimes(schedule, { after, until: now }, ports.times, MOST_LISTED)
  const last = times.at(-1)?.due
  if (last === undefined) return after
  const moment = { now, upSince, isPaused: state.paused !== null, isRunning: state.running !== null }
  const decided = accountFor(times, moment)
  const { accounting, newRun } = await planned(
    ports,
    comparison,
    isCut ? tellCut(decided, state.accountedUntil) : decided,
  )
  const without = withoutRun(accounting)
  const { run } = await ports.store.accountTimes(
    {
      name: schedule.name,
      without,
      run: newRun === null ? null : { ...newRun, due: new Date(newRun.due).toISOString() },
      accountedUntil: new Date(last).toISOString(),
    },
    new Date(now).toISOString(),
  )
  // The store found a run of it under way that was not there when this was decided.
  const held = newRun !== null && run === null ? withoutRun(heldBack(newRun.due)) : []
  ports.onAccounted({
    schedule: schedule.name,
    without: [...without, ...held],
    run,
    trigger: run === null ? null : (newRun?.trigger ?? null),
  })
  return last
}

type Planned = {
  readonly accounting: Accounting
  readonly newRun: (NonNullable<Accounting['run']> & { readonly newRun: NewRun }) | null
}

/** With the run of the last due time, where it can be asked for. */
async function planned(ports: SchedulerPorts, comparison: NamedComparison, accounting: Accounting): Promise<Planned> {
  if (accounting.run === null) return { accounting, newRun: null }
  try {
    return { accounting, newRun: { ...accounting.run, newRun: await ports.plan(comparison) } }
  } catch (error) {
    const { code, message } = asAppError(error)
    // What the caller of an API could mend: asked again it would be refused again.
    if (ERRORS[code].status >= 500) throw error
    return { accounting: notPossible(accounting, message), newRun: null }
  }
}
