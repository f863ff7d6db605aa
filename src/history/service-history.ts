import type { History } from '../service/ports.ts'
import type { RunStore } from '../service/runs.ts'
import type { Connection } from './connect.ts'
import { historyOn, openDatabase, type HistoryOptions } from './open.ts'
import { createRunStore } from './runs.ts'

/** What the process that owns the database does with it; from one thread. */
export type ServiceHistory = History & RunStore

/** Opens the database of the service, making or upgrading its tables. Throws as `openHistory` does. */
export function openServiceHistory(options: HistoryOptions): ServiceHistory {
  return serviceHistoryOn(openDatabase(options), options)
}

export function serviceHistoryOn(db: Connection, { path, engine }: Omit<HistoryOptions, 'migrations'>): ServiceHistory {
  const kept = historyOn(db, { path, engine })
  return { ...kept, ...createRunStore(db, { path, engine, kept }) }
}
