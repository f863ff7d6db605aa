import { own, type Json } from '../model/json.ts'
import { refKey, type ResourceRef } from '../model/resource-ref.ts'
import type { Snapshot, SnapshotEntry } from '../model/snapshot.ts'
import { APPLICATION_KINDS, isApplication, isThere } from '../service/promotion/applied-version.ts'
import { versionChanges } from '../service/promotion/version-changes.ts'
import type { VersionStep } from '../service/promotion/version-store.ts'
import type { Connection } from './connect.ts'
import type { Documents } from './documents.ts'
import { parseAll } from './entry-text.ts'
import { prepareFirstVersions, type FirstVersions } from './first-versions.ts'
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
  const { lastTaken, ...statements } = prepareStatements(db)
  const kept = prepareKeptSteps(statements, prepareFirstVersions(db))
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
    const known = kept.lookUp(cluster, !isGapless || others.length > MANY)
    const statuses = statusesOf(snapshot, others, documents)
    const steps = versionChanges(snapshot, {
      changed: others.map(({ ref }, index) => ({ ref, status: statuses[index] })),
      gone: isGapless
        ? vanished(snapshot, applications, [...before.values()])
        : vanished(snapshot, snapshot.entries, known.all ?? []),
      last: known.of,
      before: lastSeen(previous, before, documents),
    })
    if (known.all?.length === 0 && previous === null && steps.length > MANY) kept.begin(cluster, steps)
    else kept.add(cluster, steps, known)
  }
}

/** From so many on, reading the newest steps of a whole cluster costs less than asking for each, and a row for each first step too much. */
const MANY = 100

type Known = {
  /** The newest step of each object; null: not read. */
  readonly all: readonly VersionStep[] | null
  readonly of: (ref: ResourceRef) => VersionStep | null
  /** Objects of which `of` gave a first step that is no row. */
  readonly first: ReadonlyMap<string, VersionStep>
}

type KeptSteps = {
  readonly lookUp: (cluster: string, isBulk: boolean) => Known
  /** Stores the first steps of a cluster. */
  readonly begin: (cluster: string, steps: readonly VersionStep[]) => void
  /** Stores further steps; of an object that has no row yet, with its first step. */
  readonly add: (cluster: string, steps: readonly VersionStep[], known: Known) => void
}

function prepareKeptSteps(
  { newest, newestOfAll, insert }: Omit<ReturnType<typeof prepareStatements>, 'lastTaken'>,
  firsts: FirstVersions,
): KeptSteps {
  const allOf = (cluster: string) => {
    const rows = new Map(newestOfAll.all(cluster).map((row) => [refKey(row), stepOf(cluster, row, row)]))
    const first = new Map(
      firsts.all(cluster).flatMap((step): [string, VersionStep][] => {
        const key = refKey(step.ref)
        return rows.has(key) ? [] : [[key, step]]
      }),
    )
    return { rows, first }
  }
  return {
    lookUp: (cluster, isBulk) => {
      if (isBulk) {
        const { rows, first } = allOf(cluster)
        const of = (ref: ResourceRef): VersionStep | null => rows.get(refKey(ref)) ?? first.get(refKey(ref)) ?? null
        return { all: [...rows.values(), ...first.values()], of, first }
      }
      const first = new Map<string, VersionStep>()
      const of = (ref: ResourceRef): VersionStep | null => {
        const row = newest.get(...whereOf(cluster, ref))
        if (row) return stepOf(cluster, ref, row)
        const found = firsts.find(cluster, ref)
        if (found) first.set(refKey(ref), found)
        return found ?? null
      }
      return { all: null, of, first }
    },
    begin: (cluster, steps) => firsts.store(cluster, steps[0]!.since, steps),
    add: (cluster, steps, { first }) => {
      const gone: ResourceRef[] = []
      for (const step of steps) {
        const { ref } = step
        const earlier = first.get(refKey(ref))
        for (const { version, revision, attempted, since, after } of earlier ? [earlier, step] : [step]) {
          insert.run(...whereOf(cluster, ref), { version, revision, attempted, since, after })
        }
        if (earlier && !isThere(step)) gone.push(ref)
      }
      firsts.forget(cluster, gone)
    },
  }
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

function stepOf(cluster: string, { group, kind, namespace, name }: ResourceRef, row: Row): VersionStep {
  const { version, revision, attempted, since, after } = row
  return { cluster, ref: { group, kind, namespace, name }, version, revision, attempted, since, after }
}

/** The reduced status of each object; its body is stored by now, where it is not at hand. */
function statusesOf(
  { text }: Snapshot,
  entries: readonly SnapshotEntry[],
  documents: Documents,
): readonly (Json | undefined)[] {
  const texts = entries.map(({ statusDigest: digest }) =>
    digest === null ? 'null' : (text?.(digest) ?? documents.find(digest)),
  )
  return (parseAll(texts) as readonly Json[]).map((body) => own(body, 'status'))
}

type Placed = { readonly ref: ResourceRef }

/** What of the `known` is proven not to be there any more; `entries`: all that are there and may be among them. */
function vanished(
  { coverage }: Snapshot,
  entries: readonly Placed[],
  known: readonly Placed[],
): readonly ResourceRef[] {
  if (known.length === 0) return []
  const isAbsent = absenceTest(coverage)
  const there = new Set(entries.flatMap(({ ref }) => (isApplication(ref) ? [refKey(ref)] : [])))
  return known.flatMap(({ ref }) => (!there.has(refKey(ref)) && isAbsent(ref) ? [ref] : []))
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
