import { setTimeout as sleep } from 'node:timers/promises'
import { QueueEvents } from 'bullmq'
import type { JsonObject } from '../model/json.ts'
import type { Lane, QueueEvent } from '../service/job-queue.ts'
import type { BullSettings } from './bull-consumer.ts'
import { codeOf, jobIdOf } from './bull-names.ts'
import { openRedis, reasonOf, type RedisConnection } from './redis-connection.ts'
import { settlesWithin } from './settle-within.ts'

const BLOCK_MS = 2_000
const RETRY_MS = 1_000
const CLOSE_MS = 500

type Listener = (event: QueueEvent) => void

/** Hears of the jobs of a lane from when there is a connection. */
export function watchLane(settings: BullSettings, lane: Lane, listener: Listener): () => Promise<void> {
  let open: { readonly events: QueueEvents; readonly connection: RedisConnection } | null = null
  let stopped = false
  const start = (): void => {
    const connection = openRedis(settings.target, 'work', settings.onTrouble)
    const events = new QueueEvents(lane, {
      connection: connection.client,
      prefix: settings.prefix,
      blockingTimeout: BLOCK_MS,
    })
    open = { events, connection }
    events.on('error', (error) => settings.onTrouble(reasonOf(error)))
    tellEvents(events, lane, (event) => {
      if (!stopped) told(listener, event)
    })
    events.waitUntilReady().catch(async () => {
      connection.close()
      await sleep(RETRY_MS)
      if (!stopped) start()
    })
  }
  start()
  return async () => {
    stopped = true
    if (open === null) return
    // Ends its loop; it does not settle while Redis is away, which the end of the connection then makes good.
    await settlesWithin(open.events.close(), CLOSE_MS)
    open.connection.close()
  }
}

function tellEvents(events: QueueEvents, lane: Lane, tell: Listener): void {
  events.on('active', ({ jobId }) => tell({ type: 'active', lane, id: jobIdOf(jobId) }))
  events.on('completed', ({ jobId }) => tell({ type: 'done', lane, id: jobIdOf(jobId) }))
  events.on('failed', ({ jobId, failedReason }) => {
    tell({ type: 'failed', lane, id: jobIdOf(jobId), code: codeOf(failedReason) })
  })
  events.on('progress', ({ jobId, data }) => {
    tell({ type: 'progress', lane, id: jobIdOf(jobId), progress: data as JsonObject })
  })
}

function told(listener: Listener, event: QueueEvent): void {
  try {
    listener(event)
  } catch {
    // A listener that throws must not end the reading of events.
  }
}
