import { AppError } from '../model/errors.ts'
import type { Handover, JobQueue, Lane } from '../service/job-queue.ts'
import { WAKE_LANE } from '../service/lanes.ts'
import { HANDOVER_LIMITS, type HandoverLimits } from './handover-limits.ts'
import { createInProcessHandover } from './in-process-handover.ts'
import { createInProcessLane, type InProcessLane } from './in-process-lane.ts'
import { createInProcessWakeUps } from './in-process-wake-ups.ts'
import { checkJobId, checkLane } from './job-names.ts'

/** Finished ids are known for this long; the port promises an hour. */
export const KEEP_FINISHED_MS = 3_600_000

export type InProcessQueueOptions = { readonly handover?: HandoverLimits; readonly keepFinishedMs?: number }

/**
 * The queue of a service without Redis: jobs run in this process and are forgotten with it, so the database must be read for what is
 * unfinished at the next start. After `close` every call rejects with `queue-unavailable`.
 */
export function createInProcessQueue(options: InProcessQueueOptions = {}): JobQueue {
  const { handover: limits = HANDOVER_LIMITS, keepFinishedMs = KEEP_FINISHED_MS } = options
  const lanes = new Map<Lane, InProcessLane>()
  const { handover, clear } = createInProcessHandover(limits)
  let closing: Promise<void> | null = null
  const open = (): void => {
    if (closing !== null) throw new AppError('queue-unavailable', 'the queue is closed')
  }
  const laneOf = (lane: Lane): InProcessLane => {
    checkLane(lane)
    const found = lanes.get(lane) ?? createInProcessLane(lane, keepFinishedMs)
    lanes.set(lane, found)
    return found
  }
  const wakeUps = createInProcessWakeUps((job) => laneOf(WAKE_LANE).enqueue(job))
  const close = async (): Promise<void> => {
    wakeUps.stop()
    await Promise.all([...lanes.values()].map((lane) => lane.close()))
    clear()
  }
  return {
    enqueue: async (lane, job) => {
      open()
      checkJobId(job.id)
      laneOf(lane).enqueue(job)
    },
    consume: async (lane, concurrency, handle) => {
      open()
      return laneOf(lane).consume(concurrency, handle)
    },
    state: async (lane, id) => {
      open()
      return laneOf(lane).state(id)
    },
    depth: async (lane) => {
      open()
      return laneOf(lane).depth()
    },
    watch: (lane, listener) => stopLater(laneOf(lane).watch(listener)),
    handover: whileOpen(handover, open),
    keepWakeUps: async (wanted) => {
      open()
      wakeUps.keep(wanted)
    },
    isReady: async () => closing === null,
    close: () => (closing ??= close()),
  }
}

function stopLater(stop: () => void): () => Promise<void> {
  return async () => stop()
}

function whileOpen(handover: Handover, open: () => void): Handover {
  return {
    put: async (id, parts) => {
      open()
      await handover.put(id, parts)
    },
    take: async (id) => {
      open()
      return handover.take(id)
    },
    drop: async (id) => {
      open()
      await handover.drop(id)
    },
  }
}
