import { and, asc, desc, eq, isNotNull, min, sql } from 'drizzle-orm'
import type { Queries } from './queries.ts'
import { deliveries, waitingRoutes, type DeliveryRow } from './report-schema.ts'

/** See `dueDeliveries` of `ReportReads`. */
export function dueDeliveries(queries: Queries, now: string, limit: number): readonly DeliveryRow[] {
  const counts = new Map<string, number>()
  const sequences: number[] = []
  for (const { channel, sequence, nextAt } of pendingQuery(queries).all()) {
    const before = counts.get(channel) ?? 0
    if (before >= limit) continue
    // What comes after one that waits for its time waits for it.
    const isDue = nextAt! <= now
    counts.set(channel, isDue ? before + 1 : limit)
    if (isDue) sequences.push(sequence)
  }
  const isDue = sql`${deliveries.sequence} in (select value from json_each(${JSON.stringify(sequences)}))`
  return queries.select().from(deliveries).where(isDue).orderBy(asc(deliveries.sequence)).all()
}

/** All that are pending, oldest first. */
export function pendingQuery(queries: Queries) {
  const { sequence, channel, nextAt } = deliveries
  return queries
    .select({ sequence, channel, nextAt })
    .from(deliveries)
    .where(eq(deliveries.state, 'pending'))
    .orderBy(asc(deliveries.sequence))
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
  const heads = new Map<string, string>()
  for (const { channel, nextAt } of pendingQuery(queries).all()) {
    if (!heads.has(channel)) heads.set(channel, nextAt!)
  }
  const route = queries
    .select({ at: min(waitingRoutes.until) })
    .from(waitingRoutes)
    .get()
  const times = [...heads.values(), ...(route?.at ? [route.at] : [])]
  return times.sort()[0] ?? null
}
