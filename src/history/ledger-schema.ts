import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { PerCluster, Severity } from '../model/comparison.ts'
import type { LedgerDefinition } from '../service/ledger/definition.ts'
import type {
  Acknowledgement,
  DriftEventKind,
  DriftState,
  LedgerHead,
  LedgerItem,
  Mute,
  Resolution,
  SeenIn,
} from '../service/ledger/ledger.ts'

// Drift over time. Snapshots and comparisons that are named here are not kept for it.

export const ledgerDefinitions = sqliteTable(
  'ledger_definitions',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    name: text('name'),
    definition: text('definition', { mode: 'json' }).$type<LedgerDefinition>().notNull(),
    head: text('head', { mode: 'json' }).$type<LedgerHead>().notNull(),
    /** When it was last compared, RFC 3339. */
    comparedAt: text('compared_at').notNull(),
  },
  (table) => [index('ledger_definitions_by_time').on(table.comparedAt)],
)

export const ledgerEntries = sqliteTable(
  'ledger_entries',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    definition: integer('definition')
      .notNull()
      .references(() => ledgerDefinitions.sequence),
    fingerprint: text('fingerprint').notNull(),
    state: text('state').$type<DriftState>().notNull(),
    severity: text('severity').$type<Severity>().notNull(),
    /** Of the object: empty where there is none. */
    kind: text('kind').notNull(),
    namespace: text('namespace').notNull(),
    layer: text('layer').notNull(),
    /** Whether it tells something of a secret, were it only that it is another one. */
    secret: integer('secret', { mode: 'boolean' }).notNull(),
    item: text('item', { mode: 'json' }).$type<LedgerItem>().notNull(),
    valueDigests: text('value_digests', { mode: 'json' }).$type<PerCluster<string>>().notNull(),
    firstSeen: text('first_seen').notNull(),
    lastSeen: text('last_seen').notNull(),
    resolvedAt: text('resolved_at'),
    resolution: text('resolution').$type<Resolution>(),
    appearances: integer('appearances').notNull(),
    sightings: integer('sightings').notNull(),
    streak: integer('streak').notNull(),
    since: text('since', { mode: 'json' }).$type<SeenIn>().notNull(),
    frozenSince: text('frozen_since'),
    acknowledged: text('acknowledged', { mode: 'json' }).$type<Acknowledgement>(),
    muted: text('muted', { mode: 'json' }).$type<Mute>(),
  },
  (table) => [
    uniqueIndex('ledger_entries_by_fingerprint').on(table.definition, table.fingerprint),
    index('ledger_entries_by_state').on(table.state, table.sequence),
    index('ledger_entries_by_resolution').on(table.resolvedAt),
  ],
)

export const ledgerEvents = sqliteTable(
  'ledger_events',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    entry: integer('entry')
      .notNull()
      .references(() => ledgerEntries.sequence),
    kind: text('kind').$type<DriftEventKind>().notNull(),
    at: text('at').notNull(),
    severity: text('severity').$type<Severity>().notNull(),
    previousSeverity: text('previous_severity').$type<Severity>(),
    comparison: text('comparison'),
    snapshots: text('snapshots', { mode: 'json' }).$type<PerCluster<string>>().notNull(),
    revisions: text('revisions', { mode: 'json' }).$type<PerCluster<string>>().notNull(),
    resolution: text('resolution').$type<Resolution>(),
    by: text('by'),
    reason: text('reason'),
    owner: text('owner'),
    until: text('until'),
  },
  (table) => [
    index('ledger_events_by_entry').on(table.entry, table.sequence),
    index('ledger_events_by_time').on(table.at),
  ],
)

export type EntryRow = typeof ledgerEntries.$inferSelect
export type EventRow = typeof ledgerEvents.$inferSelect
export type DefinitionRow = typeof ledgerDefinitions.$inferSelect
