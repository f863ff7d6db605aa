import type { OpenAPIHono } from '@hono/zod-openapi'
import { AppError } from '../model/errors.ts'
import type { Service } from '../service/service.ts'
import type { ApiEnv } from './context.ts'
import { problemResponse } from './problem.ts'

/** /healthz: the process lives. /readyz: database and queue answer; else 503 with the one that does not. No token is needed. */
export function mountProbes(app: OpenAPIHono<ApiEnv>, base: string, service: Service): void {
  app.get(`${base}/healthz`, (c) => {
    c.set('route', '/healthz')
    return c.json({ status: 'ok' })
  })
  app.get(`${base}/readyz`, async (c) => {
    c.set('route', '/readyz')
    const { database, queue } = await service.readiness()
    if (!database) return problemResponse(c, new AppError('history-unavailable', 'the database does not answer'))
    if (!queue) return problemResponse(c, new AppError('queue-unavailable', 'the queue does not answer'))
    return c.json({ status: 'ok' })
  })
}
