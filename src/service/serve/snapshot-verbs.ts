import type { Access } from '../access.ts'
import type { ObjectName, ObjectAcross, Service, SnapshotView } from '../service.ts'
import { objectText } from '../compute/read-snapshot.ts'
import { requireScope, seesNamespace } from './access-rules.ts'
import { findCluster, visibleClusters } from './find-cluster.ts'
import { eachOnce } from './plan-comparison.ts'
import { requireQueue } from './queue-guard.ts'
import { nowOf, scopeFor, type ServiceContext } from './service-context.ts'
import { findSnapshot, readFacts, visibleSummary } from './snapshot-facts.ts'
import { visibleJob } from './visible-records.ts'
import { AppError } from '../../model/errors.ts'

type Verbs = Pick<
  Service,
  | 'requestSnapshot'
  | 'listSnapshots'
  | 'snapshot'
  | 'snapshotObjects'
  | 'snapshotObject'
  | 'exportSnapshot'
  | 'objectAcross'
>

export function snapshotVerbs(context: ServiceContext): Verbs {
  const { compute } = context
  const located = async (access: Access, id: string) => {
    const { cluster } = await findSnapshot(context, access, id)
    return scopeFor(context, access, [cluster])
  }
  return {
    requestSnapshot: (access, cluster, replay) => requestSnapshot(context, access, cluster, replay),
    listSnapshots: async (access, { cluster }, page) => {
      const clusters = cluster === null ? access.clusters : [findCluster(context, access, cluster).name]
      const { items, next } = await context.kept.snapshotPage({ clusters }, page)
      return { items: items.map((summary) => visibleSummary(access, summary)), next }
    },
    snapshot: (access, id) => snapshotView(context, access, id),
    snapshotObjects: async (access, id, filter, page) =>
      compute.snapshotObjects(id, await located(access, id), filter, page),
    snapshotObject: async (access, id, object) => compute.snapshotObject(id, await located(access, id), object),
    exportSnapshot: async (access, id) => {
      const scope = await located(access, id)
      return context.rendered(JSON.stringify(['snapshot', id, scope]), () => compute.exportSnapshot(id, scope))
    },
    objectAcross: (access, object, clusters) => objectAcross(context, access, object, clusters),
  }
}

async function requestSnapshot(
  context: ServiceContext,
  access: Access,
  name: string,
  replay: Parameters<Service['requestSnapshot']>[2],
): ReturnType<Service['requestSnapshot']> {
  requireScope(access, 'trigger')
  const { name: cluster, pool } = findCluster(context, access, name)
  await requireQueue(context, [{ cluster, pool }])
  const idempotency = replay && { ...replay, caller: access.caller }
  const { job, joined } = await context.runs.createJob(
    { id: context.ids.next('job'), cluster, pool, requestedBy: access.caller, idempotency },
    nowOf(context),
  )
  context.wake()
  return { job: visibleJob(access, job), joined }
}

async function snapshotView(context: ServiceContext, access: Access, id: string): Promise<SnapshotView> {
  const header = await findSnapshot(context, access, id)
  const { namespaces, flux, kubernetes, coverage, objects } = await readFacts(context, access, header)
  const changed = access.namespaces === null ? header.changed : null
  return { ...visibleSummary(access, header), objects, changed, namespaces, flux, kubernetes, coverage }
}

async function objectAcross(
  context: ServiceContext,
  access: Access,
  object: ObjectName,
  names: readonly string[] | null,
): Promise<ObjectAcross> {
  const clusters =
    names === null
      ? visibleClusters(context, access)
      : eachOnce(names.map((name) => findCluster(context, access, name)))
  if (!seesNamespace(access, object.namespace)) {
    throw new AppError('not-found', `${objectText(object)} is in no snapshot of these clusters`)
  }
  const newest = await context.kept.newestSnapshots(
    clusters.map(({ name, namespaces }) => ({ cluster: name, namespaces })),
  )
  return context.compute.objectAcross({
    object,
    snapshots: newest.flatMap(({ cluster, lastGood }) => (lastGood ? [{ cluster, id: lastGood.id }] : [])),
    unread: newest.flatMap(({ cluster, lastGood }) => (lastGood ? [] : [cluster])),
    scope: scopeFor(
      context,
      access,
      clusters.map(({ name }) => name),
    ),
  })
}
