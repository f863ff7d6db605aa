import { sql, type AnyColumn, type SQL } from 'drizzle-orm'
import { AppError } from '../model/errors.ts'
import type { Page, PageRequest } from '../service/runs.ts'

/** Lists that are paged. A cursor of one of them is refused by the others. */
export type PagedList = 'runs' | 'jobs' | 'snapshots' | 'comparisons' | 'drift' | 'reports' | 'deliveries' | 'records'

const LARGEST_PAGE = 1_000
const SHOWN = 60

/** The sequence before which the page begins; null: at the newest. Throws `input-invalid` for a cursor that is none of this list. */
export function readCursor(list: PagedList, { cursor, limit }: PageRequest): number | null {
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) {
    throw new AppError('input-invalid', `${limit} is not a number of rows from 1 to ${LARGEST_PAGE}`, {
      hint: `Ask for 1 to ${LARGEST_PAGE} at a time.`,
    })
  }
  if (cursor === null) return null
  const written = /^[\w-]{1,60}$/.test(cursor) ? Buffer.from(cursor, 'base64url').toString('latin1') : ''
  const sequence = Number(/^(\w+):(\d{1,15})$/.exec(written)?.[2] ?? Number.NaN)
  // Compared as a whole: one page has one cursor, also where several texts decode to it.
  if (writeCursor(list, sequence) === cursor) return sequence
  throw new AppError('input-invalid', `the cursor ${JSON.stringify(cursor.slice(0, SHOWN))} is not one of this list`, {
    hint: 'Leave it out to begin with the newest, or send what the page before gave.',
  })
}

/** The page that `rows` are: one more than asked for says that there is a next one. */
export function toPage<Row extends { readonly sequence: number }, T>(
  list: PagedList,
  limit: number,
  rows: readonly Row[],
  convert: (rows: readonly Row[]) => readonly T[],
): Page<T> {
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { items: convert(shown), next: last ? writeCursor(list, last.sequence) : null }
}

function writeCursor(list: PagedList, sequence: number): string {
  return Buffer.from(`${list}:${sequence}`).toString('base64url')
}

/**
 * Whether a column has one of the values. The plus keeps SQLite from looking each value up and sorting all that it finds: rows are read in
 * the order of the page until it is full.
 */
export function among(column: AnyColumn, values: readonly string[]): SQL {
  return values.length === 0 ? sql`false` : sql`+${column} in ${values}`
}
