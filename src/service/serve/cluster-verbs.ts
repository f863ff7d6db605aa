import type { ErrorCode, ErrorDocument } from '../../model/errors.ts'
import type { Access } from '../access.ts'
import type { NewestSnapshots } from '../kept-reads.ts'
import type { SnapshotSummary } from '../ports.ts'
import type { ConfiguredCluster, SnapshotJobRecord } from '../runs.ts'
import type { ClusterView, Service } from '../service.ts'
import { commonNamespaces } from '../compute/narrow-snapshot.ts'
import { findCluster, visibleClusters } from './find-cluster.ts'
import type { ServiceContext } from './service-context.ts'
import { readFacts, visibleSummary } from './snapshot-facts.ts'

export function clusterVerbs(context: ServiceContext): Pick<Service, 'listClusters' | 'cluster'> {
  return {
    listClusters: async (access) => viewsOf(context, access, visibleClusters(context, access)),
    cluster: async (access, cluster) => {
      const [view] = await viewsOf(context, access, [findCluster(context, access, cluster)])
      return view!
    },
  }
}

async function viewsOf(
  context: ServiceContext,
  access: Access,
  clusters: readonly ConfiguredCluster[],
): Promise<readonly ClusterView[]> {
  const wanted = clusters.map(({ name, namespaces }) => ({ cluster: name, namespaces }))
  const [newest, due] = await Promise.all([context.kept.newestSnapshots(wanted), context.kept.unfinished()])
  return Promise.all(
    clusters.map((cluster, index) => viewOf(context, access, { cluster, newest: newest[index]!, jobs: due.jobs })),
  )
}

type Known = {
  readonly cluster: ConfiguredCluster
  readonly newest: NewestSnapshots
  readonly jobs: readonly SnapshotJobRecord[]
}

const NOTHING = { flux: null, kubernetes: null, uid: null, coverage: [] } as const

async function viewOf(context: ServiceContext, access: Access, known: Known): Promise<ClusterView> {
  const { cluster, newest, jobs } = known
  const { last, lastGood } = newest
  const { flux, kubernetes, uid, coverage } = lastGood ? await readFacts(context, access, lastGood) : NOTHING
  const view = (summary: SnapshotSummary | null) => summary && visibleSummary(access, summary)
  return {
    ...cluster,
    namespaces: commonNamespaces(cluster.namespaces, access.namespaces),
    reachable: reachableFrom(last),
    error: last?.error ?? null,
    flux,
    kubernetes,
    uid,
    lastSnapshot: view(last),
    lastGoodSnapshot: view(lastGood),
    jobInFlight: jobs.find((job) => job.cluster === cluster.name)?.id ?? null,
    coverage,
  }
}

/** Failures that show that nobody answered; after others the API server itself did, or it was never asked. */
const UNREACHED: ReadonlySet<ErrorCode> = new Set([
  'cluster-unreachable',
  'cluster-timeout',
  'cluster-tls',
  'response-invalid',
])
const ANSWERED: ReadonlySet<ErrorCode> = new Set([
  'cluster-unauthorized',
  'cluster-forbidden',
  'flux-not-found',
  'snapshot-too-large',
  'identity-changed',
  'key-mismatch',
])

function reachableFrom(last: { readonly error: ErrorDocument | null } | null): ClusterView['reachable'] {
  if (last === null) return 'unknown'
  if (last.error === null || ANSWERED.has(last.error.code)) return 'yes'
  return UNREACHED.has(last.error.code) ? 'no' : 'unknown'
}
