import { and, asc, desc, eq, gt, inArray, isNotNull, lte, min, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Queries } from './queries.ts'
import { deliveries, waitingRoutes, type DeliveryRow } from './report-schema.ts'

/** See `dueDeliveries` of `ReportReads`. */
export function dueDeliveries(queries: Queries, now: string, limit: number): readonly DeliveryRow[] {
  const blocked = new Map(blockedFrom(queries, now).map(({ channel, sequence }) => [channel, sequence]))
  return dueChannels(queries, now)
    .flatMap(({ channel }) => dueOfChannel(queries, channel, { now, limit, before: blocked.get(channel) ?? null }))
    .toSorted((a, b) => a.sequence - b.sequence)
}

/** By channel the oldest message that waits for its time: those after it wait for it. */
export function blockedFrom(queries: Queries, now: string) {
  return queries
    .select({ channel: deliveries.channel, sequence: sql<number>`min(${deliveries.sequence})` })
    .from(deliveries)
    .where(and(eq(deliveries.state, sql`'pending'`), gt(deliveries.nextAt, now)))
    .groupBy(deliveries.channel)
    .all()
}

export function dueChannels(queries: Queries, now: string) {
  return queries
    .selectDistinct({ channel: deliveries.channel })
    .from(deliveries)
    .where(and(eq(deliveries.state, sql`'pending'`), lte(deliveries.nextAt, now)))
    .all()
}

type Wanted = { readonly now: string; readonly limit: number; readonly before: number | null }

function dueOfChannel(queries: Queries, channel: string, { now, limit, before }: Wanted): readonly DeliveryRow[] {
  const isPending = and(eq(deliveries.state, sql`'pending'`), eq(deliveries.channel, channel))
  const isBefore = before === null ? undefined : sql`${deliveries.sequence} < ${before}`
  return queries
    .select()
    .from(deliveries)
    .where(and(isPending, lte(deliveries.nextAt, now), isBefore))
    .orderBy(asc(deliveries.sequence))
    .limit(limit)
    .all()
}

/** With the reference of the last message of its comparison that its channel took. */
export function pendingDelivery(
  queries: Queries,
  id: string,
): { readonly row: DeliveryRow; readonly thread: string | null } | null {
  const row = queries
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending')))
    .get()
  if (!row) return null
  const isSame = and(eq(deliveries.name, row.name), eq(deliveries.channel, row.channel))
  const last = queries
    .select({ reference: deliveries.reference })
    .from(deliveries)
    .where(and(isSame, isNotNull(deliveries.reference)))
    .orderBy(desc(deliveries.sequence))
    .limit(1)
    .get()
  return { row, thread: last?.reference ?? null }
}

/** A channel waits for the oldest of its messages. */
export function nextDeliveryAt(queries: Queries): string | null {
  const oldest = alias(deliveries, 'oldest')
  const heads = queries
    .select({ sequence: min(oldest.sequence) })
    .from(oldest)
    .where(eq(oldest.state, sql`'pending'`))
    .groupBy(oldest.channel)
  const delivery = queries
    .select({ at: min(deliveries.nextAt) })
    .from(deliveries)
    .where(inArray(deliveries.sequence, heads))
    .get()
  const route = queries
    .select({ at: min(waitingRoutes.until) })
    .from(waitingRoutes)
    .get()
  const times = [delivery?.at ?? null, route?.at ?? null].filter((at) => at !== null)
  return times.toSorted()[0] ?? null
}
