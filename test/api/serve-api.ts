import type { AddressInfo } from 'node:net'
import { after, type TestContext } from 'node:test'
import { serve, type ServerType } from '@hono/node-server'
import { createAccessControl, type TokenRule } from '../../src/api/access-control.ts'
import { createApi, type ApiOptions } from '../../src/api/create-api.ts'
import { LOOPBACK_HOSTS } from '../../src/api/host-check.ts'
import { DEFAULT_API_LIMITS, type ApiLimits } from '../../src/api/limits.ts'
import type { AuditEntry, RequestEntry } from '../../src/api/request-log.ts'
import type { Service } from '../../src/service/service.ts'

export type ServedApi = {
  readonly url: string
  readonly port: number
  readonly requests: readonly RequestEntry[]
  readonly audits: readonly AuditEntry[]
  readonly faults: readonly unknown[]
  readonly stop: () => void
}

export type ServeOptions = Partial<Pick<ApiOptions, 'basePath' | 'hosts' | 'metrics'>> & {
  readonly tokens?: readonly TokenRule[]
  readonly limits?: Partial<ApiLimits>
}

/** The API over a real socket, closed when the test (or, without `t`, the file) is over. */
export async function serveApi(service: Service, options: ServeOptions = {}, t?: TestContext): Promise<ServedApi> {
  const requests: RequestEntry[] = []
  const audits: AuditEntry[] = []
  const faults: unknown[] = []
  const closing = new AbortController()
  const app = createApi({
    service,
    access: createAccessControl(options.tokens ?? null),
    limits: { ...DEFAULT_API_LIMITS, ...options.limits },
    basePath: options.basePath ?? '',
    version: '1.2.3',
    hosts: options.hosts === undefined ? LOOPBACK_HOSTS : options.hosts,
    metrics: options.metrics ?? null,
    closing: closing.signal,
    hooks: {
      onRequest: (entry) => requests.push(entry),
      onAudit: (entry) => audits.push(entry),
      onFault: (error) => faults.push(error),
    },
  })
  const server = await listen(app.fetch)
  const close = async (): Promise<void> => {
    closing.abort()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  }
  if (t) t.after(close)
  else after(close)
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, requests, audits, faults, stop: () => closing.abort() }
}

function listen(fetch: Parameters<typeof serve>[0]['fetch']): Promise<ServerType> {
  return new Promise((resolve) => {
    const server = serve({ fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(server))
  })
}
