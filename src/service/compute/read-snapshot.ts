import { AppError } from '../../model/errors.ts'
import type { SecretCompare } from '../../model/mask.ts'
import type { Snapshot, SnapshotEntry, SnapshotHeader } from '../../model/snapshot.ts'
import { toSnapshotDocument } from '../../model/snapshot-document.ts'
import { namesKind } from '../kind-names.ts'
import type { Page, PageRequest } from '../runs.ts'
import type { ObjectName, ObjectPageFilter, ObjectSummary, ObjectView } from '../service.ts'
import { lowerSecrets } from './level-secrets.ts'
import { pageOf } from './offset-page.ts'

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

/** A page of its objects, in their order; `secrets` as in `lowerSecrets`. */
export function objectPage(cut: Snapshot, secrets: SecretCompare, wanted: WantedObjects): Page<ObjectSummary> {
  const { items, next } = pageOf(entriesOf(cut, wanted.filter), wanted.page)
  return { items: lowerSecrets({ ...cut, entries: items }, secrets).entries.map(summaryOf), next }
}

export type WantedObjects = { readonly filter: ObjectPageFilter; readonly page: PageRequest }

function entriesOf({ entries }: Snapshot, { kind, namespace }: ObjectPageFilter): SnapshotEntry[] {
  const isKind = kind === null ? null : kindTest(kind, [entries])
  return entries
    .filter(({ ref }) => isKind === null || isKind(ref))
    .filter(({ ref }) => namespace === null || ref.namespace === namespace)
}

/** Throws `not-found`. */
export function objectOf(cut: Snapshot, secrets: SecretCompare, object: ObjectName): ObjectView {
  const isKind = kindTest(object.kind, [cut.entries])
  const found = cut.entries.find(
    ({ ref }) => ref.name === object.name && ref.namespace === object.namespace && isKind(ref),
  )
  if (!found) throw new AppError('not-found', `${objectText(object)} is not in snapshot ${cut.id}`)
  const { entries, body } = lowerSecrets({ ...cut, entries: [found] }, secrets)
  const [entry] = entries as readonly [SnapshotEntry]
  const status = entry.statusDigest === null ? null : body(entry.statusDigest)
  return { ...summaryOf(entry), body: body(entry.digest), status }
}

export function objectText({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${namespace}/${name}`
}

export type KindTest = ReturnType<typeof namesKind>

/** Throws `input-invalid` for a name that is neither of a known kind nor of one of the entries. */
export function kindTest(name: string, lists: readonly (readonly SnapshotEntry[])[]): KindTest {
  return namesKind(name, () => lists.flatMap((entries) => entries.map(({ ref }) => ref)))
}

function summaryOf({ ref, version, digest, labels }: SnapshotEntry): ObjectSummary {
  return { ref, version, digest, labels }
}
