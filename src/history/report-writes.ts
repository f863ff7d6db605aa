import { and, eq, gte, sql } from 'drizzle-orm'
import type { DeliveryStep } from '../service/delivery-policy.ts'
import type { ReportWrites, Settlement } from '../service/reports/report-store.ts'
import type { Documents } from './documents.ts'
import type { Queries } from './queries.ts'
import { deliveries, disabledChannels } from './report-schema.ts'
import { releaseRoutes } from './route-messages.ts'

type Writing = {
  readonly queries: Queries
  readonly documents: Documents
  readonly write: <T>(work: () => T) => T
}

/** What becomes of messages, each call in a transaction of its own. */
export function createReportWrites({ queries, documents, write }: Writing): ReportWrites {
  const isPending = (id: string) => and(eq(deliveries.id, id), eq(deliveries.state, 'pending'))
  return {
    settleDelivery: (id, settlement) => write(() => settle(queries, id, settlement)),
    shelveDelivery: (id, reason, now) =>
      write(() => {
        const shelved = { state: 'disabled', nextAt: null, finishedAt: now, reason } as const
        return queries.update(deliveries).set(shelved).where(isPending(id)).run().changes > 0
      }),
    enableChannel: (channel, from, now) =>
      write(() => {
        queries.delete(disabledChannels).where(eq(disabledChannels.channel, channel)).run()
        const isShelved = and(eq(deliveries.channel, channel), eq(deliveries.state, sql`'disabled'`))
        const again = { state: 'pending', attempts: 0, firstTriedAt: null, nextAt: now, finishedAt: null } as const
        return queries
          .update(deliveries)
          .set(again)
          .where(and(isShelved, gte(deliveries.finishedAt, from)))
          .run().changes
      }),
    releaseWaiting: (context, now) => write(() => releaseRoutes({ queries, documents }, { context, now })),
  }
}

function settle(queries: Queries, id: string, { step, now, configured }: Settlement): boolean {
  const row = queries
    .update(deliveries)
    .set({
      ...settled(step, now),
      attempts: sql`${deliveries.attempts} + 1`,
      firstTriedAt: sql`coalesce(${deliveries.firstTriedAt}, ${now})`,
    })
    .where(and(eq(deliveries.id, id), eq(deliveries.state, 'pending')))
    .returning({ channel: deliveries.channel })
    .get()
  if (!row) return false
  if (step.state === 'disabled') {
    const { reason } = step
    queries
      .insert(disabledChannels)
      .values({ channel: row.channel, since: now, reason, configured })
      .onConflictDoUpdate({ target: disabledChannels.channel, set: { reason, configured } })
      .run()
  }
  return true
}

function settled(step: DeliveryStep, now: string) {
  if (step.state === 'pending') {
    return { state: step.state, nextAt: new Date(step.nextAt).toISOString(), reason: step.reason }
  }
  const over = { state: step.state, nextAt: null, finishedAt: now }
  return step.state === 'sent' ? { ...over, reference: step.reference } : { ...over, reason: step.reason }
}
