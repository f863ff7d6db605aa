import { OpenAPIHono } from '@hono/zod-openapi'
import { bodyLimit } from 'hono/body-limit'
import type { MiddlewareHandler } from 'hono'
import { AppError, asAppError, ERRORS } from '../model/errors.ts'
import type { Service } from '../service/service.ts'
import { hasScope, type AccessControl } from './access-control.ts'
import type { ApiEnv } from './context.ts'
import { mountDocsPage } from './docs-page.ts'
import { mountEndpoint, toHonoPath, type Endpoint } from './endpoint.ts'
import { checkHost } from './host-check.ts'
import { createStreamGate } from './job-stream.ts'
import type { ApiLimits } from './limits.ts'
import { describeProbes, mountOpenApi } from './openapi.ts'
import { mountProbes } from './probes.ts'
import { errorOf, problemResponse } from './problem.ts'
import { limitRate } from './rate-limit.ts'
import { logRequests, type ApiHooks } from './request-log.ts'
import { clusterEndpoints } from './routes/clusters.ts'
import { comparisonEndpoints } from './routes/comparisons.ts'
import { deliveryEndpoints } from './routes/deliveries.ts'
import { driftEndpoints } from './routes/drift.ts'
import { jobEndpoints } from './routes/jobs.ts'
import { lagEndpoints } from './routes/lag.ts'
import { objectEndpoints } from './routes/objects.ts'
import { reportEndpoints } from './routes/reports.ts'
import { runEndpoints } from './routes/runs.ts'
import { scheduleEndpoints } from './routes/schedules.ts'
import { snapshotEndpoints } from './routes/snapshots.ts'
import { secureHeaders } from './security-headers.ts'

export type ApiOptions = {
  readonly service: Service
  readonly access: AccessControl
  readonly limits: ApiLimits
  /** What stands before every path: empty, or `/flux-compare` (no slash at its end). */
  readonly basePath: string
  readonly version: string
  /**
   * Names (without port) that Host may have where there are no tokens: LOOPBACK_HOSTS; null: any. With tokens any name is right, as that of
   * a proxy: a page of another name has no token to send.
   */
  readonly hosts: readonly string[] | null
  /** The text of /metrics; null: there is no such path. */
  readonly metrics: (() => Promise<string>) | null
  /** Aborted when the service stops: ends the event streams, which would otherwise hold it up. */
  readonly closing: AbortSignal
  readonly hooks: ApiHooks
}

export type Api = OpenAPIHono<ApiEnv>

/** The HTTP API over a service: everything but sockets. Every error it answers is an `application/problem+json` from the one error table. */
export function createApi(options: ApiOptions): Api {
  const { access, basePath: base, version } = options
  const app = new OpenAPIHono<ApiEnv>()
  answerErrors(app, options.hooks)
  const hosts = access.hasTokens ? null : options.hosts
  app.use('*', logRequests(options.hooks), secureHeaders, checkHost(hosts), limitBody(options.limits.bodyBytes))
  app.use('*', throwErrorsOnly)
  const authenticate = createAuthentication(access)
  const limit = limitRate(options.limits.requestsPerMinute)
  for (const guarded of [`${base}/api/*`, `${base}/metrics`]) app.use(guarded, authenticate, limit)
  const endpoints = endpointsOf(options)
  for (const endpoint of endpoints) mountEndpoint(app, base, endpoint)
  mountProbes(app, base, options.service)
  describeProbes(app)
  if (options.metrics !== null) mountMetrics(app, base, options.metrics)
  mountOpenApi(app, base, version)
  mountDocsPage(app, base)
  refuseOtherMethods(app, base, endpoints)
  return app
}

function endpointsOf({ service, limits, basePath, closing }: ApiOptions): readonly Endpoint[] {
  const links = (path: string): string => `${basePath}/api/v1${path}`
  return [
    ...clusterEndpoints(service, links),
    ...snapshotEndpoints(service),
    ...runEndpoints(service, links),
    ...comparisonEndpoints(service, links),
    ...objectEndpoints(service),
    ...driftEndpoints(service),
    ...lagEndpoints(service),
    ...reportEndpoints(service),
    ...deliveryEndpoints(service),
    ...scheduleEndpoints(service, links),
    ...jobEndpoints(service, createStreamGate(limits, closing)),
  ]
}

/** Hono's own handlers answer text and print what was thrown, which may hold a secret. */
function answerErrors(app: Api, hooks: ApiHooks): void {
  app.onError((thrown, c) => {
    const error = errorOf(thrown)
    if (ERRORS[error.code].status >= 500) hooks.onFault(thrown, c.get('requestId'))
    return problemResponse(c, error)
  })
  app.notFound((c) =>
    problemResponse(
      c,
      new AppError('not-found', 'there is no such path', { hint: 'The paths there are stand in /openapi.json.' }),
    ),
  )
}

/** What is thrown and is no Error passes by Hono's error handler, and would end as an empty 500 of the socket server. */
const throwErrorsOnly: Middleware = async (_c, next) => {
  try {
    await next()
  } catch (thrown) {
    throw thrown instanceof Error ? thrown : asAppError(thrown)
  }
}

type Middleware = MiddlewareHandler<ApiEnv>

function createAuthentication(access: AccessControl): Middleware {
  return async (c, next) => {
    c.set('access', access.authenticate(c.req.header('authorization'), new Date()))
    await next()
  }
}

function limitBody(bytes: number): Middleware {
  const refuse = (): never => {
    throw new AppError('body-too-large', `the body is larger than ${bytes} bytes`)
  }
  return bodyLimit({ maxSize: bytes, onError: refuse })
}

/** Metrics name all clusters: only who may see all gets them. */
function mountMetrics(app: Api, base: string, metrics: () => Promise<string>): void {
  app.get(`${base}/metrics`, async (c) => {
    c.set('route', '/metrics')
    const access = c.get('access')
    if (access === undefined || !hasScope(access, 'read') || access.clusters !== null || access.namespaces !== null) {
      throw new AppError('forbidden', 'metrics tell of all clusters, and the token is limited to some')
    }
    return c.body(await metrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' })
  })
}

const PLAIN_PATHS = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/docs/{file}']

/** What a known path does not take is 405, and OPTIONS tells what it does; mounted last, so that it sees only what nothing else took. */
function refuseOtherMethods(app: Api, base: string, endpoints: readonly Endpoint[]): void {
  const paths = Map.groupBy(endpoints, ({ path }) => `/api/v1${path}`)
  for (const path of PLAIN_PATHS) paths.set(path, [])
  for (const [path, here] of paths) {
    const methods = here.length === 0 ? ['GET'] : here.map(({ method }) => method.toUpperCase())
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
    app.all(toHonoPath(`${base}${path}`), (c) => {
      if (path === '/metrics' && c.req.method === 'GET') return c.notFound()
      c.set('route', path)
      if (c.req.method === 'OPTIONS') return c.body(null, 204, { Allow: allow })
      const error = new AppError('method-not-allowed', `${c.req.method} is not possible here`)
      return problemResponse(c, error, { headers: { Allow: allow } })
    })
  }
}
