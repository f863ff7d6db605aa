import type { Access } from '../access.ts'
import { commonNamespaces } from '../compute/narrow-snapshot.ts'
import type { RunRecord, SnapshotJobRecord } from '../runs.ts'
import { seesCluster, seesNamespace } from './access-rules.ts'

/** A job as the caller sees it: its progress counts the objects of all namespaces. */
export function visibleJob(access: Access, job: SnapshotJobRecord): SnapshotJobRecord {
  return access.namespaces === null ? job : { ...job, progress: null }
}

/**
 * A run as the caller sees it; null where it does not exist for the caller: not all its clusters do, or it is about other namespaces only.
 * Rules and parameters of the configuration are told to nobody. Its verdict and its count are over all namespaces; a narrower caller learns his own from the comparison.
 */
export function visibleRun(access: Access, record: RunRecord): RunRecord | null {
  const { rules: _, profiles: __, ...request } = record.request
  const run = { ...record, request }
  const { clusters, filter } = request
  if (!clusters.every((cluster) => seesCluster(access, cluster))) return null
  if (access.namespaces === null) return run
  if (filter.resource !== null && !seesNamespace(access, filter.resource.namespace)) return null
  const namespaces = commonNamespaces(filter.namespaces, access.namespaces)
  if (namespaces?.length === 0) return null
  return { ...run, request: { ...request, filter: { ...filter, namespaces } }, verdict: null, differences: null }
}
