import type { Reference, SnapshotEntry } from '../model/snapshot.ts'
import type { Json } from '../model/json.ts'
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
  return entryOf(parseJsonText(text) as unknown as Fields, resourceVersion)
}

/** As {@link readEntry}, for many. */
export function readEntries(texts: readonly string[], versions: readonly (string | null)[]): SnapshotEntry[] {
  const all = parseAll(texts) as unknown as readonly Fields[]
  return all.map((fields, index) => entryOf(fields, versions[index] ?? null))
}

function entryOf(fields: Fields, resourceVersion: string | null): SnapshotEntry {
  const [group, kind, namespace, name, version, uid, digest, statusDigest, limit, labels, noted, suspended] = fields
  const ref = { group, kind, namespace, name }
  const entry = { ref, version, uid, resourceVersion, digest, statusDigest, labels, limit }
  if (!noted && suspended === undefined) return entry
  return { ...entry, ...(noted ? { noted } : {}), ...(suspended === undefined ? {} : { suspended }) }
}

type ReferenceFields = [
  field: string,
  group: string,
  kind: string,
  namespace: string,
  name: string,
  use: Reference['use'],
  optional: boolean,
  yamlKey: string | null,
  state: Reference['state'],
]
type RunFields = [group: string, kind: string, namespace: string, name: string, references: ReferenceFields[]]

/** The text by which the references of one object are stored: a changed object costs its own references only. */
export function writeReferenceRun(run: readonly Reference[]): string {
  const { group, kind, namespace, name } = run[0]!.from
  const references = run.map(({ field, to, use, optional, yamlKey, state }): ReferenceFields => {
    return [field, to.group, to.kind, to.namespace, to.name, use, optional, yamlKey, state]
  })
  return JSON.stringify([group, kind, namespace, name, references] satisfies RunFields)
}

/** Reverses {@link writeReferenceRun} for many texts. */
export function readReferenceRuns(texts: readonly string[]): readonly (readonly Reference[])[] {
  const runs = parseAll(texts) as unknown as readonly RunFields[]
  return runs.map(([group, kind, namespace, name, references]) => {
    const from = { group, kind, namespace, name }
    return references.map((fields) => referenceOf(from, fields))
  })
}

function referenceOf(from: Reference['from'], fields: ReferenceFields): Reference {
  const [field, group, kind, namespace, name, use, optional, yamlKey, state] = fields
  return { from, field, to: { group, kind, namespace, name }, use, optional, yamlKey, state }
}

/** Parses many texts: as one it takes half the time. */
export function parseAll(texts: readonly string[]): Json {
  return parseJsonText(`[${texts.join(',')}]`)
}
