import { and, desc, eq, getTableColumns, lt, notExists, notInArray, type SQL } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { JobFilter, Page, PageRequest, RunFilter, RunRecord, SnapshotJobRecord } from '../service/runs.ts'
import { among, readCursor, toPage } from './page-cursor.ts'
import type { Queries } from './queries.ts'
import { jobOf, runsOf } from './run-rows.ts'
import { runs, runSides, snapshotJobs } from './run-schema.ts'

/** Newest first. Throws `input-invalid` for a cursor that is none of this list. */
export function listRuns(queries: Queries, filter: RunFilter, page: PageRequest): Page<RunRecord> {
  const rows = runsQuery(queries, filter, page).all()
  return toPage('runs', page.limit, rows, (shown) => runsOf(queries, shown))
}

/** Where a cluster is named, its sides lead: one that is rare is found without reading all runs. */
export function runsQuery(queries: Queries, { phase, cluster = null, within = null }: RunFilter, page: PageRequest) {
  const before = readCursor('runs', page)
  const order = cluster === null ? runs.sequence : runSides.run
  const where = and(
    before === null ? undefined : lt(order, before),
    phase === null ? undefined : eq(runs.phase, phase),
    cluster === null ? undefined : eq(runSides.cluster, cluster),
    within === null ? undefined : notExists(sidesBeyond(queries, within)),
  )
  const columns = queries.select(getTableColumns(runs))
  const newest = desc(order)
  const limit = page.limit + 1
  if (cluster === null) return columns.from(runs).where(where).orderBy(newest).limit(limit)
  const ofCluster = columns.from(runSides).innerJoin(runs, eq(runs.sequence, runSides.run))
  return ofCluster.where(where).orderBy(newest).limit(limit)
}

function sidesBeyond(queries: Queries, clusters: readonly string[]) {
  const other = alias(runSides, 'other')
  const isBeyond = and(eq(other.run, runs.sequence), notInArray(other.cluster, [...clusters]))
  return queries.select({ run: other.run }).from(other).where(isBeyond)
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
    within === null ? undefined : among(snapshotJobs.cluster, within),
  ]
  return queries
    .select()
    .from(snapshotJobs)
    .where(and(...conditions))
    .orderBy(desc(snapshotJobs.sequence))
    .limit(page.limit + 1)
}
