import type { Config } from '../../config/config.ts'
import type { Async } from '../../service/async.ts'
import type { JobQueue } from '../../service/job-queue.ts'
import { WAKE_LANE } from '../../service/lanes.ts'
import { planNamedRun, scheduleCaller, type NamedComparison } from '../../service/schedules/named-comparison.ts'
import type { ScheduleWrites } from '../../service/schedules/schedule-store.ts'
import type { SchedulingPorts, ServicePorts } from '../../service/service-ports.ts'
import { cronTimes } from '../../workers/cron-times.ts'
import { createScheduler, type Accounted } from '../../workers/scheduler.ts'
import type { Log } from '../log.ts'
import { namedComparisons } from '../named-comparisons.ts'
import type { Metrics, ScheduleNumbers } from './metrics.ts'

export type SchedulingOptions = {
  /** As configured now. */
  readonly config: () => Config
  readonly ports: Omit<ServicePorts, 'schedules'>
  readonly store: Async<ScheduleWrites>
  readonly queue: Pick<JobQueue, 'consume' | 'keepWakeUps'>
  readonly metrics: Pick<Metrics, 'accounted'>
  readonly log: Log
}

export type Scheduling = {
  /** What the verbs about schedules need. */
  readonly schedules: SchedulingPorts
  /** The configuration has changed. */
  readonly changed: () => void
  readonly close: (graceMs: number) => Promise<void>
}

/** How often the queue is told its wake-ups again: it may have lost them. */
const TELL_MS = 60_000

/** Runs what is due from now on. The queue only wakes; a timer of its own does too, so that nothing is late while the queue is away. */
export async function startScheduling(options: SchedulingOptions): Promise<Scheduling> {
  const { ports, store, queue, log } = options
  const comparisons = (): readonly NamedComparison[] => namedComparisons(options.config())
  const scheduler = createScheduler({
    comparisons,
    store: {
      knowSchedules: store.knowSchedules,
      accountTimes: store.accountTimes,
      scheduleStates: ports.kept.scheduleStates,
    },
    times: cronTimes,
    plan: (comparison) => planNamedRun(ports, comparison, scheduleCaller(comparison.name)),
    clock: ports.clock,
    timer: (wake, ms) => {
      const timer = setTimeout(wake, ms)
      return () => clearTimeout(timer)
    },
    onAccounted: (accounted) => tell(options, accounted),
    onTrouble: (error) => log.warn('what is due by a schedule waits', {}, error),
  })
  const consumer = await queue.consume(WAKE_LANE, 1, async () => scheduler.wake())
  const tellQueue = (): void => void keepWakeUps(queue, comparisons(), log)
  tellQueue()
  const telling = setInterval(tellQueue, TELL_MS).unref()
  return {
    schedules: {
      comparisons,
      store: { accountTimes: store.accountTimes, pauseSchedule: store.pauseSchedule },
      times: cronTimes,
      settled: scheduler.settled,
    },
    changed: () => {
      scheduler.changed()
      tellQueue()
    },
    close: async (graceMs) => {
      clearInterval(telling)
      await consumer.close(graceMs)
      await scheduler.stop()
    },
  }
}

function tell({ ports, metrics, log }: SchedulingOptions, accounted: Accounted): void {
  const { schedule, run, trigger, without } = accounted
  metrics.accounted(accounted)
  if (run !== null) {
    log.info('a scheduled comparison begins', { schedule, run: run.id, trigger })
    ports.wake()
  }
  if (without.length === 0) return
  const { outcome, reason, due, message } = without.at(-1)!
  log.info('due times without a run', { schedule, count: without.length, outcome, reason, last: due, message })
}

async function keepWakeUps(
  queue: Pick<JobQueue, 'keepWakeUps'>,
  comparisons: readonly NamedComparison[],
  log: Log,
): Promise<void> {
  const wakeUps = comparisons.flatMap(({ name, schedule }) =>
    schedule === null ? [] : { name, cron: schedule.cron, timeZone: schedule.timeZone },
  )
  try {
    await queue.keepWakeUps(wakeUps)
  } catch (error) {
    log.debug('the queue could not be told when to wake', {}, error)
  }
}

/** What the metrics tell of the comparisons that have a schedule. */
export async function scheduleNumbers({
  config,
  kept,
}: {
  readonly config: () => Config
  readonly kept: Pick<ServicePorts['kept'], 'scheduleStates' | 'reportPage'>
}): Promise<readonly ScheduleNumbers[]> {
  const scheduled = namedComparisons(config()).flatMap(({ name, schedule }) =>
    schedule === null ? [] : { name, schedule },
  )
  if (scheduled.length === 0) return []
  const states = new Map((await kept.scheduleStates()).map((state) => [state.name, state]))
  return Promise.all(
    scheduled.map(async ({ name, schedule }) => {
      const state = states.get(name)
      const { items } = await kept.reportPage({ name, within: null }, { limit: 1, cursor: null })
      return {
        schedule: name,
        nextDueMs: state === undefined ? null : cronTimes.next(schedule, Date.parse(state.accountedUntil)),
        lastSuccessMs: items[0] === undefined ? null : Date.parse(items[0].at),
      }
    }),
  )
}
