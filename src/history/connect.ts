import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '../model/errors.ts'
import { makeFolder } from './make-folder.ts'
import { fileErrorCode } from './sqlite-errors.ts'

/** Below it, two processes that write and checkpoint a WAL together can corrupt it (fixed in SQLite 3.51.3). */
const OLDEST_SQLITE = [3, 51, 3] as const
/** How long a command waits for another one that is storing something. A store takes well under a second. */
const BUSY_MS = 15_000
/** Two or three bodies fit a page: a fifth less disk than with SQLite's 4096. It holds for new files only. */
const PAGE_BYTES = 8192
/** What is left of the log when all of it is in the file: one long read can let it grow much larger. */
const LOG_BYTES = 32 * 1024 * 1024
/** `flxc`: marks the file as ours, so that a database of another program is never migrated. */
const APPLICATION_ID = 0x66_6c_78_63

export type Connection = Database.Database

/** How a file that is new is written until somebody opens it again: what is `direct` is written once, not to a log first. */
export type WhenNew = 'log' | 'direct'

/**
 * Opens the database file, making it (0600) and its folder (0700) where they do not exist. Each commit is durable before it returns.
 * `whenNew`: `direct` is for a process that stores once and ends; until then those that read and those that store wait for each other.
 * Throws SQLite's and the file system's errors, and `history-unavailable` for a database of another program.
 */
export function connect(path: string, whenNew: WhenNew = 'log'): Connection {
  makeFile(path)
  const db = new Database(path, { timeout: BUSY_MS })
  try {
    requireSqlite(db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '')
    requireOurs(db, path)
    const isNew = db.pragma('page_count', { simple: true }) === 0
    db.pragma(`page_size = ${PAGE_BYTES}`)
    // For new files only: pages that are free can then be given back a few at a time.
    db.pragma('auto_vacuum = INCREMENTAL')
    if (!isNew || whenNew === 'log') useWal(db)
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma(`journal_size_limit = ${LOG_BYTES}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Opens a database that is there, for reading. Throws SQLite's errors, and `history-unavailable` for a database of another program.
 */
export function connectReader(path: string): Connection {
  const db = new Database(path, { timeout: BUSY_MS, readonly: true })
  try {
    requireOurs(db, path)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Marks an empty database as ours; part of the transaction that makes its tables. */
export function markAsOurs(db: Connection): void {
  db.pragma(`application_id = ${APPLICATION_ID}`)
}

/** Makes an empty file (0600) and its folder (0700) where there is none. */
export function makeFile(path: string): void {
  makeFolder(dirname(path))
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (fileErrorCode(error) !== 'EEXIST') throw error
  }
}

function requireSqlite(version: string): void {
  const parts = version.split('.').map(Number)
  const differing = OLDEST_SQLITE.findIndex((part, index) => part !== (parts[index] ?? 0))
  if (differing === -1 || (parts[differing] ?? 0) > OLDEST_SQLITE[differing]!) return
  throw new AppError('history-unavailable', `SQLite ${version} is older than ${OLDEST_SQLITE.join('.')}`, {
    hint: 'Install the version of better-sqlite3 that package.json names, or run with --no-history.',
  })
}

function requireOurs(db: Connection, path: string): void {
  if (db.pragma('application_id', { simple: true }) === APPLICATION_ID) return
  const tables = db.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get()
  if (tables === 0) return
  // Another process may have made the tables between the two reads.
  if (db.pragma('application_id', { simple: true }) === APPLICATION_ID) return
  throw new AppError('history-unavailable', `${path} is a database of another program`, {
    hint: 'Name another file for the history, or run with --no-history.',
  })
}

/** SQLite answers SQLITE_BUSY at once, without waiting, where two connections switch a new file to WAL together. */
function useWal(db: Connection): void {
  const deadline = Date.now() + BUSY_MS
  while (db.pragma('journal_mode', { simple: true }) !== 'wal') {
    try {
      db.pragma('journal_mode = WAL')
      return
    } catch (error) {
      const isBusy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')
      if (!isBusy || Date.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
