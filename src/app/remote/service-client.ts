import { AppError, ERRORS, type ErrorCode } from '../../model/errors.ts'
import { parseJsonText } from '../../model/json-text.ts'
import type { Environment } from '../settings.ts'

/** Calls of the REST API of a service, for the command line. */
export type ServiceClient = {
  /** The parsed answer. Rejects with the AppError that the service told, or `service-unreachable`. */
  readonly get: <T>(path: string, query?: Query) => Promise<T>
  readonly post: <T>(path: string, body?: object) => Promise<T>
}

export type Query = Readonly<Record<string, string | readonly string[]>>

const REQUEST_MS = 90_000
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/

/**
 * A client for the service at `url`, with the token of FLUX_COMPARE_TOKEN where there is one. Throws `input-invalid` for what is no
 * address of a service, or one that holds a password. `warn` is told when the token would go over the network unencrypted.
 */
export function createServiceClient(
  url: string,
  env: Environment,
  signal: AbortSignal,
  warn: (text: string) => void,
): ServiceClient {
  const base = parseUrl(url)
  const token = env['FLUX_COMPARE_TOKEN']
  if (token && base.protocol === 'http:' && !LOOPBACK.test(base.hostname)) {
    warn(`the token goes to ${base.host} unencrypted: use https`)
  }
  const ask = async <T>(method: string, path: string, query: Query, body?: object): Promise<T> => {
    const target = new URL(`${base.href.replace(/\/$/, '')}/api/v1${path}`)
    for (const [name, values] of Object.entries(query)) {
      for (const value of [values].flat()) target.searchParams.append(name, value)
    }
    const response = await send(target, { method, token, body, signal })
    return read<T>(response, base.host)
  }
  return {
    get: (path, query = {}) => ask('GET', path, query),
    post: (path, body) => ask('POST', path, {}, body ?? {}),
  }
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new AppError('input-invalid', '--server is no http or https address', {
      hint: 'For example: --server https://flux-compare.example.com',
    })
  }
  if (url.username === '' && url.password === '' && url.search === '') return url
  throw new AppError('input-invalid', '--server holds more than an address', {
    hint: 'Put the token into the environment variable FLUX_COMPARE_TOKEN.',
  })
}

type Sending = {
  readonly method: string
  readonly token: string | undefined
  readonly body: object | undefined
  readonly signal: AbortSignal
}

/** Redirects are refused: the token is for the address that was given. */
async function send(url: URL, { method, token, body, signal }: Sending): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      redirect: 'error',
      headers: {
        accept: 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
    })
  } catch (error) {
    signal.throwIfAborted()
    throw unreachable(url, error)
  }
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)/

function unreachable({ host }: URL, error: unknown): AppError {
  const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown }
  if (typeof code !== 'string' || !CERTIFICATE.test(code)) {
    return new AppError('service-unreachable', `the service at ${host} does not answer`, { cause: error })
  }
  return new AppError('service-unreachable', `the certificate of the service at ${host} is not trusted (${code})`, {
    hint: 'Name the file of the authority that signed it in NODE_EXTRA_CA_CERTS.',
    cause: error,
  })
}

async function read<T>(response: Response, host: string): Promise<T> {
  const type = response.headers.get('content-type') ?? ''
  if (!/\bjson\b/.test(type)) {
    throw new AppError(
      'service-unreachable',
      `what answers at ${host} is no flux-compare service (HTTP ${response.status})`,
    )
  }
  const body = await response
    .text()
    .then((text) => parseJsonText(text))
    .catch(() => null)
  if (response.ok) return body as T
  throw problemOf(body, response.status, host)
}

function problemOf(body: unknown, status: number, host: string): AppError {
  const { code, detail, hint } = (body ?? {}) as {
    readonly code?: unknown
    readonly detail?: unknown
    readonly hint?: unknown
  }
  const message = typeof detail === 'string' ? detail : `the service at ${host} answered HTTP ${status}`
  const known = typeof code === 'string' && Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'service-unreachable'
  return new AppError(known, message, typeof hint === 'string' ? { hint } : {})
}
