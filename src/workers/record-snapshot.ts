import { AppError } from '../model/errors.ts'
import { maskKeyIdOf } from '../model/mask.ts'
import type { Digest, Snapshot } from '../model/snapshot.ts'
import type { KeptReads } from '../service/kept-reads.ts'
import type { Clock } from '../service/ports.ts'
import type { RunStore } from '../service/runs.ts'
import type { RecordTask } from './job-data.ts'
import { decodeSnapshot, digestsOf } from './snapshot-codec.ts'

export type RecordPorts = {
  readonly store: Pick<RunStore, 'recordSnapshot' | 'failJob' | 'lastManifest' | 'job'> &
    Pick<KeptReads, 'newestSnapshots'> & { readonly keptSnapshot: (id: string) => Snapshot | null }
  /** Id of the fingerprint key of this service. */
  readonly keyId: string
  readonly clock: Clock
}

/** What became of a handover; of a recorded one also what metrics and logs tell. */
export type Recorded =
  | {
      readonly outcome: 'recorded'
      readonly snapshot: Pick<Snapshot, 'id' | 'cluster' | 'takenAt' | 'error' | 'coverage'>
      readonly objects: number
      readonly seconds: number
    }
  /** Finished already, or under an older fence: nothing was stored. */
  | { readonly outcome: 'refused' }
  /** It builds on a snapshot that is not kept here: it must be taken again, whole. */
  | { readonly outcome: 'base-missing' }

/**
 * Stores a snapshot that a collector handed over, once per job. One that was masked under another key, or that comes from another
 * cluster than its name stood for so far, is stored as a cluster that could not be read, with the reason. Throws `handover-invalid`.
 */
export function recordHandover(task: RecordTask, parts: readonly Uint8Array[], ports: RecordPorts): Recorded {
  const { store, clock } = ports
  const decoded = decodeSnapshot(parts, (manifest) => baseDigests(task, manifest, ports))
  if (decoded === 'base-missing') return { outcome: 'base-missing' }
  if (decoded.snapshot.cluster !== task.cluster) {
    throw new AppError('handover-invalid', 'what a collector handed over is of another cluster than its job')
  }
  const fault = refusalOf(decoded.snapshot, ports)
  const accepted = fault === null ? decoded : { snapshot: unread(decoded.snapshot, fault), manifest: null }
  const now = clock.now()
  const started = store.job(task.job)?.requestedAt
  const { refused } = store.recordSnapshot(task.job, task.fence, accepted, now.toISOString())
  if (refused) return { outcome: 'refused' }
  const { id, cluster, takenAt, error, coverage, entries } = accepted.snapshot
  const seconds = started === undefined ? 0 : (now.getTime() - Date.parse(started)) / 1000
  return { outcome: 'recorded', snapshot: { id, cluster, takenAt, error, coverage }, objects: entries.length, seconds }
}

function baseDigests({ cluster }: RecordTask, manifest: Digest, { store }: RecordPorts): ReadonlySet<Digest> | null {
  const last = store.lastManifest(cluster)
  if (last?.digest !== manifest) return null
  const base = store.keptSnapshot(last.snapshot)
  return base === null ? null : new Set(digestsOf(base.entries))
}

/** Why a snapshot is not taken as what it says it is; null where it is. */
function refusalOf(snapshot: Snapshot, { store, keyId }: RecordPorts): AppError | null {
  if (snapshot.error !== null) return null
  const { cluster, namespaces, uid } = snapshot
  const key = maskKeyIdOf(snapshot.mask)
  if (key !== keyId) {
    return new AppError(
      'key-mismatch',
      `cluster ${cluster}: the collector masks under the key ${key}, the service has ${keyId}`,
    )
  }
  const before = store.newestSnapshots([{ cluster, namespaces }])[0]?.lastGood?.uid ?? null
  if (before === null || uid === null || before === uid) return null
  return new AppError(
    'identity-changed',
    `cluster ${cluster}: the UID of kube-system is ${uid}, and was ${before}: this is another cluster`,
  )
}

function unread(snapshot: Snapshot, error: AppError): Snapshot {
  const install = { flux: null, operator: null, kubernetes: null, controllers: [] }
  const nothing = { install, served: [], coverage: [], entries: [], references: [], events: null }
  return { ...snapshot, ...nothing, error: error.toDocument() }
}
