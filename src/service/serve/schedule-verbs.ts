import { AppError } from '../../model/errors.ts'
import type { Access } from '../access.ts'
import type { RunRecord } from '../runs.ts'
import { planNamedRun, type NamedComparison } from '../schedules/named-comparison.ts'
import type { SchedulePause, ScheduleState } from '../schedules/schedule-store.ts'
import type { ScheduleView } from '../schedules/schedule-view.ts'
import type { Replayable, Service } from '../service.ts'
import { notFound, requireScope, seesCluster } from './access-rules.ts'
import { requireQueueForRun } from './queue-guard.ts'
import { seesReport } from './report-verbs.ts'
import { findRun } from './run-verbs.ts'
import { nowOf, type ServiceContext } from './service-context.ts'

type Verbs = Pick<
  Service,
  'listSchedules' | 'schedule' | 'scheduleRecords' | 'pauseSchedule' | 'resumeSchedule' | 'runSchedule'
>

/** The verbs about comparisons of the configuration, each for who sees all its clusters; to others there is none of that name. */
export function scheduleVerbs(context: ServiceContext): Verbs {
  return {
    listSchedules: async (access) => {
      const states = await context.kept.scheduleStates()
      const visible = context.schedules.comparisons().filter((comparison) => seesComparison(access, comparison))
      return Promise.all(visible.map((comparison) => viewOf(context, access, { comparison, states })))
    },
    schedule: async (access, name) => viewNow(context, access, findComparison(context, access, name)),
    scheduleRecords: async (access, name, page) => {
      findComparison(context, access, name)
      return context.kept.scheduleRecords({ name }, page)
    },
    pauseSchedule: async (access, name, reason) =>
      pause(context, access, name, { by: access.caller, at: nowOf(context), reason }),
    resumeSchedule: (access, name) => pause(context, access, name, null),
    runSchedule: (access, name, replay) => runNow(context, access, name, replay),
  }
}

/** A comparison is known to who sees all its clusters. */
function seesComparison(access: Access, { clusters }: NamedComparison): boolean {
  return clusters.every((cluster) => seesCluster(access, cluster))
}

function findComparison({ schedules }: ServiceContext, access: Access, name: string): NamedComparison {
  const found = schedules.comparisons().find((comparison) => comparison.name === name)
  if (found === undefined || !seesComparison(access, found)) throw notFound('schedule', name)
  return found
}

/** What the schedule does concerns all namespaces. */
function requireWhole(access: Access, name: string): void {
  requireScope(access, 'trigger')
  if (access.namespaces === null) return
  throw new AppError('forbidden', `the comparison ${name} is over all namespaces, and the token is limited to some`, {
    hint: 'Ask for a comparison of your own: POST /api/v1/comparisons',
  })
}

async function viewNow(context: ServiceContext, access: Access, comparison: NamedComparison): Promise<ScheduleView> {
  return viewOf(context, access, { comparison, states: await context.kept.scheduleStates() })
}

type Known = { readonly comparison: NamedComparison; readonly states: readonly ScheduleState[] }

async function viewOf(context: ServiceContext, access: Access, { comparison, states }: Known): Promise<ScheduleView> {
  const { name, query, clusters, channels, schedule } = comparison
  const state = states.find((one) => one.name === name)
  const records = await context.kept.scheduleRecords({ name }, { limit: 1, cursor: null })
  return {
    name,
    baseline: query.baseline,
    targets: clusters.filter((cluster) => cluster !== query.baseline),
    channels,
    schedule:
      schedule === null ? null : { cron: schedule.cron, timeZone: schedule.timeZone, jitterMs: schedule.jitterMs },
    nextDue: nextDue(context, comparison, state),
    paused: state?.paused ?? null,
    running: state?.running ?? null,
    lastRecord: records.items[0] ?? null,
    lastReport: await lastReport(context, access, comparison),
  }
}

/** The first one that is not accounted for yet: where the clock was ahead and was set back, that is later than the next one by the clock. */
function nextDue(
  { schedules, clock }: ServiceContext,
  { schedule }: NamedComparison,
  state: ScheduleState | undefined,
): string | null {
  if (schedule === null) return null
  const after = Math.max(clock.now().getTime(), state === undefined ? 0 : Date.parse(state.accountedUntil))
  const next = schedules.times.next(schedule, after)
  return next === null ? null : new Date(next).toISOString()
}

async function lastReport(
  context: ServiceContext,
  access: Access,
  { name }: NamedComparison,
): Promise<ScheduleView['lastReport']> {
  const { items } = await context.kept.reportPage({ name, within: access.clusters }, { limit: 1, cursor: null })
  const [report] = items
  if (report === undefined || !seesReport(context, access, report)) return null
  const { id, at, verdict, news, severity, counts } = report
  return { id, at, verdict, news, severity, counts }
}

async function pause(
  context: ServiceContext,
  access: Access,
  name: string,
  change: SchedulePause | null,
): Promise<ScheduleView> {
  requireScope(access, 'trigger')
  const comparison = findComparison(context, access, name)
  requireWhole(access, name)
  if (comparison.schedule === null) {
    throw new AppError('input-invalid', `the comparison ${name} has no schedule, it runs on request only`, {
      hint: 'Give it one in the configuration: schedule: { cron: "0 8 * * 1-5" }',
    })
  }
  // What was due until now is decided by what held until now.
  await context.schedules.settled()
  if (!(await context.schedules.store.pauseSchedule(name, change))) throw notFound('schedule', name)
  return viewNow(context, access, comparison)
}

/** The run that is made, or the one of the same comparison that is under way. */
async function runNow(
  context: ServiceContext,
  access: Access,
  name: string,
  replay: Replayable | null,
): Promise<RunRecord> {
  requireScope(access, 'trigger')
  const comparison = findComparison(context, access, name)
  requireWhole(access, name)
  const planned = await planNamedRun(context, comparison, access.caller)
  await requireQueueForRun(
    context,
    planned.sides.flatMap(({ cluster, pool, snapshot }) => (snapshot === null ? { cluster, pool } : [])),
  )
  const now = nowOf(context)
  const newRun = { ...planned, idempotency: replay && { ...replay, caller: access.caller } }
  const { run } = await context.schedules.store.accountTimes(
    { name, without: [], run: { due: now, trigger: 'run-now', newRun }, accountedUntil: FROM_THE_BEGINNING },
    now,
  )
  context.wake()
  if (run !== null) return findRun(context, access, run.id)
  const state = (await context.kept.scheduleStates()).find((one) => one.name === name)
  if (state?.running) return findRun(context, access, state.running)
  throw new AppError('not-finished', `another run of ${name} was under way, and has just ended`, {
    hint: 'Ask again.',
  })
}

/** What somebody asks for accounts for no due time. */
const FROM_THE_BEGINNING = new Date(0).toISOString()
