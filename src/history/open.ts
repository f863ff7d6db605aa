import type { Snapshot } from '../model/snapshot.ts'
import type { History } from '../service/ports.ts'
import { createComparisonWrites } from './comparison-writes.ts'
import { connect, connectReader, type Connection } from './connect.ts'
import { createDocuments } from './documents.ts'
import { prepareFindSnapshot } from './find-snapshot.ts'
import { prepareKeepComparisons } from './keep-comparisons.ts'
import { knownObjects, loadSnapshot, summaryOf } from './load-snapshot.ts'
import { createLedgerReads, createLedgerWrites } from './ledger-reads.ts'
import { migrate, requireCurrent } from './migrate.ts'
import { ownedByService, shareDatabase, type DatabaseLock } from './ownership.ts'
import { queriesOn } from './queries.ts'
import { readPrevious, type PreviousSnapshot } from './previous-snapshot.ts'
import { createReportReads } from './report-reads.ts'
import { createReportWrites } from './report-writes.ts'
import { prepareSaveSnapshot } from './save-snapshot.ts'
import { guarded } from './sqlite-errors.ts'
import { createVersionReads } from './version-reads.ts'

export type HistoryOptions = {
  /** Database file; made with its folder where it does not exist. */
  readonly path: string
  /** Folder of the SQL files that make the tables. */
  readonly migrations: string
  /** Version of this program: objects that another version digested are not reused. */
  readonly engine: string
}

/** What to do with a database that a service owns: refuse it, or read it, so that each save is refused. */
export type WhenOwned = 'refuse' | 'read'

/**
 * Opens the history, making or upgrading its tables. Every save is one short transaction that other processes wait for.
 * Each function may throw `history-unavailable` (disk full, in use, no rights, written by a newer program) or
 * `history-corrupt`; then nothing of what was to be stored is stored.
 */
export function openHistory(options: HistoryOptions, whenOwned: WhenOwned = 'refuse'): History {
  const { path, migrations } = options
  return guarded(path, () => {
    const db = connect(path, 'direct')
    const lock = closingOnError(db, () => shareDatabase(path, whenOwned === 'read' ? 0 : undefined))
    if (lock) {
      return openLocked(db, lock, () => {
        migrate(db, path, migrations)
        return historyOn(db, options)
      })
    }
    db.close()
    if (whenOwned === 'refuse') throw ownedByService(path)
    return historyOn(connectCurrent(path, migrations), options)
  })
}

/**
 * Opens on a connection and a lock that goes when it is closed; lets go of both where that fails. Whatever is used of the connection holds
 * the lock: else it would be free as soon as nobody holds `close`.
 */
export function openLocked<T extends object>(db: Connection, lock: DatabaseLock, open: () => T): T & Closing {
  const held = Object.assign(db, { lock })
  const close = (): void => {
    db.close()
    held.lock.release()
  }
  try {
    return { ...open(), close }
  } catch (error) {
    close()
    throw error
  }
}

type Closing = { readonly close: () => void }

/** A connection for reading, whose tables are those of `migrations`. */
export function connectCurrent(path: string, migrations: string): Connection {
  const db = connectReader(path)
  return closingOnError(db, () => {
    requireCurrent(db, path, migrations)
    return db
  })
}

/** Runs `work`, and closes the connection where it fails. */
export function closingOnError<T>(db: Connection, work: () => T): T {
  try {
    return work()
  } catch (error) {
    db.close()
    throw error
  }
}

/** The history in a database whose tables are there. Within a transaction of the caller, a save is part of that. */
export function historyOn(db: Connection, { path, engine }: Omit<HistoryOptions, 'migrations'>): History {
  const documents = createDocuments(db, path)
  const queries = queriesOn(db)
  const { find, list } = prepareFindSnapshot(queries)
  const saveSnapshot = prepareSaveSnapshot(db, documents)
  const comparisons = prepareKeepComparisons(queries, documents)
  const read = <T>(work: () => T): T => guarded(path, () => db.transaction(work).deferred())
  /** What `known` gave out, while a run that was given it goes on. */
  const lent = new WeakMap<object, PreviousSnapshot>()
  const previousOf = (snapshot: Snapshot): PreviousSnapshot | null => {
    const row = find(snapshot, 'latest')
    const known = snapshot.reused && lent.get(snapshot.reused)
    // Another process may have stored one meanwhile.
    if (known && known.row.id === row?.id) return known
    return row ? readPrevious(row, documents) : null
  }
  const write = <T>(work: () => T): T => guarded(path, () => db.transaction(work).immediate())
  const loadKept = (id: string): Snapshot | null => {
    const row = find({ cluster: '', namespaces: null }, { id })
    return row?.id === id ? loadSnapshot(row, documents) : null
  }
  return {
    ...createLedgerReads({ queries, read }),
    ...createLedgerWrites(queries, write),
    ...createReportReads({ queries, documents, read }),
    ...createReportWrites({ queries, documents, write }),
    ...createVersionReads({ queries, read }),
    ...createComparisonWrites({ db, path, queries, documents, comparisons, loadKept }),
    known: (cluster, namespaces = null) =>
      read(() => {
        const row = find({ cluster, namespaces }, 'latest')
        if (row?.engine !== engine) return null
        const previous = readPrevious(row, documents)
        lent.set(previous.byUid, previous)
        return knownObjects(previous, documents)
      }),
    together: write,
    saveSnapshot: (snapshot) => write(() => saveSnapshot(snapshot, previousOf(snapshot))),
    loadSnapshot: (cluster, selector, namespaces = null) =>
      read(() => {
        const row = find({ cluster: cluster ?? '', namespaces }, selector)
        return row ? loadSnapshot(row, documents) : null
      }),
    listSnapshots: ({ cluster, limit }) => read(() => list(cluster, limit).map(summaryOf)),
    loadComparison: (id) => read(() => comparisons.load(id)),
    listComparisons: (limit) => read(() => comparisons.list(limit)),
    close: () => db.close(),
  }
}
