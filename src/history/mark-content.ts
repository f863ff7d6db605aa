import type { Statement } from 'better-sqlite3'
import { AppError } from '../model/errors.ts'
import type { Connection } from './connect.ts'
import { readEntry } from './entry-text.ts'
import { decodeIds } from './id-list.ts'
import { createIdSet, type IdSet } from './id-set.ts'
import { blockOf } from './lines.ts'
import type { Documents } from './documents.ts'

/** What some kept snapshot, comparison, report or message needs. */
export type LiveContent = {
  readonly documents: Pick<IdSet, 'has'>
  readonly lists: Pick<IdSet, 'has'>
  /** Rows of lines of which at least one is needed. */
  readonly lines: Pick<IdSet, 'has'>
  /** Marks what the next row that is kept needs; false where all rows have been seen. */
  readonly markNext: () => boolean
}

type SnapshotParts = {
  readonly sequence: number
  readonly header: number
  readonly entryVersions: number
  readonly events: number | null
  readonly entries: number
  readonly references: number
}
type ComparisonParts = { readonly sequence: number; readonly header: number; readonly drifts: number }
type ReportParts = { readonly sequence: number; readonly header: number; readonly items: number }
type Marks = {
  readonly documents: IdSet
  readonly lists: IdSet
  readonly lines: IdSet
  /** Marks a list of documents with its members. */
  readonly list: (id: number) => void
  /** Marks a list of references. */
  readonly references: (id: number) => void
  /** Marks a list of entries with the bodies that they name. */
  readonly entries: (id: number) => void
}

/**
 * Rows are seen in the order of their sequence, so that those which come while others are marked or removed are seen after them: everything
 * that may be removed must be asked for after `markNext` gave false within the same transaction.
 */
export function createLiveContent(db: Connection, path: string, documents: Documents): LiveContent {
  const marks = createMarks(db, path, documents)
  const versions = 'entry_versions AS entryVersions'
  const snapshot = db.prepare<[number], SnapshotParts>(
    nextOf('snapshots', `header, ${versions}, events, entries, "references"`),
  )
  const comparison = db.prepare<[number], ComparisonParts>(nextOf('comparisons', 'header, drifts'))
  const reports = ['reports', 'deliveries', 'waiting_routes'].map((table) =>
    db.prepare<[number], ReportParts>(nextOf(table, 'header, items')),
  )
  const tables = [
    walk(snapshot, (row) => markSnapshot(marks, row)),
    walk(comparison, (row) => markComparison(marks, row)),
    ...reports.map((report) => walk(report, (row) => markReport(marks, row))),
  ]
  return {
    documents: marks.documents,
    lists: marks.lists,
    lines: marks.lines,
    // All tables move on, also where the first of them had a row.
    markNext: () => tables.map((next) => next()).includes(true),
  }
}

function nextOf(table: string, columns: string): string {
  return `SELECT sequence, ${columns} FROM ${table} WHERE sequence > ? ORDER BY sequence LIMIT 1`
}

/** Marks the next row of a table; false where there is none. */
function walk<Row extends { readonly sequence: number }>(
  after: Statement<[number], Row>,
  mark: (row: Row) => void,
): () => boolean {
  let last = 0
  return () => {
    const row = after.get(last)
    if (!row) return false
    mark(row)
    last = row.sequence
    return true
  }
}

function markSnapshot(marks: Marks, row: SnapshotParts): void {
  marks.documents.add(row.header)
  marks.documents.add(row.entryVersions)
  if (row.events !== null) marks.documents.add(row.events)
  marks.entries(row.entries)
  marks.references(row.references)
}

function markComparison(marks: Marks, row: ComparisonParts): void {
  marks.documents.add(row.header)
  marks.list(row.drifts)
}

function markReport(marks: Marks, row: ReportParts): void {
  marks.documents.add(row.header)
  marks.list(row.items)
}

function createMarks(db: Connection, path: string, { lines: stored }: Documents): Marks {
  const members = db.prepare<[number], Buffer>('SELECT members FROM lists WHERE id = ?').pluck()
  const idOf = db.prepare<[Buffer], number>('SELECT id FROM documents WHERE digest = ?').pluck()
  const documents = createIdSet()
  const lists = createIdSet()
  const lines = createIdSet()
  const entries = createIdSet()
  // What cannot be followed ends the work before anything is removed by half a knowledge.
  const there = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new AppError('history-corrupt', `the history ${path} lacks ${what}`)
    return found
  }
  const membersOf = (list: number): number[] => decodeIds(there(members.get(list), `list ${list}`))
  const markBody = (digest: string | null): void => {
    if (digest === null) return
    documents.add(there(idOf.get(Buffer.from(digest.slice('sha256:'.length), 'hex')), `the content ${digest}`))
  }
  const markLines = (ids: readonly number[]): void => {
    for (const id of ids) lines.add(blockOf(id))
  }
  return {
    documents,
    lists,
    lines,
    list: (id) => {
      if (lists.add(id)) for (const member of membersOf(id)) documents.add(member)
    },
    references: (id) => {
      if (lists.add(id)) markLines(membersOf(id))
    },
    entries: (id) => {
      if (!lists.add(id)) return
      const ids = membersOf(id)
      markLines(ids)
      for (const text of stored.read(ids.filter(entries.add))) {
        const { digest, statusDigest } = readEntry(text, null)
        markBody(digest)
        markBody(statusDigest)
      }
    },
  }
}
