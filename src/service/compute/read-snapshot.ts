import { AppError } from '../../model/errors.ts'
import type { Snapshot, SnapshotEntry, SnapshotHeader } from '../../model/snapshot.ts'
import { toSnapshotDocument } from '../../model/snapshot-document.ts'
import { namesKind } from '../kind-names.ts'
import type { ObjectName, ObjectPageFilter, ObjectSummary, ObjectView } from '../service.ts'

/** What is told of a snapshot without its objects. Never changes for one id and scope. */
export type SnapshotFacts = Pick<SnapshotHeader, 'id' | 'cluster' | 'uid' | 'takenAt' | 'engine' | 'error'> &
  Pick<SnapshotHeader, 'namespaces' | 'coverage'> & {
    readonly flux: string | null
    readonly kubernetes: string | null
    readonly objects: number
  }

export function factsOf(snapshot: Snapshot): SnapshotFacts {
  const { id, cluster, uid, takenAt, engine, error, namespaces, coverage, install, entries } = snapshot
  const { flux, kubernetes } = install
  return { id, cluster, uid, takenAt, engine, error, namespaces, coverage, flux, kubernetes, objects: entries.length }
}

/** As `snapshot -o json` prints it. */
export function snapshotText(snapshot: Snapshot): string {
  return `${JSON.stringify(toSnapshotDocument(snapshot), null, 2)}\n`
}

/** In the order of the snapshot. */
export function listObjects({ entries }: Snapshot, filter: ObjectPageFilter): ObjectSummary[] {
  const isKind = filter.kind === null ? null : kindTest(filter.kind, entries)
  return entries
    .filter(({ ref }) => isKind === null || isKind(ref))
    .filter(({ ref }) => filter.namespace === null || ref.namespace === filter.namespace)
    .map(summaryOf)
}

/** Throws `not-found`. */
export function objectOf(snapshot: Snapshot, object: ObjectName): ObjectView {
  const isKind = kindTest(object.kind, snapshot.entries)
  const entry = snapshot.entries.find(
    ({ ref }) => ref.name === object.name && ref.namespace === object.namespace && isKind(ref),
  )
  if (!entry) throw new AppError('not-found', `${objectText(object)} is not in snapshot ${snapshot.id}`)
  const status = entry.statusDigest === null ? null : snapshot.body(entry.statusDigest)
  return { ...summaryOf(entry), body: snapshot.body(entry.digest), status }
}

export function objectText({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${namespace}/${name}`
}

export function kindTest(name: string, entries: readonly SnapshotEntry[]): ReturnType<typeof namesKind> {
  return namesKind(
    name,
    entries.map(({ ref }) => ref),
  )
}

function summaryOf({ ref, version, digest, labels }: SnapshotEntry): ObjectSummary {
  return { ref, version, digest, labels }
}
