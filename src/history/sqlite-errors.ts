import Database from 'better-sqlite3'
import { AppError } from '../model/errors.ts'

type Meaning = { readonly code: 'history-unavailable' | 'history-corrupt'; readonly what: string }

// By the beginning of the code: extended codes (SQLITE_IOERR_WRITE) mean what their family means.
const MEANINGS: readonly (readonly [prefix: string, meaning: Meaning])[] = [
  ['SQLITE_NOTADB', { code: 'history-corrupt', what: 'is not a database, or its beginning was overwritten' }],
  ['SQLITE_CORRUPT', { code: 'history-corrupt', what: 'is damaged' }],
  ['SQLITE_FULL', { code: 'history-unavailable', what: 'could not be written, the disk is full; nothing was stored' }],
  ['SQLITE_BUSY', { code: 'history-unavailable', what: 'is in use by another process that does not let go of it' }],
  ['SQLITE_LOCKED', { code: 'history-unavailable', what: 'is in use by another process that does not let go of it' }],
  ['SQLITE_READONLY', { code: 'history-unavailable', what: 'may not be written' }],
  ['SQLITE_PERM', { code: 'history-unavailable', what: 'may not be written' }],
  ['SQLITE_AUTH', { code: 'history-unavailable', what: 'may not be opened' }],
  ['SQLITE_CANTOPEN', { code: 'history-unavailable', what: 'cannot be opened' }],
  ['SQLITE_IOERR', { code: 'history-unavailable', what: 'cannot be read or written; nothing was stored' }],
  ['SQLITE_NOMEM', { code: 'history-unavailable', what: 'needs more memory than there is; nothing was stored' }],
  ['SQLITE_ERROR', { code: 'history-corrupt', what: 'lacks tables or columns that it should have' }],
]

/** Runs `work` on the database at `path`; what SQLite and the file system object becomes `history-unavailable` or `history-corrupt`. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw historyError(path, error)
  }
}

function historyError(path: string, error: unknown): unknown {
  if (error instanceof Database.SqliteError) {
    const meaning = MEANINGS.find(([prefix]) => error.code.startsWith(prefix))?.[1]
    if (!meaning) return error
    return new AppError(meaning.code, `the history ${path} ${meaning.what} (${error.code})`, { cause: error })
  }
  const code = fileErrorCode(error)
  if (code === null) return error
  return new AppError('history-unavailable', `the history ${path} cannot be opened (${code})`, { cause: error })
}

/** `ENOENT`, `EACCES` ... of an error of the file system; null for any other error. */
export function fileErrorCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
