import { z } from '@hono/zod-openapi'
import type { SnapshotDocument } from '../../model/snapshot-document.ts'
import type { ObjectAcross, ObjectSummary, ObjectView, SnapshotView, VisibleSnapshot } from '../../service/service.ts'
import { API_VERSION, COVERAGE, ERROR_DOCUMENT, JSON_VALUE, listOf, NAME, orNull, REF, TIME } from './common.ts'
import { PRESENCE } from './comparison.ts'

const SUMMARY_FIELDS = {
  id: z.string().meta({ examples: ['snap_01k'] }),
  cluster: NAME,
  uid: z.string().nullable().meta({ description: 'UID of the namespace kube-system' }),
  takenAt: TIME,
  engine: z.string(),
  error: orNull(ERROR_DOCUMENT),
  objects: z.int().nullable().meta({ description: 'Null for who sees some namespaces only' }),
  changed: z.int().nullable().meta({ description: 'Objects that differ from the snapshot before it; null as above' }),
}

const TEXT_MAP = z.record(z.string(), z.string())

export const SNAPSHOT_SUMMARY: z.ZodType<VisibleSnapshot> = z.object(SUMMARY_FIELDS).openapi('SnapshotSummary')
export const SNAPSHOT_LIST = listOf('SnapshotList', SNAPSHOT_SUMMARY)

export const SNAPSHOT_VIEW: z.ZodType<SnapshotView> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('SnapshotInfo'),
    ...SUMMARY_FIELDS,
    namespaces: z.array(z.string()).nullable(),
    flux: z.string().nullable(),
    kubernetes: z.string().nullable(),
    coverage: z.array(COVERAGE),
  })
  .openapi('SnapshotInfo')

const OBJECT_FIELDS = { ref: REF, version: z.string(), digest: z.string(), labels: TEXT_MAP }
const OBJECT_SUMMARY: z.ZodType<ObjectSummary> = z.object(OBJECT_FIELDS).openapi('ObjectSummary')
export const OBJECT_LIST = listOf('ObjectList', OBJECT_SUMMARY)

export const OBJECT_VIEW: z.ZodType<ObjectView> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Object'),
    ...OBJECT_FIELDS,
    body: JSON_VALUE.meta({ description: 'Masked, and reduced to what is compared' }),
    status: JSON_VALUE,
  })
  .openapi('Object')

export const OBJECT_ACROSS: z.ZodType<ObjectAcross> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('ObjectVariants'),
    ref: REF,
    presence: z.record(z.string(), PRESENCE),
    variants: z.array(z.object({ digest: z.string(), clusters: z.array(NAME), body: JSON_VALUE })),
  })
  .openapi('ObjectVariants')

const REFERENCE = z.object({
  from: REF,
  field: z.string(),
  to: REF,
  use: z.string(),
  optional: z.boolean(),
  yamlKey: z.string().nullable(),
  state: z.enum(['present', 'absent', 'forbidden', 'failed', 'not-asked']),
})

const CONTROLLER = z.object({
  name: z.string(),
  namespace: z.string(),
  version: z.string().nullable(),
  image: z.string().nullable(),
  args: TEXT_MAP,
  featureGates: z.record(z.string(), z.boolean()),
})

const SNAPSHOT_OBJECT = z.object({
  ...OBJECT_FIELDS,
  uid: z.string().nullable(),
  resourceVersion: z.string().nullable(),
  statusDigest: z.string().nullable(),
  limit: z.enum(['depth', 'size']).nullable(),
  noted: z.literal(true).optional(),
  suspended: z.string().optional(),
  body: JSON_VALUE,
  status: JSON_VALUE,
})

type Exported = Omit<SnapshotDocument, 'objects' | 'references'>

export const SNAPSHOT_DOCUMENT: z.ZodType<Exported> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Snapshot'),
    id: z.string(),
    cluster: NAME,
    uid: z.string().nullable(),
    takenAt: TIME,
    engine: z.string(),
    mask: z.string(),
    secretSet: z.string(),
    schemaSet: z.string().nullable(),
    namespaces: z.array(z.string()).nullable(),
    error: orNull(ERROR_DOCUMENT),
    install: z.object({
      flux: z.string().nullable(),
      operator: z.string().nullable(),
      kubernetes: z.string().nullable(),
      controllers: z.array(CONTROLLER),
      allControllers: z.literal(true).optional(),
    }),
    served: z.array(
      z.object({ group: z.string(), kind: z.string(), version: z.string(), served: z.array(z.string()) }),
    ),
    coverage: z.array(COVERAGE),
    objects: z.array(SNAPSHOT_OBJECT),
    references: z.array(REFERENCE),
    events: z.array(z.object({ ref: REF, type: z.string(), reason: z.string(), count: z.int() })).nullable(),
  })
  .meta({ description: 'What `snapshot -o json` prints and `file:PATH` reads' })
  .openapi('Snapshot')
