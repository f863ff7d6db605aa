import { AppError } from '../model/errors.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { HistoryReader, KeptReads } from '../service/kept-reads.ts'
import type { History } from '../service/ports.ts'
import type { RunStore } from '../service/runs.ts'
import type { ScheduleReads, ScheduleWrites } from '../service/schedules/schedule-store.ts'
import { connect, type Connection } from './connect.ts'
import { createDocuments } from './documents.ts'
import { createKeptReads } from './kept-reads.ts'
import { createLedgerReads } from './ledger-reads.ts'
import { migrate } from './migrate.ts'
import { closingOnError, connectCurrent, historyOn, openLocked, type HistoryOptions } from './open.ts'
import { ownDatabase } from './ownership.ts'
import { pruneHistory, type PruneReport, type Retention } from './prune.ts'
import { queriesOn } from './queries.ts'
import { createReportReads } from './report-reads.ts'
import { createRunReads, createRunStore } from './runs.ts'
import { createScheduleReads } from './schedule-reads.ts'
import { createScheduleWrites } from './schedule-writes.ts'
import { guarded } from './sqlite-errors.ts'
import { createVersionReads } from './version-reads.ts'

/** What the process that owns the database does with it; from one thread. */
export type ServiceHistory = History &
  RunStore &
  KeptReads &
  ScheduleReads &
  ScheduleWrites & {
    readonly keptSnapshot: (id: string) => Snapshot | null
    /** See {@link pruneHistory}: each step of it is one short transaction. */
    readonly prune: (retention: Retention) => Generator<void, PruneReport>
  }

type Place = Omit<HistoryOptions, 'migrations'>

/**
 * Makes this process the owner of the database, checks it, and makes or upgrades its tables. Closing it lets others have it.
 * Throws as `openHistory` does, and `history-unavailable` where another process owns or uses it.
 */
export function openServiceHistory(options: HistoryOptions): ServiceHistory {
  const { path, migrations } = options
  return guarded(path, () => {
    const db = connect(path)
    const lock = closingOnError(db, () => ownDatabase(path))
    return openLocked(db, lock, () => {
      requireSound(db, path)
      migrate(db, path, migrations)
      return serviceHistoryOn(db, options)
    })
  })
}

/** A service does not write on into a file that is damaged: each write could take more of it along. */
function requireSound(db: Connection, path: string): void {
  if (db.pragma('quick_check(1)', { simple: true }) === 'ok') return
  throw new AppError('history-corrupt', `the history ${path} is damaged`, {
    hint: 'Restore a backup of it with: flux-compare restore FILE',
  })
}

/** The history of the service in a database whose tables are there. */
export function serviceHistoryOn(db: Connection, { path, engine }: Place): ServiceHistory {
  const kept = historyOn(db, { path, engine })
  const queries = queriesOn(db)
  const write = <T>(work: () => T): T => guarded(path, () => db.transaction(work).immediate())
  return {
    ...kept,
    ...readsOn(db, path),
    ...createRunStore(db, { path, engine, kept }),
    ...createScheduleReads({ queries, read: reading(db, path) }),
    ...createScheduleWrites({ queries, write }),
    prune: (retention) => pruneHistory(db, path, retention),
  }
}

/**
 * Opens a database that is there for reading, in any thread or process, beside the one that writes. Throws `history-unavailable` where it
 * is not there, is of another program, or is of another version than `migrations`.
 */
export function openHistoryReader({ path, migrations, engine }: HistoryOptions): HistoryReader {
  return guarded(path, () => readerOn(connectCurrent(path, migrations), { path, engine }))
}

function readerOn(db: Connection, { path, engine }: Place): HistoryReader {
  const { loadSnapshot, loadComparison, listSnapshots, listComparisons, close } = historyOn(db, { path, engine })
  const read = reading(db, path)
  const queries = queriesOn(db)
  return {
    ...readsOn(db, path),
    ...createRunReads({ queries, read }),
    ...createLedgerReads({ queries, read }),
    ...createReportReads({ queries, documents: createDocuments(db, path), read }),
    ...createScheduleReads({ queries, read }),
    ...createVersionReads({ queries, read }),
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
