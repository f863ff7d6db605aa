import { gunzipSync } from 'node:zlib'
import { request, type Dispatcher } from 'undici'
import { asAppError } from '../model/errors.ts'
import type { ClusterTarget } from './cluster-target.ts'
import type { Credential } from './credentials.ts'
import { MAX_BODY, openDispatcher } from './dispatcher.ts'
import { faultOf, type Fault } from './faults.ts'

/** One answer of the server, read to its end. */
export type Reply = {
  readonly status: number
  readonly contentType: string
  /** Milliseconds; null where the server does not say. */
  readonly retryAfterMs: number | null
  readonly text: string
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
}

const TIMED_OUT = Symbol('timed out')

/** Opens the way to one cluster. No connection is made before the first request; redirects are never followed. */
export function openTransport(target: ClusterTarget, options: TransportOptions): Transport {
  const pools = new Map<Credential['certificate'], Dispatcher>()
  const controllers = new Set<AbortController>()
  const abortAll = (): void => controllers.forEach((controller) => controller.abort(options.signal.reason))
  options.signal.addEventListener('abort', abortAll, { once: true })
  // Sockets belong to a client certificate: a renewed one must not travel on the old one's connections.
  const poolFor = (credential: Credential): Dispatcher => {
    const open = pools.get(credential.certificate)
    if (open) return open
    for (const old of pools.values()) void old.close().catch(() => undefined)
    pools.clear()
    const opened = openDispatcher(target, credential, options.connectTimeoutMs)
    pools.set(credential.certificate, opened)
    return opened
  }
  const get: Transport['get'] = async (path, accept, credential) => {
    options.signal.throwIfAborted()
    const controller = new AbortController()
    controllers.add(controller)
    const timer = setTimeout(() => controller.abort(TIMED_OUT), options.requestTimeoutMs)
    try {
      const answer = await request(target.server + path, {
        method: 'GET',
        dispatcher: poolFor(credential),
        signal: controller.signal,
        headers: { ...credential.headers, accept, 'accept-encoding': 'gzip', 'user-agent': 'flux-compare' },
      })
      return { reply: await readReply(answer, options.now()) }
    } catch (error) {
      options.signal.throwIfAborted()
      return { fault: faultFrom(error, controller.signal, options.requestTimeoutMs) }
    } finally {
      clearTimeout(timer)
      controllers.delete(controller)
    }
  }
  return {
    server: target.server,
    get,
    close: async () => {
      options.signal.removeEventListener('abort', abortAll)
      await Promise.all([...pools.values()].map((pool) => pool.destroy().catch(() => undefined)))
      pools.clear()
    },
  }
}

function faultFrom(error: unknown, signal: AbortSignal, timeoutMs: number): Fault {
  if (signal.reason === TIMED_OUT) {
    return { kind: 'timeout', message: `no complete answer within ${Math.round(timeoutMs / 1000)} s` }
  }
  const fault = faultOf(error)
  if (fault) return fault
  throw asAppError(error)
}

async function readReply({ statusCode, headers, body }: Dispatcher.ResponseData, now: number): Promise<Reply> {
  const bytes = Buffer.from(await body.arrayBuffer())
  const encoded = headers['content-encoding'] === 'gzip'
  const plain = encoded ? gunzipSync(bytes, { maxOutputLength: MAX_BODY }) : bytes
  return {
    status: statusCode,
    contentType: textOf(headers['content-type']),
    retryAfterMs: readRetryAfter(textOf(headers['retry-after']), now),
    text: plain.toString('utf8'),
  }
}

function textOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? ''
}

/** RFC 9110: whole seconds or a date. */
function readRetryAfter(header: string, now: number): number | null {
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
