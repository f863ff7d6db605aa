import type { Reference, SnapshotEntry } from '../model/snapshot.ts'
import type { Json } from '../model/json.ts'
import { parseJsonText } from '../model/json-text.ts'
import { referenceRuns } from '../model/reference-runs.ts'

type Fields = [
  group: string,
  kind: string,
  namespace: string,
  name: string,
  version: string,
  uid: string | null,
  digest: string,
  statusDigest: string | null,
  limit: SnapshotEntry['limit'],
  labels: Readonly<Record<string, string>>,
  noted?: true | null,
  suspended?: string,
]

/** The text by which an entry is stored: equal for entries that differ in their resource version alone, which controllers raise without changing anything. */
export function writeEntry(entry: SnapshotEntry): string {
  const { ref, version, uid, digest, statusDigest, limit, labels, noted, suspended } = entry
  const { group, kind, namespace, name } = ref
  const fields: Fields = [group, kind, namespace, name, version, uid, digest, statusDigest, limit, labels]
  if (suspended !== undefined) fields.push(noted ?? null, suspended)
  else if (noted) fields.push(true)
  return JSON.stringify(fields)
}

/** Reverses {@link writeEntry}. */
export function readEntry(text: string, resourceVersion: string | null): SnapshotEntry {
  return entryOf(parseJsonText(text) as unknown as Fields, resourceVersion)
}

/** As {@link readEntry}, for many: parsing them as one text takes half the time. */
export function readEntries(texts: readonly string[], versions: readonly (string | null)[]): SnapshotEntry[] {
  const all = parseAll(texts) as unknown as readonly Fields[]
  return all.map((fields, index) => entryOf(fields, versions[index] ?? null))
}

function entryOf(fields: Fields, resourceVersion: string | null): SnapshotEntry {
  const [group, kind, namespace, name, version, uid, digest, statusDigest, limit, labels, noted, suspended] = fields
  const ref = { group, kind, namespace, name }
  const entry = { ref, version, uid, resourceVersion, digest, statusDigest, labels, limit }
  return { ...entry, ...(noted ? { noted } : {}), ...(suspended === undefined ? {} : { suspended }) }
}

/** References by runs of the object that they stand in: a changed object costs its own references only. */
export function writeReferences(references: readonly Reference[]): string[] {
  return referenceRuns(references).map((run) => JSON.stringify(run))
}

/** Reverses {@link writeReferences}. */
export function readReferences(texts: readonly string[]): Reference[] {
  return readReferenceRuns(texts).flat()
}

/** The references of each text: those of one object. */
export function readReferenceRuns(texts: readonly string[]): readonly (readonly Reference[])[] {
  return parseAll(texts) as unknown as readonly Reference[][]
}

function parseAll(texts: readonly string[]): Json {
  return parseJsonText(`[${texts.join(',')}]`)
}
