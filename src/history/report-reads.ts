import { and, desc, eq, lt, sql, type SQL } from 'drizzle-orm'
import type { ClusterName } from '../model/cluster.ts'
import type { PageRequest } from '../service/runs.ts'
import type {
  DeliveryFilter,
  DeliveryRecord,
  ReportFilter,
  ReportReads,
  ReportRecord,
} from '../service/reports/report-store.ts'
import { dueDeliveries, nextDeliveryAt, pendingDelivery } from './due-deliveries.ts'
import type { Documents } from './documents.ts'
import { readCursor, toPage } from './page-cursor.ts'
import type { Queries } from './queries.ts'
import { readReport } from './report-content.ts'
import {
  deliveries,
  disabledChannels,
  reports,
  waitingRoutes,
  type DeliveryRow,
  type ReportRow,
} from './report-schema.ts'

type Reading = {
  readonly queries: Queries
  readonly documents: Documents
  readonly read: <T>(work: () => T) => T
}

/** What can be read of reports and their messages, in a database whose tables are there. */
export function createReportReads({ queries, documents, read }: Reading): ReportReads {
  const rowOf = (id: string): ReportRow | undefined => queries.select().from(reports).where(eq(reports.id, id)).get()
  return {
    reportPage: (filter, page) =>
      read(() =>
        toPage('reports', page.limit, reportsQuery(queries, filter, page).all(), (shown) => shown.map(recordOf)),
      ),
    reportRecord: (id) =>
      read(() => {
        const row = rowOf(id)
        return row ? recordOf(row) : null
      }),
    reportDocument: (id) =>
      read(() => {
        const row = rowOf(id)
        return row ? readReport(documents, row) : null
      }),
    deliveryPage: (filter, page) =>
      read(() => {
        const rows = deliveriesQuery(queries, filter, page).all()
        return toPage('deliveries', page.limit, rows, (shown) => shown.map(deliveryOf))
      }),
    dueDeliveries: (now, limit) => read(() => dueDeliveries(queries, now, limit).map(deliveryOf)),
    pendingDelivery: (id) =>
      read(() => {
        const found = pendingDelivery(queries, id)
        if (!found) return null
        const { row, thread } = found
        return { ...deliveryOf(row), document: readReport(documents, row), thread }
      }),
    nextDeliveryAt: () => read(() => nextDeliveryAt(queries)),
    waitingRoutes: (now) =>
      read(() => {
        const { name, route, until } = waitingRoutes
        const isOver = sql`${until} <= ${now}`
        return queries.select({ name, route, until }).from(waitingRoutes).where(isOver).orderBy(until).all()
      }),
    disabledChannels: () => read(() => queries.select().from(disabledChannels).orderBy(disabledChannels.channel).all()),
    deliveryCounts: () => read(() => countsOf(queries)),
  }
}

function countsOf(queries: Queries): ReturnType<ReportReads['deliveryCounts']> {
  const rows = queries
    .select({ state: deliveries.state, count: sql<number>`count(*)` })
    .from(deliveries)
    .groupBy(deliveries.state)
    .all()
  const none = { pending: 0, sent: 0, dead: 0, disabled: 0 }
  return { ...none, ...Object.fromEntries(rows.map(({ state, count }) => [state, count])) }
}

/** One more than the page has, newest first. */
export function reportsQuery(queries: Queries, { name, within }: ReportFilter, page: PageRequest) {
  const before = readCursor('reports', page)
  return queries
    .select()
    .from(reports)
    .where(
      and(
        before === null ? undefined : lt(reports.sequence, before),
        name === null ? undefined : eq(reports.name, name),
        within === null ? undefined : isWithin(within),
      ),
    )
    .orderBy(desc(reports.sequence))
    .limit(page.limit + 1)
}

function isWithin(clusters: readonly ClusterName[]): SQL {
  const seen = sql`(select value from json_each(${JSON.stringify(clusters)}))`
  const hasOther = sql`exists (select 1 from json_each(${reports.targets}) where value not in ${seen})`
  return sql`not ${hasOther} and (${reports.baseline} is null or ${reports.baseline} in ${seen})`
}

/** One more than the page has, newest first. */
export function deliveriesQuery(queries: Queries, filter: DeliveryFilter, page: PageRequest) {
  const before = readCursor('deliveries', page)
  const { state, channel, report, name } = filter
  return queries
    .select()
    .from(deliveries)
    .where(
      and(
        before === null ? undefined : lt(deliveries.sequence, before),
        state === null ? undefined : eq(deliveries.state, state),
        channel === null ? undefined : eq(deliveries.channel, channel),
        report === null ? undefined : eq(deliveries.report, report),
        name === null ? undefined : eq(deliveries.name, name),
      ),
    )
    .orderBy(desc(deliveries.sequence))
    .limit(page.limit + 1)
}

function recordOf(row: ReportRow): ReportRecord {
  const { sequence: _, definition: _of, toldUntil: _until, header: _header, items: _items, ...record } = row
  return record
}

/** Without its content, and without what the receiver calls it. */
export function deliveryOf(row: DeliveryRow): DeliveryRecord {
  const { sequence: _, reference: _reference, header: _header, items: _items, ...record } = row
  return record
}
