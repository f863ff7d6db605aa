import { coverageIn, type KindCoverage } from '../model/coverage.ts'
import { canonicalJson } from '../model/json.ts'
import { refKey } from '../model/resource-ref.ts'
import type { Digest, Snapshot } from '../model/snapshot.ts'
import type { Connection } from './connect.ts'
import type { Documents, ListMembers } from './documents.ts'
import { namespacesText } from './find-snapshot.ts'
import { readEntry, writeEntry, writeReferences } from './entry-text.ts'
import { readEntryVersions, readHeader, splitScopeVersions, type StoredHeader } from './load-snapshot.ts'
import type { SnapshotRow } from './schema.ts'

type Previous = {
  readonly row: SnapshotRow
  readonly entries: ListMembers
  readonly known: ReadonlyMap<string, number>
}
type NewRow = Omit<SnapshotRow, 'sequence'>

/**
 * Stores a snapshot beside the one before it (`previousRow`): what they share is found there and costs nothing, and no body
 * that is stored is asked for again. Must run in a transaction, which makes it whole or not at all.
 */
export function prepareSaveSnapshot(
  db: Connection,
  documents: Documents,
): (snapshot: Snapshot, previousRow: SnapshotRow | undefined) => void {
  const insert = db.prepare<NewRow>(
    `INSERT INTO snapshots (id, cluster, uid, taken_at, taken_ms, engine, error, namespaces, objects, changed, header, scope_versions,
       entries, entry_versions, "references", events)
     VALUES (@id, @cluster, @uid, @takenAt, @takenMs, @engine, @error, @namespaces, @objects, @changed, @header, @scopeVersions,
       @entries, @entryVersions, @references, @events)`,
  )
  return (snapshot, previousRow) => {
    const previous = previousRow ? readPrevious(previousRow, documents) : null
    const known = previous?.known ?? new Map<string, number>()
    const texts = snapshot.entries.map(writeEntry)
    storeBodies(snapshot, texts, { documents, known })
    const { coverage, versions } = splitScopeVersions(snapshot.coverage)
    const { mask, secretSet, install, served, namespaces } = snapshot
    const header: StoredHeader = { mask, secretSet, install, served, coverage, namespaces }
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
      changed: previous && snapshot.error === null ? countChanged(snapshot, texts, { previous, documents }) : 0,
      header: documents.put(JSON.stringify(header)),
      scopeVersions: JSON.stringify(versions),
      entries: documents.putList(texts, known),
      entryVersions: documents.put(JSON.stringify(snapshot.entries.map((entry) => entry.resourceVersion))),
      references: documents.putList(writeReferences(snapshot.references), new Map()),
      events: snapshot.events === null ? null : documents.put(JSON.stringify(snapshot.events)),
    })
  }
}

function readPrevious(row: SnapshotRow, documents: Documents): Previous {
  const entries = documents.getList(row.entries)
  return { row, entries, known: new Map(entries.texts.map((text, index) => [text, entries.ids[index]!])) }
}

type Stored = { readonly documents: Documents; readonly known: ReadonlyMap<string, number> }

/** The bodies of an entry of a kept snapshot are stored too: both came in one transaction, and what one needs is never removed. */
function storeBodies(snapshot: Snapshot, texts: readonly string[], { documents, known }: Stored): void {
  const store = (digest: Digest | null): void => {
    if (digest === null || documents.has(digest)) return
    documents.add(digest, snapshot.text?.(digest) ?? canonicalJson(snapshot.body(digest)))
  }
  for (const [index, { digest, statusDigest }] of snapshot.entries.entries()) {
    if (known.has(texts[index]!)) continue
    store(digest)
    store(statusDigest)
  }
}

type Before = { readonly previous: Previous; readonly documents: Documents }

/**
 * How many objects came, went, or have another desired state. One that is not there any more went only where the coverage
 * proves it, and digests made with different masks say nothing: the resource version decides then.
 */
function countChanged(snapshot: Snapshot, texts: readonly string[], { previous, documents }: Before): number {
  const current = new Set(texts)
  const before = new Map<string, string>()
  const gone = previous.entries.texts.filter((text) => !current.has(text)).map(readEntry)
  const header = readHeader(previous.row, documents)
  const isComparable =
    previous.row.engine === snapshot.engine && header.mask === snapshot.mask && header.secretSet === snapshot.secretSet
  const stateOf = isComparable ? (entry: { digest: Digest }) => entry.digest : versionState(previous, documents)
  for (const entry of gone) before.set(refKey(entry.ref), stateOf(entry))
  let changed = 0
  for (const [index, entry] of snapshot.entries.entries()) {
    if (previous.known.has(texts[index]!)) continue
    const key = refKey(entry.ref)
    if (before.get(key) !== (isComparable ? entry.digest : `${entry.uid} ${entry.resourceVersion}`)) changed += 1
    before.delete(key)
  }
  const rows = new Map(snapshot.coverage.map((row) => [`${row.group}/${row.kind}`, row]))
  return changed + gone.filter(({ ref }) => before.has(refKey(ref)) && provesAbsence(rows, ref)).length
}

function versionState(
  previous: Previous,
  documents: Documents,
): (entry: { digest: Digest; uid: string | null }) => string {
  const versions = readEntryVersions(previous.row, documents)
  const byUid = new Map(previous.entries.texts.map((text, index) => [readEntry(text).uid, versions[index] ?? null]))
  return (entry) => `${entry.uid} ${byUid.get(entry.uid) ?? null}`
}

function provesAbsence(
  rows: ReadonlyMap<string, KindCoverage>,
  ref: { readonly group: string; readonly kind: string; readonly namespace: string },
): boolean {
  const row = rows.get(`${ref.group}/${ref.kind}`)
  const status = row ? coverageIn(row, ref.namespace) : 'not-asked'
  return status === 'complete' || status === 'not-installed'
}
