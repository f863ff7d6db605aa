import type { History } from '../service/ports.ts'
import { connect, type Connection } from './connect.ts'
import { createDocuments } from './documents.ts'
import { prepareFindSnapshot } from './find-snapshot.ts'
import { prepareKeepComparisons } from './keep-comparisons.ts'
import { knownObjects, loadSnapshot, summaryOf } from './load-snapshot.ts'
import { migrate } from './migrate.ts'
import { queriesOn } from './queries.ts'
import { prepareSaveSnapshot } from './save-snapshot.ts'
import { guarded } from './sqlite-errors.ts'

export type HistoryOptions = {
  /** Database file; made with its folder where it does not exist. */
  readonly path: string
  /** Folder of the SQL files that make the tables. */
  readonly migrations: string
  /** Version of this program: objects that another version digested are not reused. */
  readonly engine: string
}

/**
 * Opens the history, making or upgrading its tables. Every save is one short transaction that other processes wait for.
 * Each function may throw `history-unavailable` (disk full, in use, no rights, written by a newer program) or
 * `history-corrupt`; then nothing of what was to be stored is stored.
 */
export function openHistory(options: HistoryOptions): History {
  return historyOn(openDatabase(options), options)
}

/** The connection with its tables made or upgraded; throws as `openHistory` does. */
export function openDatabase({ path, migrations }: HistoryOptions): Connection {
  return guarded(path, () => {
    const db = connect(path)
    try {
      migrate(db, path, migrations)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  })
}

/** The history in a database whose tables are there. Within a transaction of the caller, a save is part of that. */
export function historyOn(db: Connection, { path, engine }: Omit<HistoryOptions, 'migrations'>): History {
  const documents = createDocuments(db, path)
  const queries = queriesOn(db)
  const { find, list } = prepareFindSnapshot(queries)
  const saveSnapshot = prepareSaveSnapshot(db, documents)
  const comparisons = prepareKeepComparisons(queries, documents)
  const read = <T>(work: () => T): T => guarded(path, () => db.transaction(work).deferred())
  const write = (work: () => void): void => guarded(path, () => db.transaction(work).immediate())
  return {
    known: (cluster, namespaces = null) =>
      read(() => {
        const row = find({ cluster, namespaces }, 'latest')
        return row?.engine === engine ? knownObjects(row, documents) : null
      }),
    saveSnapshot: (snapshot) => write(() => saveSnapshot(snapshot, find(snapshot, 'latest'))),
    loadSnapshot: (cluster, selector, namespaces = null) =>
      read(() => {
        const row = find({ cluster: cluster ?? '', namespaces }, selector)
        return row ? loadSnapshot(row, documents) : null
      }),
    listSnapshots: ({ cluster, limit }) => read(() => list(cluster, limit).map(summaryOf)),
    saveComparison: (comparison) => write(() => comparisons.save(comparison)),
    loadComparison: (id) => read(() => comparisons.load(id)),
    listComparisons: (limit) => read(() => comparisons.list(limit)),
    close: () => db.close(),
  }
}
