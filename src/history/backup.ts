import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '../model/errors.ts'
import { connectReader, makeFile, type Connection } from './connect.ts'
import { requireKnown } from './migrate.ts'
import { ownDatabase } from './ownership.ts'
import { guarded } from './sqlite-errors.ts'

export type BackedUp = { readonly bytes: number; readonly snapshots: number; readonly comparisons: number }

/**
 * Copies the history at `path`, while others use it, into a new file (0600) that appears only when it is whole and checked.
 * Throws `input-invalid` where there is such a file and it is not to be replaced, `history-unavailable`, and `history-corrupt`.
 */
export function backUp(path: string, destination: string, replace: boolean): BackedUp {
  requireOther(path, destination)
  if (!replace && existsSync(destination)) {
    throw new AppError('input-invalid', `${destination} exists already`, {
      hint: 'Name another file, or replace it with --force.',
    })
  }
  return guarded(path, () => {
    const source = connectReader(path)
    try {
      return writeCopy(source, destination, (copy) => renameSync(copy, destination))
    } finally {
      source.close()
    }
  })
}

export type Restored = BackedUp & {
  /** Where the history is now that was there before; null: there was none. */
  readonly replaced: string | null
}

/**
 * Puts a backup in the place of the history at `path`, which is kept under another name. Throws, having changed nothing, `history-unavailable`
 * where a service or command uses the history or the backup is none, and `history-corrupt` where the backup is damaged.
 */
export function restore(backup: string, path: string, options: { migrations: string; now: Date }): Restored {
  requireOther(path, backup)
  return guarded(backup, () => {
    const source = connectReader(backup)
    try {
      requireSound(source, backup)
      requireKnown(source, backup, options.migrations)
      return guarded(path, () => putInPlace(source, path, options.now))
    } finally {
      source.close()
    }
  })
}

function putInPlace(source: Connection, path: string, now: Date): Restored {
  makeFile(path)
  const lock = ownDatabase(path)
  try {
    const place = realpathSync(path)
    let replaced: string | null = null
    const counts = writeCopy(source, place, (copy) => {
      replaced = setAside(place, now)
      renameSync(copy, place)
    })
    return { ...counts, replaced }
  } finally {
    lock.release()
  }
}

/**
 * Gives the present file a second name. Its log must be gone from beside it before another file takes its place: SQLite would apply the
 * one to the other.
 */
function setAside(place: string, now: Date): string | null {
  if (statSync(place).size === 0) return null
  const replaced = `${place}.replaced-${now.toISOString().replaceAll(':', '')}`
  emptyLog(place)
  linkSync(place, replaced)
  for (const ending of ['-wal', '-shm']) {
    if (existsSync(`${place}${ending}`)) renameSync(`${place}${ending}`, `${replaced}${ending}`)
  }
  return replaced
}

/** The last connection to close takes the log into the file and removes it; a file that is damaged keeps it under its new name. */
function emptyLog(place: string): void {
  try {
    const db = new Database(place)
    try {
      db.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      db.close()
    }
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
  }
}

/** Copies into a file beside the destination, checks it, and hands it over to `place` when it is on the disk. */
function writeCopy(source: Connection, destination: string, place: (copy: string) => void): BackedUp {
  const copy = `${destination}.${process.pid}.unfinished`
  return guarded(destination, () => {
    rmSync(copy, { force: true })
    closeSync(openSync(copy, 'wx', 0o600))
    try {
      source.prepare('VACUUM INTO ?').run(copy)
      const counts = checkCopy(copy, destination)
      // SQLite does not wait for the disk here.
      flush(copy)
      place(copy)
      flush(dirname(destination))
      return counts
    } finally {
      for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${copy}${ending}`, { force: true })
    }
  })
}

function checkCopy(copy: string, name: string): BackedUp {
  const db = connectReader(copy)
  try {
    requireSound(db, name)
    const count = (table: string): number => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0
    return { bytes: statSync(copy).size, snapshots: count('snapshots'), comparisons: count('comparisons') }
  } finally {
    db.close()
  }
}

function requireSound(db: Connection, name: string): void {
  const broken = db.pragma('foreign_key_check')
  if (db.pragma('integrity_check(1)', { simple: true }) === 'ok' && Array.isArray(broken) && broken.length === 0) return
  throw new AppError('history-corrupt', `${name} is damaged`, {
    hint: 'Nothing was changed. Use another backup; of a damaged history the service says so when it starts.',
  })
}

function requireOther(path: string, other: string): void {
  if (!existsSync(path) || !existsSync(other) || realpathSync(path) !== realpathSync(other)) return
  throw new AppError('input-invalid', `${other} is the history itself`, { hint: 'Name another file.' })
}

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
