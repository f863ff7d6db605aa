import { and, desc, eq, isNull, lte, or, sql, type SQL } from 'drizzle-orm'
import type { ClusterName } from '../model/cluster.ts'
import { AppError } from '../model/errors.ts'
import type { SnapshotSelector } from '../service/ports.ts'
import type { Queries } from './queries.ts'
import { snapshots, type SnapshotRow } from './schema.ts'

/** Whose snapshots are meant: those of the whole cluster, and with `namespaces` also those of exactly these. */
export type Wanted = { readonly cluster: ClusterName; readonly namespaces: readonly string[] | null }

export type FindSnapshot = {
  /** The row of a kept snapshot. Throws `snapshot-unknown` for the beginning of several ids, `input-invalid` for no time. */
  readonly find: (wanted: Wanted, selector: SnapshotSelector) => SnapshotRow | undefined
  /** Newest first. */
  readonly list: (cluster: ClusterName | null, limit: number) => readonly SnapshotRow[]
}

/**
 * Snapshots of clusters that could not be read are found by id only. A snapshot of some namespaces never stands for the whole
 * cluster: what was not asked for would then look as if it had not changed.
 */
export function prepareFindSnapshot(queries: Queries): FindSnapshot {
  const good = and(eq(snapshots.cluster, sql.placeholder('cluster')), isNull(snapshots.error), whole())
  const latest = select(queries, good)
    .orderBy(desc(snapshots.sequence))
    .limit(1)
    .offset(sql.placeholder('offset'))
    .prepare()
  const notAfter = select(queries, and(good, lte(snapshots.takenMs, sql.placeholder('ms'))))
    .orderBy(desc(snapshots.takenMs), desc(snapshots.sequence))
    .limit(1)
    .prepare()
  const byId = select(queries, and(ofCluster(), beginsWith()))
    .orderBy(sql`length(${snapshots.id})`, snapshots.id)
    .limit(2)
    .prepare()
  const newest = select(queries, ofCluster())
    .orderBy(desc(snapshots.sequence))
    .limit(sql.placeholder('limit'))
    .prepare()
  return {
    find: ({ cluster, namespaces }, selector) => {
      const scope = { cluster, namespaces: namespacesText(namespaces) }
      if (selector === 'latest') return latest.get({ ...scope, offset: 0 })
      if (selector === 'previous') return latest.get({ ...scope, offset: 1 })
      if ('at' in selector) return notAfter.get({ ...scope, ms: millisecondsOf(selector.at) })
      return theOnly(selector.id, byId.all({ cluster, id: selector.id }))
    },
    list: (cluster, limit) => newest.all({ cluster: cluster ?? '', limit }),
  }
}

function select(queries: Queries, where: SQL | undefined) {
  return queries.select().from(snapshots).where(where)
}

function whole(): SQL | undefined {
  return or(isNull(snapshots.namespaces), eq(snapshots.namespaces, sql.placeholder('namespaces')))
}

/** The empty name stands for all clusters. */
function ofCluster(): SQL {
  return sql`(${sql.placeholder('cluster')} = '' or ${snapshots.cluster} = ${sql.placeholder('cluster')})`
}

function beginsWith(): SQL {
  return sql`substr(${snapshots.id}, 1, length(${sql.placeholder('id')})) = ${sql.placeholder('id')}`
}

/** One text for a set of namespaces; null for the whole cluster, which no row equals. */
export function namespacesText(namespaces: readonly string[] | null): string | null {
  return namespaces === null ? null : JSON.stringify([...new Set(namespaces)].sort())
}

/** The row that has the id, or the only one whose id begins so; `rows` are the first two by length. */
export function theOnly<T extends { readonly id: string }>(id: string, rows: readonly T[]): T | undefined {
  if (id === '') return undefined
  if (rows.length < 2 || rows[0]!.id === id) return rows[0]
  throw new AppError('snapshot-unknown', `${id} is the beginning of more than one id, among them ${rows[0]!.id}`)
}

function millisecondsOf(time: string): number {
  const milliseconds = Date.parse(time)
  if (Number.isNaN(milliseconds)) throw new AppError('input-invalid', `${time} is not a time`)
  return milliseconds
}
