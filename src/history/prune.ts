import type { Connection } from './connect.ts'
import { createDocuments } from './documents.ts'
import { forgetAnswers } from './idempotency.ts'
import { createLiveContent, type LiveContent } from './mark-content.ts'
import { removeDefinitions, removeDrift, removeDriftEvents } from './prune-ledger.ts'
import {
  removeDeliveries,
  removeReports,
  removeScheduleRecords,
  removeSentRoutes,
  removeVersions,
} from './prune-reports.ts'
import {
  removeComparisons,
  removeJobs,
  removeRuns,
  removeSnapshots,
  type Limits,
  type RemoveSome,
} from './prune-rows.ts'
import { queriesOn } from './queries.ts'
import { guarded } from './sqlite-errors.ts'

/** What is not kept: see {@link Limits}. `now` is RFC 3339. */
export type Retention = Limits & { readonly now: string }

/** How many rows were removed, pages given back to the file system, and pages that are free within the file. */
export type PruneReport = {
  readonly runs: number
  readonly jobs: number
  readonly comparisons: number
  readonly snapshots: number
  /** Entries of the ledger. */
  readonly drift: number
  readonly reports: number
  readonly deliveries: number
  readonly scheduleRecords: number
  readonly versions: number
  readonly idempotencyKeys: number
  readonly lists: number
  readonly documents: number
  /** Rows of them. */
  readonly lines: number
  readonly pagesReturned: number
  readonly pagesFree: number
}

/** Ids that are looked at in one transaction. */
const SWEPT = 1_000
/** Pages that are given back in one transaction: 2 MiB. */
const RETURNED = 256

type Place = { readonly db: Connection; readonly path: string }

/**
 * Removes what is older than the retention says, and all content that nothing refers to any more. Each `next()` is one short transaction:
 * whoever calls it may store in between, and may stop at any time; the next run goes on with what is left. Only the owner of the
 * database may run it, one at a time. Throws `history-unavailable` or `history-corrupt`; then the present step removed nothing.
 */
export function* pruneHistory(db: Connection, path: string, retention: Retention): Generator<void, PruneReport> {
  const place = { db, path }
  // In this order: what is removed first is what keeps the next.
  const scheduleRecords = yield* removeAll(place, removeScheduleRecords, retention)
  const runs = yield* removeAll(place, removeRuns, retention)
  const jobs = yield* removeAll(place, removeJobs, retention)
  const comparisons = yield* removeAll(place, removeComparisons, retention)
  const snapshots = yield* removeAll(place, removeSnapshots, retention)
  const drift = yield* removeAll(place, removeDrift, retention)
  yield* removeAll(place, removeDriftEvents, retention)
  yield* removeAll(place, removeDefinitions, retention)
  const deliveries = yield* removeAll(place, removeDeliveries, retention)
  const reports = yield* removeAll(place, removeReports, retention)
  yield* removeAll(place, removeSentRoutes, retention)
  const versions = yield* removeAll(place, removeVersions, retention)
  const idempotencyKeys = within(place, () => forgetAnswers(queriesOn(db), retention.now))
  yield
  const isContentFree = comparisons + snapshots + reports + deliveries > 0
  const content = isContentFree ? yield* sweepContent(place) : { lists: 0, documents: 0, lines: 0 }
  const pagesReturned = yield* returnPages(place)
  return {
    runs,
    jobs,
    comparisons,
    snapshots,
    drift,
    reports,
    deliveries,
    scheduleRecords,
    versions,
    idempotencyKeys,
    ...content,
    pagesReturned,
    pagesFree: freePages(place),
  }
}

function* removeAll(place: Place, removeSome: RemoveSome, limits: Limits): Generator<void, number> {
  const queries = queriesOn(place.db)
  let removed = 0
  for (;;) {
    const some = within(place, () => removeSome(queries, limits))
    if (some === 0) return removed
    removed += some
    yield
  }
}

type Content = 'lists' | 'documents' | 'lines'

/** Lists go before what is in them: a list that is still there can be found again by a new snapshot, and must then have all its members. */
function* sweepContent(place: Place): Generator<void, Pick<PruneReport, Content>> {
  const { db, path } = place
  const live = createLiveContent(db, path, createDocuments(db, path))
  while (guarded(place.path, live.markNext)) yield
  const lists = yield* sweep(place, live, 'lists')
  const documents = yield* sweep(place, live, 'documents')
  const lines = yield* sweep(place, live, 'lines')
  return { lists, documents, lines }
}

function* sweep({ db, path }: Place, live: LiveContent, table: Content): Generator<void, number> {
  const idsFrom = db
    .prepare<[number], number>(`SELECT id FROM ${table} WHERE id > ? ORDER BY id LIMIT ${SWEPT}`)
    .pluck()
  const remove = db.prepare<[number]>(`DELETE FROM ${table} WHERE id = ?`)
  let removed = 0
  for (let last: number | undefined = 0; last !== undefined;) {
    const after = last
    last = withoutReferences({ db, path }, () => {
      // What was stored since the last step may need content that nothing needed before.
      while (live.markNext());
      const ids = idsFrom.all(after)
      for (const id of ids) if (!live[table].has(id)) removed += remove.run(id).changes
      return ids.at(-1)
    })
    yield
  }
  return removed
}

function* returnPages(place: Place): Generator<void, number> {
  const first = freePages(place)
  for (let free = first; free > 0;) {
    guarded(place.path, () => place.db.pragma(`incremental_vacuum(${RETURNED})`))
    const left = freePages(place)
    if (left === free) break
    free = left
    yield
  }
  return first - freePages(place)
}

function freePages({ db, path }: Place): number {
  return guarded(path, () => Number(db.pragma('freelist_count', { simple: true })))
}

function within<T>({ db, path }: Place, work: () => T): T {
  return guarded(path, () => db.transaction(work).immediate())
}

/**
 * A transaction in which references are not checked: SQLite would read all snapshots for each row that is removed. That nothing refers to
 * what is removed is what the marks say.
 */
function withoutReferences<T>(place: Place, work: () => T): T {
  place.db.pragma('foreign_keys = OFF')
  try {
    return within(place, work)
  } finally {
    place.db.pragma('foreign_keys = ON')
  }
}
