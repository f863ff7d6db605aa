import { keyOf, type ApiResource } from './api-resources.ts'
import { byBytes, goJson, isMap, mapAt, textAt, valueAt, type ValueMap } from './go-json.ts'
import type { LoadedObject } from './load-objects.ts'
import { admit, store, type StoredObject } from './stored-object.ts'

/** Names one object; `group` may be left out where the kind is unambiguous. */
export type ObjectRef = {
  readonly group?: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** What etcd is to a cluster: objects with revisions, of which the latest {@link KEPT_REVISIONS} per resource can still be listed. */
export type ObjectStore = {
  revision(): number
  /** Oldest revision that can still be listed. */
  compacted(): number
  /** The objects of a resource in list order at a revision (default: now); null once compacted. */
  list(resource: ApiResource, revision?: number): readonly StoredObject[] | null
  get(resource: ApiResource, key: string): StoredObject | undefined
  apply(object: object): void
  remove(ref: ObjectRef): void
  /** Fields that the spec of a kind has where an object lacks them: filled in when it is read, as a CRD tells. */
  setDefaults(kind: Pick<ObjectRef, 'group' | 'kind'>, spec: object): void
  defaults(resource: ApiResource): ValueMap
  compact(): void
}

type Table = {
  readonly byKey: Map<string, StoredObject>
  defaults: ValueMap
  readonly revisions: { readonly revision: number; readonly objects: readonly StoredObject[] }[]
}

const FIRST_REVISION = 1000
const KEPT_REVISIONS = 50

/**
 * Fills a store; later objects of the same name replace earlier ones. Namespaces exist as soon as something is in them.
 * Throws where an object has no name or its kind is unknown.
 */
export function createObjectStore(
  cluster: string,
  all: readonly ApiResource[],
  loaded: readonly LoadedObject[],
): ObjectStore {
  const state: State = {
    cluster,
    all,
    tables: new Map(all.map((entry) => [keyOf(entry), { byKey: new Map(), defaults: {}, revisions: [] }])),
    revision: FIRST_REVISION,
    compacted: FIRST_REVISION,
  }
  for (const { object, from } of loaded) put(state, object, from)
  ensureNamespaces(state)
  for (const table of state.tables.values()) publish(state, table)
  state.compacted = state.revision

  return {
    revision: () => state.revision,
    compacted: () => state.compacted,
    list(resource, at) {
      if (at !== undefined && at < state.compacted) return null
      const { revisions } = tableOf(state, resource)
      return revisions.findLast((entry) => at === undefined || entry.revision <= at)?.objects ?? []
    },
    get: (resource, key) => tableOf(state, resource).byKey.get(key),
    apply(object) {
      const resource = put(state, object as ValueMap, `apply to ${cluster}`)
      if (ensureNamespaces(state)) publish(state, state.tables.get('namespaces')!)
      publish(state, tableOf(state, resource))
    },
    remove: (ref) => remove(state, ref),
    setDefaults: (kind, spec) => setDefaults(state, findResource({ ...kind, name: '' }, all), spec as ValueMap),
    defaults: (resource) => tableOf(state, resource).defaults,
    compact() {
      state.revision += 1
      state.compacted = state.revision
    },
  }
}

type State = {
  readonly cluster: string
  readonly all: readonly ApiResource[]
  readonly tables: ReadonlyMap<string, Table>
  revision: number
  compacted: number
}

function tableOf(state: State, resource: ApiResource): Table {
  return state.tables.get(keyOf(resource))!
}

function put(state: State, object: ValueMap, from: string): ApiResource {
  const resource = resourceOf(object, state.all, from)
  const table = tableOf(state, resource)
  const { byKey } = table
  state.revision += 1
  const admitted = admit(object, resource, state.cluster, state.revision)
  const stored = store(withDefaults(succeed(byKey, admitted, resource, state.revision), table.defaults), resource)
  byKey.set(stored.key, stored)
  return resource
}

function remove(state: State, ref: ObjectRef): void {
  const resource = findResource(ref, state.all)
  const key = resource.namespaced ? `${ref.namespace ?? 'default'}/${ref.name}` : ref.name
  if (!tableOf(state, resource).byKey.delete(key)) throw new Error(`${state.cluster} has no ${ref.kind} ${key}`)
  state.revision += 1
  publish(state, tableOf(state, resource))
}

function setDefaults(state: State, resource: ApiResource, spec: ValueMap): void {
  const table = tableOf(state, resource)
  table.defaults = spec
  for (const [key, { object }] of table.byKey) table.byKey.set(key, store(withDefaults(object, spec), resource))
  publish(state, table)
}

function withDefaults(object: ValueMap, spec: ValueMap): ValueMap {
  return Object.keys(spec).length === 0 ? object : { ...object, spec: { ...spec, ...mapAt(object, 'spec') } }
}

/** Makes what `put` and `remove` did visible to lists, as a revision of its own. */
function publish(state: State, table: Table): void {
  const objects = [...table.byKey.values()].sort((a, b) => byBytes(a.key, b.key))
  table.revisions.push({ revision: state.revision, objects })
  if (table.revisions.length <= KEPT_REVISIONS) return
  table.revisions.shift()
  state.compacted = Math.max(state.compacted, table.revisions[0]!.revision)
}

function ensureNamespaces(state: State): boolean {
  const existing = state.tables.get('namespaces')!.byKey
  const objects = [...state.tables.values()].flatMap((table) => [...table.byKey.values()])
  const wanted = new Set(['default', 'kube-system', ...objects.map((object) => object.namespace)])
  const missing = [...wanted].filter((name) => name !== '' && !existing.has(name))
  for (const name of missing) put(state, namespaceObject(name), state.cluster)
  return missing.length > 0
}

/** An update keeps the identity of what it replaces; its resourceVersion is always new, its generation only for a new spec. */
function succeed(
  byKey: ReadonlyMap<string, StoredObject>,
  admitted: ValueMap,
  resource: ApiResource,
  revision: number,
): ValueMap {
  const metadata = mapAt(admitted, 'metadata')
  const name = textAt(metadata, 'name')
  const before = byKey.get(resource.namespaced ? `${textAt(metadata, 'namespace')}/${name}` : name)
  if (before === undefined) return admitted
  const old = mapAt(before.object, 'metadata')
  const sameSpec = goJson(mapAt(before.object, 'spec')) === goJson(mapAt(admitted, 'spec'))
  const generation = valueAt(old, 'generation')
  return {
    ...admitted,
    metadata: {
      ...metadata,
      uid: old['uid']!,
      creationTimestamp: old['creationTimestamp']!,
      resourceVersion: String(revision),
      ...(typeof generation === 'number' ? { generation: generation + (sameSpec ? 0 : 1) } : {}),
    },
  }
}

function resourceOf(object: ValueMap, all: readonly ApiResource[], from: string): ApiResource {
  const apiVersion = textAt(object, 'apiVersion')
  const kind = textAt(object, 'kind')
  if (apiVersion === '' || kind === '' || !isMap(object['metadata']) || textAt(object['metadata'], 'name') === '') {
    throw new Error(`${from}: not a Kubernetes object: apiVersion, kind or metadata.name is missing`)
  }
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const found = all.find((entry) => entry.kind === kind && entry.group === group)
  if (found === undefined) throw new Error(`${from}: the simulator does not know the kind ${apiVersion} ${kind}`)
  return found
}

function findResource(ref: ObjectRef, all: readonly ApiResource[]): ApiResource {
  const found = all.find((entry) => entry.kind === ref.kind && (ref.group ?? entry.group) === entry.group)
  if (found === undefined) throw new Error(`the simulator does not know the kind ${ref.kind}`)
  return found
}

function namespaceObject(name: string): ValueMap {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }
}
