import { parseSelector } from '../diff/selector.ts'
import type { ClusterName } from '../model/cluster.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { CollectScope, History, Progress, SnapshotSource } from './ports.ts'

export type SnapshotPorts = {
  readonly clusters: SnapshotSource
  readonly history: History | null
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
}

/** Reads clusters side by side and keeps each that could be read. In the order given; a cluster that failed has `error` set. */
export async function takeSnapshots(
  clusters: readonly ClusterName[],
  scope: CollectScope,
  { clusters: source, history, signal, progress }: SnapshotPorts,
): Promise<readonly Snapshot[]> {
  if (scope.selector !== null) parseSelector(scope.selector)
  const snapshots = await Promise.all(
    clusters.map((cluster) =>
      source.collect({
        cluster,
        scope,
        known: history && (() => history.known(cluster, scope.namespaces)),
        signal,
        progress,
      }),
    ),
  )
  signal.throwIfAborted()
  const kept = snapshots.filter((snapshot) => isKept(snapshot, scope))
  // Nothing to store must not fail where nothing can be stored.
  if (kept.length > 0) history?.together(() => kept.forEach((snapshot) => history.saveSnapshot(snapshot)))
  return snapshots
}

/** What stands for the whole cluster, or for whole namespaces of it: later runs compare with it by `@previous`. */
export function isKept(snapshot: Snapshot, scope: CollectScope): boolean {
  return snapshot.error === null && scope.kinds === null && scope.selector === null && scope.resource === null
}
