import { and, desc, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import type { PageRequest } from '../service/runs.ts'
import type { ScheduleReads, ScheduleRecord } from '../service/schedules/schedule-store.ts'
import { readCursor, toPage } from './page-cursor.ts'
import type { Queries } from './queries.ts'
import { runs } from './run-schema.ts'
import { scheduleRecords, scheduleStates, type ScheduleRow } from './schedule-schema.ts'

type Reading = { readonly queries: Queries; readonly read: <T>(work: () => T) => T }

/** What can be read of schedules, in a database whose tables are there. */
export function createScheduleReads({ queries, read }: Reading): ScheduleReads {
  return {
    scheduleStates: () =>
      read(() => {
        const running = new Map(runningRuns(queries).map(({ schedule, run }) => [schedule, run]))
        const states = queries.select().from(scheduleStates).orderBy(scheduleStates.name).all()
        return states.map((state) => ({ ...state, running: running.get(state.name) ?? null }))
      }),
    scheduleRecords: (filter, page) =>
      read(() => {
        const rows = recordsQuery(queries, filter, page).all()
        return toPage('records', page.limit, rows, (shown) => shown.map(recordOf))
      }),
  }
}

/** Runs of schedules that are not finished, older first. */
export function runningRuns(queries: Queries): readonly { readonly schedule: string; readonly run: string }[] {
  return queries
    .select({ schedule: scheduleRecords.schedule, run: runs.id })
    .from(runs)
    .innerJoin(scheduleRecords, eq(scheduleRecords.run, runs.id))
    .where(isNull(runs.finishedAt))
    .orderBy(runs.sequence)
    .all()
}

/** By due time, which is not the order in which they came: a time without a run can be recorded late. */
export function recordsQuery(queries: Queries, { name }: { readonly name: string | null }, page: PageRequest) {
  const before = readCursor('records', page)
  const last = queries
    .select({ due: scheduleRecords.due, sequence: scheduleRecords.sequence })
    .from(scheduleRecords)
    .where(eq(scheduleRecords.sequence, before ?? 0))
  return queries
    .select(getTableColumns(scheduleRecords))
    .from(scheduleRecords)
    .where(
      and(
        name === null ? undefined : eq(scheduleRecords.schedule, name),
        before === null ? undefined : sql`(${scheduleRecords.due}, ${scheduleRecords.sequence}) < ${last}`,
      ),
    )
    .orderBy(desc(scheduleRecords.due), desc(scheduleRecords.sequence))
    .limit(page.limit + 1)
}

function recordOf(row: ScheduleRow): ScheduleRecord {
  const { sequence: _, ...record } = row
  return record
}
