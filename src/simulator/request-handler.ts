import type { IncomingMessage, RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { answerApi, pretty, type ApiInput } from './api-answers.ts'
import { deliver } from './deliver.ts'
import { misdeliver, type Delivery, type FaultAction, type Subject } from './faults.ts'
import { authenticate, authorize, impersonate, type Identity, type SimulatedUser } from './identities.ts'
import { requestInfo, type RequestInfo } from './request-info.ts'
import type { RequestRecord } from './simulated-cluster.ts'
import { notModified, unauthorized, type Answer } from './statuses.ts'

export type HandlerInput = {
  readonly api: ApiInput
  readonly users: readonly SimulatedUser[]
  faultFor(subject: Subject): FaultAction | null
  record(entry: RequestRecord): void
  carrierOf(socket: Socket): Socket | undefined
}

type Caller = { readonly acting: Identity | null; readonly sender: Identity | null; readonly refusal: Answer | null }
type PageOfToken = Map<string, number>

/** Answers every request of one cluster: who asks, may they, what is there; then the fault, if one is set. */
export function createRequestHandler(input: HandlerInput): RequestListener {
  const pages: PageOfToken = new Map()
  return (request, response) => {
    request.resume()
    const info = requestInfo(request.method ?? 'GET', request.url ?? '/')
    const caller = callerOf(request, input.users)
    const page = pages.get(info.query.get('continue') ?? '') ?? 1
    const delivery = deliveryOf(request, info, caller, { page, input })
    const { next } = delivery.answer
    if (next) pages.set(next, delivery.answer.status === 410 ? page : page + 1)
    input.record(recordOf(request, info, caller, delivery))
    deliver(request, response, delivery, input.carrierOf(request.socket)).catch(() => response.destroy())
  }
}

function deliveryOf(
  request: IncomingMessage,
  info: RequestInfo,
  caller: Caller,
  { page, input }: { page: number; input: HandlerInput },
): Delivery {
  const action = input.faultFor({ info, page, user: caller.acting?.user ?? '' })
  const refusal = caller.refusal ?? authorize(caller.acting!, info, input.users)
  const address = `${request.socket.localAddress}:${request.socket.localPort}`
  const right = refusal ?? answerApi(info, { accept: request.headers.accept ?? '', address }, input.api)
  const delivery = misdeliver(action, conditional(request, right), info)
  return isForPeople(request, info) ? { ...delivery, answer: pretty(delivery.answer) } : delivery
}

function conditional(request: IncomingMessage, answer: Answer): Answer {
  const { etag } = answer.headers
  return etag !== undefined && request.headers['if-none-match'] === etag ? notModified(answer) : answer
}

/** kube-apiserver indents for curl, wget and browsers, unless `pretty` says otherwise. */
function isForPeople(request: IncomingMessage, info: RequestInfo): boolean {
  const wish = info.query.get('pretty')
  if (wish !== null) return wish === 'true' || wish === '1'
  return /^(curl|Wget|Mozilla\/5\.0)/.test(request.headers['user-agent'] ?? '')
}

function callerOf(request: IncomingMessage, users: readonly SimulatedUser[]): Caller {
  const certificate = certificateIdentity(request.socket)
  const sender = certificate === 'bad' ? null : authenticate(request.headers.authorization, certificate, users)
  if (sender === null) return { acting: null, sender, refusal: unauthorized() }
  const acting = impersonate(sender, request.headers, users)
  return 'status' in acting ? { acting: sender, sender, refusal: acting } : { acting, sender, refusal: null }
}

/** Who the client certificate names: CN is the user, each O a group. `bad`: signed by somebody else. */
function certificateIdentity(socket: Socket): Identity | 'bad' | null {
  if (!(socket instanceof TLSSocket)) return null
  const subject = socket.getPeerCertificate().subject
  if (subject === undefined) return null
  if (!socket.authorized) return 'bad'
  const groups = [subject.O ?? []].flat()
  return { user: String(subject.CN), groups: [...groups, 'system:authenticated'] }
}

function recordOf(request: IncomingMessage, info: RequestInfo, caller: Caller, delivery: Delivery): RequestRecord {
  const { acting, sender } = caller
  const answered = !['hang', 'reset'].includes(delivery.manner.kind)
  return {
    method: info.method,
    path: info.path,
    query: Object.fromEntries(info.query),
    accept: request.headers.accept ?? '',
    verb: info.verb,
    user: acting?.user ?? '',
    impersonatedBy: acting?.user === sender?.user ? null : (sender?.user ?? null),
    status: answered ? delivery.answer.status : null,
    connection: `${request.socket.remoteAddress}:${request.socket.remotePort}`,
  }
}
