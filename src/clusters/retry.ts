import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import type { Reply, Sent } from './transport.ts'

/** Time as the retries see it, so that tests need not wait. `sleep` rejects when the signal aborts. */
export type Timing = {
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Between 0 and 1. */
  readonly random: () => number
}

export const REAL_TIMING: Timing = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  random: () => Math.random(),
}

export const MAX_TRIES = 5
const MAX_RETRY_AFTER_MS = 60_000
const FIRST_BACKOFF_MS = 250
const MAX_BACKOFF_MS = 8_000

/**
 * How long to wait before trying again; null: it is of no use. A wait that the server names is kept to exactly, up to a
 * minute; else it doubles from a quarter of a second, with jitter. `answered`: the cluster has answered before in this run;
 * one that never did is told to be unreachable at once instead of after five time-outs.
 */
export function waitBeforeRetry(sent: Sent, tries: number, answered: boolean, random: () => number): number | null {
  if (tries >= MAX_TRIES) return null
  const wait = 'fault' in sent ? isPassing(sent.fault, answered) : isBusy(sent.reply)
  if (!wait) return null
  const named = 'reply' in sent ? sent.reply.retryAfterMs : null
  if (named !== null) return Math.min(named, MAX_RETRY_AFTER_MS)
  const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (tries - 1), MAX_BACKOFF_MS)
  return Math.round(backoff * (0.5 + random() / 2))
}

function isBusy({ status }: Reply): boolean {
  return status === 429 || status === 408 || status >= 500
}

function isPassing({ kind }: Fault, answered: boolean): boolean {
  switch (kind) {
    case 'network':
    case 'broken-body':
      return true
    case 'timeout':
    case 'connect-timeout':
    case 'dns':
    case 'proxy':
      return answered
    case 'tls':
    case 'invalid':
      return false
  }
}
