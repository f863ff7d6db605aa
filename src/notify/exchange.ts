import { getCACertificates } from 'node:tls'
import { Agent, request } from 'undici'
import type { SendReason } from '../service/notifier.ts'
import { ADDRESS_REFUSED, checkedLookup, isOpenHost, publicAddresses } from './addresses.ts'
import { errorCodes } from '../model/error-codes.ts'

export type Outgoing = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Bytes of the answer that are read; the rest is left. */
  readonly maxBytes?: number
}

/** An answer, for us to judge: nothing of it is told. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

export type Exchanged = { readonly answer: Answer } | { readonly fault: Fault }
/** `lasting`: trying again cannot help. */
export type Fault = { readonly reason: SendReason; readonly lasting: boolean }

export type ExchangeOptions = {
  readonly allowHttp: boolean
  readonly allowPrivate: boolean
  /** PEM texts; null: those of Node and of the machine. */
  readonly authorities: readonly string[] | null
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const MAX_BYTES = 64 * 1024

/**
 * Sends one request over a connection of its own and reads the answer, all within the time. Redirects are not followed. Never rejects, and
 * never tells more than a class: texts of errors hold the address, which is a secret.
 */
export async function exchange(outgoing: Outgoing, options: ExchangeOptions): Promise<Exchanged> {
  const url = URL.parse(outgoing.url)
  const isAllowed = options.allowPrivate ? () => true : publicAddresses()
  if (!url || !isOpenUrl(url, options.allowHttp)) return { fault: { reason: 'url-invalid', lasting: true } }
  if (!isOpenHost(url, isAllowed)) return { fault: { reason: 'address-refused', lasting: true } }
  const dispatcher = new Agent({
    connections: 1,
    allowH2: false,
    connect: {
      lookup: checkedLookup(isAllowed),
      timeout: options.timeoutMs,
      ca: options.authorities === null ? publicAuthorities() : [...options.authorities],
    },
  })
  const deadline = AbortSignal.timeout(options.timeoutMs)
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method: outgoing.method,
      headers: { 'user-agent': 'flux-compare', ...outgoing.headers },
      body: outgoing.body,
      signal: AbortSignal.any([options.signal, deadline]),
    })
    const text = await readUpTo(body, outgoing.maxBytes ?? MAX_BYTES)
    return { answer: { status: statusCode, headers, body: text } }
  } catch (error) {
    return { fault: deadline.aborted ? { reason: 'timeout', lasting: false } : faultOf(error) }
  } finally {
    await dispatcher.destroy().catch(() => undefined)
  }
}

/** A name and password in the URL would be sent by nobody: such a URL is a mistake. */
function isOpenUrl(url: URL, allowHttp: boolean): boolean {
  const isKnown = url.protocol === 'https:' || (allowHttp && url.protocol === 'http:')
  return isKnown && url.username === '' && url.password === ''
}

function publicAuthorities(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
}

async function readUpTo(body: AsyncIterable<Buffer>, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8')
}

function faultOf(error: unknown): Fault {
  const codes = errorCodes(error)
  if (codes.includes(ADDRESS_REFUSED)) return { reason: 'address-refused', lasting: true }
  const isTls = codes.some((code) => /CERT|^ERR_SSL_|^ERR_TLS_|SIGNATURE|^EPROTO$/.test(code))
  if (isTls) return { reason: 'tls', lasting: false }
  if (error instanceof Error && error.name === 'HTTPParserError') return { reason: 'answer-invalid', lasting: false }
  return { reason: codes.some((code) => code.includes('TIMEOUT')) ? 'timeout' : 'unreachable', lasting: false }
}
