import { AppError } from '../../model/errors.ts'
import { canonicalJson } from '../../model/json.ts'
import type { Access } from '../access.ts'
import type { Page, PageRequest, RunFilter, RunRecord } from '../runs.ts'
import type { Replayable, Service } from '../service.ts'
import { hasScope, notFound, requireScope } from './access-rules.ts'
import { findCluster } from './find-cluster.ts'
import { planComparison, type Plan } from './plan-comparison.ts'
import { requireQueueForRun } from './queue-guard.ts'
import { nowOf, type ServiceContext } from './service-context.ts'
import { visibleRun } from './visible-records.ts'

type Verbs = Pick<Service, 'requestComparison' | 'listRuns' | 'run' | 'cancelRun'>

export function runVerbs(context: ServiceContext): Verbs {
  return {
    requestComparison: async (access, query, replay) => {
      requireScope(access, 'trigger')
      return startRun(context, access, await planComparison(context, access, query), replay)
    },
    listRuns: async (access, { phase, cluster }, page) => {
      const name = cluster === null ? null : findCluster(context, access, cluster).name
      return listVisible(context, access, { phase, cluster: name, within: access.clusters }, page)
    },
    run: (access, id) => findRun(context, access, id),
    cancelRun: (access, id) => cancelRun(context, access, id),
  }
}

/** Stores a run for the plan and tells the dispatcher. From then on it is delivered, also where the queue goes away right after. */
export async function startRun(
  context: ServiceContext,
  access: Access,
  { request, sides }: Plan,
  replay: Replayable | null,
): Promise<RunRecord> {
  const needed = sides.filter(({ snapshot }) => snapshot === null).map(({ cluster }) => cluster)
  await requireQueueForRun(
    context,
    needed.map(({ name, pool }) => ({ cluster: name, pool })),
  )
  const { run } = await context.runs.createRun(
    {
      id: context.ids.next('run'),
      request,
      requestedBy: access.caller,
      sides: sides.map(({ cluster, snapshot }) => ({
        cluster: cluster.name,
        pool: cluster.pool,
        snapshot,
        newJob: context.ids.next('job'),
      })),
      idempotency: replay && { ...replay, caller: access.caller },
    },
    nowOf(context),
  )
  context.wake()
  const visible = visibleRun(access, run)
  if (visible === null) throw notFound('run', run.id)
  return visible
}

/**
 * The run that waits for just the snapshots that the plan needs, whoever asked for it; else a new one. A client that asks again instead of
 * polling the run would otherwise leave a run behind each time.
 */
export async function joinOrStartRun(context: ServiceContext, access: Access, plan: Plan): Promise<RunRecord> {
  const wanted = canonicalJson(plan.request)
  for (const phase of ['queued', 'collecting'] as const) {
    const { items } = await context.kept.listRuns({ phase }, { limit: context.limits.queueDepth, cursor: null })
    const same = items.find((run) => canonicalJson(run.request) === wanted && isFreshEnough(run, plan))
    const visible = same && visibleRun(access, same)
    if (visible) return visible
  }
  return startRun(context, access, plan, null)
}

function isFreshEnough(run: RunRecord, { sides }: Plan): boolean {
  return sides.every(({ snapshot }, index) => {
    const side = run.sides[index]
    return side !== undefined && (side.job !== null || (snapshot !== null && side.snapshot === snapshot))
  })
}

/** Throws `not-found`, also for a run that the caller must not know of. */
export async function findRun(context: ServiceContext, access: Access, id: string): Promise<RunRecord> {
  const run = await context.kept.run(id)
  const visible = run && visibleRun(access, run)
  if (visible === null) throw notFound('run', id)
  return visible
}

/** How many pages of the store one page may take where most of it is not for the caller; it is then short, and goes on. */
const MOST_READS = 10

async function listVisible(
  context: ServiceContext,
  access: Access,
  filter: RunFilter,
  { limit, cursor }: PageRequest,
): Promise<Page<RunRecord>> {
  const items: RunRecord[] = []
  let next = cursor
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const page: Page<RunRecord> = await context.kept.listRuns(filter, { limit: limit - items.length, cursor: next })
    items.push(...page.items.flatMap((run) => visibleRun(access, run) ?? []))
    next = page.next
    if (next === null || items.length >= limit) break
  }
  return { items, next }
}

/** One's own run, or any with the scope `admin`. A finished one stays as it is. */
async function cancelRun(context: ServiceContext, access: Access, id: string): Promise<RunRecord> {
  requireScope(access, 'trigger')
  const { requestedBy } = await findRun(context, access, id)
  if (requestedBy !== access.caller && !hasScope(access, 'admin')) {
    throw new AppError('forbidden', `run ${id} was requested by ${requestedBy}`, {
      hint: 'Cancel it with the token that requested it, or with the scope admin.',
    })
  }
  const run = await context.runs.cancelRun(id, nowOf(context))
  const visible = run && visibleRun(access, run)
  if (visible === null) throw notFound('run', id)
  return visible
}
