import { canonicalJson } from '../model/json.ts'
import { referenceRuns } from '../model/reference-runs.ts'
import { refKey } from '../model/resource-ref.ts'
import type { Digest, Snapshot, SnapshotEntry } from '../model/snapshot.ts'
import type { Connection } from './connect.ts'
import type { Documents } from './documents.ts'
import { namespacesText } from './find-snapshot.ts'
import { writeEntry, writeReferenceRun } from './entry-text.ts'
import { readHeader, splitScopeVersions, type StoredHeader } from './load-snapshot.ts'
import { prepareKeepVersions } from './keep-versions.ts'
import type { PreviousSnapshot, StoredText } from './previous-snapshot.ts'
import { absenceTest } from './proven-absence.ts'
import type { SnapshotRow } from './schema.ts'

type NewRow = Omit<SnapshotRow, 'sequence'>

/**
 * Stores a snapshot beside the one before it: what they share is found there and costs nothing, and no body that is stored is
 * asked for again. Must run in a transaction, which makes it whole or not at all.
 */
export function prepareSaveSnapshot(
  db: Connection,
  documents: Documents,
): (snapshot: Snapshot, previous: PreviousSnapshot | null) => void {
  const insert = db.prepare<NewRow>(
    `INSERT INTO snapshots (id, cluster, uid, taken_at, taken_ms, engine, error, namespaces, objects, changed, header, scope_versions,
       entries, entry_versions, "references", events)
     VALUES (@id, @cluster, @uid, @takenAt, @takenMs, @engine, @error, @namespaces, @objects, @changed, @header, @scopeVersions,
       @entries, @entryVersions, @references, @events)`,
  )
  const keepVersions = prepareKeepVersions(db, documents)
  return (snapshot, previous) => {
    const matched = matchEntries(snapshot, previous)
    storeBodies(snapshot, matched, documents)
    const { coverage, versions } = splitScopeVersions(snapshot.coverage)
    const { mask, secretSet, schemaSet, install, served, namespaces } = snapshot
    const header: StoredHeader = { mask, secretSet, schemaSet, install, served, coverage, namespaces }
    insert.run({
      id: snapshot.id,
      cluster: snapshot.cluster,
      uid: snapshot.uid,
      takenAt: snapshot.takenAt,
      takenMs: Date.parse(snapshot.takenAt),
      engine: snapshot.engine,
      error: snapshot.error === null ? null : JSON.stringify(snapshot.error),
      namespaces: namespacesText(snapshot.namespaces),
      objects: snapshot.entries.length,
      changed: previous && snapshot.error === null ? countChanged(snapshot, matched, { previous, documents }) : 0,
      header: documents.put(JSON.stringify(header)),
      scopeVersions: JSON.stringify(versions),
      entries: documents.lines.putList(matched.texts, (index) => matched.ids[index]),
      entryVersions: documents.put(JSON.stringify(snapshot.entries.map((entry) => entry.resourceVersion))),
      references: storeReferences(snapshot, previous, documents),
      events: snapshot.events === null ? null : documents.put(JSON.stringify(snapshot.events)),
    })
    const changed = snapshot.entries.filter((_, index) => matched.ids[index] === undefined)
    keepVersions(snapshot, { previous, changed, gone: matched.gone })
  }
}

/** The entries of a snapshot beside those of the one before it. */
type Matched = {
  readonly texts: readonly string[]
  /** Of the stored text of each entry; undefined: it is none of the previous snapshot. */
  readonly ids: readonly (number | undefined)[]
  /** Entries of the previous snapshot that are not in this one, or not the same. */
  readonly gone: readonly SnapshotEntry[]
}

/** Entries that are the very objects of the previous snapshot are found at once, the others by their text. */
function matchEntries({ entries }: Snapshot, previous: PreviousSnapshot | null): Matched {
  const kept = new Set<StoredText>()
  const found = entries.map((entry) => {
    const stored = previous?.textOf(entry)
    if (stored) kept.add(stored)
    return stored
  })
  const left = previous?.entries.filter(({ stored }) => !kept.has(stored)) ?? []
  const byText = new Map(left.map((one) => [one.stored.text, one]))
  const texts: string[] = []
  const ids = entries.map((entry, index) => {
    const text = found[index]?.text ?? writeEntry(entry)
    texts.push(text)
    const same = found[index] ?? byText.get(text)?.stored
    if (same) kept.add(same)
    return same?.id
  })
  return { texts, ids, gone: left.filter(({ stored }) => !kept.has(stored)).map(({ entry }) => entry) }
}

/** The bodies of an entry of a kept snapshot are stored too: both came in one transaction, and what one needs is never removed. */
function storeBodies(snapshot: Snapshot, { ids }: Matched, documents: Documents): void {
  const store = (digest: Digest | null): void => {
    if (digest === null) return
    const text = snapshot.text?.(digest)
    // Storing a text that is there anew costs no more than looking for it.
    if (text !== undefined) documents.add(digest, text)
    else if (!documents.has(digest)) documents.add(digest, canonicalJson(snapshot.body(digest)))
  }
  for (const [index, { digest, statusDigest }] of snapshot.entries.entries()) {
    if (ids[index] !== undefined) continue
    store(digest)
    store(statusDigest)
  }
}

/** References of an object that are those of the previous snapshot, by the objects themselves, are found at once. */
function storeReferences({ references }: Snapshot, previous: PreviousSnapshot | null, documents: Documents): number {
  const runs = referenceRuns(references)
  const known = runs.map((run) => previous?.storedRun(run))
  const texts = runs.map((run, index) => known[index]?.text ?? writeReferenceRun(run))
  return documents.lines.putList(texts, (index) => known[index]?.id ?? previous?.idOfRun(texts[index]!))
}

type Before = { readonly previous: PreviousSnapshot; readonly documents: Documents }

/**
 * How many objects came, went, or have another desired state. One that is not there any more went only where the coverage
 * proves it, and digests made with different masks say nothing: the resource version decides then.
 */
function countChanged(snapshot: Snapshot, { ids, gone }: Matched, { previous, documents }: Before): number {
  const { mask, secretSet } = readHeader(previous.row, documents)
  const isComparable =
    previous.row.engine === snapshot.engine && mask === snapshot.mask && secretSet === snapshot.secretSet
  const stateOf = ({ digest, uid, resourceVersion }: SnapshotEntry): string =>
    isComparable ? digest : `${uid} ${resourceVersion}`
  const before = new Map(gone.map((entry) => [refKey(entry.ref), stateOf(entry)]))
  let changed = 0
  for (const [index, entry] of snapshot.entries.entries()) {
    if (ids[index] !== undefined) continue
    const key = refKey(entry.ref)
    if (before.get(key) !== stateOf(entry)) changed += 1
    before.delete(key)
  }
  const isAbsent = absenceTest(snapshot.coverage)
  return changed + gone.filter(({ ref }) => before.has(refKey(ref)) && isAbsent(ref)).length
}
