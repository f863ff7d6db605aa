import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Verdict } from '../model/comparison.ts'
import type { ErrorDocument } from '../model/errors.ts'
import type { JobPhase, JobProgress, RunPhase, RunRequest } from '../service/runs.ts'

// What the service must do and did. `finished_at` is null exactly while a row may still change.

export const runs = sqliteTable(
  'runs',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    phase: text('phase').$type<RunPhase>().notNull(),
    request: text('request', { mode: 'json' }).$type<RunRequest>().notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAt: text('requested_at').notNull(),
    finishedAt: text('finished_at'),
    fence: integer('fence').notNull().default(0),
    verdict: text('verdict').$type<Verdict>(),
    differences: integer('differences'),
    error: text('error', { mode: 'json' }).$type<ErrorDocument>(),
  },
  (table) => [
    index('runs_by_phase').on(table.phase, table.sequence),
    index('runs_by_finish').on(table.finishedAt, table.sequence),
  ],
)

export const snapshotJobs = sqliteTable(
  'snapshot_jobs',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    cluster: text('cluster').notNull(),
    pool: text('pool').notNull(),
    phase: text('phase').$type<JobPhase>().notNull(),
    fence: integer('fence').notNull().default(0),
    /** Whether somebody asked for the snapshot itself: a run that is cancelled does not take such a job with it. */
    wanted: integer('wanted', { mode: 'boolean' }).notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedAt: text('requested_at').notNull(),
    startedAt: text('started_at'),
    finishedAt: text('finished_at'),
    progress: text('progress', { mode: 'json' }).$type<JobProgress>(),
    snapshot: text('snapshot'),
    manifest: text('manifest'),
    error: text('error', { mode: 'json' }).$type<ErrorDocument>(),
  },
  (table) => [
    // Two jobs of one cluster would record its snapshots out of order.
    uniqueIndex('snapshot_jobs_in_flight')
      .on(table.cluster)
      .where(sql`finished_at is null`),
    index('snapshot_jobs_by_cluster').on(table.cluster, table.sequence),
    index('snapshot_jobs_by_phase').on(table.phase, table.sequence),
    index('snapshot_jobs_by_finish').on(table.finishedAt, table.sequence),
  ],
)

/** One cluster of a run: it has a snapshot, or a job that will give one. */
export const runSides = sqliteTable(
  'run_sides',
  {
    run: integer('run')
      .notNull()
      .references(() => runs.sequence),
    position: integer('position').notNull(),
    cluster: text('cluster').notNull(),
    snapshot: text('snapshot'),
    job: text('job').references(() => snapshotJobs.id),
  },
  (table) => [
    primaryKey({ columns: [table.run, table.position] }),
    index('run_sides_by_job').on(table.job),
    index('run_sides_by_snapshot').on(table.snapshot),
    index('run_sides_by_cluster').on(table.cluster, table.run),
  ],
)

/** Answers that are given again: each row names the run or the job that was made. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    caller: text('caller').notNull(),
    key: text('key').notNull(),
    digest: text('digest').notNull(),
    run: text('run'),
    job: text('job'),
    at: text('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] }), index('idempotency_keys_by_time').on(table.at)],
)

export type RunRow = typeof runs.$inferSelect
export type JobRow = typeof snapshotJobs.$inferSelect
