import { dig, digString, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import type { CoverageScope } from '../model/coverage.ts'
import type { RawObject } from '../model/snapshot.ts'
import { AppError } from '../model/errors.ts'
import { apiVersionOf, listPath, missingRight, type Resource } from './api-path.ts'
import type { KubeApi } from './kube-api.ts'

export const PAGE_SIZE = 500

export type ListRequest = {
  readonly resource: Resource
  /** Null: the whole cluster. */
  readonly namespace: string | null
  /** Query parameters besides those of paging, as `labelSelector`. */
  readonly query: Readonly<Record<string, string>>
  readonly progress: (objects: number) => void
}

/** A list that was read to its end, or why it was not. Objects are given only for a complete one. */
export type ListResult = { readonly scope: CoverageScope; readonly objects: readonly RawObject[] }

/**
 * Lists all objects of a kind in one scope, page by page. An expired continue token (410) restarts the list once from its
 * first page, then asks for all of it at once. Only a complete, valid list gives the status `complete`.
 * Rejects only when the run was interrupted.
 */
export async function readList(api: KubeApi, request: ListRequest): Promise<ListResult> {
  const outcome = await readWithRestarts(api, request)
  const scope = { namespace: request.namespace, verb: 'list' as const }
  if ('objects' in outcome) {
    const { objects, resourceVersion } = outcome
    return { scope: { ...scope, status: 'complete', reason: null, resourceVersion }, objects }
  }
  return { scope: { ...scope, ...outcome, resourceVersion: null }, objects: [] }
}

type Complete = { readonly objects: readonly RawObject[]; readonly resourceVersion: string }
type Failure = { readonly status: 'forbidden' | 'failed'; readonly reason: string }

async function readWithRestarts(api: KubeApi, request: ListRequest): Promise<Complete | Failure> {
  try {
    for (const limit of [PAGE_SIZE, PAGE_SIZE, null]) {
      const outcome = await readPages(api, request, limit)
      if (outcome !== 'expired') return outcome
    }
    return failed('the list expired each time before it was complete')
  } catch (error) {
    if (error instanceof AppError && error.code !== 'interrupted') return failed(error.message)
    throw error
  }
}

async function readPages(
  api: KubeApi,
  request: ListRequest,
  limit: number | null,
): Promise<Complete | Failure | 'expired'> {
  const objects = new Map<string, RawObject>()
  const seen = new Set<string>()
  let token = ''
  for (;;) {
    const answer = await api.get(pathOf(request, limit, token))
    if (!answer.ok) return answer.status === 410 ? 'expired' : refusal(request, answer.status)
    const page = readPage(answer.value, request.resource)
    if (typeof page === 'string') return failed(page)
    for (const item of page.items) addOnce(objects, item)
    request.progress(objects.size)
    if (page.next === '') return { objects: [...objects.values()], resourceVersion: page.resourceVersion }
    token = page.next
    if (seen.has(token)) return failed('the same continue token came twice')
    seen.add(token)
  }
}

function addOnce(objects: Map<string, RawObject>, item: RawObject): void {
  const key = `${digString(item, 'metadata', 'namespace') ?? ''}/${digString(item, 'metadata', 'name')}`
  if (!objects.has(key)) objects.set(key, item)
}

function pathOf({ resource, namespace, query }: ListRequest, limit: number | null, token: string): string {
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
