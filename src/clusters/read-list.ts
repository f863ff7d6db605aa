import { setImmediate } from 'node:timers/promises'
import { digString, type Json } from '../model/json.ts'
import type { CoverageScope } from '../model/coverage.ts'
import type { RawObject } from '../model/snapshot.ts'
import { AppError } from '../model/errors.ts'
import { listPath, missingRight, type Resource } from './api-path.ts'
import type { Answer, KubeApi } from './kube-api.ts'
import { readMetadataPage, readPage, type Page } from './list-page.ts'

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

/** How a list of metadata is read. */
export type TakeMetadata<T> = {
  /** What to keep of an object of which there are only apiVersion, kind and metadata. */
  readonly partial: (object: RawObject) => T
  /** For a server that gives whole objects all the same. */
  readonly whole: Take<T>
  /** Asked after each page; false: going on is of no use. */
  readonly goOn: (soFar: Iterable<T>, pages: number) => boolean
}

/**
 * Lists all objects of a kind in one scope, page by page. An expired continue token (410) restarts the list once from its
 * first page, then asks for all of it at once. Only a complete, valid list gives the status `complete`.
 * Rejects only when the run was interrupted.
 */
export async function readList<T>(api: KubeApi, request: ListRequest, take: Take<T>): Promise<ListResult<T>> {
  const outcome = await readWithRestarts(api, request, { whole: take, metadata: null })
  if (outcome === 'useless') throw new AppError('internal', 'a list of whole objects was given up')
  return resultOf(request, outcome)
}

/**
 * As {@link readList}, but asks for metadata alone (meta.k8s.io/v1 PartialObjectMetadataList, which API servers give of every kind since
 * 1.15). Null where that is of no use: the list has to be read whole.
 */
export async function readMetadataList<T>(
  api: KubeApi,
  request: ListRequest,
  take: TakeMetadata<T>,
): Promise<ListResult<T> | null> {
  const outcome = await readWithRestarts(api, request, { whole: take.whole, metadata: take })
  return outcome === 'useless' ? null : resultOf(request, outcome)
}

/** What comes where the server knows no list of metadata is the list itself. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json'

function resultOf<T>(request: ListRequest, outcome: Complete<T> | Failure): ListResult<T> {
  const scope = { namespace: request.namespace, verb: 'list' as const }
  if ('objects' in outcome) {
    const { objects, resourceVersion } = outcome
    return { scope: { ...scope, status: 'complete', reason: null, resourceVersion }, objects }
  }
  return { scope: { ...scope, ...outcome, resourceVersion: null }, objects: [] }
}

type Complete<T> = { readonly objects: readonly T[]; readonly resourceVersion: string }
type Failure = { readonly status: 'forbidden' | 'failed'; readonly reason: string }
/** `useless`: of a list of metadata only. */
type Outcome<T> = Complete<T> | Failure | 'useless'
type Form<T> = { readonly whole: Take<T>; readonly metadata: TakeMetadata<T> | null }

async function readWithRestarts<T>(api: KubeApi, request: ListRequest, form: Form<T>): Promise<Outcome<T>> {
  try {
    for (const limit of [PAGE_SIZE, PAGE_SIZE, null]) {
      const outcome = await readPages(api, { ...request, limit }, form)
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
  readonly form: Form<T>
  readonly objects: Map<string, T>
  readonly tokens: Set<string>
}
type Step<T> = { readonly outcome: Outcome<T> | 'expired' } | { readonly coming: Promise<Answer> }

async function readPages<T>(api: KubeApi, request: PagedRequest, form: Form<T>): Promise<Outcome<T> | 'expired'> {
  const reading: Reading<T> = { api, request, form, objects: new Map(), tokens: new Set() }
  let coming = ask(reading, '')
  for (;;) {
    // The answer never stands in a variable here: while the next one is awaited, megabytes would be kept alive.
    const step: Step<T> = await coming.then((answer) => takeAnswer(answer, reading))
    if ('outcome' in step) return step.outcome
    coming = step.coming
  }
}

function ask<T>({ api, request, form }: Reading<T>, token: string): Promise<Answer> {
  return api.get(pathOf(request, token), form.metadata === null ? undefined : METADATA)
}

async function takeAnswer<T>(answer: Answer, reading: Reading<T>): Promise<Step<T>> {
  const { request, form, objects, tokens } = reading
  if (!answer.ok) return { outcome: refused(request, answer.status, form) }
  const page = (form.metadata ? readMetadataPage : readPage)(answer.value, request.resource)
  if (typeof page === 'string') return { outcome: form.metadata ? 'useless' : failed(page) }
  const { next, resourceVersion } = page
  if (tokens.has(next)) return { outcome: failed('the same continue token came twice') }
  tokens.add(next)
  if (page.partial && !takePartial(page, reading)) return { outcome: 'useless' }
  const coming = next === '' ? null : ask(reading, next)
  // Should it fail before it is awaited, that is no unhandled rejection.
  coming?.catch(() => undefined)
  if (!page.partial) {
    // The request leaves first: the server works on the next page while this one is taken.
    await setImmediate()
    const reread = rereadItem(answer.again, request.resource)
    takeItems(page, reading, (item, index) => form.whole(item, () => reread(index)))
  }
  request.progress(objects.size)
  return coming ? { coming } : { outcome: { objects: [...objects.values()], resourceVersion } }
}

/** Whether to go on: asked before the next page is, since that would be for nothing. */
function takePartial<T>(page: Page, reading: Reading<T>): boolean {
  const { metadata } = reading.form
  if (metadata === null) return false
  takeItems(page, reading, metadata.partial)
  return metadata.goOn(reading.objects.values(), reading.tokens.size)
}

function takeItems<T>({ items }: Page, { objects }: Reading<T>, take: (item: RawObject, index: number) => T): void {
  for (const [index, item] of items.entries()) {
    const key = `${digString(item, 'metadata', 'namespace') ?? ''}/${digString(item, 'metadata', 'name')}`
    if (!objects.has(key)) objects.set(key, take(item, index))
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

function refused<T>(request: ListRequest, status: number, { metadata }: Form<T>): Outcome<T> | 'expired' {
  if (status === 410) return 'expired'
  return status === 406 && metadata !== null ? 'useless' : refusal(request, status)
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
