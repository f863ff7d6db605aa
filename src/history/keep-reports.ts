import { desc, eq, max } from 'drizzle-orm'
import type { Comparison } from '../model/comparison.ts'
import type { LedgerDefinition } from '../service/ledger/definition.ts'
import { makeReport } from '../service/reports/make-report.ts'
import { reportRecordOf } from '../service/reports/report-record.ts'
import type { ReportContext, SavedReport } from '../service/reports/report-store.ts'
import type { Documents } from './documents.ts'
import { newsOf, reportableRecords } from './ledger-reads.ts'
import { ledgerEvents } from './ledger-schema.ts'
import type { Queries } from './queries.ts'
import { createReportWriter, readReportHeader } from './report-content.ts'
import { reports, type ReportRow } from './report-schema.ts'
import { decideRoutes } from './route-messages.ts'

export type ReportTask = {
  readonly comparison: Comparison
  readonly definition: LedgerDefinition
  /** Whether the ledger took no notice of it, since it knows newer snapshots. */
  readonly isOlder: boolean
  readonly context: ReportContext
  /** RFC 3339, UTC. */
  readonly now: string
}

/**
 * Makes and stores the report of a comparison with the messages that follow from it. Must run in the transaction that stores the comparison,
 * after the ledger knows of it.
 */
export function keepReport(parts: { queries: Queries; documents: Documents }, task: ReportTask): SavedReport {
  const { queries, documents } = parts
  const { comparison, definition, isOlder, context, now } = task
  const before = newestReport(queries, context.name)
  const toldUntil = before?.toldUntil ?? 0
  const news = newsOf(queries, definition.id, { after: toldUntil, limit: -1 })
  const report = makeReport({
    comparison,
    filter: definition.filter,
    records: reportableRecords(queries, definition.id, news),
    news,
    previous: before ? { id: before.id, notCompared: readReportHeader(documents, before).notCompared } : null,
    isOlder,
    context,
    now,
  })
  const record = reportRecordOf(report, context.secrets)
  const put = createReportWriter(documents)
  const row = { ...record, toldUntil: Math.max(toldUntil, lastEvent(queries)), ...put(report) }
  queries.insert(reports).values(row).run()
  return { report, record, routes: decideRoutes(parts, report, { context, now }, put) }
}

function newestReport(queries: Queries, name: string): ReportRow | undefined {
  return queries.select().from(reports).where(eq(reports.name, name)).orderBy(desc(reports.sequence)).limit(1).get()
}

function lastEvent(queries: Queries): number {
  return (
    queries
      .select({ last: max(ledgerEvents.sequence) })
      .from(ledgerEvents)
      .get()?.last ?? 0
  )
}
