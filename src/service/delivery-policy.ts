import type { SendOutcome, SendReason } from './notifier.ts'

export type DeliveryAttempt = {
  /** Of this message, this one included. */
  readonly attempts: number
  /** Milliseconds since the epoch. */
  readonly firstTriedAt: number
  readonly now: number
  readonly outcome: SendOutcome
  /** 0 to 1: so that messages that failed together do not come back together. */
  readonly chance: number
}

export type DeliveryStep =
  | { readonly state: 'sent'; readonly reference: string | null }
  | { readonly state: 'pending'; readonly nextAt: number; readonly reason: SendReason }
  /** Tried for a day: it is told as lost. */
  | { readonly state: 'dead'; readonly reason: SendReason }
  /** The destination refuses for good: no message goes there until its configuration changes. */
  | { readonly state: 'disabled'; readonly reason: SendReason }

const FIRST_MS = 15_000
const LONGEST_MS = 3_600_000
const JITTER = 0.25
/** How long a message is tried. */
export const GIVE_UP_MS = 24 * 3_600_000
/** How old messages are at most that a channel gets when it takes messages again. */
export const SHELF_MS = 24 * 3_600_000

/**
 * What becomes of a message after an attempt: sent; tried again after 15 s, doubled each time up to an hour and less by up to a quarter,
 * never before the Retry-After of the answer; dead once the next try would be more than a day after the first; or its destination
 * disabled, where trying again cannot help.
 */
export function nextDeliveryStep({ attempts, firstTriedAt, now, outcome, chance }: DeliveryAttempt): DeliveryStep {
  if (outcome.result === 'sent') return { state: 'sent', reference: outcome.reference }
  const { reason } = outcome
  if (outcome.result === 'permanent') {
    return outcome.disables ? { state: 'disabled', reason } : { state: 'dead', reason }
  }
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts - 1, 20))
  const wait = Math.max(Math.round(full * (1 - JITTER * chance)), outcome.afterMs ?? 0)
  const nextAt = now + wait
  return nextAt - firstTriedAt > GIVE_UP_MS ? { state: 'dead', reason } : { state: 'pending', nextAt, reason }
}

/**
 * The id of a message, the same for every attempt and after a restart, so that receivers can drop a repeat (`webhook-id` of Standard
 * Webhooks: no dots, which part what is signed).
 */
export function messageId(report: string, channel: string, key: string): string {
  const encode = (text: string): string => encodeURIComponent(text.toWellFormed()).replaceAll('.', '%2E')
  return ['msg', encode(report), encode(channel), ...(key === '' ? [] : [encode(key)])].join('+')
}
