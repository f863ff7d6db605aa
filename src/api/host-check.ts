import type { MiddlewareHandler } from 'hono'
import { AppError } from '../model/errors.ts'
import type { ApiEnv } from './context.ts'

export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/**
 * Refuses requests whose Host is none of ours: a page of another name that was made to resolve to this address (DNS rebinding) would be
 * same-origin with it and could read everything. `hosts`: names without port; null: any.
 */
export function checkHost(hosts: readonly string[] | null): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const host = nameOf(c.req.header('host') ?? new URL(c.req.url).host)
    if (hosts !== null && !hosts.includes(host)) {
      throw new AppError('host-refused', 'the request names a host that this service does not answer for')
    }
    await next()
  }
}

function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase()
}
