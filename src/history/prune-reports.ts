import { and, eq, exists, gt, inArray, isNull, lt, ne, notExists, or, sql } from 'drizzle-orm'
import { alias, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { ledgerDefinitions } from './ledger-schema.ts'
import { BATCH, type RemoveSome } from './prune-rows.ts'
import type { Queries } from './queries.ts'
import { deliveries, reports, sentRoutes } from './report-schema.ts'
import { runs } from './run-schema.ts'
import { scheduleRecords, scheduleStates } from './schedule-schema.ts'
import { appliedVersions } from './version-schema.ts'

type Sequenced = SQLiteTable & { readonly sequence: SQLiteColumn }

function removeRows(queries: Queries, table: Sequenced, rows: readonly { readonly sequence: number }[]): number {
  const sequences = rows.map(({ sequence }) => sequence)
  return queries.delete(table).where(inArray(table.sequence, sequences)).run().changes
}

/** Messages that were sent or given up before then: what is pending has no such time. */
export const removeDeliveries: RemoveSome = (queries, { before }) => {
  const rows = queries
    .select({ sequence: deliveries.sequence })
    .from(deliveries)
    .where(lt(deliveries.finishedAt, before))
    .limit(BATCH)
    .all()
  return removeRows(queries, deliveries, rows)
}

/**
 * Reports that were made before then and of which no message is kept; never the newest of a name, from which the next one goes on, while
 * the ledger knows of the name.
 */
export const removeReports: RemoveSome = (queries, { before }) => {
  const newer = alias(reports, 'newer')
  const isNewer = and(eq(newer.name, reports.name), gt(newer.sequence, reports.sequence))
  const ofName = eq(ledgerDefinitions.name, reports.name)
  const isKnown = exists(queries.select().from(ledgerDefinitions).where(ofName))
  const hasNewer = exists(queries.select().from(newer).where(isNewer))
  const messages = queries.select().from(deliveries).where(eq(deliveries.report, reports.id))
  const rows = queries
    .select({ sequence: reports.sequence })
    .from(reports)
    .where(and(lt(reports.at, before), or(hasNewer, sql`not ${isKnown}`), notExists(messages)))
    .limit(BATCH)
    .all()
  return removeRows(queries, reports, rows)
}

/** When messages were last made, for names of which there is no report any more. */
export const removeSentRoutes: RemoveSome = (queries, { before }) => {
  const ofName = queries.select().from(reports).where(eq(reports.name, sentRoutes.name))
  return queries
    .delete(sentRoutes)
    .where(and(lt(sentRoutes.lastSentAt, before), notExists(ofName)))
    .run().changes
}

/** Records that were written before then; never the newest of a schedule that is known, nor one whose run goes on. */
export const removeScheduleRecords: RemoveSome = (queries, { before }) => {
  const newer = alias(scheduleRecords, 'newer')
  const isNewer = and(
    eq(newer.schedule, scheduleRecords.schedule),
    sql`(${newer.due}, ${newer.sequence}) > (${scheduleRecords.due}, ${scheduleRecords.sequence})`,
  )
  const isKnown = exists(queries.select().from(scheduleStates).where(eq(scheduleStates.name, scheduleRecords.schedule)))
  const hasNewer = exists(queries.select().from(newer).where(isNewer))
  const isRunning = and(eq(runs.id, scheduleRecords.run), isNull(runs.finishedAt))
  const rows = queries
    .select({ sequence: scheduleRecords.sequence })
    .from(scheduleRecords)
    .where(
      and(
        lt(scheduleRecords.recordedAt, before),
        or(hasNewer, sql`not ${isKnown}`),
        notExists(queries.select().from(runs).where(isRunning)),
      ),
    )
    .limit(BATCH)
    .all()
  return removeRows(queries, scheduleRecords, rows)
}

/** Versions that others took the place of before then, and applications that went before then. */
export const removeVersions: RemoveSome = (queries, { before }) => {
  const other = alias(appliedVersions, 'other')
  const isSame = and(
    eq(other.cluster, appliedVersions.cluster),
    eq(other.group, appliedVersions.group),
    eq(other.kind, appliedVersions.kind),
    eq(other.namespace, appliedVersions.namespace),
    eq(other.name, appliedVersions.name),
  )
  const isNewer = and(isSame, gt(other.sequence, appliedVersions.sequence), lt(other.since, before))
  const hasNewer = exists(queries.select().from(other).where(isNewer))
  const isGone = and(isNull(appliedVersions.version), isNull(appliedVersions.revision))
  // While there is an older one, that would be the newest again.
  const isOnly = notExists(
    queries
      .select()
      .from(other)
      .where(and(isSame, ne(other.sequence, appliedVersions.sequence))),
  )
  const rows = queries
    .select({ sequence: appliedVersions.sequence })
    .from(appliedVersions)
    .where(and(lt(appliedVersions.since, before), or(hasNewer, and(isGone, isOnly))))
    .limit(BATCH)
    .all()
  return removeRows(queries, appliedVersions, rows)
}
