import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

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
