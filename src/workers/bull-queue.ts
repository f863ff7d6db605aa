import { Queue, type JobsOptions } from 'bullmq'
import type { Consumer, JobQueue, Lane, NewQueueJob, QueueJobState } from '../service/job-queue.ts'
import { WAKE_LANE } from '../service/lanes.ts'
import { consumeLane, LOCK_TIMES, type BullSettings, type LockTimes } from './bull-consumer.ts'
import { bullIdOf } from './bull-names.ts'
import { keepSchedulers, repeatByCron } from './bull-wake-ups.ts'
import { watchLane } from './bull-watch.ts'
import { HANDOVER_LIMITS, type HandoverLimits } from './handover-limits.ts'
import { checkJobId, checkLane } from './job-names.ts'
import {
  answered,
  isReady,
  openRedis,
  reasonOf,
  unavailable,
  type OnTrouble,
  type RedisConnection,
} from './redis-connection.ts'
import { createRedisHandover } from './redis-handover.ts'
import type { RedisTarget } from './redis-target.ts'
import { JITTER } from './retry-delay.ts'
import { settlesWithin } from './settle-within.ts'

export type BullQueueOptions = {
  readonly redis: RedisTarget
  /** Before every key; two services in one Redis need two. In braces for a cluster: all keys of a lane must be in one slot. */
  readonly prefix?: string
  readonly handover?: HandoverLimits
  readonly locks?: LockTimes
  /** Hears in one word what is wrong with Redis, as often as it is noticed. */
  readonly onTrouble?: OnTrouble
}

const PREFIX = 'flux-compare'
/** Seconds for which finished ids are known; the port promises an hour. */
const KEEP_FINISHED_S = 3_600
const READY_MS = 2_000

type Opened = {
  readonly settings: BullSettings
  readonly calls: RedisConnection
  readonly queues: Map<Lane, Queue>
  readonly consumers: Set<Consumer>
  readonly stops: Set<() => Promise<void>>
  closing: Promise<void> | null
}

/**
 * The queue on Redis, by BullMQ. Connects in the background and recovers by itself: while Redis is away every call rejects with
 * `queue-unavailable`, and consumers and watchers begin when it is there. Throws `input-invalid` for a target that cannot be.
 */
export function createBullQueue(options: BullQueueOptions): JobQueue {
  const { redis, locks = LOCK_TIMES, onTrouble = () => undefined } = options
  const prefix = redis.mode === 'cluster' ? `{${options.prefix ?? PREFIX}}` : (options.prefix ?? PREFIX)
  const opened: Opened = {
    settings: { target: redis, prefix, locks, onTrouble },
    calls: openRedis(redis, 'calls', onTrouble),
    queues: new Map(),
    consumers: new Set(),
    stops: new Set(),
    closing: null,
  }
  return {
    enqueue: (lane, job) => enqueue(opened, lane, job),
    consume: async (lane, concurrency, handle) => {
      checkOpen(opened)
      checkLane(lane)
      return remembered(opened.consumers, consumeLane(opened.settings, lane, concurrency, handle))
    },
    state: (lane, id) => stateOf(opened, lane, id),
    depth: (lane) => onLane(opened, lane, (queue) => queue.count()),
    watch: (lane, listener) => {
      checkLane(lane)
      const stop = watchLane(opened.settings, lane, listener)
      opened.stops.add(stop)
      return stop
    },
    handover: createRedisHandover(opened.calls.client, prefix, options.handover ?? HANDOVER_LIMITS),
    keepWakeUps: (wakeUps) => onLane(opened, WAKE_LANE, (queue) => keepSchedulers(queue, wakeUps)),
    isReady: () => answersNow(opened),
    close: () => (opened.closing ??= closeAll(opened)),
  }
}

async function enqueue(opened: Opened, lane: Lane, job: NewQueueJob): Promise<void> {
  checkJobId(job.id)
  await onLane(opened, lane, (queue) => queue.add('job', job.data, bullOptions(job)))
}

function bullOptions(job: NewQueueJob): JobsOptions {
  return {
    jobId: bullIdOf(job.id),
    attempts: job.attempts,
    backoff: { type: 'exponential', delay: job.backoffMs, jitter: JITTER },
    removeOnComplete: { age: KEEP_FINISHED_S },
    removeOnFail: { age: KEEP_FINISHED_S },
    stackTraceLimit: 0,
    ...(job.dedupe === null ? {} : { deduplication: { id: job.dedupe } }),
  }
}

async function stateOf(opened: Opened, lane: Lane, id: string): Promise<QueueJobState> {
  checkJobId(id)
  const state = await onLane(opened, lane, (queue) => queue.getJobState(bullIdOf(id)))
  if (state === 'completed') return 'done'
  if (state === 'failed' || state === 'active' || state === 'unknown') return state
  return 'waiting'
}

/** Calls BullMQ once there is a connection: a Queue that is made without one waits for it for ever, and one that fails to begin stays so. */
async function onLane<T>(opened: Opened, lane: Lane, call: (queue: Queue) => Promise<T>): Promise<T> {
  checkOpen(opened)
  checkLane(lane)
  return answered(opened.calls.client, async () => {
    const queue = opened.queues.get(lane) ?? openLane(opened, lane)
    try {
      await queue.waitUntilReady()
    } catch (error) {
      opened.queues.delete(lane)
      throw error
    }
    return call(queue)
  })
}

function openLane(opened: Opened, lane: Lane): Queue {
  const { prefix, onTrouble } = opened.settings
  const queue = new Queue(lane, {
    connection: opened.calls.client,
    prefix,
    settings: { repeatStrategy: repeatByCron },
  })
  queue.on('error', (error) => onTrouble(reasonOf(error)))
  opened.queues.set(lane, queue)
  return queue
}

function remembered(consumers: Set<Consumer>, consumer: Consumer): Consumer {
  consumers.add(consumer)
  return {
    close: async (graceMs) => {
      await consumer.close(graceMs)
      consumers.delete(consumer)
    },
  }
}

async function answersNow(opened: Opened): Promise<boolean> {
  if (opened.closing !== null || !isReady(opened.calls.client)) return false
  let answer = ''
  const asked = opened.calls.client.ping().then((text) => (answer = text))
  await settlesWithin(asked, READY_MS)
  return answer === 'PONG'
}

async function closeAll(opened: Opened): Promise<void> {
  await Promise.all([...opened.stops].map((stop) => stop()))
  await Promise.all([...opened.consumers].map((consumer) => consumer.close(0)))
  opened.calls.close()
}

function checkOpen(opened: Opened): void {
  if (opened.closing !== null) throw unavailable('is closed')
}
