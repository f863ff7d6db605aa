import { createAccessControl } from '../../api/access-control.ts'
import { createApi, type Api } from '../../api/create-api.ts'
import { LOOPBACK_HOSTS } from '../../api/host-check.ts'
import { DEFAULT_API_LIMITS } from '../../api/limits.ts'
import { accessTokens } from '../../config/access-tokens.ts'
import type { Config } from '../../config/config.ts'
import { diffConfig } from '../../config/diff-config.ts'
import { isLoopback } from '../../config/sections/server.ts'
import { watchConfig } from '../../config/watch-config.ts'
import { createFingerprintKey } from '../../flux/fingerprint.ts'
import type { AppError } from '../../model/errors.ts'
import { VERSION } from '../../model/version.ts'
import type { Service } from '../../service/service.ts'
import { serviceHistoryPath } from '../kept-history.ts'
import type { Log, LogLevel } from '../log.ts'
import type { Environment } from '../settings.ts'
import { startAnswering, type Answering } from './answering.ts'
import { startCollecting, type Collecting } from './collecting.ts'
import { listenHttp, type HttpServer } from './http-server.ts'
import { openQueue } from './open-queue.ts'
import { readServeConfig, type ServeFlags } from './serve-config.ts'
import { serviceKey } from './service-key.ts'
import { workerApi } from './worker-api.ts'

export type ServeOptions = {
  readonly flags: ServeFlags
  readonly env: Environment
  readonly folder: string
  readonly log: Log
  readonly logLevel: LogLevel
  /** Aborted by SIGTERM or Ctrl-C. */
  readonly signal: AbortSignal
  /** Told when it listens. */
  readonly onReady: (ready: Ready) => Promise<void>
}

export type Ready = {
  readonly address: string
  readonly basePath: string
  readonly config: Config
  readonly tls: boolean
}

const GRACE_MS = 30_000
const CONNECTION_GRACE_MS = 5_000
const CONFIG_INTERVAL_MS = 5_000

/**
 * Serves until the signal aborts, then lets running jobs end. Rejects with what it could not start for, and with `internal` where one of
 * its threads died: whoever supervises it starts it anew, and nothing that was accepted is lost.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { flags, env, folder, log, signal } = options
  const config = readServeConfig(flags, env, folder)
  const death = Promise.withResolvers<never>()
  death.promise.catch(() => undefined)
  const running = await start(options, config, (error) => death.reject(error))
  const watch = watchConfig({
    config,
    load: () => readServeConfig(flags, env, folder),
    intervalMs: CONFIG_INTERVAL_MS,
    onChange: (next) =>
      void running
        .change(next)
        .catch((error: unknown) => log.error('a change of the configuration was applied in part', {}, error)),
    onInvalid: (error) => log.error('the configuration cannot be used; what runs goes on', {}, error),
  })
  process.on('SIGHUP', watch.check)
  try {
    await options.onReady({
      address: running.http.address,
      basePath: config.server.basePath,
      config,
      tls: config.server.tls !== null,
    })
    await Promise.race([aborted(signal), death.promise])
    log.info('stopping')
  } finally {
    process.off('SIGHUP', watch.check)
    watch.close()
    await running.close()
    log.info('stopped')
  }
}

type Running = {
  readonly http: HttpServer
  readonly change: (next: Config) => Promise<void>
  readonly close: () => Promise<void>
}

async function start(options: ServeOptions, config: Config, onDeath: (error: AppError) => void): Promise<Running> {
  const { flags, env, log, logLevel } = options
  const historyPath = config.history.path ?? serviceHistoryPath(env)
  const key = serviceKey(config, flags.role, historyPath, env)
  const queue = openQueue(config, env, log)
  const closing = new AbortController()
  const shared = { config, queue, key, log, logLevel, onDeath }
  const opened: { answering: Answering | null; collecting: Collecting | null; http: HttpServer | null } = {
    answering: null,
    collecting: null,
    http: null,
  }
  const close = async (): Promise<void> => {
    closing.abort()
    await opened.http?.close(CONNECTION_GRACE_MS)
    await opened.collecting?.close(GRACE_MS)
    await opened.answering?.close(GRACE_MS)
    await queue.close()
  }
  try {
    if (flags.role !== 'worker') {
      const keyId = createFingerprintKey(key).id
      opened.answering = await startAnswering({ ...shared, keyId, env, historyPath })
    }
    if (flags.role !== 'api') {
      const pool = flags.role === 'worker' ? (flags.pool ?? 'default') : flags.pool
      const onRequests = opened.answering?.metrics.kubeRequests ?? (() => undefined)
      opened.collecting = await startCollecting({ ...shared, env, pool, onRequests })
    }
    const current = { config, app: appOf(options, config, opened.answering, { queue, closing: closing.signal }) }
    const fetch = (request: Request): Response | Promise<Response> => current.app.fetch(request)
    opened.http = await listenHttp({ listen: config.server.listen, tls: config.server.tls, fetch })
    const change = async (next: Config): Promise<void> => {
      const { config: applied, refused, clusters, applied: parts } = diffConfig(current.config, next)
      for (const { path, reason } of refused)
        log.warn('a change of the configuration was not applied', { path, reason })
      // Access first: whatever fails after it, a token that was taken away is not good any more.
      current.app = appOf(options, applied, opened.answering, { queue, closing: closing.signal })
      current.config = applied
      opened.answering?.setConfig(applied)
      await opened.collecting?.setConfig(applied)
      const { added, removed, changed } = clusters
      const counts = { added: added.length, removed: removed.length, changed: changed.length, parts: parts.join(' ') }
      log.info('the configuration has changed', counts)
    }
    return { http: opened.http, change, close }
  } catch (error) {
    await close()
    throw error
  }
}

type Around = { readonly queue: { readonly isReady: () => Promise<boolean> }; readonly closing: AbortSignal }

type Answers = Pick<Api, 'fetch'>

function appOf(options: ServeOptions, config: Config, answering: Answering | null, around: Around): Answers {
  if (answering === null) return workerApi(config.server.basePath, around.queue)
  const { log } = options
  const { server } = config
  const { metrics, service } = answering
  return createApi({
    service: service satisfies Service,
    access: createAccessControl(accessTokens(config, options.env)),
    limits: { ...DEFAULT_API_LIMITS, ...rateOf(config) },
    basePath: server.basePath,
    version: VERSION,
    hosts: isLoopback(server.listen) ? LOOPBACK_HOSTS : null,
    metrics: async () => (await metrics.expose()).body,
    closing: around.closing,
    hooks: {
      onRequest: ({ requestId, method, route, status, code, caller, durationMs }) => {
        metrics.request(route ?? 'none', method, status, durationMs / 1000)
        log.debug('answered', { requestId, method, route, status, code, caller, durationMs })
      },
      onAudit: ({ target, ...entry }) => log.info('audit', { ...entry, target: target.join(' ') }),
      onFault: (error, requestId) => log.error('a request failed', { requestId }, error),
    },
  })
}

function rateOf({ server }: Config): { readonly requestsPerMinute: number } {
  const { requests, perMs } = server.rateLimit
  return { requestsPerMinute: Math.ceil((requests * 60_000) / perMs) }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
