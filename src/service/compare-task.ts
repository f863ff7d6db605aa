import type { SecretCompare } from '../model/mask.ts'
import type { CompareTask } from './compute/compare-kept.ts'
import { lowestLevel } from './compute/level-secrets.ts'
import type { ConfiguredCluster, RunRecord } from './runs.ts'
import type { ClusterName } from '../model/cluster.ts'

/** The least that the clusters allow to be told of secret values. A cluster that is no longer configured allows what it was read with. */
export function secretsOf(names: readonly ClusterName[], configured: readonly ConfiguredCluster[]): SecretCompare {
  const involved = configured.filter(({ name }) => names.includes(name))
  return lowestLevel(involved.map(({ secretCompare }) => secretCompare))
}

/** What the compare job of a run computes and records: `compute.compare(recordTask(run, clusters))`. All its snapshots must be in. */
export function recordTask(run: RunRecord, configured: readonly ConfiguredCluster[]): CompareTask {
  return {
    id: run.id,
    request: run.request,
    snapshots: run.sides.map(({ snapshot }) => snapshot ?? ''),
    scope: { secrets: secretsOf(run.request.clusters, configured), namespaces: null },
  }
}
