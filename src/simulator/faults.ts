import { decodeContinue, encodeContinue } from './continue-token.ts'
import type { RequestInfo } from './request-info.ts'
import { json, statusObject, text, tooOldContinue, tooOldRevision, type Answer } from './statuses.ts'

/** Which requests go wrong; what is left out matches any. The first fault that matches is used. */
export type FaultMatch = {
  readonly method?: string
  readonly path?: string | RegExp
  readonly query?: Readonly<Record<string, string | RegExp>>
  readonly user?: string
  /** The k-th page of a list, counted from 1. */
  readonly page?: number
  /** Only from the n-th matching request on, counted from 1. */
  readonly nth?: number
  /** At most so often; default: once with `nth`, else always. */
  readonly times?: number
}

export type FaultAction =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'hang-after-headers' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'truncated-json' }
  | { readonly kind: 'gzip-garbage' }
  /** One byte of the right answer every `ms` milliseconds. */
  | { readonly kind: 'drip'; readonly ms: number }
  | { readonly kind: 'html'; readonly status?: number }
  /** A failure's Status document under HTTP 200. */
  | { readonly kind: 'status-with-200' }
  | { readonly kind: 'no-content' }
  | { readonly kind: 'wrong-kind'; readonly as?: string }
  | { readonly kind: 'items'; readonly value: 'null' | 'missing' }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  | {
      readonly kind: 'respond'
      readonly status: number
      readonly body?: object | string
      readonly retryAfter?: string | number
    }
  /** 410 for a continue token, with one that resumes an inconsistent list. */
  | { readonly kind: 'expired' }
  /** A list body of about so many bytes of blanks inside valid JSON. */
  | { readonly kind: 'huge'; readonly bytes: number }

export type Fault = { readonly match: FaultMatch; readonly action: FaultAction }

export type Subject = { readonly info: RequestInfo; readonly user: string; readonly page: number }

export type Manner =
  | { readonly kind: 'whole' | 'cut' | 'hang' | 'hang-after-headers' | 'reset' | 'as-is' }
  | { readonly kind: 'drip'; readonly ms: number }
  | { readonly kind: 'huge'; readonly bytes: number }

/** An answer and how it reaches the client. `as-is`: whole, but its encoding header is already set. */
export type Delivery = { readonly answer: Answer; readonly manner: Manner; readonly delayMs: number }

/** Counts matching requests; gives the action for a request, or null. */
export function createFaults(faults: readonly Fault[]): (subject: Subject) => FaultAction | null {
  const seen = faults.map(() => 0)
  const fired = faults.map(() => 0)
  return (subject) => {
    for (const [index, { match, action }] of faults.entries()) {
      if (!matches(match, subject)) continue
      seen[index]! += 1
      const times = match.times ?? (match.nth === undefined ? Infinity : 1)
      if (seen[index]! < (match.nth ?? 1) || fired[index]! >= times) continue
      fired[index]! += 1
      return action
    }
    return null
  }
}

/** What becomes of the right answer under this fault. */
export function misdeliver(action: FaultAction | null, right: Answer, info: RequestInfo): Delivery {
  if (action === null) return { answer: right, manner: { kind: 'whole' }, delayMs: 0 }
  const make = ANSWERS[action.kind] as ((action: FaultAction, right: Answer, info: RequestInfo) => Answer) | undefined
  const answer = make === undefined ? right : make(action, right, info)
  return { answer, manner: mannerOf(action), delayMs: action.kind === 'delay' ? action.ms : 0 }
}

function mannerOf(action: FaultAction): Manner {
  if (action.kind === 'drip' || action.kind === 'huge') return action
  if (action.kind === 'hang' || action.kind === 'hang-after-headers') return action
  if (action.kind === 'cut' || action.kind === 'reset') return action
  return { kind: action.kind === 'gzip-garbage' ? 'as-is' : 'whole' }
}

type Makers = {
  readonly [Kind in FaultAction['kind']]?: (
    action: Extract<FaultAction, { kind: Kind }>,
    right: Answer,
    info: RequestInfo,
  ) => Answer
}

/** What is answered instead of the right answer; kinds that are not here answer rightly, in their own manner. */
const ANSWERS: Makers = {
  html: (action) => html(action.status ?? 200),
  'status-with-200': () => json(200, defaultStatus(500)),
  'no-content': () => ({ status: 204, headers: {}, body: Buffer.alloc(0) }),
  redirect: (action) => ({ ...text(action.status ?? 302, ''), headers: { location: action.to } }),
  respond,
  'gzip-garbage': (_action, right) => ({
    ...right,
    headers: { ...right.headers, 'content-encoding': 'gzip' },
    body: Buffer.alloc(4096, 'not gzip at all '),
  }),
  'truncated-json': (_action, right) => ({ ...right, body: right.body.subarray(0, right.body.length >>> 1) }),
  'wrong-kind': (action, right) => edited(right, (document) => ({ ...document, kind: action.as ?? 'PodList' })),
  items: (action, right) =>
    edited(right, ({ items: _items, ...rest }) => (action.value === 'null' ? { ...rest, items: null } : rest)),
  expired: (_action, _right, info) => expired(info),
}

function respond(action: Extract<FaultAction, { kind: 'respond' }>): Answer {
  const { status, body, retryAfter } = action
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  const answer = typeof body === 'string' ? text(status, body) : json(status, body ?? defaultStatus(status, retryAfter))
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

const REASONS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ['Unauthorized', 'Unauthorized'],
  403: ['Forbidden', 'forbidden by a fault'],
  410: ['Expired', 'The resourceVersion for the provided list is too old.'],
  429: ['TooManyRequests', 'storage is (re)initializing'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
}

function defaultStatus(code: number, retryAfter?: string | number): object {
  const [reason, message] = REASONS[code] ?? ['InternalError', 'Internal error occurred: a fault of the simulator']
  const seconds = Number(retryAfter)
  const details = Number.isInteger(seconds) ? { details: { retryAfterSeconds: seconds } } : {}
  return statusObject({ code, reason, message, ...details })
}

function html(status: number): Answer {
  const body = Buffer.from('<!DOCTYPE html><html><head><title>Log in</title></head><body>Log in first</body></html>\n')
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

function expired(info: RequestInfo): Answer {
  const position = decodeContinue(info.query.get('continue') ?? '')
  return 'problem' in position ? tooOldRevision() : tooOldContinue(encodeContinue({ ...position, revision: -1 }))
}

function edited(answer: Answer, edit: (document: Record<string, unknown>) => object): Answer {
  const document: unknown = JSON.parse(answer.body.toString())
  return { ...answer, body: json(answer.status, edit(document as Record<string, unknown>)).body }
}

function matches(match: FaultMatch, { info, user, page }: Subject): boolean {
  return (
    (match.method ?? info.method) === info.method &&
    (match.user ?? user) === user &&
    (match.page ?? page) === page &&
    fits(match.path, info.path) &&
    Object.entries(match.query ?? {}).every(([key, wanted]) => fits(wanted, info.query.get(key)))
  )
}

function fits(wanted: string | RegExp | undefined, given: string | null): boolean {
  if (wanted === undefined) return true
  if (given === null) return false
  return typeof wanted === 'string' ? wanted === given : wanted.test(given)
}
