import type { ClusterName } from '../model/cluster.ts'
import { asAppError, type AppError, type ErrorDocument } from '../model/errors.ts'
import type { Digest } from '../model/snapshot.ts'
import type { Async } from '../service/async.ts'
import type { JobQueue, Lane, QueueJobState } from '../service/job-queue.ts'
import { COMPARE_LANE, snapshotLane } from '../service/lanes.ts'
import type { Clock } from '../service/ports.ts'
import type { RunRecord, RunStore, SnapshotJobRecord } from '../service/runs.ts'
import { issueId, RECORD_LANE, snapshotData } from './job-data.ts'

export type DispatcherPorts = {
  readonly runs: Async<
    Pick<RunStore, 'unfinished' | 'reissueJob' | 'reissueRun' | 'failJob' | 'failRun' | 'lastManifest'>
  >
  readonly queue: Pick<JobQueue, 'enqueue' | 'state'>
  readonly clock: Clock
  /** Hears why a tick did not get through: the queue is away, or the database is. */
  readonly onTrouble: (error: AppError) => void
  readonly intervalMs?: number
}

export type Dispatcher = {
  /** Something may be due: a tick follows at once, or after the one that runs. */
  readonly wake: () => void
  /** The job is issued anew at the next tick; `whole`: without the base that was offered. */
  readonly retake: (job: string, whole: boolean) => void
  /** Waits for the tick that runs; there is none after it. */
  readonly stop: () => Promise<void>
}

const INTERVAL_MS = 30_000
/** How often a job is issued in all, before it is told as failed: each issue has tries of its own. */
const MOST_ISSUES = 5
const TRIES = 3
const BACKOFF_MS = 1_000

/**
 * Gives the queue what the database says is not finished: at the start, whenever it is woken, and every 30 seconds. The queue may
 * lose everything at any time; whatever it does not know is issued again, under a new fence, so that a late result of an earlier issue is
 * refused.
 */
export function createDispatcher(ports: DispatcherPorts): Dispatcher {
  const state: State = { ports, retakes: new Map() }
  const loop: Loop = { running: null, isWoken: false, isStopped: false }
  const wake = (): void => {
    if (loop.isStopped) return
    loop.isWoken = true
    loop.running ??= tickWhileWoken(loop, state)
  }
  const timer = setInterval(wake, ports.intervalMs ?? INTERVAL_MS)
  wake()
  return {
    wake,
    retake: (job, whole) => {
      state.retakes.set(job, whole)
      wake()
    },
    stop: async () => {
      loop.isStopped = true
      clearInterval(timer)
      await loop.running
    },
  }
}

type Loop = { running: Promise<void> | null; isWoken: boolean; isStopped: boolean }

/** One tick at a time: two would issue the same job twice. */
async function tickWhileWoken(loop: Loop, state: State): Promise<void> {
  while (loop.isWoken && !loop.isStopped) {
    loop.isWoken = false
    await tick(state)
  }
  loop.running = null
}

type State = {
  readonly ports: DispatcherPorts
  /** Jobs whose handover was no use, and whether they must be taken whole. */
  readonly retakes: Map<string, boolean>
}

async function tick(state: State): Promise<void> {
  const { ports } = state
  try {
    const due = await ports.runs.unfinished()
    for (const job of due.jobs) await deliverJob(state, job)
    for (const run of due.runs) await deliverRun(ports, run)
  } catch (error) {
    ports.onTrouble(asAppError(error))
  }
}

async function deliverJob({ ports, retakes }: State, job: SnapshotJobRecord): Promise<void> {
  const { queue, runs, clock } = ports
  const whole = retakes.get(job.id)
  if (whole === undefined && (await isUnderWay(queue, job))) return
  if (job.fence >= MOST_ISSUES) {
    const error = neverDone(`cluster ${job.cluster}: no worker could finish the snapshot in ${job.fence} attempts`)
    await runs.failJob(job.id, job.fence, error, clock.now().toISOString())
    retakes.delete(job.id)
    return
  }
  const issued = await runs.reissueJob(job.id)
  retakes.delete(job.id)
  if (!issued) return
  const base = whole === true ? null : await baseOf(runs, issued.cluster)
  const { id, fence, cluster, pool } = issued
  await queue.enqueue(snapshotLane(pool), {
    id: issueId(id, fence),
    data: snapshotData({ job: id, fence, cluster, base }),
    dedupe: null,
    attempts: TRIES,
    backoffMs: BACKOFF_MS,
  })
}

async function baseOf(
  runs: Pick<DispatcherPorts['runs'], 'lastManifest'>,
  cluster: ClusterName,
): Promise<Digest | null> {
  return (await runs.lastManifest(cluster))?.digest ?? null
}

/** Whether the newest issue of a job waits or runs, at the collector or at the recorder. */
async function isUnderWay(queue: DispatcherPorts['queue'], { id, fence, pool }: SnapshotJobRecord): Promise<boolean> {
  if (fence === 0) return false
  const issue = issueId(id, fence)
  const taking = await queue.state(snapshotLane(pool), issue)
  if (isActive(taking)) return true
  return taking !== 'failed' && isActive(await queue.state(RECORD_LANE, issue))
}

async function deliverRun({ queue, runs, clock }: DispatcherPorts, run: RunRecord): Promise<void> {
  if (run.fence > 0 && isActive(await queue.state(COMPARE_LANE, issueId(run.id, run.fence)))) return
  if (run.fence >= MOST_ISSUES) {
    const error = neverDone(`the comparison could not be computed in ${run.fence} attempts`)
    return runs.failRun(run.id, run.fence, error, clock.now().toISOString())
  }
  const issued = await runs.reissueRun(run.id)
  if (!issued) return
  await enqueueRun(queue, COMPARE_LANE, issued)
}

async function enqueueRun(queue: DispatcherPorts['queue'], lane: Lane, { id, fence }: RunRecord): Promise<void> {
  const data = { run: id, fence }
  await queue.enqueue(lane, { id: issueId(id, fence), data, dedupe: null, attempts: TRIES, backoffMs: BACKOFF_MS })
}

function isActive(state: QueueJobState): boolean {
  return state === 'waiting' || state === 'active'
}

function neverDone(message: string): ErrorDocument {
  return {
    code: 'internal',
    message,
    hint: 'The logs of the workers say why. Ask for the snapshot again when that is mended.',
  }
}
