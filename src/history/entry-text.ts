import type { Reference, SnapshotEntry } from '../model/snapshot.ts'
import { sameRef } from '../model/resource-ref.ts'
import { parseJsonText } from '../model/json-text.ts'

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
  const fields = parseJsonText(text) as unknown as Fields
  const [group, kind, namespace, name, version, uid, digest, statusDigest, limit, labels, noted, suspended] = fields
  const ref = { group, kind, namespace, name }
  const entry = { ref, version, uid, resourceVersion, digest, statusDigest, labels, limit }
  return { ...entry, ...(noted ? { noted } : {}), ...(suspended === undefined ? {} : { suspended }) }
}

/** References by runs of the object that they stand in: a changed object costs its own references only. */
export function writeReferences(references: readonly Reference[]): string[] {
  const runs: Reference[][] = []
  for (const reference of references) {
    const run = runs.at(-1)
    if (run && sameRef(run[0]!.from, reference.from)) run.push(reference)
    else runs.push([reference])
  }
  return runs.map((run) => JSON.stringify(run))
}

/** Reverses {@link writeReferences}. */
export function readReferences(texts: readonly string[]): Reference[] {
  return texts.flatMap((text) => parseJsonText(text) as unknown as Reference[])
}
