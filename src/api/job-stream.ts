import { streamSSE, type SSEStreamingApi } from 'hono/streaming'
import { AppError } from '../model/errors.ts'
import type { JobEvent } from '../service/service.ts'
import type { ApiContext } from './context.ts'
import { jobDocument } from './documents.ts'
import type { ApiLimits } from './limits.ts'

/** Counts open event streams. `enter` throws `rate-limited` at the limit and gives how to leave; what it gives may be called twice. */
export type StreamGate = {
  readonly heartbeatMs: number
  readonly closing: AbortSignal
  readonly enter: (caller: string) => () => void
}

export function createStreamGate(limits: ApiLimits, closing: AbortSignal): StreamGate {
  const open = new Map<string, number>()
  let total = 0
  return {
    heartbeatMs: limits.heartbeatMs,
    closing,
    enter: (caller) => {
      if (closing.aborted) throw new AppError('interrupted', 'the service is stopping')
      const own = open.get(caller) ?? 0
      if (total >= limits.eventStreams || own >= limits.eventStreamsPerCaller) {
        throw new AppError('rate-limited', 'too many event streams are open', {
          hint: 'Close some, or poll the job instead.',
        })
      }
      total += 1
      open.set(caller, own + 1)
      return leaveOnce(() => {
        total -= 1
        const left = (open.get(caller) ?? 1) - 1
        if (left === 0) open.delete(caller)
        else open.set(caller, left)
      })
    },
  }
}

/** Id of the event after which nothing more comes: who reconnects with it is told to stop. */
const LAST = 'last'

type Watch = (signal: AbortSignal) => Promise<AsyncIterable<JobEvent>>

/** Streams a job until it is finished, the caller goes or the service stops. What goes wrong before the first event is a problem as usual. */
export async function streamJob(c: ApiContext, gate: StreamGate, caller: string, watch: Watch): Promise<Response> {
  if (c.req.header('last-event-id') === LAST) return c.body(null, 204)
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' })
  const leave = gate.enter(caller)
  const gone = new AbortController()
  const signal = AbortSignal.any([gone.signal, gate.closing])
  signal.addEventListener('abort', leave, { once: true })
  try {
    const events = await watch(signal)
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => gone.abort())
      try {
        await pour(stream, events, gate.heartbeatMs)
      } catch {
        // The events stop with the job, the caller or the service; a caller that still listens reconnects and is told how it is.
      } finally {
        gone.abort()
      }
    })
  } catch (error) {
    gone.abort()
    throw error
  }
}

async function pour(stream: SSEStreamingApi, events: AsyncIterable<JobEvent>, heartbeatMs: number): Promise<void> {
  const heartbeat = setInterval(() => void stream.write(': heartbeat\n\n').catch(() => undefined), heartbeatMs)
  try {
    let count = 0
    for await (const { type, job } of events) {
      count += 1
      const id = type === 'progress' ? String(count) : LAST
      await stream.writeSSE({ event: type, id, data: JSON.stringify(jobDocument(job)) })
    }
  } finally {
    clearInterval(heartbeat)
  }
}

function leaveOnce(leave: () => void): () => void {
  let isOpen = true
  return () => {
    if (isOpen) leave()
    isOpen = false
  }
}
