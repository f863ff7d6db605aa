import { and, asc, desc, eq, gt, max, ne } from 'drizzle-orm'
import type { Comparison } from '../model/comparison.ts'
import type { LedgerDefinition } from '../service/ledger/definition.ts'
import { endedMutes, heldBack, type LastReport } from '../service/ledger/held-back.ts'
import type { DriftNews } from '../service/ledger/ledger-store.ts'
import { itemKeyOf } from '../service/ledger/ledger-item.ts'
import type { KnownDrift } from '../service/ledger/reported-drift.ts'
import { calmReport } from '../service/reports/interruptions.ts'
import { makeReport } from '../service/reports/make-report.ts'
import { reportRecordOf } from '../service/reports/report-record.ts'
import type { ReportContext, SavedReport } from '../service/reports/report-store.ts'
import type { Documents } from './documents.ts'
import { newsOf, newsUntil, openRecords, reportableRecords } from './ledger-reads.ts'
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
  const header = before ? readReportHeader(documents, before) : null
  const toldUntil = before?.toldUntil ?? 0
  const since = newsOf(queries, definition.id, { after: toldUntil, limit: -1 })
  const news = before ? [...untold(queries, since, { definition, last: before, now }), ...since] : since
  const made = makeReport({
    comparison,
    filter: definition.filter,
    layers: definition.layers,
    records: reportableRecords(queries, definition.id, news),
    news,
    known: knownBefore(queries, task),
    previous: header && { id: header.report.id, notCompared: header.report.notCompared },
    isOlder,
    context,
    now,
  })
  const { report, interruptions } = calmReport(made, header?.interruptions ?? [])
  const record = reportRecordOf(report, context.secrets)
  const put = createReportWriter(documents)
  const told = { definition: definition.id, toldUntil: Math.max(toldUntil, lastEvent(queries)) }
  queries
    .insert(reports)
    .values({ ...record, ...told, ...put(report, interruptions) })
    .run()
  return { report, record, routes: decideRoutes(parts, report, { context, now }, put) }
}

type Untold = { readonly definition: LedgerDefinition; readonly last: LastReport; readonly now: string }

/** What earlier reports did not tell since it was muted, which it is no more. */
function untold(queries: Queries, since: readonly DriftNews[], { definition, last, now }: Untold): DriftNews[] {
  const ended = endedMutes(reportableRecords(queries, definition.id, []), since, last, now)
  return ended.flatMap(({ id }) => heldBack(newsUntil(queries, id, last.toldUntil), last))
}

/** What was open under the definition that the name had before this one; null: it had no other. */
function knownBefore(queries: Queries, { definition, context, now }: ReportTask): KnownDrift | null {
  const ofName = eq(reports.name, context.name)
  const other = queries
    .select({ sequence: reports.sequence, definition: reports.definition })
    .from(reports)
    .where(and(ofName, ne(reports.definition, definition.id)))
    .orderBy(desc(reports.sequence))
    .limit(1)
    .get()
  if (!other) return null
  const first = queries
    .select({ at: reports.at })
    .from(reports)
    .where(and(ofName, gt(reports.sequence, other.sequence)))
    .orderBy(asc(reports.sequence))
    .limit(1)
    .get()
  const items = new Set(openRecords(queries, other.definition).map(({ item }) => itemKeyOf(item)))
  return { items, until: first?.at ?? now }
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
