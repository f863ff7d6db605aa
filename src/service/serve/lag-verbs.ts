import { AppError } from '../../model/errors.ts'
import type { Access } from '../access.ts'
import { commonNamespaces } from '../compute/narrow-snapshot.ts'
import { kindsNamed } from '../kind-names.ts'
import type { LagTask } from '../promotion/lag-view.ts'
import type { ConfiguredCluster } from '../runs.ts'
import type { LagQuery, Service } from '../service.ts'
import { notFound, seesCluster } from './access-rules.ts'
import { findCluster, visibleClusters } from './find-cluster.ts'
import { eachOnce } from './plan-comparison.ts'
import { nowOf, type ServiceContext } from './service-context.ts'

/** From kept snapshots, of what the caller may see. Rejects with `not-found` or `input-invalid`. */
export function lagVerbs(context: ServiceContext): Pick<Service, 'promotionLag'> {
  return {
    promotionLag: async (access, query) => {
      const task = taskOf(context, access, query)
      const scopes = task.clusters.map(({ name, namespaces }) => ({ cluster: name, namespaces }))
      const [answer, newest] = await Promise.all([
        context.compute.promotionLag({ ...task, clusters: scopes.map(({ cluster }) => cluster) }),
        context.kept.newestSnapshots(scopes),
      ])
      const clusters = newest.map(({ cluster, last, lastGood }) => ({
        name: cluster,
        takenAt: lastGood?.takenAt ?? null,
        error: last?.error?.code ?? null,
      }))
      return { at: nowOf(context), baseline: task.baseline, clusters, ...answer }
    },
  }
}

type Task = Omit<LagTask, 'clusters'> & { readonly clusters: readonly ConfiguredCluster[] }

function taskOf(context: ServiceContext, access: Access, query: LagQuery): Task {
  const { comparison, baseline, targets, all } = query
  const profiles = context.expectations?.().profiles ?? {}
  if (comparison === null) {
    const base = baseline === null ? null : findCluster(context, access, baseline)
    const named = targets.map((target) => findCluster(context, access, target))
    const others = named.length === 0 ? visibleClusters(context, access) : named
    const clusters = atLeastTwo(eachOnce([...(base === null ? [] : [base]), ...others]))
    return { baseline: base?.name ?? null, clusters, profiles, kinds: null, namespaces: access.namespaces, all }
  }
  if (baseline !== null || targets.length > 0) {
    throw new AppError('input-invalid', 'a comparison has its own clusters', {
      hint: 'Give either comparison, or baseline and target.',
    })
  }
  return { ...scopeOf(context, access, comparison), profiles, all }
}

/** The clusters, kinds and namespaces of a comparison of the configuration. Throws `not-found` where the caller does not see all clusters. */
function scopeOf(context: ServiceContext, access: Access, name: string): Omit<Task, 'profiles' | 'all'> {
  const found = context.schedules.comparisons().find((one) => one.name === name)
  if (found === undefined || !found.clusters.every((cluster) => seesCluster(access, cluster))) {
    throw notFound('comparison', name)
  }
  const { kinds, namespaces, baseline } = found.query
  return {
    baseline: baseline === null ? null : findCluster(context, access, baseline).name,
    clusters: atLeastTwo(found.clusters.map((cluster) => findCluster(context, access, cluster))),
    kinds: kinds === null ? null : kindsNamed(kinds),
    namespaces: commonNamespaces(namespaces, access.namespaces),
  }
}

function atLeastTwo(clusters: readonly ConfiguredCluster[]): readonly ConfiguredCluster[] {
  if (clusters.length > 1) return clusters
  throw new AppError('input-invalid', 'the lag between clusters needs two of them', {
    hint: 'Name a baseline and at least one target, for example: ?baseline=staging&target=production',
  })
}
