import { gunzipSync } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { asAppError } from '../model/errors.ts'
import type { ClusterTarget } from './cluster-target.ts'
import type { Credential } from './credentials.ts'
import { MAX_BODY, openDispatcher } from './dispatcher.ts'
import { exchange, type Answered, type Exchange } from './exchange.ts'
import { faultOf, type Fault } from './faults.ts'

/** One answer of the server, read to its end. */
export type Reply = {
  readonly status: number
  readonly contentType: string
  /** Milliseconds; null where the server does not say. */
  readonly retryAfterMs: number | null
  /** Unpacked. Whoever reads it may change it. */
  readonly body: Buffer
  /** The same once more, from the bytes as they came: they are a fraction of it. */
  readonly again: () => Buffer
}

export type Sent = { readonly reply: Reply } | { readonly fault: Fault }

export type Transport = {
  /** URL of the API server, without credentials; for messages. */
  readonly server: string
  /** Sends one GET and reads the whole answer. A fault of the network is returned; rejects only when interrupted. */
  readonly get: (path: string, accept: string, credential: Credential) => Promise<Sent>
  readonly close: () => Promise<void>
}

export type TransportOptions = {
  readonly requestTimeoutMs: number
  readonly connectTimeoutMs: number
  /** Ends all requests: Ctrl-C or the deadline of the cluster. Its reason is what requests reject with. */
  readonly signal: AbortSignal
  readonly now: () => number
  /** Hears of each request how it was answered: by its status, or null where no answer came. */
  readonly onAnswer?: ((status: number | null) => void) | undefined
}

/** Opens the way to one cluster. No connection is made before the first request; redirects are never followed. */
export function openTransport(target: ClusterTarget, options: TransportOptions): Transport {
  const pools = createPools(target, options.connectTimeoutMs)
  const running = new Set<Exchange>()
  const abortAll = (): void => running.forEach((one) => one.abort(asAppError(options.signal.reason)))
  options.signal.addEventListener('abort', abortAll, { once: true })
  const { origin, pathname } = new URL(target.server)
  const prefix = pathname.replace(/\/+$/, '')
  const send = (path: string, accept: string, credential: Credential): Exchange =>
    exchange(pools.of(credential), {
      origin,
      path: prefix + path,
      method: 'GET',
      headers: { ...credential.headers, accept, 'accept-encoding': 'gzip', 'user-agent': 'flux-compare' },
    })
  const get: Transport['get'] = async (path, accept, credential) => {
    options.signal.throwIfAborted()
    const sent = send(path, accept, credential)
    let timedOut = false
    let status: number | null = null
    const timer = setTimeout(() => {
      timedOut = true
      sent.abort(new Error('timed out'))
    }, options.requestTimeoutMs)
    running.add(sent)
    try {
      const answer = await sent.answer
      status = answer.status
      return { reply: readReply(answer, options.now()) }
    } catch (error) {
      options.signal.throwIfAborted()
      return { fault: timedOut ? timeoutFault(options.requestTimeoutMs) : faultFrom(error) }
    } finally {
      clearTimeout(timer)
      running.delete(sent)
      options.onAnswer?.(status)
    }
  }
  return {
    server: target.server,
    get,
    close: async () => {
      options.signal.removeEventListener('abort', abortAll)
      await pools.close()
    },
  }
}

type Pools = { readonly of: (credential: Credential) => Dispatcher; readonly close: () => Promise<void> }

/** Sockets belong to a client certificate: a renewed one must not travel on the old one's connections. */
function createPools(target: ClusterTarget, connectTimeoutMs: number): Pools {
  const pools = new Map<Credential['certificate'], Dispatcher>()
  return {
    of: (credential) => {
      const open = pools.get(credential.certificate)
      if (open) return open
      for (const old of pools.values()) void old.close().catch(() => undefined)
      pools.clear()
      const opened = openDispatcher(target, credential, connectTimeoutMs)
      pools.set(credential.certificate, opened)
      return opened
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy().catch(() => undefined)))
      pools.clear()
    },
  }
}

function timeoutFault(timeoutMs: number): Fault {
  return { kind: 'timeout', message: `no complete answer within ${Math.round(timeoutMs / 1000)} s` }
}

function faultFrom(error: unknown): Fault {
  const fault = faultOf(error)
  if (fault) return fault
  throw asAppError(error)
}

function readReply({ status, headers, body }: Answered, now: number): Reply {
  const encoded = headers['content-encoding'] === 'gzip'
  const again = (): Buffer => (encoded ? gunzipSync(body, { maxOutputLength: MAX_BODY }) : Buffer.from(body))
  return {
    status,
    contentType: textOf(headers['content-type']),
    retryAfterMs: readRetryAfter(textOf(headers['retry-after']), now),
    body: again(),
    again,
  }
}

function textOf(header: string | readonly string[] | undefined): string {
  return (typeof header === 'string' ? header : header?.[0]) ?? ''
}

/** RFC 9110: whole seconds or a date. */
function readRetryAfter(header: string, now: number): number | null {
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
