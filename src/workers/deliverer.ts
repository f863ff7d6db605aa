import PQueue from 'p-queue'
import { asAppError } from '../model/errors.ts'
import { SHELF_MS } from '../service/delivery-policy.ts'
import type { DeliveryRecord } from '../service/reports/report-store.ts'
import { sendInOrder, settle, type DelivererPorts, type Unsettled } from './send-delivery.ts'
import { settlesWithin } from './settle-within.ts'

export type Deliverer = {
  /** Something may be due: it is looked for at once. */
  readonly wake: () => void
  /** Resolves when nothing is due and nothing is being sent. */
  readonly idle: () => Promise<void>
  /** Begins nothing more and waits for what is being sent; after `graceMs` that is broken off. */
  readonly stop: (graceMs: number) => Promise<void>
}

/** Channels that are sent to at once. */
const CHANNELS = 4
/** Messages of one channel that are looked for at once. */
const MESSAGES = 20
/** Where nothing else is due: the configuration, and with it a channel, may have changed. */
const LONGEST_MS = 30_000
/** What is due and is not done now, since its channel is busy or the database away, is not asked for all the time. */
const SHORTEST_MS = 1_000
const BREAK_OFF_MS = 2_000

type Resting = `${'channel' | 'comparison'} ${string}`

type State = {
  readonly ports: DelivererPorts
  readonly unsettled: Unsettled
  /** What is being sent, by channel. */
  readonly busy: Map<string, Promise<void>>
  /** Until when (ms since the epoch) what could not be read or written down is left alone: messages of a channel, what waits of a comparison. */
  readonly resting: Map<Resting, number>
  readonly queue: PQueue
  readonly stopping: AbortController
  readonly breaking: AbortController
  ticking: Promise<void> | null
  isWoken: boolean
  cancelTimer: () => void
}

/**
 * Sends what the database says is due: at the start, when it is woken, and when the next message is due. One message at a time for each
 * channel, so that a process that is killed sends at most one of it a second time, under the same id.
 */
export function createDeliverer(ports: DelivererPorts): Deliverer {
  const state: State = {
    ports,
    unsettled: new Map(),
    busy: new Map(),
    resting: new Map(),
    queue: new PQueue({ concurrency: CHANNELS }),
    stopping: new AbortController(),
    breaking: new AbortController(),
    ticking: null,
    isWoken: false,
    cancelTimer: () => undefined,
  }
  wake(state)
  return {
    wake: () => wake(state),
    idle: () => idle(state),
    stop: async (graceMs) => {
      state.stopping.abort()
      state.cancelTimer()
      if (await settlesWithin(idle(state), graceMs)) return
      state.breaking.abort()
      await settlesWithin(idle(state), BREAK_OFF_MS)
    },
  }
}

function wake(state: State): void {
  if (state.stopping.signal.aborted) return
  state.isWoken = true
  state.ticking ??= tickWhileWoken(state)
}

async function idle(state: State): Promise<void> {
  while (state.ticking !== null || state.busy.size > 0) {
    await state.ticking
    await Promise.all(state.busy.values())
  }
}

async function tickWhileWoken(state: State): Promise<void> {
  state.cancelTimer()
  let ms = LONGEST_MS
  while (state.isWoken && !state.stopping.signal.aborted) {
    state.isWoken = false
    try {
      await tick(state)
      ms = await untilNext(state)
    } catch (error) {
      state.ports.onTrouble(asAppError(error))
      ms = LONGEST_MS
    }
  }
  state.ticking = null
  if (!state.stopping.signal.aborted) state.cancelTimer = state.ports.later(ms, () => wake(state))
}

async function untilNext({ ports: { reads, clock } }: State): Promise<number> {
  const next = await reads.nextDeliveryAt()
  const ms = next === null ? LONGEST_MS : Date.parse(next) - clock.now().getTime()
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms))
}

async function tick(state: State): Promise<void> {
  const { ports, unsettled, busy } = state
  await settle(ports, unsettled)
  await enableMended(ports)
  await releaseWaiting(state)
  const now = ports.clock.now().toISOString()
  const open = await shelveOfDisabled(ports, await ports.reads.dueDeliveries(now, MESSAGES), now)
  for (const [channel, deliveries] of Map.groupBy(open, (delivery) => delivery.channel)) {
    if (busy.has(channel) || isResting(state, `channel ${channel}`)) continue
    busy.set(channel, send(state, channel, deliveries))
  }
}

async function send(state: State, channel: string, deliveries: readonly DeliveryRecord[]): Promise<void> {
  const { ports, unsettled, busy, queue } = state
  const sending = { ports, unsettled, stopping: state.stopping.signal, breaking: state.breaking.signal }
  try {
    if (await queue.add(() => sendInOrder(sending, deliveries))) state.isWoken = true
  } catch (error) {
    rest(state, `channel ${channel}`, error)
  } finally {
    busy.delete(channel)
    if (state.isWoken) wake(state)
  }
}

function isResting({ ports, resting }: State, what: Resting): boolean {
  return ports.clock.now().getTime() < (resting.get(what) ?? 0)
}

function rest({ ports, resting }: State, what: Resting, error: unknown): void {
  resting.set(what, ports.clock.now().getTime() + LONGEST_MS)
  ports.onTrouble(asAppError(error))
}

/** A channel that is configured in another way than when it refused takes messages again. */
async function enableMended({ reads, writes, configured, clock, onEnabled }: DelivererPorts): Promise<void> {
  for (const { channel, configured: then } of await reads.disabledChannels()) {
    const digest = configured(channel)
    if (digest === null || digest === then) continue
    const now = clock.now()
    const from = new Date(now.getTime() - SHELF_MS)
    onEnabled(channel, await writes.enableChannel(channel, from.toISOString(), now.toISOString()))
  }
}

/** What cannot be released holds up neither other comparisons nor messages. */
async function releaseWaiting(state: State): Promise<void> {
  const { reads, writes, context, clock } = state.ports
  const now = clock.now().toISOString()
  const waiting = await reads.waitingRoutes(now)
  for (const name of new Set(waiting.map((route) => route.name))) {
    if (isResting(state, `comparison ${name}`)) continue
    try {
      await writes.releaseWaiting(context(name), now)
    } catch (error) {
      rest(state, `comparison ${name}`, error)
    }
  }
}

/** Gives those whose channels take messages. */
async function shelveOfDisabled(
  { reads, writes }: DelivererPorts,
  due: readonly DeliveryRecord[],
  now: string,
): Promise<readonly DeliveryRecord[]> {
  const disabled = new Map((await reads.disabledChannels()).map(({ channel, reason }) => [channel, reason]))
  for (const { id, channel } of due) {
    const reason = disabled.get(channel)
    if (reason !== undefined) await writes.shelveDelivery(id, reason, now)
  }
  return due.filter(({ channel }) => !disabled.has(channel))
}
