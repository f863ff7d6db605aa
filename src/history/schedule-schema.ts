import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { SchedulePause, ScheduleRecord } from '../service/schedules/schedule-store.ts'

// What became of the due times of schedules. Runs that are named here are not kept for it.

export const scheduleStates = sqliteTable('schedule_states', {
  name: text('name').primaryKey(),
  key: text('key').notNull(),
  accountedUntil: text('accounted_until').notNull(),
  paused: text('paused', { mode: 'json' }).$type<SchedulePause>(),
})

export const scheduleRecords = sqliteTable(
  'schedule_records',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    schedule: text('schedule').notNull(),
    due: text('due').notNull(),
    trigger: text('trigger').$type<ScheduleRecord['trigger']>().notNull(),
    outcome: text('outcome').$type<ScheduleRecord['outcome']>().notNull(),
    reason: text('reason').$type<ScheduleRecord['reason']>(),
    message: text('message'),
    run: text('run'),
    requestedBy: text('requested_by').notNull(),
    recordedAt: text('recorded_at').notNull(),
  },
  (table) => [
    // Two rows for one due time would be two runs. What somebody asks for is at no due time, whatever the clock says.
    uniqueIndex('schedule_records_once')
      .on(table.schedule, table.due)
      .where(sql`"trigger" <> 'run-now'`),
    index('schedule_records_by_schedule').on(table.schedule, table.due, table.sequence),
    index('schedule_records_by_due').on(table.due, table.sequence),
    index('schedule_records_by_run').on(table.run),
    index('schedule_records_by_time').on(table.recordedAt),
  ],
)

export type ScheduleRow = typeof scheduleRecords.$inferSelect
