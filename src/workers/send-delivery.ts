import type { AppError } from '../model/errors.ts'
import type { Async } from '../service/async.ts'
import { nextDeliveryStep, type DeliveryStep } from '../service/delivery-policy.ts'
import type { Notifier } from '../service/notifier.ts'
import type { Clock } from '../service/ports.ts'
import type {
  DeliveryRecord,
  DueDelivery,
  ReportContext,
  ReportReads,
  ReportWrites,
  Settlement,
} from '../service/reports/report-store.ts'

export type DelivererPorts = {
  readonly reads: Async<
    Pick<ReportReads, 'dueDeliveries' | 'pendingDelivery' | 'nextDeliveryAt' | 'waitingRoutes' | 'disabledChannels'>
  >
  readonly writes: Async<ReportWrites>
  readonly notifier: Notifier
  /** A keyed digest of the channel as it is configured now, its secrets included; null: one of them cannot be read now. */
  readonly configured: (channel: string) => string | null
  /** Of the comparison definition, as configured now. Without routes where it is not configured any more. */
  readonly context: (name: string) => ReportContext
  readonly clock: Clock
  /** 0 to 1. */
  readonly chance: () => number
  /** Does `work` after so many milliseconds; what it returns gives that up. */
  readonly later: (ms: number, work: () => void) => () => void
  readonly onAttempt: (attempt: DeliveryAttempted) => void
  /** A channel takes messages again, so many that it had refused. */
  readonly onEnabled: (channel: string, messages: number) => void
  /** Hears why something could not be done: the database is away. */
  readonly onTrouble: (error: AppError) => void
}

export type DeliveryAttempted = { readonly delivery: DeliveryRecord; readonly step: DeliveryStep }

/** What became of attempts and could not be written down yet. Lives as long as the process: a message in it is not sent again. */
export type Unsettled = Map<string, Settlement>

/** From so many failed attempts on, a message may be at fault itself: those behind it are then tried too. */
const HOLDING_ATTEMPTS = 4

/** What the channels of one process share while it sends. */
export type Sending = {
  readonly ports: DelivererPorts
  readonly unsettled: Unsettled
  /** Nothing more is begun. */
  readonly stopping: AbortSignal
  /** What is being sent is broken off. */
  readonly breaking: AbortSignal
}

/**
 * Sends the messages of one channel in their order. One that must wait holds back those behind it, so that they keep their order. Says
 * whether anything became of any. Rejects where the database fails; what was sent by then is in `unsettled`.
 */
export async function sendInOrder(sending: Sending, deliveries: readonly DeliveryRecord[]): Promise<boolean> {
  const { ports, unsettled, stopping, breaking } = sending
  let hasTried = false
  for (const { id } of deliveries) {
    if (stopping.aborted || unsettled.size > 0) return hasTried
    const delivery = await ports.reads.pendingDelivery(id)
    if (delivery === null) continue
    const settlement = await attempt(ports, delivery, breaking)
    if (settlement === null) return hasTried
    try {
      await ports.writes.settleDelivery(id, settlement)
    } catch (error) {
      unsettled.set(id, settlement)
      throw error
    }
    ports.onAttempt({ delivery, step: settlement.step })
    hasTried = true
    if (holdsOthers(settlement.step, delivery)) return hasTried
  }
  return hasTried
}

/** Null where it was broken off: nobody knows whether it was taken, so that it is tried again. */
async function attempt(
  { notifier, configured, clock, chance }: DelivererPorts,
  { id, channel, document, thread, attempts, firstTriedAt }: DueDelivery,
  signal: AbortSignal,
): Promise<Settlement | null> {
  const began = clock.now().getTime()
  // Before the message is sent: what is mended in the meantime is then seen to be another one.
  const digest = configured(channel) ?? ''
  const outcome = await notifier.send({ id, channel, report: document, thread }, signal)
  if (signal.aborted && outcome.result !== 'sent') return null
  const now = clock.now()
  const first = firstTriedAt === null ? began : Date.parse(firstTriedAt)
  const tried = { attempts: attempts + 1, firstTriedAt: first, now: now.getTime() }
  const step = nextDeliveryStep({ ...tried, outcome, chance: chance() })
  return { step, now: now.toISOString(), configured: digest }
}

/** Writes down what could not be. While that fails nothing is sent: each message would come again and again. */
export async function settle({ writes }: Pick<DelivererPorts, 'writes'>, unsettled: Unsettled): Promise<void> {
  for (const [id, settlement] of unsettled) {
    await writes.settleDelivery(id, settlement)
    unsettled.delete(id)
  }
}

function holdsOthers(step: DeliveryStep, { attempts }: DeliveryRecord): boolean {
  if (step.state === 'disabled') return true
  if (step.state !== 'pending') return false
  return step.reason === 'rate-limited' || attempts + 1 < HOLDING_ATTEMPTS
}
