import { groupVersion, isCustom, type ApiResource } from './api-resources.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'
import { goString } from './go-json.ts'
import type { ObjectStore } from './object-store.ts'
import type { RequestInfo, Target } from './request-info.ts'
import { parseFieldSelector, parseLabelSelector, type Selector } from './selectors.ts'
import { badRequest, bytes, futureRevision, tooOldContinue, tooOldRevision, type Answer } from './statuses.ts'
import { headOfItem, type StoredObject } from './stored-object.ts'

export type ListContext = {
  readonly store: ObjectStore
  readonly resource: ApiResource
  readonly target: Target
  /** Answer metadata only, as `PartialObjectMetadataList`. */
  readonly metadataOnly: boolean
  readonly maxPageSize: number
  /** Consistent continue tokens are too old as soon as they come back. */
  readonly tokensExpire: boolean
}

type Page = {
  readonly items: readonly StoredObject[]
  readonly revision: number
  readonly next: string
  /** Objects after this page; null where a selector makes the number unknown. */
  readonly remaining: number | null
}
type Start = { readonly revision: number; readonly after: string }

/** Answers a list or one page of it. */
export function answerList(info: RequestInfo, context: ListContext): Answer {
  const selector = selectorOf(info, context.resource)
  if ('status' in selector) return selector
  const limit = limitOf(info.query.get('limit'), context.maxPageSize)
  if (typeof limit !== 'number') return limit
  const start = startOf(info.query, context)
  if ('status' in start) return start
  const objects = context.store.list(context.resource, start.revision)
  if (objects === null) return tooOldRevision()
  const page = pageOf(scoped(objects, context.target), start, limit, selector)
  return { ...bytes(200, listBody(page, context)), next: page.next }
}

