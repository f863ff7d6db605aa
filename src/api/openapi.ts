import { createHash } from 'node:crypto'
import { z, type OpenAPIHono } from '@hono/zod-openapi'
import { renderedResponse } from './answers.ts'
import type { ApiEnv } from './context.ts'
import { describeProblems } from './problem-answers.ts'

/** Serves /openapi.json, made at the first request from what is mounted by then. */
export function mountOpenApi(app: OpenAPIHono<ApiEnv>, base: string, version: string): void {
  let document: { readonly body: string; readonly etag: string } | undefined
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer' })
  app.get(`${base}/openapi.json`, (c) => {
    c.set('route', '/openapi.json')
    document ??= writeDocument(app, base, version)
    return renderedResponse(c, document, 'application/json')
  })
}

/** The probes, for the document: they need no token. */
export function describeProbes(app: OpenAPIHono<ApiEnv>): void {
  const status = z.object({ status: z.literal('ok') })
  const probe = (path: string, summary: string): void =>
    app.openAPIRegistry.registerPath({
      method: 'get',
      path,
      operationId: path.slice(1),
      tags: ['operation'],
      summary,
      responses: {
        200: { description: 'It is so', content: { 'application/json': { schema: status } } },
        ...describeProblems(['host-refused', 'history-unavailable', 'queue-unavailable']),
      },
    })
  probe('/healthz', 'Whether the process lives')
  probe('/readyz', 'Whether database and queue answer')
}

function writeDocument(
  app: OpenAPIHono<ApiEnv>,
  base: string,
  version: string,
): { readonly body: string; readonly etag: string } {
  const { webhooks: _none, ...document } = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'flux-compare',
      version,
      description:
        'Compare what Flux CD is told to run on one Kubernetes cluster with what it is told to run on others.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: base === '' ? '/' : base }],
  })
  const body = `${JSON.stringify(document)}\n`
  return { body, etag: createHash('sha256').update(body).digest('hex') }
}
