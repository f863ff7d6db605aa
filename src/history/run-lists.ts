import { and, desc, eq, exists, inArray, lt, notExists, notInArray, type SQL } from 'drizzle-orm'
import type { JobFilter, Page, PageRequest, RunFilter, RunRecord, SnapshotJobRecord } from '../service/runs.ts'
import { readCursor, toPage } from './page-cursor.ts'
import type { Queries } from './queries.ts'
import { jobOf, runsOf } from './run-rows.ts'
import { runs, runSides, snapshotJobs } from './run-schema.ts'

/** Newest first. Throws `input-invalid` for a cursor that is none of this list. */
export function listRuns(queries: Queries, filter: RunFilter, page: PageRequest): Page<RunRecord> {
  const rows = runsQuery(queries, filter, page).all()
  return toPage('runs', page.limit, rows, (shown) => runsOf(queries, shown))
}

export function runsQuery(queries: Queries, { phase, cluster = null, within = null }: RunFilter, page: PageRequest) {
  const before = readCursor('runs', page)
  const conditions: (SQL | undefined)[] = [
    before === null ? undefined : lt(runs.sequence, before),
    phase === null ? undefined : eq(runs.phase, phase),
    cluster === null ? undefined : exists(sides(queries, eq(runSides.cluster, cluster))),
    within === null ? undefined : notExists(sides(queries, notInArray(runSides.cluster, [...within]))),
  ]
  return queries
    .select()
    .from(runs)
    .where(and(...conditions))
    .orderBy(desc(runs.sequence))
    .limit(page.limit + 1)
}

/** Newest first. Throws `input-invalid` for a cursor that is none of this list. */
export function listJobs(queries: Queries, filter: JobFilter, page: PageRequest): Page<SnapshotJobRecord> {
  return toPage('jobs', page.limit, jobsQuery(queries, filter, page).all(), (shown) => shown.map(jobOf))
}

export function jobsQuery(queries: Queries, { cluster, phase, within = null }: JobFilter, page: PageRequest) {
  const before = readCursor('jobs', page)
  const conditions: (SQL | undefined)[] = [
    before === null ? undefined : lt(snapshotJobs.sequence, before),
    cluster === null ? undefined : eq(snapshotJobs.cluster, cluster),
    phase === null ? undefined : eq(snapshotJobs.phase, phase),
    within === null ? undefined : inArray(snapshotJobs.cluster, [...within]),
  ]
  return queries
    .select()
    .from(snapshotJobs)
    .where(and(...conditions))
    .orderBy(desc(snapshotJobs.sequence))
    .limit(page.limit + 1)
}

function sides(queries: Queries, condition: SQL) {
  return queries
    .select({ run: runSides.run })
    .from(runSides)
    .where(and(eq(runSides.run, runs.sequence), condition))
}
