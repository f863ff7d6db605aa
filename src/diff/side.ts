import type { ClusterName } from '../model/cluster.ts'
import type { KindCoverage } from '../model/coverage.ts'
import { AppError } from '../model/errors.ts'
import { setOwn } from '../model/json.ts'
import { refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import type { Reference, Snapshot, SnapshotEntry } from '../model/snapshot.ts'

/** One cluster of a comparison, with the indexes that lookups need; built once per comparison. */
export type Side = {
  readonly name: ClusterName
  /** Position in the order given; per-cluster lists of the engine are indexed by it. */
  readonly index: number
  readonly snapshot: Snapshot
  /** ConfigMaps and Secrets by `refKey`. */
  readonly data: ReadonlyMap<string, SnapshotEntry>
  /** By {@link kindKey}. */
  readonly coverage: ReadonlyMap<string, KindCoverage>
  /** References to ConfigMaps and Secrets, in the order of the snapshot. */
  readonly toData: readonly Reference[]
  /** The same, by `refKey` of what they refer to. */
  readonly references: ReadonlyMap<string, readonly Reference[]>
  /** {@link kindKey} of every kind that discovery found. */
  readonly served: ReadonlySet<string>
}

export function kindKey(kind: { readonly group: string; readonly kind: string }): string {
  return `${kind.group}/${kind.kind}`
}

/** Whether the ref names a ConfigMap or Secret: compared because a Flux object refers to it. */
export function isDataRef(ref: ResourceRef): boolean {
  return ref.group === '' && (ref.kind === 'ConfigMap' || ref.kind === 'Secret')
}

/** The clusters in the order given. Throws `same-side-twice` where two snapshots carry one name, since results are told apart by it. */
export function createSides(snapshots: readonly Snapshot[]): Side[] {
  const names = new Set<string>()
  for (const { cluster } of snapshots) {
    if (names.has(cluster)) throw new AppError('same-side-twice', `"${cluster}" stands twice in one comparison`)
    names.add(cluster)
  }
  return snapshots.map(createSide)
}

function createSide(snapshot: Snapshot, index: number): Side {
  const references = new Map<string, Reference[]>()
  const toData = snapshot.references.filter(({ to }) => isDataRef(to))
  for (const reference of toData) {
    const key = refKey(reference.to)
    const known = references.get(key)
    if (known) known.push(reference)
    else references.set(key, [reference])
  }
  const data = snapshot.entries.filter((entry) => isDataRef(entry.ref))
  return {
    name: snapshot.cluster,
    index,
    snapshot,
    data: new Map(data.map((entry) => [refKey(entry.ref), entry])),
    coverage: new Map(snapshot.coverage.map((coverage) => [kindKey(coverage), coverage])),
    toData,
    references,
    served: new Set(snapshot.served.map(kindKey)),
  }
}

/** A record with one own property per side for which `value` gives one; in the order given. */
export function perCluster<T>(
  sides: readonly Side[],
  value: (side: Side) => T | undefined,
): Readonly<Record<ClusterName, T>> {
  const record: Record<ClusterName, T> = {}
  for (const side of sides) {
    const found = value(side)
    if (found !== undefined) setOwn(record, side.name, found)
  }
  return record
}
