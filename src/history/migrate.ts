import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { AppError } from '../model/errors.ts'
import { markAsOurs, type Connection } from './connect.ts'

/**
 * Brings the tables up to date with the SQL files of `folder`, in the order of their names, in one transaction: all or none.
 * `user_version` counts the files that were applied. An existing database is first copied to `<path>.v<version>.bak`.
 * Throws `history-unavailable` for a database that a newer program wrote, before anything of it is touched.
 */
export function migrate(db: Connection, path: string, folder: string): void {
  const files = migrationFiles(folder)
  if (versionOf(db) === files.length) return
  // A rebuilt table must not cascade to its references; the pragma does nothing within a transaction.
  db.pragma('foreign_keys = OFF')
  db.transaction(() => upgrade(db, path, files)).immediate()
  db.pragma('foreign_keys = ON')
}

/** Throws `history-unavailable` where the tables are not those of the SQL files of `folder`. */
export function requireCurrent(db: Connection, path: string, folder: string): void {
  const version = versionOf(db)
  const known = migrationFiles(folder).length
  if (version > known) throw tooNew(path, version, known)
  if (version < known) {
    throw new AppError('history-unavailable', `the history ${path} was written by an older flux-compare`, {
      hint: 'Open it once for writing with this version: a service or a comparison that keeps its result does.',
    })
  }
}

/** Throws `history-unavailable` where the database has no tables, or those of a newer program. */
export function requireKnown(db: Connection, path: string, folder: string): void {
  const version = versionOf(db)
  const known = migrationFiles(folder).length
  if (version > known) throw tooNew(path, version, known)
  if (version === 0)
    throw new AppError('history-unavailable', `${path} holds no history`, { hint: 'Name another file.' })
}

function upgrade(db: Connection, path: string, files: readonly string[]): void {
  const version = versionOf(db)
  if (version === files.length) return
  if (version > files.length) throw tooNew(path, version, files.length)
  if (version > 0) keepCopy(path, version)
  else markAsOurs(db)
  for (const file of files.slice(version)) db.exec(readFileSync(file, 'utf8'))
  const broken = db.pragma('foreign_key_check')
  if (!Array.isArray(broken) || broken.length > 0) {
    throw new AppError('history-corrupt', `the history ${path} has rows that refer to rows which are not there`)
  }
  db.pragma(`user_version = ${files.length}`)
}

function migrationFiles(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  if (files.length === 0) throw new AppError('internal', `${folder} holds no migrations`)
  return files.sort().map((name) => join(folder, name))
}

function versionOf(db: Connection): number {
  return Number(db.pragma('user_version', { simple: true }))
}

function tooNew(path: string, version: number, known: number): AppError {
  return new AppError(
    'history-unavailable',
    `the history ${path} was written by a newer flux-compare (its schema is ${version}, this program knows ${known})`,
    { hint: 'Update flux-compare, name another file for the history, or run with --no-history.' },
  )
}

/** Called within the upgrading transaction: no other process can write, and a second connection still reads the state before it. */
function keepCopy(path: string, version: number): void {
  const copy = `${path}.v${version}.bak`
  const unfinished = `${copy}.${process.pid}`
  const reader = new Database(path, { readonly: true })
  try {
    closeSync(openSync(unfinished, 'w', 0o600))
    reader.prepare('VACUUM INTO ?').run(unfinished)
    renameSync(unfinished, copy)
  } finally {
    reader.close()
    rmSync(unfinished, { force: true })
  }
}
