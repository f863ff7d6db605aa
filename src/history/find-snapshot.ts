import type { ClusterName } from '../model/cluster.ts'
import { AppError } from '../model/errors.ts'
import type { SnapshotSelector } from '../service/ports.ts'
import type { Connection } from './connect.ts'
import type { SnapshotRow } from './schema.ts'

const COLUMNS = `sequence, id, cluster, uid, taken_at AS takenAt, taken_ms AS takenMs, engine, error, objects, changed, header,
  scope_versions AS scopeVersions, entries, entry_versions AS entryVersions, "references", events`

export type FindSnapshot = {
  /** The row of a kept snapshot. Throws `snapshot-unknown` for the beginning of several ids, `input-invalid` for no time. */
  readonly find: (cluster: ClusterName, selector: SnapshotSelector) => SnapshotRow | undefined
  /** Newest first. */
  readonly list: (cluster: ClusterName | null, limit: number) => readonly SnapshotRow[]
}

/** Snapshots of clusters that could not be read are found by id only. */
export function prepareFindSnapshot(db: Connection): FindSnapshot {
  const good = `SELECT ${COLUMNS} FROM snapshots WHERE cluster = ? AND error IS NULL`
  const latest = db.prepare<[string, number], SnapshotRow>(`${good} ORDER BY sequence DESC LIMIT 1 OFFSET ?`)
  const notAfter = db.prepare<[string, number], SnapshotRow>(
    `${good} AND taken_ms <= ? ORDER BY taken_ms DESC, sequence DESC LIMIT 1`,
  )
  const byId = db.prepare<{ cluster: string; id: string }, SnapshotRow>(
    `SELECT ${COLUMNS} FROM snapshots WHERE cluster = @cluster AND substr(id, 1, length(@id)) = @id ORDER BY length(id), id LIMIT 2`,
  )
  const all = db.prepare<[number], SnapshotRow>(`SELECT ${COLUMNS} FROM snapshots ORDER BY sequence DESC LIMIT ?`)
  const ofCluster = db.prepare<[string, number], SnapshotRow>(
    `SELECT ${COLUMNS} FROM snapshots WHERE cluster = ? ORDER BY sequence DESC LIMIT ?`,
  )
  return {
    find: (cluster, selector) => {
      if (selector === 'latest') return latest.get(cluster, 0)
      if (selector === 'previous') return latest.get(cluster, 1)
      if ('at' in selector) return notAfter.get(cluster, millisecondsOf(selector.at))
      return theOnly(selector.id, byId.all({ cluster, id: selector.id }))
    },
    list: (cluster, limit) => (cluster === null ? all.all(limit) : ofCluster.all(cluster, limit)),
  }
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
