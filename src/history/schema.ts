import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

// The source of the migrations (`npm run db:generate`), of the rows' types, and of all queries but the one that stores snapshots.

/**
 * JSON texts, each once: bodies, states, drifts. `digest` is the SHA-256 of the text and is checked
 * whenever a text is read. Rows are never changed.
 */
export const documents = sqliteTable('documents', {
  id: integer('id').primaryKey(),
  digest: blob('digest', { mode: 'buffer' }).notNull().unique(),
  json: text('json').notNull(),
})

/** JSON texts, some to a row, with line ends between them: entries and references. A line has the id of its row times the most of one row, and its place. */
export const lines = sqliteTable('lines', {
  id: integer('id').primaryKey(),
  texts: text('texts').notNull(),
})

/** Ordered lists of documents or of lines, each once: `members` are their ids as varints of differences, `digest` is over their texts. */
export const lists = sqliteTable('lists', {
  id: integer('id').primaryKey(),
  digest: blob('digest', { mode: 'buffer' }).notNull().unique(),
  members: blob('members', { mode: 'buffer' }).notNull(),
})

/** Kept snapshots in the order of their arrival, which holds even where the clock was set back. */
export const snapshots = sqliteTable(
  'snapshots',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    cluster: text('cluster').notNull(),
    uid: text('uid'),
    takenAt: text('taken_at').notNull(),
    /** Milliseconds since 1970: `taken_at` as a number, to search by. */
    takenMs: integer('taken_ms').notNull(),
    engine: text('engine').notNull(),
    error: text('error'),
    /** JSON list of the namespaces that were asked for, sorted; null: the whole cluster. */
    namespaces: text('namespaces'),
    objects: integer('objects').notNull(),
    changed: integer('changed').notNull(),
    /** Document: the header without what has a column, and without resource versions. */
    header: integer('header')
      .notNull()
      .references(() => documents.id),
    /** Resource versions of the coverage's scopes, in their order: they differ at every run. */
    scopeVersions: text('scope_versions').notNull(),
    /** List of lines, as `references`. */
    entries: integer('entries')
      .notNull()
      .references(() => lists.id),
    /** Document: resource versions of the entries, in their order: controllers raise them without changing anything. */
    entryVersions: integer('entry_versions')
      .notNull()
      .references(() => documents.id),
    references: integer('references')
      .notNull()
      .references(() => lists.id),
    /** Document; null where events were not read. */
    events: integer('events').references(() => documents.id),
  },
  (table) => [
    index('snapshots_by_cluster').on(table.cluster, table.sequence),
    index('snapshots_by_time').on(table.cluster, table.takenMs),
    index('snapshots_good')
      .on(table.cluster, table.sequence)
      .where(sql`error is null`),
  ],
)

/** Kept comparisons in the order of their arrival. */
export const comparisons = sqliteTable(
  'comparisons',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    id: text('id').notNull().unique(),
    /** When the newest of its snapshots was taken. */
    at: text('at').notNull(),
    /** When it was stored, milliseconds since 1970: its snapshots can be much older. */
    storedMs: integer('stored_ms').notNull(),
    baseline: text('baseline'),
    verdict: text('verdict').notNull(),
    clusters: text('clusters').notNull(),
    differences: integer('differences').notNull(),
    /** Document: the comparison without its id and its drifts. */
    header: integer('header')
      .notNull()
      .references(() => documents.id),
    /** List of documents. */
    drifts: integer('drifts')
      .notNull()
      .references(() => lists.id),
  },
  (table) => [index('comparisons_by_time').on(table.storedMs)],
)

/** The clusters of a comparison: a snapshot that one of them names is kept as long as the comparison is. */
export const comparisonSides = sqliteTable(
  'comparison_sides',
  {
    comparison: integer('comparison')
      .notNull()
      .references(() => comparisons.sequence),
    position: integer('position').notNull(),
    cluster: text('cluster').notNull(),
    /** Not a reference: sides that are files have snapshots which are not kept. */
    snapshot: text('snapshot').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.comparison, table.position] }),
    index('comparison_sides_by_snapshot').on(table.snapshot),
    index('comparison_sides_by_cluster').on(table.cluster, table.comparison),
  ],
)

export type SnapshotRow = typeof snapshots.$inferSelect
export type ComparisonRow = typeof comparisons.$inferSelect
