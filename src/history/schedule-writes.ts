import { and, eq, ne, notInArray, sql } from 'drizzle-orm'
import type { RunRecord } from '../service/runs.ts'
import type { AccountedTimes, ScheduleRecord, ScheduleWrites } from '../service/schedules/schedule-store.ts'
import { createRun } from './create-runs.ts'
import { findAnswer } from './idempotency.ts'
import type { Queries } from './queries.ts'
import { findRun } from './run-rows.ts'
import { runningRuns } from './schedule-reads.ts'
import { scheduleRecords, scheduleStates } from './schedule-schema.ts'

type Writing = { readonly queries: Queries; readonly write: <T>(work: () => T) => T }

/** What becomes of schedules, each call in a transaction of its own. */
export function createScheduleWrites({ queries, write }: Writing): ScheduleWrites {
  return {
    knowSchedules: (schedules, now) =>
      write(() => {
        const names = schedules.map(({ name }) => name)
        queries.delete(scheduleStates).where(notInArray(scheduleStates.name, names)).run()
        for (const { name, key } of schedules) {
          queries
            .insert(scheduleStates)
            .values({ name, key, accountedUntil: now })
            .onConflictDoUpdate({
              target: scheduleStates.name,
              set: { key, accountedUntil: now },
              setWhere: ne(scheduleStates.key, key),
            })
            .run()
        }
      }),
    accountTimes: (times, now) => write(() => accountTimes(queries, times, now)),
    pauseSchedule: (name, paused) =>
      write(
        () => queries.update(scheduleStates).set({ paused }).where(eq(scheduleStates.name, name)).run().changes > 0,
      ),
  }
}

/** Who is said to have asked for a due time that did not run. */
const NOBODY = 'schedule'

function accountTimes(queries: Queries, times: AccountedTimes, now: string): { readonly run: RunRecord | null } {
  const { name: schedule, without, run, accountedUntil } = times
  const base = { schedule, message: null, run: null, requestedBy: NOBODY, recordedAt: now }
  for (const time of without) record(queries, { ...base, trigger: 'schedule', ...time })
  // The clock can be set back: what is accounted for stays so.
  queries
    .update(scheduleStates)
    .set({ accountedUntil: sql`max(${scheduleStates.accountedUntil}, ${accountedUntil})` })
    .where(eq(scheduleStates.name, schedule))
    .run()
  return { run: run === null ? null : makeRun(queries, { schedule, ...run }, now) }
}

type Making = { readonly schedule: string } & NonNullable<AccountedTimes['run']>

function makeRun(queries: Queries, { schedule, due, trigger, newRun }: Making, now: string): RunRecord | null {
  const answer = findAnswer(queries, newRun.idempotency, now)
  const before = answer !== null && 'run' in answer ? findRun(queries, answer.run) : null
  if (before !== null) return before
  const row = { schedule, due, trigger, message: null, requestedBy: newRun.requestedBy, recordedAt: now }
  if (trigger !== 'run-now' && isRecorded(queries, schedule, due)) return null
  if (runningRuns(queries).some((running) => running.schedule === schedule)) {
    if (trigger !== 'run-now') record(queries, { ...row, outcome: 'skipped', reason: 'still-running', run: null })
    return null
  }
  const { run } = createRun(queries, newRun, now)
  record(queries, { ...row, outcome: 'ran', reason: null, run: run.id })
  return run
}

function isRecorded(queries: Queries, schedule: string, due: string): boolean {
  const isThat = and(eq(scheduleRecords.schedule, schedule), eq(scheduleRecords.due, due))
  const row = queries
    .select({ sequence: scheduleRecords.sequence })
    .from(scheduleRecords)
    .where(and(isThat, ne(scheduleRecords.trigger, 'run-now')))
    .get()
  return row !== undefined
}

/** A due time that has a row keeps it. */
function record(queries: Queries, row: ScheduleRecord): void {
  queries.insert(scheduleRecords).values(row).onConflictDoNothing().run()
}
