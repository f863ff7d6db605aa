import { createHash } from 'node:crypto'
import { isCustom, keyOf, groupVersion, type ApiResource } from './api-resources.ts'
import { goJson, goString, goStruct, isMap, mapAt, textAt, valueAt, type ValueMap } from './go-json.ts'

/** An object as the server keeps it. `tail` is its compact JSON after the part that depends on how it is asked for. */
export type StoredObject = {
  readonly namespace: string
  readonly name: string
  /** `namespace/name`, by whose bytes lists are ordered; only the name for cluster-scoped objects. */
  readonly key: string
  readonly object: ValueMap
  readonly labels: ValueMap
  readonly tail: Buffer
  readonly metadata: string
}

const METADATA_ORDER = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
]
const TOP_ORDER: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['immutable', 'data', 'binaryData'],
  Secret: ['immutable', 'data', 'type'],
  Event: [
    'involvedObject',
    'reason',
    'message',
    'source',
    'firstTimestamp',
    'lastTimestamp',
    'count',
    'type',
    'eventTime',
    'series',
    'action',
    'related',
    'reportingComponent',
    'reportingInstance',
  ],
}
const BORN = '2026-01-01T00:00:00Z'

/** The object with what an API server adds when it is created, where missing. `revision` becomes its resourceVersion. */
export function admit(object: ValueMap, resource: ApiResource, cluster: string, revision: number): ValueMap {
  const metadata = mapAt(object, 'metadata')
  const name = textAt(metadata, 'name')
  const namespace = resource.namespaced ? textAt(metadata, 'namespace') || 'default' : ''
  const uid = uidOf(`${cluster}/${keyOf(resource)}/${namespace}/${name}`)
  const generation = isCustom(resource) || resource.group === 'apps' ? { generation: 1 } : {}
  return withData({
    ...object,
    metadata: {
      creationTimestamp: BORN,
      uid,
      resourceVersion: String(revision),
      ...generation,
      ...metadata,
      ...(namespace === '' ? {} : { namespace }),
    },
  })
}

/** A UID that depends on the text alone, in the form of a random (version 4) one. */
export function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Serialises an admitted object once, for every later answer. */
export function store(object: ValueMap, resource: ApiResource): StoredObject {
  const metadata = mapAt(object, 'metadata')
  const namespace = textAt(metadata, 'namespace')
  const name = textAt(metadata, 'name')
  const custom = isCustom(resource)
  const { apiVersion: _version, kind: _kind, ...rest } = object
  const metadataJson = custom ? goJson(metadata) : goStruct(metadata, METADATA_ORDER)
  const parts = custom
    ? goJson({ ...rest, kind: resource.kind })
    : structJson(rest, metadataJson, TOP_ORDER[resource.kind] ?? [])
  return {
    namespace,
    name,
    object,
    key: resource.namespaced ? `${namespace}/${name}` : name,
    labels: mapAt(metadata, 'labels'),
    tail: Buffer.from(parts.slice(1)),
    metadata: metadataJson,
  }
}

/** What stands before `tail` when an object is got by name. */
export function headOfObject(resource: ApiResource, version: string): string {
  const apiVersion = goString(groupVersion(resource.group, version))
  return isCustom(resource) ? `{"apiVersion":${apiVersion},` : `{"kind":"${resource.kind}","apiVersion":${apiVersion},`
}

/** What stands before `tail` in a list: items of built-in kinds do not say what they are. */
export function headOfItem(resource: ApiResource, version: string): string {
  return isCustom(resource) ? headOfObject(resource, version) : '{'
}

function structJson(rest: ValueMap, metadataJson: string, order: readonly string[]): string {
  const { metadata: _metadata, ...others } = rest
  const body = goStruct(others, order).slice(1)
  return `{"metadata":${metadataJson}${body === '}' ? '' : ','}${body}`
}

function withData(object: ValueMap): ValueMap {
  const plain = valueAt(object, 'stringData')
  if (textAt(object, 'kind') !== 'Secret' || textAt(object, 'apiVersion') !== 'v1') return object
  const { stringData: _plain, ...secret } = object
  if (!isMap(plain)) return { type: 'Opaque', ...secret }
  const encoded = Object.entries(plain).map(([key, text]) => [
    key,
    Buffer.from(typeof text === 'string' ? text : goJson(text)).toString('base64'),
  ])
  return { type: 'Opaque', ...secret, data: { ...mapAt(object, 'data'), ...Object.fromEntries(encoded) } }
}
