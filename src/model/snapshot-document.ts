import { AppError } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import { compareRefs, displayRef, sameRef } from './resource-ref.ts'
import { anyBoolean, anyMap, anyNumber, anyText, keys, listOf, mapOf, nullOr, oneOf } from './shape.ts'
import type {
  Digest,
  EventCount,
  ObjectBody,
  Reference,
  Snapshot,
  SnapshotEntry,
  SnapshotHeader,
  StatusBody,
} from './snapshot.ts'

const API_VERSION = 'flux-compare.dev/v1'
const KIND = 'Snapshot'

export type SnapshotObject = SnapshotEntry & { readonly body: ObjectBody; readonly status: StatusBody | null }

/** A snapshot as one value, for files: what `snapshot -o json` prints and `file:PATH` reads. */
export type SnapshotDocument = {
  readonly apiVersion: typeof API_VERSION
  readonly kind: typeof KIND
} & SnapshotHeader & {
    readonly objects: readonly SnapshotObject[]
    readonly references: readonly Reference[]
    readonly events: readonly EventCount[] | null
  }

/** Writes a snapshot with the bodies of all its objects. Throws what reading a body throws. */
export function toSnapshotDocument(snapshot: Snapshot): SnapshotDocument {
  const { entries, references, events, body } = snapshot
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    ...headerOf(snapshot),
    objects: entries.map((entry) => ({
      ...entry,
      body: body(entry.digest),
      status: entry.statusDigest === null ? null : body(entry.statusDigest),
    })),
    references,
    events,
  }
}

/** Whether a document says of itself that it is an exported snapshot, of whatever version. */
export function isSnapshotDocument(document: Json): document is JsonObject {
  const said = document as { readonly apiVersion?: unknown; readonly kind?: unknown } | null
  return said?.kind === KIND && typeof said.apiVersion === 'string' && said.apiVersion.startsWith('flux-compare.dev/')
}

/**
 * Reads what {@link toSnapshotDocument} wrote. Throws `file-invalid` naming the place that has not the right shape, or the object
 * whose content is not what it was when the snapshot was taken (`digestOf` gives the digest of a body) or that stands there twice.
 */
export function fromSnapshotDocument(document: Json, digestOf: (body: Json) => Digest): Snapshot {
  DOCUMENT(document, '')
  const { objects, references, events, ...header } = document as unknown as SnapshotDocument
  const bodies = new Map<Digest, ObjectBody>()
  for (const object of objects) {
    if (digestOf(object.body) !== object.digest) throw altered(object)
    bodies.set(object.digest, object.body)
    if (object.statusDigest === null) continue
    if (object.status === null || digestOf(object.status) !== object.statusDigest) throw altered(object)
    bodies.set(object.statusDigest, object.status)
  }
  return {
    ...headerOf(header),
    entries: entriesOf(objects),
    references,
    events,
    body: (digest) => bodyOf(digest, bodies),
  }
}

function headerOf(from: SnapshotHeader): SnapshotHeader {
  const {
    id,
    cluster,
    uid,
    takenAt,
    engine,
    mask,
    secretSet,
    schemaSet,
    namespaces,
    error,
    install,
    served,
    coverage,
  } = from
  return { id, cluster, uid, takenAt, engine, mask, secretSet, schemaSet, namespaces, error, install, served, coverage }
}

function entriesOf(objects: readonly SnapshotObject[]): SnapshotEntry[] {
  const entries = objects
    .map(({ body: _body, status: _status, ...entry }): SnapshotEntry => entry)
    .sort((a, b) => compareRefs(a.ref, b.ref))
  for (const [index, entry] of entries.entries()) {
    if (index > 0 && sameRef(entries[index - 1]!.ref, entry.ref)) {
      throw new AppError('file-invalid', `${displayRef(entry.ref)} stands in the snapshot twice`)
    }
  }
  return entries
}

function altered({ ref }: SnapshotObject): AppError {
  return new AppError('file-invalid', `${displayRef(ref)} is not what it was when the snapshot was taken`, {
    hint: 'Export the snapshot again; an exported snapshot cannot be edited.',
  })
}

function bodyOf(digest: Digest, bodies: ReadonlyMap<Digest, ObjectBody>): ObjectBody {
  const body = bodies.get(digest)
  if (body === undefined) throw new AppError('internal', `no body with digest ${digest} in the snapshot`)
  return body
}

const REF = keys({ group: anyText, kind: anyText, namespace: anyText, name: anyText })
const STATUS = oneOf('complete', 'not-installed', 'forbidden', 'partial', 'failed', 'not-asked')
const OPTIONAL_TEXT = nullOr(anyText)

const COVERAGE = keys({
  group: anyText,
  kind: anyText,
  version: OPTIONAL_TEXT,
  status: STATUS,
  objects: anyNumber,
  scopes: listOf(
    keys({
      namespace: OPTIONAL_TEXT,
      verb: oneOf('list', 'get'),
      status: STATUS,
      reason: OPTIONAL_TEXT,
      resourceVersion: OPTIONAL_TEXT,
    }),
  ),
})

const INSTALL = keys({
  flux: OPTIONAL_TEXT,
  operator: OPTIONAL_TEXT,
  kubernetes: OPTIONAL_TEXT,
  controllers: listOf(
    keys({
      name: anyText,
      namespace: anyText,
      version: OPTIONAL_TEXT,
      image: OPTIONAL_TEXT,
      args: mapOf(anyText),
      featureGates: mapOf(anyBoolean),
    }),
  ),
})

const REFERENCE = keys({
  from: REF,
  field: anyText,
  to: REF,
  use: anyText,
  optional: anyBoolean,
  yamlKey: OPTIONAL_TEXT,
  state: oneOf('present', 'absent', 'forbidden', 'failed', 'not-asked'),
})

const HEADER = {
  id: anyText,
  cluster: anyText,
  uid: OPTIONAL_TEXT,
  takenAt: anyText,
  engine: anyText,
  mask: anyText,
  secretSet: anyText,
  schemaSet: OPTIONAL_TEXT,
  namespaces: nullOr(listOf(anyText)),
  error: nullOr(keys({ code: anyText, message: anyText, hint: anyText })),
  install: INSTALL,
  served: listOf(keys({ group: anyText, kind: anyText, version: anyText, served: listOf(anyText) })),
  coverage: listOf(COVERAGE),
  references: listOf(REFERENCE),
  events: nullOr(listOf(keys({ ref: REF, type: anyText, reason: anyText, count: anyNumber }))),
}

const ENTRY = {
  ref: REF,
  version: anyText,
  uid: OPTIONAL_TEXT,
  resourceVersion: OPTIONAL_TEXT,
  digest: anyText,
  statusDigest: OPTIONAL_TEXT,
  labels: mapOf(anyText),
  limit: nullOr(oneOf('depth', 'size')),
}

/** All of a snapshot but its objects, in a place where they come one by one. Throws `file-invalid` naming what has another shape. */
export const snapshotHeaderShape = keys(HEADER)
/** One object of a snapshot without its bodies. */
export const snapshotEntryShape = keys(ENTRY)

const DOCUMENT = keys({
  apiVersion: oneOf(API_VERSION),
  kind: oneOf(KIND),
  ...HEADER,
  objects: listOf(keys({ ...ENTRY, body: anyMap, status: nullOr(anyMap) })),
})
