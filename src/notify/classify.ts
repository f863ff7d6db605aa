import type { SendOutcome, SendReason } from '../service/notifier.ts'
import type { Answer, Exchanged, Fault } from './exchange.ts'

/** What went wrong, as an outcome; null where the answer is one of success. `now`: milliseconds since the epoch. */
export function troubleOf(exchanged: Exchanged, now: number): SendOutcome | null {
  if ('fault' in exchanged) return outcomeOfFault(exchanged.fault)
  const { answer } = exchanged
  const { status } = answer
  if (status >= 200 && status < 300) return null
  const passing = passingReason(answer)
  if (passing) return { result: 'retry', reason: passing, afterMs: retryAfterMs(answer, now) }
  const reason = LASTING[status] ?? (status < 400 ? 'redirected' : null)
  return reason === null ? { result: 'permanent', reason: 'payload-refused', disables: false } : lasting(reason)
}

const LASTING: Readonly<Record<number, SendReason>> = {
  401: 'unauthorized',
  403: 'unauthorized',
  404: 'gone',
  410: 'gone',
}

/** Why trying again can help; null where it cannot. */
function passingReason(answer: Answer): SendReason | null {
  const { status } = answer
  if (status === 429 || (status === 403 && isRateLimit(answer))) return 'rate-limited'
  return status >= 500 || status === 408 || status === 425 ? 'server-error' : null
}

function outcomeOfFault({ reason, lasting: isLasting }: Fault): SendOutcome {
  return isLasting ? lasting(reason) : { result: 'retry', reason, afterMs: null }
}

/** Nothing gets there until somebody changes the destination. */
export function lasting(reason: SendReason): SendOutcome {
  return { result: 'permanent', reason, disables: true }
}

/** GitHub answers 403 where it limits the rate (docs.github.com, rate limits for the REST API). */
function isRateLimit({ headers }: Answer): boolean {
  return headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'
}

/** RFC 9110 10.2.3: seconds or a date; else the time at which GitHub says that its limit ends. */
function retryAfterMs({ headers }: Answer, now: number): number | null {
  const after = textOf(headers['retry-after'])
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000
  const date = Date.parse(after)
  if (!Number.isNaN(date)) return Math.max(0, date - now)
  const reset = textOf(headers['x-ratelimit-reset'])
  const isSpent = headers['x-ratelimit-remaining'] === '0' && /^\d{1,12}$/.test(reset)
  return isSpent ? Math.max(0, Number(reset) * 1000 - now) : null
}

function textOf(header: string | readonly string[] | undefined): string {
  return (typeof header === 'string' ? header : header?.[0]) ?? ''
}

/** It is kept: nothing else that a receiver says may be. */
const TIME_STAMP = /^\d{1,12}\.\d{1,9}$/

const SLACK_AGAIN = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
])
const SLACK_GONE = new Set(['channel_not_found', 'is_archived', 'restricted_action_read_only_channel'])
const SLACK_PAYLOAD = /^(?:msg_|invalid_blocks|invalid_arg|no_text|too_many|invalid_json|json_not|invalid_post)/

/**
 * What Slack's Web API says with status 200: the time stamp of the message, or why not. Source: docs.slack.dev, errors of
 * chat.postMessage. A code that is not known is taken for one of the credentials and rights, as most are.
 */
export function slackOutcome(answer: Answer): SendOutcome {
  const { ok, error, ts } = slackAnswer(answer.body)
  if (ok === true) return { result: 'sent', reference: typeof ts === 'string' && TIME_STAMP.test(ts) ? ts : null }
  if (typeof error !== 'string') return { result: 'retry', reason: 'answer-invalid', afterMs: null }
  if (error === 'ratelimited' || error === 'rate_limited')
    return { result: 'retry', reason: 'rate-limited', afterMs: null }
  if (SLACK_AGAIN.has(error)) return { result: 'retry', reason: 'server-error', afterMs: null }
  if (SLACK_GONE.has(error)) return lasting('gone')
  if (SLACK_PAYLOAD.test(error)) return { result: 'permanent', reason: 'payload-refused', disables: false }
  return lasting('unauthorized')
}

function slackAnswer(body: string): { readonly ok?: unknown; readonly error?: unknown; readonly ts?: unknown } {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}
