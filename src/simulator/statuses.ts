import { escapeUnsafe } from './go-json.ts'

/** What the server answers: all headers that matter are in `headers`, in lower case. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The continue token that the answer hands out. */
  readonly next?: string
}

export type StatusDetails = {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly causes?: readonly { readonly reason: string; readonly message: string }[]
  readonly retryAfterSeconds?: number
}

export type StatusFields = {
  readonly code: number
  readonly reason?: string
  readonly message: string
  readonly details?: StatusDetails
  readonly continue?: string
}

/** The `kind: Status` document of a failure, in the key order of Kubernetes' Go struct. */
export function statusObject(fields: StatusFields): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: fields.continue === undefined ? {} : { continue: fields.continue },
    status: 'Failure',
    message: fields.message,
    ...(fields.reason === undefined ? {} : { reason: fields.reason }),
    ...(fields.details === undefined ? {} : { details: fields.details }),
    code: fields.code,
  }
}

export function statusAnswer(fields: StatusFields, headers: Readonly<Record<string, string>> = {}): Answer {
  return json(fields.code, statusObject(fields), headers)
}

/** Compact JSON ends with a newline, as Go's encoder writes it. */
export function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return bytes(status, Buffer.from(`${escapeUnsafe(JSON.stringify(body))}\n`), headers)
}

export function bytes(status: number, body: Buffer, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

export function text(status: number, body: string): Answer {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  return { status, headers, body: Buffer.from(body) }
}

/** Absent group, version, resource or path: not a Status. */
export const notFoundPage = (): Answer => text(404, '404 page not found\n')

export function notFound(resource: string, group: string, name: string): Answer {
  const details = { name, ...(group === '' ? {} : { group }), kind: resource }
  const qualified = group === '' ? resource : `${resource}.${group}`
  return statusAnswer({ code: 404, reason: 'NotFound', message: `${qualified} "${name}" not found`, details })
}

export function badRequest(message: string): Answer {
  return statusAnswer({ code: 400, reason: 'BadRequest', message })
}

export function notModified(answer: Answer): Answer {
  return { status: 304, headers: { etag: answer.headers['etag'] ?? '', vary: 'Accept' }, body: Buffer.alloc(0) }
}

export const unauthorized = (): Answer => statusAnswer({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' })

export const methodNotAllowed = (): Answer =>
  statusAnswer({
    code: 405,
    reason: 'MethodNotAllowed',
    details: {},
    message: 'the server does not allow this method on the requested resource',
  })

export function tooOldContinue(token: string): Answer {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
    'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with ' +
    'the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the ' +
    'first chunk was returned and now may show up in the list.'
  return { ...statusAnswer({ code: 410, reason: 'Expired', message, continue: token }), next: token }
}

export const tooOldRevision = (): Answer =>
  statusAnswer({ code: 410, reason: 'Expired', message: 'The resourceVersion for the provided list is too old.' })

export function futureRevision(asked: number, current: number): Answer {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]
  return statusAnswer(
    {
      code: 504,
      reason: 'Timeout',
      details: { causes, retryAfterSeconds: 1 },
      message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    },
    { 'retry-after': '1' },
  )
}

const ACCEPTED =
  'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf'

/** None of the accepted forms is known. Custom resources have no protobuf form: the refusal of that is a protobuf Status itself. */
export function notAcceptable(accept: string): Answer {
  if (!accept.includes('protobuf')) return statusAnswer({ code: 406, reason: 'NotAcceptable', message: ACCEPTED })
  const field = (number: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2]), varint(content.length), content])
  const nothing = Buffer.alloc(0)
  const listMeta = Buffer.concat([field(1, nothing), field(2, nothing), field(3, nothing)])
  const status = Buffer.concat([
    field(1, listMeta),
    field(2, Buffer.from('Failure')),
    field(3, Buffer.from(ACCEPTED)),
    field(4, Buffer.from('NotAcceptable')),
    Buffer.concat([Buffer.from([6 * 8]), varint(406)]),
  ])
  const type = Buffer.concat([field(1, Buffer.from('v1')), field(2, Buffer.from('Status'))])
  const unknown = [field(1, type), field(2, status), field(3, nothing), field(4, nothing)]
  const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' }
  return { status: 406, headers, body: Buffer.concat([Buffer.from('k8s\0'), ...unknown]) }
}

function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : Buffer.from([(value & 0x7f) | 0x80, value >>> 7])
}
