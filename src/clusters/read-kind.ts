import type { KindCoverage } from '../model/coverage.ts'
import type { RawObject } from '../model/snapshot.ts'
import type { CollectScope } from '../service/ports.ts'
import type { Resource } from './api-path.ts'
import { coverageRow, unreadRow } from './coverage-rows.ts'
import type { ServedKind } from './discovery.ts'
import { areFew, readKnownList, readNamed, type ObjectName, type TakeKnown } from './known-list.ts'
import type { KubeApi } from './kube-api.ts'
import { PAGE_SIZE, readList, type ListRequest, type ListResult } from './read-list.ts'
import { readObject } from './read-object.ts'
import type { TakenObject } from './take-object.ts'

/** With what the kinds of one cluster are read. */
export type KindReader = TakeKnown & {
  readonly api: KubeApi
  readonly scope: CollectScope
  /** Whether to ask what changed of a kind rather than for all of it. */
  readonly preferChanges: (resource: Resource, namespace: string | null) => boolean
  readonly progress: (kind: string, objects: number) => void
}

export type KindReading = {
  readonly kind: ServedKind
  readonly row: KindCoverage
  readonly objects: readonly TakenObject[]
}

/** How a list is read: `whole`: every object with its content. */
type Manner = 'whole' | 'changes'

/** Reads all objects of a kind, or the one that was asked for; of those that are known perhaps the metadata alone. */
export async function readKind(reader: KindReader, kind: ServedKind): Promise<KindReading> {
  const { resource } = reader.scope
  if (!isAsked(kind.kind, reader.scope))
    return { kind, row: unreadRow(kind.group, kind.kind, kind.version, 'not-asked'), objects: [] }
  return readingOf(
    kind,
    resource ? [await readSingle(reader, kind, resource)] : await readLists(reader, kind, 'changes'),
  )
}

/** The same objects, with the content of those that `lacks` names: it turned out to be needed. */
export async function readContent(
  reader: KindReader,
  reading: KindReading,
  lacks: (object: TakenObject) => boolean,
): Promise<KindReading> {
  const { kind, objects } = reading
  const count = objects.filter(lacks).length
  if (count === 0) return reading
  const named = objects.map((object) => (lacks(object) ? nameOf(object) : object))
  const few = areFew(count, Math.ceil(objects.length / PAGE_SIZE))
  const found = few ? await readNamed(reader.api, kind, named, reader.take) : null
  return found === null ? readingOf(kind, await readLists(reader, kind, 'whole')) : { ...reading, objects: found }
}

function nameOf({ ref: { namespace, name } }: TakenObject): ObjectName {
  return { namespace, name }
}

export function isAsked(kind: string, { kinds, resource }: CollectScope): boolean {
  if (resource) return resource.kind === kind
  return kinds === null || kinds.includes(kind)
}

function readingOf(kind: ServedKind, lists: readonly ListResult<TakenObject>[]): KindReading {
  const row = coverageRow(
    kind,
    lists.map(({ scope }) => scope),
  )
  return { kind, row, objects: lists.flatMap(({ objects }) => objects) }
}

function readLists(reader: KindReader, kind: ServedKind, manner: Manner): Promise<ListResult<TakenObject>[]> {
  const { api, scope } = reader
  const namespaces = kind.namespaced && scope.namespaces !== null ? scope.namespaces : [null]
  const counts = new Map<string | null, number>()
  const query: Record<string, string> = scope.selector === null ? {} : { labelSelector: scope.selector }
  return Promise.all(
    namespaces.map((namespace) => {
      const progress = (objects: number): void => {
        counts.set(namespace, objects)
        reader.progress(
          kind.kind,
          [...counts.values()].reduce((sum, count) => sum + count, 0),
        )
      }
      const request: ListRequest = { resource: kind, namespace, query, progress }
      const isKnown = manner === 'changes' && !TOLD_BY_CONTENT.has(kind.kind) && reader.preferChanges(kind, namespace)
      return isKnown ? readKnownList(api, request, reader) : readList<TakenObject>(api, request, reader.take)
    }),
  )
}

/** What is installed is told by the content of these. */
const TOLD_BY_CONTENT: ReadonlySet<string> = new Set(['FluxInstance', 'FluxReport'])

async function readSingle(
  reader: KindReader,
  kind: ServedKind,
  wanted: NonNullable<CollectScope['resource']>,
): Promise<ListResult<TakenObject>> {
  const result = await readObject(reader.api, kind, wanted.namespace, wanted.name)
  const scope = { namespace: wanted.namespace, verb: 'get' as const, resourceVersion: null }
  if ('reason' in result) return { scope: { ...scope, status: result.state, reason: result.reason }, objects: [] }
  const content = (object: RawObject): TakenObject => reader.take(object, () => object)
  const objects = result.state === 'present' ? [content(result.object)] : []
  reader.progress(kind.kind, objects.length)
  return { scope: { ...scope, status: 'complete', reason: null }, objects }
}
