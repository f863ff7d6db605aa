import { sha256 } from '../../flux/digest.ts'
import type { ClusterName } from '../../model/cluster.ts'
import { AppError } from '../../model/errors.ts'
import type { Access } from '../access.ts'
import type { CompareTask } from '../compute/compare-kept.ts'
import type { ComparisonSource } from '../compute/compute.ts'
import type { RunPhase, RunRecord } from '../runs.ts'
import type { CompareQuery, Rendered, Service } from '../service.ts'
import { hasScope } from './access-rules.ts'
import { findCluster } from './find-cluster.ts'
import { planComparison, type Plan } from './plan-comparison.ts'
import { findRun, joinOrStartRun } from './run-verbs.ts'
import { scopeFor, type ServiceContext } from './service-context.ts'

type Verbs = Pick<Service, 'comparison' | 'renderComparison' | 'differences' | 'compare'>

export function comparisonVerbs(context: ServiceContext): Verbs {
  return {
    comparison: async (access, id) =>
      context.compute.comparison(sourceOf(context, access, await findRun(context, access, id))),
    renderComparison: (access, id, format) => renderRun(context, access, { id, format }),
    differences: async (access, id, filter, page) => {
      const run = await findRun(context, access, id)
      const source = sourceOf(context, access, run)
      const cluster = filter.cluster === null ? null : clusterIn(context, access, run, filter.cluster)
      return context.compute.differences(source, { ...filter, cluster }, page)
    },
    compare: (access, query, format, waitMs) => compare(context, access, query, { format, waitMs }),
  }
}

/** The name of a cluster of the run, also of one that is not configured any more. */
function clusterIn(context: ServiceContext, access: Access, { request }: RunRecord, text: string): ClusterName {
  return request.clusters.includes(text) ? text : findCluster(context, access, text).name
}

async function renderRun(
  context: ServiceContext,
  access: Access,
  { id, format }: { readonly id: string; readonly format: string },
): Promise<Rendered> {
  requireFormat(context, format)
  return render(context, sourceOf(context, access, await findRun(context, access, id)), format)
}

function render(context: ServiceContext, source: ComparisonSource, format: string): Promise<Rendered> {
  const key = JSON.stringify(['comparison', format, source.task.id, source.task.scope])
  return context.rendered(key, () => context.compute.render(source, format))
}

function requireFormat({ formats }: ServiceContext, format: string): void {
  if (formats.includes(format)) return
  throw new AppError('input-invalid', `the format ${format} is not known`, { hint: `Known: ${formats.join(', ')}` })
}

/**
 * The comparison of a finished run for this caller. The stored one was made from all namespaces, under the levels of that time: it is
 * given only where both are what the caller may see now; else it is computed anew from the same snapshots.
 */
function sourceOf(context: ServiceContext, access: Access, run: RunRecord): ComparisonSource {
  requireDone(run)
  const scope = scopeFor(context, access, run.request.clusters)
  const snapshots = run.sides.map(({ snapshot }) => snapshot ?? '')
  const kept = scope.namespaces === null && scope.secrets === 'equality'
  return { task: { id: run.id, request: run.request, snapshots, scope }, kept }
}

function requireDone({ id, phase, error }: RunRecord): void {
  if (phase === 'done') return
  if (phase === 'failed') {
    const why = error === null ? '' : `: ${error.message}`
    throw new AppError(error?.code ?? 'internal', `run ${id} failed${why}`, error === null ? {} : { hint: error.hint })
  }
  if (phase === 'cancelled') {
    throw new AppError('not-found', `run ${id} was cancelled, so there is no comparison`, {
      hint: 'Ask for a new one.',
    })
  }
  throw new AppError('not-finished', `run ${id} is ${phase}`)
}

type Wanted = { readonly format: string; readonly waitMs: number }

async function compare(
  context: ServiceContext,
  access: Access,
  query: CompareQuery,
  { format, waitMs }: Wanted,
): ReturnType<Service['compare']> {
  requireFormat(context, format)
  const plan = await planComparison(context, access, query)
  const missing = plan.sides.filter(({ snapshot }) => snapshot === null).map(({ cluster }) => cluster.name)
  if (missing.length === 0) {
    const task = keptTask(context, access, plan)
    return { rendered: await render(context, { task, kept: false }, format), made: null }
  }
  if (!hasScope(access, 'trigger')) throw needsNewSnapshots(query, missing)
  const { id } = await joinOrStartRun(context, access, plan)
  const run = await waitForRun(context, access, id, waitMs)
  return isFinished(run) ? { rendered: await renderRun(context, access, { id, format }), made: id } : { run }
}

/** Of what is kept, without a run: the id follows from what is asked, so that the same question gives the same bytes. */
function keptTask(context: ServiceContext, access: Access, { request, sides }: Plan): CompareTask {
  const snapshots = sides.map(({ snapshot }) => snapshot ?? '')
  const asked = { request, snapshots, scope: scopeFor(context, access, request.clusters) }
  return { id: `kept_${sha256(JSON.stringify(asked)).slice(0, 24)}`, ...asked }
}

function needsNewSnapshots({ age }: CompareQuery, missing: readonly string[]): AppError {
  const names = missing.join(', ')
  if (age === null) {
    return new AppError('not-found', `no snapshot of ${names} is kept that could be read`, {
      hint: 'Take one with a token of the scope trigger: POST /api/v1/clusters/CLUSTER/snapshots',
    })
  }
  return new AppError('forbidden', `this needs new snapshots of ${names}, and with them the scope trigger`, {
    hint: 'Leave out maxAge to compare what is kept, or use a token of the scope trigger.',
  })
}

const FINISHED: ReadonlySet<RunPhase> = new Set(['done', 'failed', 'cancelled'])

function isFinished({ phase }: RunRecord): boolean {
  return FINISHED.has(phase)
}

/** Milliseconds between two looks: short ones first, since small fleets are read in a second. */
const FIRST_LOOK_MS = 100
const LAST_LOOK_MS = 1_000

/** The run as it is when it is finished, or when the time is over. */
async function waitForRun(context: ServiceContext, access: Access, id: string, waitMs: number): Promise<RunRecord> {
  const until = context.clock.now().getTime() + waitMs
  const never = new AbortController().signal
  let look = FIRST_LOOK_MS
  for (;;) {
    const run = await findRun(context, access, id)
    const left = until - context.clock.now().getTime()
    if (isFinished(run) || left <= 0) return run
    await context.wait(Math.min(look, left), never)
    look = Math.min(look * 1.5, LAST_LOOK_MS)
  }
}
