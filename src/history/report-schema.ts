import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Verdict, Severity } from '../model/comparison.ts'
import type { SecretCompare } from '../model/mask.ts'
import type { SendReason } from '../service/notifier.ts'
import type { DeliveryRecord, DeliveryState, ReportRecord } from '../service/reports/report-store.ts'
import { documents, lists } from './schema.ts'

// What was reported, and to whom. Comparisons that are named here are not kept for it.

/** A report as content: each item is one document, so that the parts of a report that go to many channels share them. */
const content = {
  /** Document: the report without its items, and how many of them are in each list. */
  header: integer('header')
    .notNull()
    .references(() => documents.id),
  items: integer('items')
    .notNull()
    .references(() => lists.id),
}

export const reports = sqliteTable(
  'reports',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    name: text('name').notNull(),
    at: text('at').notNull(),
    comparison: text('comparison').notNull(),
    previous: text('previous'),
    baseline: text('baseline'),
    targets: text('targets', { mode: 'json' }).$type<readonly string[]>().notNull(),
    verdict: text('verdict').$type<Verdict>().notNull(),
    news: integer('news', { mode: 'boolean' }).notNull(),
    severity: text('severity').$type<Severity>(),
    counts: text('counts', { mode: 'json' }).$type<ReportRecord['counts']>().notNull(),
    secrets: text('secrets').$type<SecretCompare>().notNull(),
    /** Id of the definition whose drift it tells. */
    definition: text('definition').notNull(),
    /** The events of the ledger up to this one are told. */
    toldUntil: integer('told_until').notNull(),
    ...content,
  },
  (table) => [index('reports_by_name').on(table.name, table.sequence), index('reports_by_time').on(table.at)],
)

export const deliveries = sqliteTable(
  'deliveries',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    report: text('report').notNull(),
    name: text('name').notNull(),
    channel: text('channel').notNull(),
    part: text('part').notNull(),
    why: text('why').$type<DeliveryRecord['why']>().notNull(),
    state: text('state').$type<DeliveryState>().notNull(),
    attempts: integer('attempts').notNull(),
    createdAt: text('created_at').notNull(),
    firstTriedAt: text('first_tried_at'),
    nextAt: text('next_at'),
    finishedAt: text('finished_at'),
    reason: text('reason').$type<SendReason>(),
    /** What a later message to the channel may refer to. */
    reference: text('reference'),
    ...content,
  },
  (table) => [
    index('deliveries_by_state').on(table.state, table.sequence),
    index('deliveries_by_channel').on(table.channel, table.sequence),
    index('deliveries_by_report').on(table.report, table.sequence),
    index('deliveries_by_name').on(table.name, table.sequence),
    index('deliveries_by_finish').on(table.finishedAt),
    index('deliveries_disabled')
      .on(table.channel, table.finishedAt)
      .where(sql`state = 'disabled'`),
    index('deliveries_with_reference')
      .on(table.name, table.channel, table.sequence)
      .where(sql`reference is not null`),
  ],
)

/** When messages were last made for a route of a comparison. */
export const sentRoutes = sqliteTable(
  'sent_routes',
  {
    name: text('name').notNull(),
    route: text('route').notNull(),
    lastSentAt: text('last_sent_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.name, table.route] })],
)

/** What waits for the end of quiet hours or of a group. A row is never changed: another takes its place. */
export const waitingRoutes = sqliteTable(
  'waiting_routes',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    name: text('name').notNull(),
    route: text('route').notNull(),
    until: text('until').notNull(),
    ...content,
  },
  (table) => [
    index('waiting_routes_by_name').on(table.name, table.route),
    index('waiting_routes_by_time').on(table.until),
  ],
)

/** Channels that refuse for good. `configured`: keyed digest of what they were then. */
export const disabledChannels = sqliteTable('disabled_channels', {
  channel: text('channel').primaryKey(),
  since: text('since').notNull(),
  reason: text('reason').$type<SendReason>().notNull(),
  configured: text('configured').notNull(),
})

export type ReportRow = typeof reports.$inferSelect
export type DeliveryRow = typeof deliveries.$inferSelect
