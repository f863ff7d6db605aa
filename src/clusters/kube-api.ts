import { AppError } from '../model/errors.ts'
import { dig, digString, type Json } from '../model/json.ts'
import type { Credential, Credentials } from './credentials.ts'
import { MAX_CONNECTIONS } from './dispatcher.ts'
import { errorOfFault, type Fault } from './faults.ts'
import { createLimit } from './limit.ts'
import { parseAnswer } from './parse-answer.ts'
import { waitBeforeRetry, type Timing } from './retry.ts'
import type { Reply, Sent, Transport } from './transport.ts'

/**
 * What the API server said: the parsed body of a 200, which `again` parses once more, so that nobody need keep it; or the status
 * by which it refused. `proper`: the refusal is a
 * Kubernetes Status with that code; only such a 404 proves that an object is absent.
 */
export type Answer =
  | { readonly ok: true; readonly value: Json; readonly again: () => Json }
  | { readonly ok: false; readonly status: number; readonly proper: boolean }

/** The API of one cluster, to read only: it can send nothing but GET. */
export type KubeApi = {
  /**
   * GETs a path with retries. Gives refusals (403, 404, 410, and what retries did not cure) as an answer; throws
   * AppErrors for what is no answer of an API server: unreachable, tls, timeout, unauthorized, invalid, interrupted.
   */
  readonly get: (path: string, accept?: string) => Promise<Answer>
}

export type KubeApiOptions = {
  /** `cluster staging`: begins every message. */
  readonly subject: string
  readonly transport: Transport
  readonly credentials: Credentials
  readonly timing: Timing
  readonly signal: AbortSignal
}

/** Statuses by which an API server refuses; anything else that is not 200 comes from something in between. */
const REFUSALS = new Set([400, 403, 404, 405, 406, 409, 410, 415, 422])
const JSON_TYPE = 'application/json'

export function createKubeApi(options: KubeApiOptions): KubeApi {
  const limit = createLimit(MAX_CONNECTIONS)
  let answered = false
  const send = async (path: string, accept: string): Promise<{ sent: Sent; credential: Credential }> => {
    const credential = await options.credentials.current()
    const sent = await options.transport.get(path, accept, credential)
    if ('reply' in sent) answered = true
    return { sent: damaged(sent), credential }
  }
  return {
    get: async (path, accept = JSON_TYPE) => {
      let renewed = false
      for (let tries = 1; ; tries += 1) {
        const { sent, credential } = await limit.run(() => send(path, accept))
        if ('reply' in sent && sent.reply.status === 401 && !renewed) {
          renewed = true
          if ((await options.credentials.renew(credential)) !== null) continue
        }
        const wait = waitBeforeRetry(sent, tries, answered, options.timing.random)
        if (wait === null) return conclude(sent, options.subject, options.transport.server)
        await options.timing.sleep(wait, options.signal).catch((error: unknown) => {
          options.signal.throwIfAborted()
          throw error
        })
      }
    },
  }
}

const NOTHING = Buffer.alloc(0)

type Damaged = { readonly fault: Fault } | { readonly reply: Reply; readonly value?: Json }

/** A 200 in JSON that does not parse was cut on its way: it is tried again. The parsed value is kept for `conclude`. */
function damaged(sent: Sent): Damaged {
  if ('fault' in sent || sent.reply.status !== 200 || !isJson(sent.reply)) return sent
  try {
    return { reply: { ...sent.reply, body: NOTHING }, value: parseAnswer(sent.reply.body, sent.reply.again) }
  } catch (error) {
    if (!(error instanceof SyntaxError))
      return { fault: { kind: 'invalid', message: 'an answer is nested too deeply' } }
    return { fault: { kind: 'broken-body', message: 'an answer was cut or damaged' } }
  }
}

function conclude(sent: Damaged, subject: string, server: string): Answer {
  if ('fault' in sent) throw errorOfFault(sent.fault, subject, server)
  const { reply, value } = sent
  if (reply.status === 200) {
    if (value !== undefined) return { ok: true, value, again: () => parseAnswer(reply.again(), reply.again) }
    throw new AppError('response-invalid', `${subject}: answered ${typeText(reply)} where JSON was asked for`)
  }
  if (reply.status === 401) throw new AppError('cluster-unauthorized', `${subject}: the credentials were refused`)
  if (REFUSALS.has(reply.status) || reply.status === 429 || reply.status >= 500)
    return { ok: false, status: reply.status, proper: isStatus(reply) }
  const what = reply.status >= 300 && reply.status < 400 ? 'a redirect' : `HTTP ${reply.status}`
  throw new AppError('response-invalid', `${subject}: answered with ${what}, which an API server never does`)
}

function isStatus(reply: Reply): boolean {
  if (!isJson(reply)) return false
  try {
    const body = parseAnswer(reply.body, reply.again)
    return digString(body, 'kind') === 'Status' && dig(body, 'code') === reply.status
  } catch {
    return false
  }
}

function isJson({ contentType }: Reply): boolean {
  return contentType.split(';')[0]!.trim().toLowerCase() === JSON_TYPE
}

function typeText({ contentType }: Reply): string {
  return /^text\/html/i.test(contentType) ? 'a web page' : 'something else'
}
