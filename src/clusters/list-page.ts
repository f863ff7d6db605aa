import { dig, digString, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import { apiVersionOf, type Resource } from './api-path.ts'

/** One page of a list. `partial`: its items have apiVersion and kind of their object, and of the rest the metadata alone. */
export type Page = {
  readonly items: readonly RawObject[]
  readonly partial: boolean
  readonly next: string
  readonly resourceVersion: string
}

/** A page of a list, or what is wrong with it. Items of core lists come without apiVersion and kind and get them here. */
export function readPage(value: Json, resource: Resource): Page | string {
  const apiVersion = apiVersionOf(resource)
  if (digString(value, 'kind') !== `${resource.kind}List` || digString(value, 'apiVersion') !== apiVersion) {
    return `the answer is not a ${resource.kind}List of ${apiVersion}`
  }
  return pageOf(value, resource, typedObject)
}

/** A page of a list of metadata, or what is wrong with it. A server that knows no such list gives whole objects. */
export function readMetadataPage(value: Json, resource: Resource): Page | string {
  const isMetadata = digString(value, 'kind') === 'PartialObjectMetadataList'
  if (!isMetadata || digString(value, 'apiVersion') !== 'meta.k8s.io/v1') return readPage(value, resource)
  const page = pageOf(value, resource, partialObject)
  return typeof page === 'string' ? page : { ...page, partial: true }
}

type ReadItem = (item: Json, resource: Resource) => RawObject | null

function pageOf(value: Json, resource: Resource, read: ReadItem): Page | string {
  const items = dig(value, 'items')
  const resourceVersion = digString(value, 'metadata', 'resourceVersion')
  const next = dig(value, 'metadata', 'continue') ?? ''
  if (!isJsonArray(items) || !resourceVersion || typeof next !== 'string')
    return `the ${resource.kind}List is incomplete`
  const objects: RawObject[] = []
  for (const item of items) {
    const object = read(item, resource)
    if (object === null) return `the ${resource.kind}List holds something that is not a ${resource.kind}`
    objects.push(object)
  }
  return { items: objects, partial: false, next, resourceVersion }
}

/** `item` as an object of the kind that was asked for; null where it is another or has no name. */
export function typedObject(item: Json, resource: Resource): RawObject | null {
  if (!isJsonObject(item) || !digString(item, 'metadata', 'name')) return null
  const apiVersion = apiVersionOf(resource)
  const kind = item['kind'] ?? resource.kind
  if (kind !== resource.kind || (item['apiVersion'] ?? apiVersion) !== apiVersion) return null
  return item['kind'] === undefined ? { apiVersion, kind, ...item } : item
}

function partialObject(item: Json, resource: Resource): RawObject | null {
  const metadata = dig(item, 'metadata')
  if (!isJsonObject(metadata) || !digString(metadata, 'name')) return null
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata }
}
