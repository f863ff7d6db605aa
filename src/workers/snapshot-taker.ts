import type { ClusterName } from '../model/cluster.ts'
import type { Digest, Snapshot, SnapshotEntry } from '../model/snapshot.ts'
import { AppError } from '../model/errors.ts'
import { referenceRuns, runsByObject } from '../model/reference-runs.ts'
import type { CollectScope, KnownObjects, Progress, SnapshotSource } from '../service/ports.ts'
import { digestsOf, encodeSnapshot } from './snapshot-codec.ts'

/** A snapshot on its way, without anything that cannot go to another thread. */
export type TakenSnapshot = {
  readonly snapshot: string
  readonly isRead: boolean
  readonly parts: readonly Uint8Array[]
}

/** `base`: the manifest that the recorder has; null: it needs everything. */
export type TakeSnapshot = (
  cluster: ClusterName,
  base: Digest | null,
  signal: AbortSignal,
  progress: (progress: Progress) => void,
) => Promise<TakenSnapshot>

type Remembered = {
  readonly manifest: Digest
  readonly known: Omit<KnownObjects, 'body'>
  readonly digests: ReadonlySet<Digest>
}

/** What a configured cluster may be asked for is decided by the source: here everything is. */
const WHOLE_CLUSTER: CollectScope = {
  kinds: null,
  namespaces: null,
  selector: null,
  resource: null,
  secrets: 'equality',
  events: true,
}

/**
 * Takes snapshots and remembers of each cluster which objects it held last, so that unchanged ones are neither masked nor sent again. It
 * remembers entries, no contents: where the recorder has another manifest, everything is read anew.
 */
export function createSnapshotTaker(source: () => SnapshotSource): TakeSnapshot {
  const remembered = new Map<ClusterName, Remembered>()
  return async (cluster, base, signal, progress) => {
    const last = remembered.get(cluster)
    const usable = last && last.manifest === base ? last : null
    const known = usable && (() => ({ ...usable.known, body: neverAsked }))
    const snapshot = await source().collect({ cluster, scope: WHOLE_CLUSTER, known, signal, progress })
    const encoded = encodeSnapshot(snapshot, usable)
    if (snapshot.error === null) remembered.set(cluster, { manifest: encoded.manifest, ...memoryOf(snapshot) })
    return { snapshot: snapshot.id, isRead: snapshot.error === null, parts: encoded.parts }
  }
}

function memoryOf(snapshot: Snapshot): Pick<Remembered, 'known' | 'digests'> {
  const byUid = new Map<string, SnapshotEntry>()
  for (const entry of snapshot.entries) {
    if (entry.uid !== null && entry.resourceVersion !== null) byUid.set(entry.uid, entry)
  }
  const { engine, mask, secretSet, schemaSet } = snapshot
  const references = runsByObject(referenceRuns(snapshot.references))
  return {
    known: { engine, mask, secretSet, schemaSet, byUid, references },
    digests: new Set(digestsOf(snapshot.entries)),
  }
}

/** Only bodies that the base lacks are written, and what is known is in the base. */
function neverAsked(digest: Digest): never {
  throw new AppError('internal', `the content ${digest} is not held by the collector`)
}
