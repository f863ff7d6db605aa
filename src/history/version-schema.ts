import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** From when which version of an application was applied on a cluster: a row where it became another one. */
export const appliedVersions = sqliteTable(
  'applied_versions',
  {
    sequence: integer('sequence').primaryKey({ autoIncrement: true }),
    cluster: text('cluster').notNull(),
    group: text('group').notNull(),
    kind: text('kind').notNull(),
    namespace: text('namespace').notNull(),
    name: text('name').notNull(),
    /** Both null: it was not there. */
    version: text('version'),
    revision: text('revision'),
    /** What Flux tried last, where that is not what is applied. */
    attempted: text('attempted'),
    /** When the first snapshot was taken that showed it, and when the last that showed something else (null: unknown). */
    since: text('since').notNull(),
    after: text('after'),
  },
  (table) => [
    index('applied_versions_by_object').on(
      table.cluster,
      table.group,
      table.kind,
      table.namespace,
      table.name,
      table.sequence,
    ),
    index('applied_versions_by_time').on(table.since),
  ],
)

export type VersionRow = typeof appliedVersions.$inferSelect

/**
 * What the first snapshot of a large cluster showed: its steps in few rows instead of one each. Of an object with rows among `applied_versions`
 * all is said there, what stands here too.
 */
export const firstVersions = sqliteTable(
  'first_versions',
  {
    cluster: text('cluster').notNull(),
    /** By `bucketOf` the object, so that one is found without reading all. */
    bucket: integer('bucket').notNull(),
    since: text('since').notNull(),
    /** JSON, see `FirstSteps`. */
    steps: text('steps').notNull(),
  },
  (table) => [primaryKey({ columns: [table.cluster, table.bucket] })],
)

export type FirstVersionsRow = typeof firstVersions.$inferSelect
