import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3'
import type { Connection } from './connect.ts'

export type Queries = BetterSQLite3Database

/** drizzle over a connection. Queries are prepared once; building one anew costs more than running it. */
export function queriesOn(db: Connection): Queries {
  return drizzle(db)
}
