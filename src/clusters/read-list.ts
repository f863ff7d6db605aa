import { setImmediate } from 'node:timers/promises'
import { dig, digString, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import type { CoverageScope } from '../model/coverage.ts'
import type { RawObject } from '../model/snapshot.ts'
import { AppError } from '../model/errors.ts'
import { apiVersionOf, listPath, missingRight, type Resource } from './api-path.ts'
import type { Answer, KubeApi } from './kube-api.ts'

export const PAGE_SIZE = 500

export type ListRequest = {
  readonly resource: Resource
  /** Null: the whole cluster. */
  readonly namespace: string | null
  /** Query parameters besides those of paging, as `labelSelector`. */
  readonly query: Readonly<Record<string, string>>
  readonly progress: (objects: number) => void
}

/**
 * What to keep of an object. `again` reads it anew from its page, whose bytes are held as long as it is. A list that is restarted
 * takes its objects again; only what was taken last is in its result.
 */
export type Take<T> = (object: RawObject, again: () => RawObject) => T

/** A list that was read to its end, or why it was not. Objects are given only for a complete one. */
export type ListResult<T = RawObject> = { readonly scope: CoverageScope; readonly objects: readonly T[] }

/**
 * Lists all objects of a kind in one scope, page by page. An expired continue token (410) restarts the list once from its
 * first page, then asks for all of it at once. Only a complete, valid list gives the status `complete`.
 * Rejects only when the run was interrupted.
 */
export async function readList<T>(api: KubeApi, request: ListRequest, take: Take<T>): Promise<ListResult<T>> {
  const outcome = await readWithRestarts(api, request, take)
  const scope = { namespace: request.namespace, verb: 'list' as const }
  if ('objects' in outcome) {
    const { objects, resourceVersion } = outcome
    return { scope: { ...scope, status: 'complete', reason: null, resourceVersion }, objects }
  }
  return { scope: { ...scope, ...outcome, resourceVersion: null }, objects: [] }
}

type Complete<T> = { readonly objects: readonly T[]; readonly resourceVersion: string }
type Failure = { readonly status: 'forbidden' | 'failed'; readonly reason: string }

async function readWithRestarts<T>(api: KubeApi, request: ListRequest, take: Take<T>): Promise<Complete<T> | Failure> {
  try {
    for (const limit of [PAGE_SIZE, PAGE_SIZE, null]) {
      const outcome = await readPages(api, { ...request, limit }, take)
      if (outcome !== 'expired') return outcome
    }
    return failed('the list expired each time before it was complete')
  } catch (error) {
    if (error instanceof AppError && error.code !== 'interrupted') return failed(error.message)
    throw error
  }
}

type PagedRequest = ListRequest & { readonly limit: number | null }

type Reading<T> = {
  readonly api: KubeApi
  readonly request: PagedRequest
  readonly take: Take<T>
  readonly objects: Map<string, T>
  readonly tokens: Set<string>
}
type Step<T> = { readonly outcome: Complete<T> | Failure | 'expired' } | { readonly coming: Promise<Answer> }

async function readPages<T>(
  api: KubeApi,
  request: PagedRequest,
  take: Take<T>,
): Promise<Complete<T> | Failure | 'expired'> {
  const reading: Reading<T> = { api, request, take, objects: new Map(), tokens: new Set() }
  let coming = api.get(pathOf(request, ''))
  for (;;) {
    // The answer never stands in a variable here: while the next one is awaited, megabytes would be kept alive.
    const step: Step<T> = await coming.then((answer) => takeAnswer(answer, reading))
    if ('outcome' in step) return step.outcome
    coming = step.coming
  }
}

async function takeAnswer<T>(answer: Answer, reading: Reading<T>): Promise<Step<T>> {
  const { api, request, objects, tokens } = reading
  if (!answer.ok) return { outcome: answer.status === 410 ? 'expired' : refusal(request, answer.status) }
  const page = readPage(answer.value, request.resource)
  if (typeof page === 'string') return { outcome: failed(page) }
  const { next, resourceVersion } = page
  if (tokens.has(next)) return { outcome: failed('the same continue token came twice') }
  tokens.add(next)
  const coming = next === '' ? null : api.get(pathOf(request, next))
  // Should it fail before it is awaited, that is no unhandled rejection.
  coming?.catch(() => undefined)
  // The request leaves first: the server works on the next page while this one is taken.
  await setImmediate()
  takeItems(page, rereadItem(answer.again, request.resource), reading)
  request.progress(objects.size)
  return coming ? { coming } : { outcome: { objects: [...objects.values()], resourceVersion } }
}

function takeItems<T>({ items }: Page, reread: (index: number) => RawObject, { objects, take }: Reading<T>): void {
  for (const [index, item] of items.entries()) {
    const key = `${digString(item, 'metadata', 'namespace') ?? ''}/${digString(item, 'metadata', 'name')}`
    if (objects.has(key)) continue
    const again = (): RawObject => reread(index)
    objects.set(key, take(item, again))
  }
}

/** Gives items of a page that was valid when it was first read; it is parsed once more for the first of them. */
function rereadItem(again: () => Json, resource: Resource): (index: number) => RawObject {
  let items: readonly RawObject[] | null = null
  return (index) => {
    if (items === null) {
      const page = readPage(again(), resource)
      if (typeof page === 'string') throw new AppError('internal', page)
      items = page.items
    }
    return items[index]!
  }
}

function pathOf({ resource, namespace, query, limit }: PagedRequest, token: string): string {
  const parameters = new URLSearchParams(query)
  if (limit !== null) parameters.set('limit', String(limit))
  if (token !== '') parameters.set('continue', token)
  const text = parameters.toString()
  return listPath(resource, namespace) + (text === '' ? '' : `?${text}`)
}

function refusal({ resource, namespace, query }: ListRequest, status: number): Failure {
  if (status === 403) return { status: 'forbidden', reason: missingRight(resource, 'list', namespace) }
  if (status === 400 && query['labelSelector']) return failed('the API server refused the label selector (HTTP 400)')
  if (status === 404) return failed('the kind was served when asked for, but not when it was read (HTTP 404)')
  return failed(`the API server answered HTTP ${status}`)
}

function failed(reason: string): Failure {
  return { status: 'failed', reason }
}

type Page = { readonly items: readonly RawObject[]; readonly next: string; readonly resourceVersion: string }

/** A page of a list, or what is wrong with it. Items of core lists come without apiVersion and kind and get them here. */
function readPage(value: Json, resource: Resource): Page | string {
  const apiVersion = apiVersionOf(resource)
  if (digString(value, 'kind') !== `${resource.kind}List` || digString(value, 'apiVersion') !== apiVersion) {
    return `the answer is not a ${resource.kind}List of ${apiVersion}`
  }
  const items = dig(value, 'items')
  const resourceVersion = digString(value, 'metadata', 'resourceVersion')
  const next = dig(value, 'metadata', 'continue') ?? ''
  if (!isJsonArray(items) || !resourceVersion || typeof next !== 'string')
    return `the ${resource.kind}List is incomplete`
  const objects: RawObject[] = []
  for (const item of items) {
    const object = typedObject(item, resource)
    if (object === null) return `the ${resource.kind}List holds something that is not a ${resource.kind}`
    objects.push(object)
  }
  return { items: objects, next, resourceVersion }
}

/** `item` as an object of the kind that was asked for; null where it is another or has no name. */
export function typedObject(item: Json, resource: Resource): RawObject | null {
  if (!isJsonObject(item) || !digString(item, 'metadata', 'name')) return null
  const apiVersion = apiVersionOf(resource)
  const kind = item['kind'] ?? resource.kind
  if (kind !== resource.kind || (item['apiVersion'] ?? apiVersion) !== apiVersion) return null
  return item['kind'] === undefined ? { apiVersion, kind, ...item } : item
}
