import type { KindCoverage } from '../model/coverage.ts'
import type { ErrorDocument } from '../model/errors.ts'
import type { Digest, EventCount, ObjectBody, Snapshot, SnapshotHeader } from '../model/snapshot.ts'
import type { KnownObjects, SnapshotSummary } from '../service/ports.ts'
import type { Documents } from './documents.ts'
import { readEntries, readReferenceRuns } from './entry-text.ts'
import type { PreviousSnapshot } from './previous-snapshot.ts'
import type { SnapshotRow } from './schema.ts'
import { parseJsonText } from '../model/json-text.ts'

/** What a header has besides the columns of its row; resource versions of `coverage` are in the row. */
export type StoredHeader = Pick<
  SnapshotHeader,
  'mask' | 'secretSet' | 'schemaSet' | 'install' | 'served' | 'coverage' | 'namespaces'
>

/** The snapshot of a row. Bodies are read and checked when they are asked for. Throws `history-corrupt`. */
export function loadSnapshot(row: SnapshotRow, documents: Documents): Snapshot {
  const header = readHeader(row, documents)
  const versions = readEntryVersions(row, documents)
  return {
    id: row.id,
    cluster: row.cluster,
    uid: row.uid,
    takenAt: row.takenAt,
    engine: row.engine,
    ...header,
    coverage: withScopeVersions(header.coverage, JSON.parse(row.scopeVersions)),
    error: errorOf(row),
    entries: readEntries(documents.lines.getList(row.entries).texts, versions),
    references: readReferenceRuns(documents.lines.getList(row.references).texts).flat(),
    events: row.events === null ? null : (parseJsonText(documents.get(row.events)) as unknown as EventCount[]),
    body: bodyReader(documents),
  }
}

/** What a snapshot leaves for the next one. */
export function knownObjects({ row, byUid, references }: PreviousSnapshot, documents: Documents): KnownObjects {
  const { mask, secretSet, schemaSet } = readHeader(row, documents)
  let read: KnownObjects['references'] | null = null
  return {
    engine: row.engine,
    mask,
    secretSet,
    schemaSet,
    byUid,
    // Read when the first objects have come, and the server is at work on further ones.
    get references() {
      return (read ??= references())
    },
    body: bodyReader(documents),
  }
}

export function summaryOf(row: SnapshotRow): SnapshotSummary {
  const { id, cluster, uid, takenAt, engine, objects, changed } = row
  return { id, cluster, uid, takenAt, engine, error: errorOf(row), objects, changed }
}

export function readHeader(row: SnapshotRow, documents: Documents): StoredHeader {
  return parseJsonText(documents.get(row.header)) as unknown as StoredHeader
}

/** Resource versions of the entries, in the order of the entries. */
export function readEntryVersions(row: SnapshotRow, documents: Documents): readonly (string | null)[] {
  return JSON.parse(documents.get(row.entryVersions)) as (string | null)[]
}

/** Takes the resource versions out of a coverage, in the order of its scopes. */
export function splitScopeVersions(coverage: readonly KindCoverage[]): {
  coverage: readonly KindCoverage[]
  versions: readonly (string | null)[]
} {
  return {
    coverage: coverage.map((row) => ({
      ...row,
      scopes: row.scopes.map((scope) => ({ ...scope, resourceVersion: null })),
    })),
    versions: coverage.flatMap((row) => row.scopes.map((scope) => scope.resourceVersion)),
  }
}

/** Reverses {@link splitScopeVersions}. */
export function withScopeVersions(
  coverage: readonly KindCoverage[],
  versions: readonly (string | null)[],
): readonly KindCoverage[] {
  const rest = versions.values()
  const next = (): string | null => rest.next().value ?? null
  return coverage.map((row) => ({
    ...row,
    scopes: row.scopes.map((scope) => ({ ...scope, resourceVersion: next() })),
  }))
}

export function errorOf(row: SnapshotRow): ErrorDocument | null {
  return row.error === null ? null : (JSON.parse(row.error) as ErrorDocument)
}

function bodyReader(documents: Documents): (digest: Digest) => ObjectBody {
  return (digest) => parseJsonText(documents.find(digest)) as ObjectBody
}
