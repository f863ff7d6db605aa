import { and, desc, eq, getTableColumns, lt, notExists, notInArray, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { AppError } from '../model/errors.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { ComparisonFilter, KeptHeader, KeptReads, NewestSnapshots } from '../service/kept-reads.ts'
import type { PageRequest } from '../service/runs.ts'
import type { Documents } from './documents.ts'
import { prepareFindSnapshot } from './find-snapshot.ts'
import { comparisonSummaryOf } from './keep-comparisons.ts'
import { errorOf, loadSnapshot, readHeader, summaryOf, withScopeVersions } from './load-snapshot.ts'
import { among, readCursor, toPage } from './page-cursor.ts'
import type { Queries } from './queries.ts'
import { comparisons, comparisonSides, snapshots, type ComparisonRow, type SnapshotRow } from './schema.ts'

type Parts = {
  readonly path: string
  readonly queries: Queries
  readonly documents: Documents
  /** Runs its work in one reading transaction. */
  readonly read: <T>(work: () => T) => T
}

export type KeptSnapshots = KeptReads & { readonly keptSnapshot: (id: string) => Snapshot | null }

/** Reads of what is kept, in a database whose tables are there. */
export function createKeptReads({ path, queries, documents, read }: Parts): KeptSnapshots {
  const rowOf = prepareRow(queries)
  return {
    snapshotPage: ({ clusters }, page) =>
      read(() => {
        const rows = snapshotsQuery(queries, clusters, page).all()
        return toPage('snapshots', page.limit, rows, (shown) => shown.map(summaryOf))
      }),
    newestSnapshots: prepareNewest(queries, read),
    snapshotHeader: (id) => read(() => withRow(rowOf(id), (row) => headerOf(row, documents))),
    keptSnapshot: (id) => read(() => withRow(rowOf(id), (row) => loadSnapshot(row, documents))),
    comparisonText: (id) =>
      read(() => {
        const row = queries.select().from(comparisons).where(eq(comparisons.id, id)).get()
        return row ? comparisonText(row, documents, path) : null
      }),
    comparisonPage: (filter, page) =>
      read(() => {
        const rows = comparisonsQuery(queries, filter, page).all()
        return toPage('comparisons', page.limit, rows, (shown) => shown.map(comparisonSummaryOf))
      }),
  }
}

function withRow<T>(row: SnapshotRow | undefined, convert: (row: SnapshotRow) => T): T | null {
  return row ? convert(row) : null
}

function prepareRow(queries: Queries): (id: string) => SnapshotRow | undefined {
  const byId = queries
    .select()
    .from(snapshots)
    .where(eq(snapshots.id, sql.placeholder('id')))
    .prepare()
  return (id) => byId.get({ id })
}

function prepareNewest(queries: Queries, read: Parts['read']): KeptReads['newestSnapshots'] {
  const { find } = prepareFindSnapshot(queries)
  const newest = queries
    .select()
    .from(snapshots)
    .where(eq(snapshots.cluster, sql.placeholder('cluster')))
    .orderBy(desc(snapshots.sequence))
    .limit(1)
    .prepare()
  return (wanted) =>
    read(() =>
      wanted.map((scope): NewestSnapshots => {
        const last = newest.get({ cluster: scope.cluster })
        const lastGood = find(scope, 'latest')
        return {
          cluster: scope.cluster,
          last: last ? summaryOf(last) : null,
          lastGood: lastGood ? summaryOf(lastGood) : null,
        }
      }),
    )
}

function headerOf(row: SnapshotRow, documents: Documents): KeptHeader {
  const { id, cluster, uid, takenAt, engine, objects, changed } = row
  const stored = readHeader(row, documents)
  const coverage = withScopeVersions(stored.coverage, JSON.parse(row.scopeVersions))
  return { id, cluster, uid, takenAt, engine, ...stored, coverage, error: errorOf(row), objects, changed }
}

/**
 * Put together from the texts that are stored. Both places are the first of their kind: what stands before them in a comparison are fixed
 * names, and a quote within a text is escaped.
 */
function comparisonText(row: ComparisonRow, documents: Documents, path: string): string {
  const header = documents.get(row.header)
  const drifts = documents.getList(row.drifts).texts
  const idAt = header.indexOf('"id":""')
  const driftsAt = header.indexOf('"drifts":[]', idAt)
  if (idAt === -1 || driftsAt === -1) {
    throw new AppError('history-corrupt', `the history ${path} has a comparison ${row.id} of an unknown form`)
  }
  const between = header.slice(idAt + '"id":""'.length, driftsAt)
  const after = header.slice(driftsAt + '"drifts":[]'.length)
  return `${header.slice(0, idAt)}"id":${JSON.stringify(row.id)}${between}"drifts":[${drifts.join(',')}]${after}`
}

export function snapshotsQuery(queries: Queries, clusters: readonly string[] | null, page: PageRequest) {
  const before = readCursor('snapshots', page)
  const ofClusters =
    clusters?.length === 1 ? eq(snapshots.cluster, clusters[0]!) : among(snapshots.cluster, clusters ?? [])
  return queries
    .select()
    .from(snapshots)
    .where(
      and(before === null ? undefined : lt(snapshots.sequence, before), clusters === null ? undefined : ofClusters),
    )
    .orderBy(desc(snapshots.sequence))
    .limit(page.limit + 1)
}

/** Where a cluster is named, its sides lead: one that is rare is found without reading all comparisons. */
export function comparisonsQuery(queries: Queries, { cluster, within }: ComparisonFilter, page: PageRequest) {
  const before = readCursor('comparisons', page)
  const order = cluster === null ? comparisons.sequence : comparisonSides.comparison
  const where = and(
    before === null ? undefined : lt(order, before),
    cluster === null ? undefined : eq(comparisonSides.cluster, cluster),
    within === null ? undefined : notExists(sidesBeyond(queries, within)),
  )
  const columns = queries.select(getTableColumns(comparisons))
  const newest = desc(order)
  const limit = page.limit + 1
  if (cluster === null) return columns.from(comparisons).where(where).orderBy(newest).limit(limit)
  const ofCluster = columns
    .from(comparisonSides)
    .innerJoin(comparisons, eq(comparisons.sequence, comparisonSides.comparison))
  return ofCluster.where(where).orderBy(newest).limit(limit)
}

function sidesBeyond(queries: Queries, clusters: readonly string[]) {
  const other = alias(comparisonSides, 'other')
  const isBeyond = and(eq(other.comparison, comparisons.sequence), notInArray(other.cluster, [...clusters]))
  return queries.select({ comparison: other.comparison }).from(other).where(isBeyond)
}
