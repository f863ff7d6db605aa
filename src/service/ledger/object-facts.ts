import { ownerOf } from '../../flux/owner.ts'
import type { ClusterName } from '../../model/cluster.ts'
import type { Drift, PerCluster } from '../../model/comparison.ts'
import { digArray, digString, dig, own, type JsonObject } from '../../model/json.ts'
import { refKey, type ResourceRef } from '../../model/resource-ref.ts'
import type { Snapshot, SnapshotEntry } from '../../model/snapshot.ts'

/** What the snapshots of a comparison say of its objects beside their differences. */
export type ObjectFacts = {
  /** What was applied where the object is, per cluster where it is known. */
  readonly revisions: (drift: Drift) => PerCluster<string>
  /** Whether a controller is at work on it on any cluster: what it is told differs for a while on purpose. */
  readonly isRollingOut: (drift: Drift) => boolean
}

type Sided = { readonly cluster: ClusterName; readonly snapshot: Snapshot }
type Sight = Sided & { readonly entryOf: (ref: ResourceRef) => SnapshotEntry | undefined }

/** Reads status bodies only when they are asked for. */
export function factsOf(sides: readonly Sided[]): ObjectFacts {
  const sights = sides.map(({ cluster, snapshot }): Sight => ({ cluster, snapshot, entryOf: lookupIn(snapshot) }))
  return {
    revisions: (drift) => {
      const owner = ownerIn(sights, drift)
      const found = sights.flatMap((sight): [string, string][] => {
        const revision = revisionOn(sight, refOn(drift, sight), owner)
        return revision === null ? [] : [[sight.cluster, revision]]
      })
      return Object.fromEntries(found)
    },
    isRollingOut: (drift) => sights.some((sight) => isMoving(statusOf(sight, refOn(drift, sight)))),
  }
}

function lookupIn({ entries }: Snapshot): Sight['entryOf'] {
  let byKey: ReadonlyMap<string, SnapshotEntry> | undefined
  return (ref) => (byKey ??= new Map(entries.map((entry) => [refKey(entry.ref), entry]))).get(refKey(ref))
}

function refOn({ ref, refs }: Drift, { cluster }: Sight): ResourceRef {
  return Object.hasOwn(refs, cluster) ? refs[cluster]! : ref
}

/** Who applies the object, as its labels say on any cluster: where the object is missing, the same one should have applied it. */
function ownerIn(sights: readonly Sight[], drift: Drift): ResourceRef | null {
  for (const sight of sights) {
    const entry = sight.entryOf(refOn(drift, sight))
    const owner = entry ? ownerOf(entry.labels) : null
    if (owner !== null) return owner
  }
  return null
}

/** The revision that the owner applied, which holds the object as it is; else what the object says of itself. */
function revisionOn(sight: Sight, ref: ResourceRef, owner: ResourceRef | null): string | null {
  const entry = sight.entryOf(ref)
  const here = entry ? ownerOf(entry.labels) : owner
  const applied = here === null ? null : revisionIn(statusOf(sight, here))
  return applied ?? revisionIn(statusOf(sight, ref))
}

function revisionIn(status: JsonObject | null): string | null {
  if (status === null) return null
  return (
    digString(status, 'lastAppliedRevision') ??
    digString(status, 'artifact', 'revision') ??
    digString(digArray(status, 'history')[0], 'chartVersion') ??
    digString(status, 'lastAttemptedRevision') ??
    null
  )
}

function statusOf({ snapshot, entryOf }: Sight, ref: ResourceRef): JsonObject | null {
  const digest = entryOf(ref)?.statusDigest ?? null
  if (digest === null) return null
  const status = dig(snapshot.body(digest), 'status')
  return typeof status === 'object' && status !== null && !Array.isArray(status) ? (status as JsonObject) : null
}

/** The latest generation was not seen yet, or the controller says that it is reconciling. A suspended object moves nowhere. */
function isMoving(status: JsonObject | null): boolean {
  if (status === null || digString(status, 'readiness') === 'Suspended') return false
  if (own(status, 'reconciled') === false) return true
  return digArray(status, 'conditions').some(
    (condition) => digString(condition, 'type') === 'Reconciling' && digString(condition, 'status') === 'True',
  )
}
