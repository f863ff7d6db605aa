import { and, asc, eq, getTableColumns, isNotNull, lte, or } from 'drizzle-orm'
import type { DriftReport } from '../model/drift-report.ts'
import { messageId } from '../service/delivery-policy.ts'
import type { MessagePart } from '../service/notify-route.ts'
import { decideMessages, type RouteState } from '../service/notify-policy.ts'
import { isMuted } from '../service/ledger/notes.ts'
import { withoutNoted, type NotedDrift } from '../service/reports/without-noted.ts'
import type { ReportContext, RouteDecision } from '../service/reports/report-store.ts'
import { keyedRoutes, type KeyedRoute } from '../service/reports/route-keys.ts'
import type { Documents } from './documents.ts'
import { ledgerDefinitions, ledgerEntries, type EntryRow } from './ledger-schema.ts'
import type { Queries } from './queries.ts'
import { createReportWriter, readReport, type StoredContent } from './report-content.ts'
import { deliveries, sentRoutes, waitingRoutes } from './report-schema.ts'

type Parts = { readonly queries: Queries; readonly documents: Documents }
type Told = { readonly context: ReportContext; readonly now: string }

/** Decides for each route of a report, and stores the messages and what is to wait. Must run in the transaction that stores the report. */
export function decideRoutes(
  parts: Parts,
  report: DriftReport,
  { context, now }: Told,
  put: (report: DriftReport) => StoredContent,
): readonly RouteDecision[] {
  return keyedRoutes(context.routes).map((keyed) => decideRoute(parts, report, { context, now, keyed }, put))
}

/** Messages of what has waited long enough; what waits for a route that there is no more is forgotten. How many. Must run in a transaction. */
export function releaseRoutes(parts: Parts, { context, now }: Told): number {
  const { queries, documents } = parts
  const put = createReportWriter(documents)
  const routes = new Map(keyedRoutes(context.routes).map((keyed) => [keyed.key, keyed]))
  const isDue = and(eq(waitingRoutes.name, context.name), lte(waitingRoutes.until, now))
  const due = queries.select().from(waitingRoutes).where(isDue).orderBy(asc(waitingRoutes.sequence)).all()
  let made = 0
  for (const { route } of due) {
    const keyed = routes.get(route)
    if (keyed === undefined) forgetWaiting(queries, context.name, route)
    else {
      const { decision } = decideRoute(parts, null, { context, now, keyed }, put)
      if (decision.do === 'send') made += decision.parts.length
    }
  }
  return made
}

type Deciding = Told & { readonly keyed: KeyedRoute }

function decideRoute(
  { queries, documents }: Parts,
  report: DriftReport | null,
  deciding: Deciding,
  put: (report: DriftReport) => StoredContent,
): RouteDecision {
  const { context, now, keyed } = deciding
  const { key, route } = keyed
  const state = stateOf(queries, documents, { name: context.name, route: key, now })
  const decision = decideMessages(report, route, state, Date.parse(now))
  if (state.waiting !== null) forgetWaiting(queries, context.name, key)
  if (decision.do === 'postpone') {
    const row = { name: context.name, route: key, until: new Date(decision.until).toISOString() }
    queries
      .insert(waitingRoutes)
      .values({ ...row, ...put(decision.waiting) })
      .run()
  }
  if (decision.do === 'send' && decision.parts.length > 0) {
    for (const part of decision.parts) storeMessage(queries, part, { ...deciding, why: decision.why, put })
    const sent = { name: context.name, route: key, lastSentAt: now }
    queries
      .insert(sentRoutes)
      .values(sent)
      .onConflictDoUpdate({ target: [sentRoutes.name, sentRoutes.route], set: sent })
      .run()
  }
  return { route: key, channel: route.channel, decision }
}

function stateOf(
  queries: Queries,
  documents: Documents,
  { name, route, now }: { readonly name: string; readonly route: string; readonly now: string },
): RouteState {
  const isSent = and(eq(sentRoutes.name, name), eq(sentRoutes.route, route))
  const sent = queries.select().from(sentRoutes).where(isSent).get()
  const isWaiting = and(eq(waitingRoutes.name, name), eq(waitingRoutes.route, route))
  const waiting = queries.select().from(waitingRoutes).where(isWaiting).get()
  return {
    lastSentAt: sent ? Date.parse(sent.lastSentAt) : null,
    waiting: waiting ? withoutNoted(readReport(documents, waiting), notedOf(queries, name, now)) : null,
  }
}

/** What somebody has acknowledged or muted under a name, by fingerprint: reports that waited do not tell it any more. */
function notedOf(queries: Queries, name: string, now: string): NotedDrift {
  const rows = queries
    .select(getTableColumns(ledgerEntries))
    .from(ledgerEntries)
    .innerJoin(ledgerDefinitions, eq(ledgerDefinitions.sequence, ledgerEntries.definition))
    .where(
      and(eq(ledgerDefinitions.name, name), or(isNotNull(ledgerEntries.acknowledged), isNotNull(ledgerEntries.muted))),
    )
    .all()
  const of = (isNoted: (entry: EntryRow) => boolean): ReadonlySet<string> =>
    new Set(rows.filter(isNoted).map(({ fingerprint }) => fingerprint))
  return {
    acknowledged: of((entry) => entry.acknowledged !== null && entry.state === 'open'),
    muted: of((entry) => isMuted(entry, now)),
  }
}

function forgetWaiting(queries: Queries, name: string, route: string): void {
  queries
    .delete(waitingRoutes)
    .where(and(eq(waitingRoutes.name, name), eq(waitingRoutes.route, route)))
    .run()
}

type Making = Deciding & {
  readonly why: 'change' | 'always' | 'reminder'
  readonly put: (report: DriftReport) => StoredContent
}

/** A message that there is already stays as it is: it may be on its way. */
function storeMessage(queries: Queries, { key: part, report }: MessagePart, making: Making): void {
  const { context, now, keyed, why, put } = making
  queries
    .insert(deliveries)
    .values({
      id: messageId(report.id, keyed.key, part),
      report: report.id,
      name: context.name,
      channel: keyed.route.channel,
      part,
      why,
      state: 'pending',
      attempts: 0,
      createdAt: now,
      nextAt: now,
      ...put(report),
    })
    .onConflictDoNothing({ target: deliveries.id })
    .run()
}
