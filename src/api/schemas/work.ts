import { z } from '@hono/zod-openapi'
import { LAYERS } from '../../model/comparison.ts'
import { JOB_PHASES, RUN_PHASES, type RunRecord, type RunRequest, type SnapshotJobRecord } from '../../service/runs.ts'
import type { ClusterView } from '../../service/service.ts'
import { API_VERSION, COVERAGE, ERROR_DOCUMENT, listOf, NAME, orNull, TIME } from './common.ts'
import { VERDICT } from './comparison.ts'
import { SNAPSHOT_SUMMARY } from './snapshot.ts'

export const RUN_PHASE = z.enum(RUN_PHASES).openapi('RunPhase')
export const JOB_PHASE = z.enum(JOB_PHASES).openapi('JobPhase')

const NAMES = z.array(z.string())

const FILTER = z.object({
  kinds: NAMES.nullable(),
  namespaces: NAMES.nullable(),
  selector: z.string().nullable(),
  resource: z.object({ kind: z.string(), namespace: z.string(), name: z.string() }).nullable(),
})

type ToldRun = Omit<RunRecord, 'fence' | 'request'> & {
  readonly request: Omit<RunRequest, 'name' | 'damping'> & {
    readonly name?: string | undefined
    readonly damping?: number | undefined
  }
}

/** A run as it is told: without the fence, which concerns only us. */
export const RUN: z.ZodType<ToldRun> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Run'),
    id: z.string(),
    phase: RUN_PHASE,
    request: z.object({
      baseline: z.string().nullable(),
      clusters: NAMES,
      layers: z.array(z.enum(LAYERS)),
      filter: FILTER,
      ignore: NAMES,
      name: z.string().optional().meta({ description: 'Of the comparison of the configuration' }),
      damping: z.int().optional(),
      explain: z.boolean(),
    }),
    requestedBy: z.string(),
    requestedAt: TIME,
    finishedAt: TIME.nullable(),
    sides: z.array(z.object({ cluster: NAME, snapshot: z.string().nullable(), job: z.string().nullable() })),
    verdict: orNull(VERDICT),
    differences: z.int().nullable(),
    error: orNull(ERROR_DOCUMENT),
  })
  .meta({ description: 'A requested comparison and how far it is' })
  .openapi('Run')

export const RUN_LIST = listOf('RunList', RUN)

const JOB_FIELDS = {
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('SnapshotJob'),
  id: z.string(),
  cluster: NAME,
  pool: z.string(),
  phase: JOB_PHASE,
  requestedBy: z.string(),
  requestedAt: TIME,
  startedAt: TIME.nullable(),
  finishedAt: TIME.nullable(),
  progress: z.object({ step: z.string(), kind: z.string().nullable(), objects: z.int() }).nullable(),
  snapshot: z.string().nullable(),
  error: orNull(ERROR_DOCUMENT),
}

export const JOB: z.ZodType<Omit<SnapshotJobRecord, 'fence'>> = z
  .object(JOB_FIELDS)
  .meta({ description: 'One snapshot to take of one cluster' })
  .openapi('SnapshotJob')

export const ACCEPTED_JOB: z.ZodType = z
  .object({ ...JOB_FIELDS, joined: z.boolean().meta({ description: 'Whether a snapshot was under way already' }) })
  .openapi('AcceptedSnapshotJob')

export const JOB_LIST = listOf('SnapshotJobList', JOB)

export const CLUSTER: z.ZodType<ClusterView> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Cluster'),
    name: NAME,
    slug: z.string(),
    labels: z.record(z.string(), z.string()),
    namespaces: NAMES.nullable(),
    pool: z.string(),
    secretCompare: z.enum(['equality', 'presence', 'off']),
    reachable: z.enum(['yes', 'no', 'unknown']),
    error: orNull(ERROR_DOCUMENT),
    flux: z.string().nullable(),
    kubernetes: z.string().nullable(),
    uid: z.string().nullable(),
    lastSnapshot: orNull(SNAPSHOT_SUMMARY),
    lastGoodSnapshot: orNull(SNAPSHOT_SUMMARY),
    jobInFlight: z.string().nullable(),
    coverage: z.array(COVERAGE),
  })
  .openapi('Cluster')

export const CLUSTER_LIST = listOf('ClusterList', CLUSTER)
