import { generatorOf } from '../flux/reduce.ts'
import { digString } from '../model/json.ts'
import type { RawObject } from '../model/snapshot.ts'
import type { KnownObjects } from '../service/ports.ts'
import type { Resource } from './api-path.ts'
import { MAX_CONNECTIONS } from './dispatcher.ts'
import type { KubeApi } from './kube-api.ts'
import { createLimit } from './limit.ts'
import { readList, readMetadataList, type ListRequest, type ListResult, type Take } from './read-list.ts'
import { readObject } from './read-object.ts'
import type { TakenObject } from './take-object.ts'

export type TakeKnown = {
  readonly take: Take<TakenObject>
  /** Of metadata alone; null: the content has to be read. */
  readonly takeUnread: (partial: RawObject) => TakenObject | null
}

export type ObjectName = { readonly namespace: string; readonly name: string }

/** Below it a list is one small page: asking for it in two steps takes longer. */
const LEAST_KNOWN = 100
/** So many GETs over all connections take about as long as one page of whole objects, and cost the server less. */
const GETS_PER_PAGE = 2 * MAX_CONNECTIONS

/** Whether so many changed objects of a list of so many pages are read one by one: not where the list itself takes less. */
export function areFew(changed: number, pages: number): boolean {
  return changed <= GETS_PER_PAGE * (pages + 1)
}

/**
 * Tells of a kind, in one namespace or (null) in all of them, whether to ask what changed: where many of its objects are known, or many are
 * made by controllers from known ones, and then their content is of no interest.
 */
export function preferChanges(known: KnownObjects | null): (resource: Resource, namespace: string | null) => boolean {
  if (known === null) return () => false
  const counts = new Map<string, number>()
  const add = (key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)
  for (const { ref } of known.byUid.values()) {
    add(keyOf(ref, null))
    add(keyOf(ref, ref.namespace))
  }
  const areMany = (key: string): boolean => (counts.get(key) ?? 0) >= LEAST_KNOWN
  return (resource, namespace) => {
    const generator = generatorOf(resource)
    return areMany(keyOf(resource, namespace)) || (generator !== null && areMany(keyOf(generator, null)))
  }
}

function keyOf({ group, kind }: Pick<Resource, 'group' | 'kind'>, namespace: string | null): string {
  return namespace === null ? `${group}/${kind}` : `${group}/${kind}/${namespace}`
}

/**
 * Lists a kind of which most is known: the metadata of all objects first, then by GET those whose resourceVersion is not known. The API
 * server raises it with every write, so what it has not raised is as it was. Reads the whole list where too many changed, where the server
 * gives no metadata, or where one of them may not be read by name. An object that is gone by then (404) is left out.
 */
export async function readKnownList(
  api: KubeApi,
  request: ListRequest,
  { take, takeUnread }: TakeKnown,
): Promise<ListResult<TakenObject>> {
  const { resource } = request
  const metadata = await readMetadataList<TakenObject | ObjectName>(api, request, {
    partial: (partial) => takeUnread(partial) ?? nameOf(partial),
    whole: take,
    goOn: (soFar, pages) => areFew([...soFar].filter(isName).length, pages),
  })
  if (metadata === null) return readList(api, request, take)
  const objects = await readNamed(api, resource, metadata.objects, take)
  return objects === null ? readList(api, request, take) : { scope: metadata.scope, objects }
}

/**
 * The objects in their order, with what a GET finds in the place of names, and without those that are gone; null: not all of them can be
 * read so.
 */
export async function readNamed(
  api: KubeApi,
  resource: Resource,
  objects: readonly (TakenObject | ObjectName)[],
  take: Take<TakenObject>,
): Promise<readonly TakenObject[] | null> {
  const limit = createLimit(MAX_CONNECTIONS)
  let isRefused = false
  const read = async ({ namespace, name }: ObjectName): Promise<readonly TakenObject[]> => {
    if (isRefused) return []
    const result = await readObject(api, resource, namespace, name)
    if ('reason' in result) isRefused = true
    return result.state === 'present' ? [take(result.object, () => result.object)] : []
  }
  const found = await Promise.all(objects.filter(isName).map((name) => limit.run(() => read(name))))
  if (isRefused) return null
  const rest = found.values()
  return objects.flatMap((object) => (isName(object) ? (rest.next().value ?? []) : [object]))
}

function nameOf(partial: RawObject): ObjectName {
  return {
    namespace: digString(partial, 'metadata', 'namespace') ?? '',
    name: digString(partial, 'metadata', 'name') ?? '',
  }
}

function isName(object: TakenObject | ObjectName): object is ObjectName {
  return !('ref' in object)
}