/** Why a watch cannot begin at this revision, as one line of the stream; else nothing: the watch ends at once. */
export function answerWatch(info: RequestInfo, store: ObjectStore): Answer {
  const asked = Number(info.query.get('resourceVersion') ?? 0)
  if (asked === 0 || asked >= store.compacted()) return bytes(200, Buffer.alloc(0))
  const message = `too old resource version: ${asked} (${store.compacted()})`
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Expired',
    code: 410,
  }
  return bytes(200, Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`))
}

function selectorOf(info: RequestInfo, resource: ApiResource): { matches: Selector | null } | Answer {
  const labels = info.query.get('labelSelector') ?? ''
  const fields = info.query.get('fieldSelector') ?? ''
  if (labels === '' && fields === '') return { matches: null }
  const byLabels = parseLabelSelector(labels)
  if ('problem' in byLabels) return badRequest(byLabels.problem)
  const byFields = parseFieldSelector(fields, resource)
  if ('problem' in byFields) return badRequest(byFields.problem)
  return { matches: (object) => byLabels.matches(object) && byFields.matches(object) }
}

/** Objects per page; zero, negative and absent mean all of them. */
function limitOf(text: string | null, maximum: number): number | Answer {
  if (text !== null && text !== '' && !/^[+-]?\d+$/.test(text)) {
    return badRequest(`strconv.ParseInt: parsing ${goString(text)}: invalid syntax`)
  }
  const limit = Number(text ?? 0)
  return limit > 0 ? Math.min(limit, maximum) : Infinity
}

function startOf(query: URLSearchParams, context: ListContext): Start | Answer {
  const { store } = context
  const token = query.get('continue') ?? ''
  const asked = query.get('resourceVersion') ?? ''
  const current = store.revision()
  if (token !== '') return resume(token, asked, context)
  if (!/^\d*$/.test(asked)) return badRequest(`Invalid value: ${goString(asked)}`)
  if (Number(asked) > current) return futureRevision(Number(asked), current)
  if (query.get('resourceVersionMatch') !== 'Exact') return { revision: current, after: '' }
  if (Number(asked) < store.compacted()) return tooOldRevision()
  return { revision: Number(asked), after: '' }
}

function resume(token: string, asked: string, { store, tokensExpire }: ListContext): Start | Answer {
  if (asked !== '' && asked !== '0') return badRequest('specifying resource version is not allowed when using continue')
  const position = decodeContinue(token)
  if ('problem' in position) return badRequest(`invalid continue token: ${position.problem}`)
  const { revision, after } = position
  if (revision === -1) return { revision: store.revision(), after }
  if (tokensExpire || revision < store.compacted()) return tooOldContinue(encodeContinue({ revision: -1, after }))
  return position
}

/** Objects in the namespace asked for; their keys are sorted, so that they stand together. */
function scoped(objects: readonly StoredObject[], target: Target): readonly StoredObject[] {
  if (target.namespace === '') return objects
  return objects.filter((object) => object.namespace === target.namespace)
}

function pageOf(
  objects: readonly StoredObject[],
  start: Start,
  limit: number,
  { matches }: { matches: Selector | null },
): Page {
  const first = start.after === '' ? 0 : indexAfter(objects, start.after)
  const items: StoredObject[] = []
  let at = first
  for (; at < objects.length && items.length < limit; at += 1) {
    const object = objects[at]!
    if (matches === null || matches(object)) items.push(object)
  }
  const remaining = objects.length - at
  const next = remaining === 0 ? '' : encodeContinue({ revision: start.revision, after: objects[at - 1]!.key })
  return { items, revision: start.revision, next, remaining: matches === null && remaining > 0 ? remaining : null }
}

function indexAfter(objects: readonly StoredObject[], key: string): number {
  let low = 0
  let high = objects.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Buffer.compare(Buffer.from(objects[middle]!.key), Buffer.from(key)) > 0) high = middle
    else low = middle + 1
  }
  return low
}

function listBody(page: Page, context: ListContext): Buffer {
  const { resource, target } = context
  const items = context.metadataOnly ? page.items.map(partialItem) : itemsOf(page.items, resource, target.version)
  const apiVersion = goString(groupVersion(resource.group, target.version))
  const joined = joinWithCommas(items)
  const revision = goString(String(page.revision))
  const remaining = page.remaining === null ? '' : `"remainingItemCount":${page.remaining}`
  if (isCustom(resource) && !context.metadataOnly) {
    const metadata = [`"continue":${goString(page.next)}`, remaining, `"resourceVersion":${revision}`].filter(Boolean)
    const tail = `],"kind":"${resource.kind}List","metadata":{${metadata.join(',')}}}\n`
    return Buffer.concat([Buffer.from(`{"apiVersion":${apiVersion},"items":[`), ...joined, Buffer.from(tail)])
  }
  const type = context.metadataOnly
    ? '"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"'
    : `"kind":"${resource.kind}List","apiVersion":${apiVersion}`
  const token = page.next === '' ? '' : `"continue":${goString(page.next)}`
  const metadata = [`"resourceVersion":${revision}`, token, remaining].filter(Boolean)
  // A slice in Go that nothing was appended to (apiserver, handlers/response.go).
  if (context.metadataOnly && items.length === 0)
    return Buffer.from(`{${type},"metadata":{${metadata.join(',')}},"items":null}\n`)
  const head = `{${type},"metadata":{${metadata.join(',')}},"items":[`
  return Buffer.concat([Buffer.from(head), ...joined, Buffer.from(']}\n')])
}

function itemsOf(objects: readonly StoredObject[], resource: ApiResource, version: string): Buffer[][] {
  const head = Buffer.from(headOfItem(resource, version))
  return objects.map((object) => [head, object.tail])
}

function partialItem(object: StoredObject): Buffer[] {
  return [partialObject(object)]
}

/** An object's metadata alone. */
export function partialObject(object: StoredObject): Buffer {
  return Buffer.from(`{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${object.metadata}}`)
}

const COMMA = Buffer.from(',')

function joinWithCommas(items: readonly Buffer[][]): Buffer[] {
  return items.flatMap((parts, index) => (index === 0 ? parts : [COMMA, ...parts]))
}
