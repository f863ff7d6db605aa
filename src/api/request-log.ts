import type { MiddlewareHandler } from 'hono'
import type { ErrorCode } from '../model/errors.ts'
import type { ApiContext, ApiEnv } from './context.ts'

/** One answered request, for logs and metrics: nothing of what the caller wrote but the method and names of clusters. */
export type RequestEntry = {
  readonly requestId: string
  readonly method: string
  /** Path pattern; null where no call of ours matched. */
  readonly route: string | null
  readonly status: number
  readonly code: ErrorCode | null
  /** Name of the token; null where none was accepted. */
  readonly caller: string | null
  readonly durationMs: number
}

/** One request for work: who asked for what, and what came of it. */
export type AuditEntry = {
  readonly requestId: string
  readonly caller: string
  /** Operation id: `requestComparison`, `takeSnapshot`, `cancelComparison`, `compare`. */
  readonly action: string
  /** Clusters, or the run. */
  readonly target: readonly string[]
  /** Id of the job or run; null where none came of it. */
  readonly created: string | null
  readonly status: number
  /** Null: accepted. */
  readonly code: ErrorCode | null
}

export type ApiHooks = {
  readonly onRequest: (entry: RequestEntry) => void
  readonly onAudit: (entry: AuditEntry) => void
  /** A fault of ours (status 500 and above), with its cause: for a serialiser that knows what may be logged. */
  readonly onFault: (error: unknown, requestId: string) => void
}

const REQUEST_ID = /^[\w.-]{8,64}$/

/** Gives each request an id (the caller's where it is a sane one), tells it in a header, and reports the request when it is answered. */
export function logRequests(hooks: ApiHooks): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const start = performance.now()
    const sent = c.req.header('x-request-id')
    const requestId = sent !== undefined && REQUEST_ID.test(sent) ? sent : crypto.randomUUID()
    c.set('requestId', requestId)
    await next()
    c.res.headers.set('X-Request-Id', requestId)
    report(c, requestId, hooks, performance.now() - start)
  }
}

function report(c: ApiContext, requestId: string, hooks: ApiHooks, durationMs: number): void {
  const { status } = c.res
  const code = c.get('code') ?? null
  const caller = c.get('access')?.caller ?? null
  const work = c.get('work')
  hooks.onRequest({ requestId, method: c.req.method, route: c.get('route') ?? null, status, code, caller, durationMs })
  if (work !== undefined && caller !== null) {
    hooks.onAudit({ requestId, caller, ...work, created: c.get('created') ?? null, status, code })
  }
}
