import type { ClusterName } from '../../model/cluster.ts'
import { AppError } from '../../model/errors.ts'
import type { Lane } from '../job-queue.ts'
import { COMPARE_LANE, snapshotLane } from '../lanes.ts'
import type { ServicePorts } from '../service-ports.ts'

/** A cluster of which a new snapshot is needed. */
export type NeededSnapshot = { readonly cluster: ClusterName; readonly pool: string }

/**
 * Refuses new work before anything of it is stored: `queue-unavailable` where the queue does not answer, `queue-full` where too much
 * waits. A cluster with a snapshot job in flight needs no place: the work joins it.
 */
export async function requireQueue(ports: ServicePorts, needed: readonly NeededSnapshot[]): Promise<void> {
  await askQueue(ports, await lanesFor(ports, needed))
}

/** As `requireQueue`, for a run: it also waits for its snapshots, and for its turn to be compared. */
export async function requireQueueForRun(ports: ServicePorts, needed: readonly NeededSnapshot[]): Promise<void> {
  await Promise.all([requireFewRuns(ports, 'queued'), requireFewRuns(ports, 'collecting')])
  await askQueue(ports, [...(await lanesFor(ports, needed)), COMPARE_LANE])
}

async function lanesFor({ kept }: ServicePorts, needed: readonly NeededSnapshot[]): Promise<readonly Lane[]> {
  const { jobs } = await kept.unfinished()
  const missing = needed.filter(({ cluster }) => !jobs.some((job) => job.cluster === cluster))
  return [...new Set(missing.map(({ pool }) => snapshotLane(pool)))]
}

/** All at once: each call may take its two seconds, and together they must not take more. */
async function askQueue(ports: ServicePorts, lanes: readonly Lane[]): Promise<void> {
  await Promise.all([requireReady(ports), ...lanes.map((lane) => requirePlace(ports, lane))])
}

async function requireReady({ queue }: ServicePorts): Promise<void> {
  if (!(await queue.isReady())) throw new AppError('queue-unavailable', 'the queue does not answer')
}

async function requirePlace({ queue, limits }: ServicePorts, lane: Lane): Promise<void> {
  const waiting = await queue.depth(lane)
  if (waiting >= limits.queueDepth) throw full(`${waiting} jobs wait in the queue ${lane}`)
}

async function requireFewRuns({ kept, limits }: ServicePorts, phase: 'queued' | 'collecting'): Promise<void> {
  const { items } = await kept.listRuns({ phase }, { limit: limits.queueDepth, cursor: null })
  if (items.length >= limits.queueDepth) throw full(`${items.length} comparisons wait for snapshots`)
}

function full(message: string): AppError {
  return new AppError('queue-full', message)
}
