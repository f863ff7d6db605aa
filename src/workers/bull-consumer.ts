import { setTimeout as sleep } from 'node:timers/promises'
import { WaitingError, Worker, type Job } from 'bullmq'
import { asAppError } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import type { Consumer, Lane, RunningJob } from '../service/job-queue.ts'
import { jobIdOf } from './bull-names.ts'
import { repeatByCron } from './bull-wake-ups.ts'
import { ABORT_MS } from './in-process-lane.ts'
import { openRedis, reasonOf, type OnTrouble, type RedisConnection } from './redis-connection.ts'
import type { RedisTarget } from './redis-target.ts'
import { settlesWithin } from './settle-within.ts'

/**
 * How soon the jobs of a dead worker are taken over. `lockMs` is renewed at its half: an event loop that stands still for longer than that
 * loses its jobs to another worker, and the fence refuses what it brings too late. The defaults of BullMQ (30 s each) leave a job for a
 * minute; collectors read in pages and compare in a thread of its own, so 15 s are far from what they need, and stay below half a minute.
 */
export type LockTimes = { readonly lockMs: number; readonly stalledMs: number }
export const LOCK_TIMES: LockTimes = { lockMs: 15_000, stalledMs: 10_000 }

/** Deaths of workers that a job survives; `attempts` do not cover them. The dispatcher issues the job anew after that. */
const MAX_STALLED = 3
/** Seconds for which an idle worker blocks, which is how long it may take to notice that its connection lost its place (BullMQ #4479). */
const IDLE_BLOCK_S = 2
const RETRY_MS = 1_000

export type BullSettings = {
  readonly target: RedisTarget
  readonly prefix: string
  readonly locks: LockTimes
  readonly onTrouble: OnTrouble
}

type Handle = (job: RunningJob) => Promise<void>

/** One worker with connections of its own, so that it can be ended without harm to others. */
type BullWorker = {
  readonly worker: Worker
  readonly connection: RedisConnection
  /** What handlers are doing. */
  readonly running: Set<Promise<void>>
  stopping: boolean
}

/**
 * Takes jobs as soon as there is a connection and for as long as it is open: a worker that could not begin (BullMQ asks for the version of
 * the server, once) is made anew.
 */
export function consumeLane(settings: BullSettings, lane: Lane, concurrency: number, handle: Handle): Consumer {
  const workers: BullWorker[] = []
  let closed: Promise<void> | null = null
  const start = (): void => {
    const started = startWorker(settings, lane, concurrency, handle)
    workers[0] = started
    started.worker.waitUntilReady().catch(async () => {
      started.connection.close()
      await sleep(RETRY_MS)
      if (closed === null) start()
    })
  }
  start()
  return { close: (graceMs) => (closed ??= closeWorker(workers[0]!, graceMs)) }
}

function startWorker(settings: BullSettings, lane: Lane, concurrency: number, handle: Handle): BullWorker {
  const { target, prefix, locks, onTrouble } = settings
  const connection = openRedis(target, 'work', onTrouble)
  // Three parameters, or BullMQ gives no signal.
  const worker = new Worker(lane, (job, token, signal) => work(started, handle, { job, token, signal }), {
    connection: connection.client,
    prefix,
    concurrency,
    lockDuration: locks.lockMs,
    stalledInterval: locks.stalledMs,
    maxStalledCount: MAX_STALLED,
    drainDelay: IDLE_BLOCK_S,
    runRetryDelay: RETRY_MS,
    settings: { repeatStrategy: repeatByCron },
  })
  const started: BullWorker = { worker, connection, running: new Set(), stopping: false }
  worker.on('error', (error) => onTrouble(reasonOf(error)))
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id)
  })
  return started
}

type Work = { readonly job: Job; readonly token: string | undefined; readonly signal: AbortSignal | undefined }

async function work(from: BullWorker, handle: Handle, { job, token, signal }: Work): Promise<void> {
  const abort = signal ?? new AbortController().signal
  const handled = handle({
    id: jobIdOf(job.id ?? ''),
    data: job.data as JsonObject,
    attempt: job.attemptsMade + 1,
    signal: abort,
    progress: progressOf(job),
  })
  from.running.add(handled)
  try {
    await Promise.race([handled, abandonment(from, abort)])
  } catch (error) {
    if (error instanceof WaitingError) {
      // The handler goes on without us; what it brings is refused by the fence.
      handled.catch(() => undefined)
      throw error
    }
    if (from.stopping && abort.aborted) throw await givenBack(job, token)
    throw codeOnly(error)
  } finally {
    from.running.delete(handled)
  }
}

/** The text of an error may hold what must not be kept in Redis: what BullMQ is given has the code for a message, and no cause. */
function codeOnly(error: unknown): Error {
  return new Error(asAppError(error).code)
}

/** Stopped by us, not failed: the job waits for another worker, or where Redis cannot be told, until its lock is over. */
async function givenBack(job: Job, token: string | undefined): Promise<WaitingError> {
  await settlesWithin(job.moveToWait(token), ABORT_MS)
  return new WaitingError()
}

/** Rejects when the consumer is closed and the handler had its time to stop: the job is then left, as if the worker had died. */
function abandonment(from: BullWorker, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      if (from.stopping) setTimeout(() => reject(new WaitingError()), ABORT_MS).unref()
    })
  })
}

/** One update at a time, the newest after it: progress must not pile up while Redis is away. */
function progressOf(job: Job): (progress: JsonObject) => void {
  let busy = false
  let next: JsonObject | null = null
  const send = async (): Promise<void> => {
    busy = true
    while (next !== null) {
      const progress = next
      next = null
      await job.updateProgress(progress).catch(() => undefined)
    }
    busy = false
  }
  return (progress) => {
    next = progress
    if (!busy) void send()
  }
}

/** `worker.close` does not end by itself, neither while a handler runs nor while Redis is away: for the latter there is no grace. */
async function closeWorker(from: BullWorker, graceMs: number): Promise<void> {
  const closing = from.worker.close().catch(() => undefined)
  if (!(await isClosed(from, closing, graceMs)) && from.running.size > 0) {
    from.stopping = true
    from.worker.cancelAllJobs()
    await settlesWithin(closing, 2 * ABORT_MS)
  }
  from.connection.close()
}

/** Waits for as long as handlers run, at most `graceMs`; without any only for as long as it takes to say so to Redis. */
async function isClosed(from: BullWorker, closing: Promise<void>, graceMs: number): Promise<boolean> {
  const end = performance.now() + graceMs
  for (;;) {
    const leftMs = end - performance.now()
    if (await settlesWithin(closing, Math.max(0, Math.min(leftMs, ABORT_MS)))) return true
    if (leftMs <= ABORT_MS || from.running.size === 0) return false
  }
}
