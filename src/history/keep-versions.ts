import { own, type Json } from '../model/json.ts'
import { parseJsonText } from '../model/json-text.ts'
import { refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { Digest, Snapshot, SnapshotEntry } from '../model/snapshot.ts'
import { APPLICATION_KINDS, isApplication } from '../service/promotion/applied-version.ts'
import { versionChanges } from '../service/promotion/version-changes.ts'
import type { VersionStep } from '../service/promotion/version-store.ts'
import type { Connection } from './connect.ts'
import type { Documents } from './documents.ts'
import { readHeader } from './load-snapshot.ts'
import type { PreviousSnapshot } from './previous-snapshot.ts'
import { absenceTest } from './proven-absence.ts'

/** What of a snapshot is not as it was in the one before it. */
export type Changes = {
  readonly previous: PreviousSnapshot | null
  /** Entries that the one before does not have like this. */
  readonly changed: readonly SnapshotEntry[]
  /** Entries of the one before that are not in this one, or not the same. */
  readonly gone: readonly SnapshotEntry[]
}

type Where = [cluster: string, group: string, kind: string, namespace: string, name: string]
type Row = Pick<VersionStep, 'version' | 'revision' | 'attempted' | 'since' | 'after'>

/**
 * Stores the steps that a snapshot adds to the versions of its applications; what did not change since the snapshot before costs nothing.
 * Must run in the transaction that stores the snapshot, after its row and bodies.
 */
export function prepareKeepVersions(
  db: Connection,
  documents: Documents,
): (snapshot: Snapshot, changes: Changes) => void {
  const { newest, newestOfAll, lastTaken, insert } = prepareStatements(db)
  const lookUp = (cluster: string, isBulk: boolean): Known => {
    if (!isBulk) return { all: null, of: (ref) => newest.get(...whereOf(cluster, ref)) }
    const rows = new Map(newestOfAll.all(cluster).map((row) => [refKey(row), row]))
    return { all: [...rows.values()], of: (ref) => rows.get(refKey(ref)) }
  }
  return (snapshot, { previous, changed, gone }) => {
    if (snapshot.error !== null) return
    const { cluster } = snapshot
    const before = new Map(gone.flatMap((entry) => (isApplication(entry.ref) ? [[refKey(entry.ref), entry]] : [])))
    const applications = changed.filter(({ ref }) => isApplication(ref))
    const others = applications.filter(
      ({ ref, statusDigest }) => before.get(refKey(ref))?.statusDigest !== statusDigest,
    )
    // Where the one before did not see all, what vanished since then was not in it.
    const isGapless = previous !== null && lastTaken.get(cluster) === previous.row.id && sawAll(previous, documents)
    const known = lookUp(cluster, !isGapless || others.length > MANY)
    const steps = versionChanges(snapshot, {
      changed: others.map(({ ref, statusDigest }) => ({ ref, status: statusIn(snapshot, statusDigest, documents) })),
      gone: vanished(snapshot, isGapless ? [...before.values()].map(({ ref }) => ref) : (known.all ?? [])),
      last: (ref) => stepOf(cluster, ref, known.of(ref)),
      before: lastSeen(previous, before, documents),
    })
    for (const { ref, version, revision, attempted, since, after } of steps) {
      insert.run(...whereOf(cluster, ref), { version, revision, attempted, since, after })
    }
  }
}

/** From so many on, reading the newest steps of a whole cluster costs less than asking for each. */
const MANY = 100

type Known = {
  /** Null: not read. */
  readonly all: readonly ResourceRef[] | null
  readonly of: (ref: ResourceRef) => Row | undefined
}

function prepareStatements(db: Connection) {
  return {
    newest: db.prepare<Where, Row>(
      `SELECT version, revision, attempted, since, "after" FROM applied_versions
       WHERE cluster = ? AND "group" = ? AND kind = ? AND namespace = ? AND name = ? ORDER BY sequence DESC LIMIT 1`,
    ),
    /** SQLite gives the other columns of the row that has the maximum. */
    newestOfAll: db.prepare<[string], Row & ResourceRef>(
      `SELECT "group", kind, namespace, name, version, revision, attempted, since, "after", max(sequence) FROM applied_versions
       WHERE cluster = ? GROUP BY "group", kind, namespace, name`,
    ),
    /** Of a cluster, the snapshot before the one that was stored just now. */
    lastTaken: db
      .prepare<[string], string>('SELECT id FROM snapshots WHERE cluster = ? ORDER BY sequence DESC LIMIT 1 OFFSET 1')
      .pluck(),
    insert: db.prepare<[...Where, Row]>(
      `INSERT INTO applied_versions (cluster, "group", kind, namespace, name, version, revision, attempted, since, "after")
       VALUES (?, ?, ?, ?, ?, @version, @revision, @attempted, @since, @after)`,
    ),
  }
}

/** Whether a snapshot has all applications of its scope. */
function sawAll({ row }: PreviousSnapshot, documents: Documents): boolean {
  const { coverage } = readHeader(row, documents)
  const rows = coverage.filter(({ group, kind }) => isApplication({ group, kind }))
  return (
    rows.length === APPLICATION_KINDS && rows.every(({ status }) => status === 'complete' || status === 'not-installed')
  )
}

function whereOf(cluster: string, { group, kind, namespace, name }: ResourceRef): Where {
  return [cluster, group, kind, namespace, name]
}

function stepOf(cluster: string, ref: ResourceRef, row: Row | undefined): VersionStep | null {
  if (row === undefined) return null
  const { version, revision, attempted, since, after } = row
  return { cluster, ref, version, revision, attempted, since, after }
}

/** The reduced status of an object; its body is stored by now, where it is not at hand. */
function statusIn({ text }: Snapshot, digest: Digest | null, documents: Documents): Json | undefined {
  return digest === null ? undefined : own(parseJsonText(text?.(digest) ?? documents.find(digest)), 'status')
}

/** What is proven not to be there any more. */
function vanished({ entries, coverage }: Snapshot, known: readonly ResourceRef[]): readonly ResourceRef[] {
  if (known.length === 0) return []
  const isAbsent = absenceTest(coverage)
  const there = new Set(entries.flatMap(({ ref }) => (isApplication(ref) ? [refKey(ref)] : [])))
  return known.flatMap(({ group, kind, namespace, name }) => {
    const ref = { group, kind, namespace, name }
    return !there.has(refKey(ref)) && isAbsent(ref) ? [ref] : []
  })
}

type Before = ReadonlyMap<string, SnapshotEntry>

/** When the snapshot before was taken, where it says something of the object. */
function lastSeen(
  previous: PreviousSnapshot | null,
  before: Before,
  documents: Documents,
): (ref: ResourceRef) => string | null {
  if (previous === null) return () => null
  let isAbsent: ((ref: ResourceRef) => boolean) | undefined
  return (ref) => {
    isAbsent ??= absenceTest(readHeader(previous.row, documents).coverage)
    return before.has(refKey(ref)) || isAbsent(ref) ? previous.row.takenAt : null
  }
}
