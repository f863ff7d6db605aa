import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import Database from 'better-sqlite3'
import { AppError } from '../model/errors.ts'
import { makeFile } from './connect.ts'
import { fileErrorCode } from './sqlite-errors.ts'

/** How long to wait for a command that holds the database, or for a service that is just ending. */
const WAIT_MS = 2_000

export type DatabaseLock = { readonly release: () => void }

/**
 * Makes this process the only one that uses the database file, for as long as the lock is held or the process lives: the lock is one of the
 * operating system, so a killed process holds none. Throws `history-unavailable` with the process that has it.
 */
export function ownDatabase(path: string, waitMs = WAIT_MS): DatabaseLock {
  const place = realpathSync(path)
  const db = lock(place, 'BEGIN EXCLUSIVE', waitMs)
  if (db === null) throw notToOwn(path, readOwner(place))
  writeOwner(place)
  return {
    release: () => {
      rmSync(ownerFile(place), { force: true })
      db.close()
    },
  }
}

/** Takes part in the use of the database file; null while a process owns it. Held, it keeps others from owning it. */
export function shareDatabase(path: string, waitMs = WAIT_MS): DatabaseLock | null {
  const place = realpathSync(path)
  const db = lock(place, 'BEGIN; SELECT count(*) FROM sqlite_schema', waitMs)
  if (db === null) return null
  // Nobody owns the database now: what stands there was left behind by a process that was killed.
  rmSync(ownerFile(place), { force: true })
  return { release: () => void db.close() }
}

/** What is told to a command that would store something in the database of a service. */
export function ownedByService(path: string): AppError {
  return new AppError(
    'history-unavailable',
    `the history ${path} belongs to ${nameOf(readOwner(realpathSync(path)))}`,
    {
      hint: 'Name another file with --history, keep nothing with --no-history, or stop the service first. Reading it goes on.',
    },
  )
}

function notToOwn(path: string, owner: Owner | null): AppError {
  if (owner === null) {
    return new AppError('history-unavailable', `the history ${path} is in use by another flux-compare command`, {
      hint: 'Wait until it is done, and start again.',
    })
  }
  return new AppError('history-unavailable', `the history ${path} belongs to ${nameOf(owner)}`, {
    hint: 'One process has a database for itself: stop that one, or name another file in history.path.',
  })
}

type Owner = { readonly pid: number; readonly host: string }

function nameOf(owner: Owner | null): string {
  return owner ? `the service that runs as process ${owner.pid} on ${owner.host}` : 'a service that is running'
}

/** A transaction on an empty database beside the real one, open until it is closed; null where another process forbids it. */
function lock(place: string, begin: string, waitMs: number): Database.Database | null {
  const file = `${place}.lock`
  makeFile(file)
  const db = new Database(file, { timeout: waitMs })
  try {
    db.exec(begin)
    return db
  } catch (error) {
    db.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null
    throw error
  }
}

/** A file of its own: opening and closing the lock file here would let go of the lock of this process. */
function ownerFile(place: string): string {
  return `${place}.owner`
}

function writeOwner(place: string): void {
  const owner: Owner = { pid: process.pid, host: hostname() }
  const unfinished = `${ownerFile(place)}.${process.pid}`
  writeFileSync(unfinished, JSON.stringify(owner), { mode: 0o600 })
  renameSync(unfinished, ownerFile(place))
}

function readOwner(place: string): Owner | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(ownerFile(place), 'utf8'))
    return isOwner(owner) ? owner : null
  } catch (error) {
    if (error instanceof SyntaxError || fileErrorCode(error) !== null) return null
    throw error
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('host' in value)) return false
  return Number.isInteger(value.pid) && typeof value.host === 'string' && /^[\w.-]{1,255}$/.test(value.host)
}
