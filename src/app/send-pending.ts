import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { AppError } from '../model/errors.ts'
import type { Clock, History } from '../service/ports.ts'
import type { DeliveryRecord, ReportReads, ReportWrites } from '../service/reports/report-store.ts'
import type { Page } from '../service/runs.ts'
import type { Deliverer } from '../workers/deliverer.ts'
import type { Log } from './log.ts'
import { asAsync } from './as-async.ts'
import { startDelivering } from './serve/delivering.ts'
import type { Environment } from './settings.ts'

export type Sending = {
  readonly history: Pick<History, keyof ReportReads | keyof ReportWrites>
  readonly config: Config
  readonly env: Environment
  readonly clock: Clock
  /** How long what fails is tried again; then it stays pending. */
  readonly timeoutMs: number
  readonly log: Log
  readonly signal: AbortSignal
}

const GRACE_MS = 10_000
/** Messages that are read at once. */
const MOST = 500
const EVERYTHING = { channel: null, report: null, name: null }
/** What is due and is not sent, since another process is at it, is not asked for all the time. */
const SHORTEST_MS = 200

/**
 * Sends what is due of the comparisons of the configuration, as a service would, until nothing is or the time is over: what was not taken
 * stays pending for the next call. A channel that refused for good is tried anew by each call. Returns what is pending now, and what is
 * not since this call, oldest first. Rejects when `signal` aborts, once what is being sent is sent.
 */
export async function sendPending(sending: Sending): Promise<readonly DeliveryRecord[]> {
  const { history, config, clock, timeoutMs, signal } = sending
  const began = clock.now()
  const oldest = oldestOpen(sending) ?? began.toISOString()
  const deliverer = startDelivering({
    ...sending,
    reads: asAsync(readsOf(sending)),
    writes: asAsync<ReportWrites>(history),
    config: () => config,
    // Of this call alone: a channel that was disabled under another key looks mended, and is tried anew.
    key: randomBytes(32),
    metrics: { delivered: () => undefined },
  })
  try {
    await sendUntil(began.getTime() + timeoutMs, deliverer, sending)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    await deliverer.stop(GRACE_MS)
  }
  if (signal.aborted) throw interrupted()
  const told = recordsOf(sending, { state: null, since: oldest })
  return told.filter(({ finishedAt }) => finishedAt === null || finishedAt >= began.toISOString())
}

async function sendUntil(end: number, deliverer: Deliverer, sending: Sending): Promise<void> {
  const { clock, signal } = sending
  for (;;) {
    await deliverer.idle()
    const now = clock.now().getTime()
    const next = nextAt(sending)
    if (next === null || Math.max(next, now) > end) return
    await sleep(Math.max(SHORTEST_MS, next - now), undefined, { signal })
    deliverer.wake()
  }
}

function interrupted(): AppError {
  return new AppError('interrupted', 'interrupted before every message was sent', {
    hint: 'The report is stored. The next one sends what is left.',
  })
}

/** A history may hold the messages of other configurations, whose channels are none of this one. */
function readsOf({ history, config }: Sending): ReportReads {
  const names = new Set(config.comparisons.map(({ name }) => name))
  const channels = new Set(config.channels.map(({ name }) => name))
  return {
    ...history,
    dueDeliveries: (now) => history.dueDeliveries(now, MOST).filter(({ name }) => names.has(name)),
    waitingRoutes: (now) => history.waitingRoutes(now).filter(({ name }) => names.has(name)),
    disabledChannels: () => history.disabledChannels().filter(({ channel }) => channels.has(channel)),
  }
}

/** When the next channel may be tried, in milliseconds since the epoch: each waits for the oldest of its messages. Null: none is pending. */
function nextAt(sending: Sending): number | null {
  const newestFirst = recordsOf(sending, { state: 'pending', since: null }).toReversed()
  const oldest = new Map(newestFirst.map((record) => [record.channel, record]))
  const times = [...oldest.values()].map((record) => Date.parse(record.nextAt ?? record.createdAt))
  return times.length === 0 ? null : Math.min(...times)
}

/** When the oldest message was made that this call may send: one of a channel that refused may be pending again. Null: there is none. */
function oldestOpen(sending: Sending): string | null {
  const states = ['pending', 'disabled'] as const
  const times = states.flatMap((state) => recordsOf(sending, { state, since: null })[0]?.createdAt ?? [])
  return times.toSorted()[0] ?? null
}

type Wanted = {
  /** Null: all. */
  readonly state: DeliveryRecord['state'] | null
  /** RFC 3339: what was made before then is left out; null: nothing is. */
  readonly since: string | null
}

/** Of the comparisons of the configuration, oldest first. */
function recordsOf({ history, config }: Sending, { state, since }: Wanted): readonly DeliveryRecord[] {
  const names = new Set(config.comparisons.map(({ name }) => name))
  const found: DeliveryRecord[] = []
  let cursor: string | null = null
  do {
    const page: Page<DeliveryRecord> = history.deliveryPage({ ...EVERYTHING, state }, { limit: MOST, cursor })
    const wanted = page.items.filter(({ createdAt }) => since === null || createdAt >= since)
    found.push(...wanted.filter(({ name }) => names.has(name)))
    cursor = wanted.length < page.items.length ? null : page.next
  } while (cursor !== null)
  return found.toReversed()
}
