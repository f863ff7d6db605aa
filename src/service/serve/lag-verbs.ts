import { AppError } from '../../model/errors.ts'
import type { Access } from '../access.ts'
import type { LagTask } from '../promotion/lag-view.ts'
import type { ConfiguredCluster } from '../runs.ts'
import type { LagQuery, Service } from '../service.ts'
import { findCluster, visibleClusters } from './find-cluster.ts'
import { eachOnce } from './plan-comparison.ts'
import { nowOf, type ServiceContext } from './service-context.ts'

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

function taskOf(context: ServiceContext, access: Access, { baseline, targets, all }: LagQuery): Task {
  const base = baseline === null ? null : findCluster(context, access, baseline)
  const named = targets.map((target) => findCluster(context, access, target))
  const others = named.length === 0 ? visibleClusters(context, access) : named
  const clusters = eachOnce([...(base === null ? [] : [base]), ...others])
  if (clusters.length < 2) {
    throw new AppError('input-invalid', 'the lag between clusters needs two of them', {
      hint: 'Name a baseline and at least one target, for example: ?baseline=staging&target=production',
    })
  }
  const profiles = context.expectations?.().profiles ?? {}
  return { baseline: base?.name ?? null, clusters, profiles, kinds: null, namespaces: access.namespaces, all }
}
