import type { Snapshot } from '../model/snapshot.ts'
import type { HistoryReader, KeptReads } from '../service/kept-reads.ts'
import type { History } from '../service/ports.ts'
import type { RunStore } from '../service/runs.ts'
import { connectReader, type Connection } from './connect.ts'
import { createDocuments } from './documents.ts'
import { createKeptReads } from './kept-reads.ts'
import { requireCurrent } from './migrate.ts'
import { historyOn, openDatabase, type HistoryOptions } from './open.ts'
import { queriesOn } from './queries.ts'
import { createRunReads, createRunStore } from './runs.ts'
import { guarded } from './sqlite-errors.ts'

/** What the process that owns the database does with it; from one thread. */
export type ServiceHistory = History & RunStore & KeptReads & { readonly keptSnapshot: (id: string) => Snapshot | null }

type Place = Omit<HistoryOptions, 'migrations'>

/** Opens the database of the service, making or upgrading its tables. Throws as `openHistory` does. */
export function openServiceHistory(options: HistoryOptions): ServiceHistory {
  return serviceHistoryOn(openDatabase(options), options)
}

/** The history of the service in a database whose tables are there. */
export function serviceHistoryOn(db: Connection, { path, engine }: Place): ServiceHistory {
  const kept = historyOn(db, { path, engine })
  return { ...kept, ...readsOn(db, path), ...createRunStore(db, { path, engine, kept }) }
}

/**
 * Opens a database that is there for reading, in any thread or process, beside the one that writes. Throws `history-unavailable` where it
 * is not there, is of another program, or is of another version than `migrations`.
 */
export function openHistoryReader({ path, migrations, engine }: HistoryOptions): HistoryReader {
  return guarded(path, () => {
    const db = connectReader(path)
    try {
      requireCurrent(db, path, migrations)
      return readerOn(db, { path, engine })
    } catch (error) {
      db.close()
      throw error
    }
  })
}

function readerOn(db: Connection, { path, engine }: Place): HistoryReader {
  const { loadSnapshot, loadComparison, listSnapshots, listComparisons, close } = historyOn(db, { path, engine })
  const read = reading(db, path)
  return {
    ...readsOn(db, path),
    ...createRunReads({ queries: queriesOn(db), read }),
    loadSnapshot,
    loadComparison,
    listSnapshots,
    listComparisons,
    inOneState: read,
    close,
  }
}

function readsOn(db: Connection, path: string) {
  return createKeptReads({
    path,
    queries: queriesOn(db),
    documents: createDocuments(db, path),
    read: reading(db, path),
  })
}

function reading(db: Connection, path: string): <T>(work: () => T) => T {
  return (work) => guarded(path, () => db.transaction(work).deferred())
}
