import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import type { Clock, History } from '../service/ports.ts'
import type { DeliveryRecord, ReportReads, ReportWrites } from '../service/reports/report-store.ts'
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
const MOST = 500

/**
 * Sends what is due of the comparisons of the configuration, as a service would, until nothing is or the time is over: what was not taken
 * stays pending for the next call. A channel that refused for good is tried anew by each call. Returns what is pending now, and what is
 * not since this call, oldest first. Rejects when `signal` aborts, once what is being sent is sent.
 */
export async function sendPending(sending: Sending): Promise<readonly DeliveryRecord[]> {
  const { history, config, clock, timeoutMs, signal } = sending
  const began = clock.now()
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
    for (;;) {
      await deliverer.idle()
      const next = nextAt(sending)
      if (next === null || next > began.getTime() + timeoutMs) break
      await sleep(Math.max(0, next - clock.now().getTime()), undefined, { signal })
      deliverer.wake()
    }
  } finally {
    await deliverer.stop(GRACE_MS)
  }
  signal.throwIfAborted()
  return recordsOf(sending).filter(({ finishedAt }) => finishedAt === null || finishedAt >= began.toISOString())
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

/** When the next message may be tried, in milliseconds since the epoch; null: none is pending. */
function nextAt(sending: Sending): number | null {
  const times = recordsOf(sending).flatMap(({ nextAt }) => (nextAt === null ? [] : Date.parse(nextAt)))
  return times.length === 0 ? null : Math.min(...times)
}

function recordsOf({ history, config }: Sending): readonly DeliveryRecord[] {
  const names = new Set(config.comparisons.map(({ name }) => name))
  const everything = { state: null, channel: null, report: null, name: null }
  const { items } = history.deliveryPage(everything, { limit: MOST, cursor: null })
  return items.filter(({ name }) => names.has(name)).toReversed()
}
