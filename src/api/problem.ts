import { HTTPException } from 'hono/http-exception'
import { AppError, asAppError, ERRORS, type ErrorCode, type ErrorSpec } from '../model/errors.ts'
import type { ApiContext } from './context.ts'

/** One thing wrong with the input: `parameter` for path, query and headers; `pointer` (RFC 6901) for the body. */
export type InputFault = {
  readonly in: 'path' | 'query' | 'header' | 'body'
  readonly parameter?: string
  readonly pointer?: string
  readonly message: string
  readonly hint: string
}

/** RFC 9457. `type` is a name, not an address; docs/errors.md has a row for each code. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly code: ErrorCode
  readonly hint: string
  /** Whether the same request can succeed later. */
  readonly retry: boolean
  readonly requestId: string
  readonly errors: readonly InputFault[]
}

/** Seconds that Retry-After names, by code, where the error itself knows no better. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  'rate-limited': 1,
  'queue-full': 10,
  'queue-unavailable': 5,
  'not-finished': 1,
  interrupted: 5,
}

/** The table's hints speak of the command line; here stand those for callers of the API. */
const API_HINTS: Partial<Record<ErrorCode, string>> = {
  'input-invalid': 'See the parameters of this call in /docs or /openapi.json.',
  'context-unknown': 'GET /api/v1/clusters lists the clusters there are.',
  'no-clusters': 'Name clusters in the configuration of the service, or give it a kubeconfig.',
  'same-side-twice': 'Name two different clusters.',
  'snapshot-unknown': 'GET /api/v1/snapshots lists what is kept.',
  'history-unavailable': 'Try again later; the log of the service says why, under this request id.',
  'history-corrupt': 'The log of the service says more, under this request id.',
  internal: 'This is a fault of flux-compare: please report it with the request id and the version.',
}

/** Paths and settings of the host are for its log, not for callers. */
const PRIVATE = new Set<ErrorCode>([
  'history-unavailable',
  'history-corrupt',
  'key-unavailable',
  'file-unreadable',
  'kubeconfig-invalid',
  'internal',
])

/** Answers with the error as `application/problem+json`, and notes its code for the log. */
export function problemResponse(
  c: ApiContext,
  error: AppError,
  extra: { readonly errors?: readonly InputFault[]; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const problem = toProblem(error, c.get('requestId'), new URL(c.req.url).pathname, extra.errors ?? [])
  c.set('code', error.code)
  const after = RETRY_AFTER[error.code]
  return c.body(JSON.stringify(problem), problem.status as 400, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    ...(after === undefined ? {} : { 'Retry-After': String(after) }),
    ...(error.code === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer realm="flux-compare"' } : {}),
    // The rest of the body was not read: the connection cannot carry another request, and the caller must know.
    ...(error.code === 'body-too-large' ? { Connection: 'close' } : {}),
    ...extra.headers,
  })
}

/** Whatever was thrown while a request was answered, as an AppError. */
export function errorOf(thrown: unknown): AppError {
  if (!(thrown instanceof HTTPException)) return asAppError(thrown)
  if (thrown.status === 413) return new AppError('body-too-large', 'the body is too large')
  return new AppError(thrown.status < 500 ? 'input-invalid' : 'internal', 'the request could not be read')
}

function toProblem(error: AppError, requestId: string, instance: string, errors: readonly InputFault[]): Problem {
  const { status, retry, hint }: ErrorSpec = ERRORS[error.code]
  const isPrivate = PRIVATE.has(error.code)
  return {
    type: `urn:flux-compare:problem:${error.code}`,
    title: titleOf(error.code),
    status,
    detail: isPrivate ? 'The service could not do this; its log says why, under this request id.' : error.message,
    instance,
    code: error.code,
    hint: isPrivate || error.hint === hint ? (API_HINTS[error.code] ?? hint) : error.hint,
    retry,
    requestId,
    errors,
  }
}

function titleOf(code: ErrorCode): string {
  const words = code.replaceAll('-', ' ')
  return `${words[0]!.toUpperCase()}${words.slice(1)}`
}
