import { z } from '@hono/zod-openapi'
import {
  LAYERS,
  PROOF_ANSWERS,
  SEVERITIES,
  type Comparison,
  type Difference,
  type Drift,
  type Explanation,
  type Finding,
  type Proof,
} from '../../model/comparison.ts'
import type { ComparedCluster, Summary } from '../../model/comparison.ts'
import type { DifferenceRow } from '../../service/service.ts'
import { API_VERSION, COVERAGE, ERROR_DOCUMENT, JSON_VALUE, listOf, NAME, orNull, REF, TIME } from './common.ts'

const LAYER = z.enum(LAYERS).openapi('Layer')
export const SEVERITY = z.enum(SEVERITIES).openapi('Severity')
export const VERDICT = z.enum(['in-sync', 'drifted', 'incomplete']).openapi('Verdict')
export const PRESENCE = z.enum(['present', 'absent', 'unknown']).openapi('Presence')
export const CHANGE = z.enum(['added', 'removed', 'changed', 'moved', 'missing', 'extra']).openapi('Change')

/** Something for each cluster, by its name. */
export function perCluster<T extends z.ZodType>(schema: T): z.ZodRecord<z.ZodString, T> {
  return z.record(z.string(), schema)
}

const DIFFERENCE: z.ZodType<Difference> = z
  .object({
    layer: LAYER,
    path: z.string(),
    severity: SEVERITY,
    classification: z.enum(['drift', 'expected', 'parametric']),
    explanation: z.string().nullable(),
    changes: perCluster(CHANGE),
    values: perCluster(JSON_VALUE),
    unknown: perCluster(z.string()),
    pointers: perCluster(z.string()),
    origins: perCluster(z.object({ from: z.string(), shadows: z.array(z.string()) })),
    derivedFrom: z.array(z.string()),
    within: z.string().nullable(),
    fingerprint: z.string(),
    valueDigest: z.string(),
  })
  .openapi('Difference')

const CAUSE = z.object({
  code: z.enum(['parent-absent', 'crd-not-installed', 'not-referenced']),
  ref: orNull(REF),
  message: z.string(),
})

const DRIFT: z.ZodType<Drift> = z
  .object({
    ref: REF,
    refs: perCluster(REF),
    usedBy: z.array(REF),
    cause: CAUSE.nullable(),
    against: z.array(NAME),
    presence: perCluster(PRESENCE),
    differences: z.array(DIFFERENCE),
  })
  .openapi('Drift')

const FINDING: z.ZodType<Finding> = z
  .object({
    code: z.string(),
    severity: SEVERITY,
    clusters: z.array(NAME),
    ref: orNull(REF),
    message: z.string(),
    hint: z.string(),
    fingerprint: z.string(),
  })
  .openapi('Finding')

const COMPARED_CLUSTER: z.ZodType<ComparedCluster> = z
  .object({
    name: NAME,
    slug: z.string(),
    snapshot: z.string(),
    takenAt: TIME,
    uid: z.string().nullable(),
    kubernetes: z.string().nullable(),
    flux: z.string().nullable(),
    error: orNull(ERROR_DOCUMENT),
    coverage: z.array(COVERAGE),
  })
  .openapi('ComparedCluster')

const SUMMARY: z.ZodType<Summary> = z
  .object({
    objects: z.int(),
    inSync: z.int(),
    drifted: z.int(),
    missing: z.int(),
    extra: z.int(),
    unknown: z.int(),
    differences: z.int(),
    bySeverity: z.record(SEVERITY, z.int()),
    expected: z.int(),
    parametric: z.int(),
    hiddenByRules: z.int(),
    equivalent: z.int(),
  })
  .openapi('Summary')

const EXPLANATION: z.ZodType<Explanation> = z
  .object({
    ref: REF,
    layer: LAYER,
    path: z.string(),
    because: z.string(),
    detail: z.string(),
    values: perCluster(JSON_VALUE),
  })
  .openapi('Explanation')

const PROOF: z.ZodType<Proof> = z
  .object({
    ref: REF,
    layer: LAYER,
    by: z.string(),
    against: NAME,
    answers: perCluster(z.enum(PROOF_ANSWERS)),
    unread: perCluster(z.array(z.string())),
    revisions: perCluster(z.string()),
  })
  .openapi('Proof')

/** The document of `-o json`: held to the type, so that a field added there without a line here does not compile. */
export const COMPARISON: z.ZodType<Omit<Comparison, 'explanations' | 'proofs'>> = z
  .object({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('Comparison'),
    id: z.string().meta({ examples: ['run_01k'] }),
    phase: z.literal('done'),
    digest: z.string(),
    engine: z.string(),
    baseline: z.string().nullable(),
    verdict: VERDICT,
    clusters: z.array(COMPARED_CLUSTER),
    summary: SUMMARY,
    findings: z.array(FINDING),
    drifts: z.array(DRIFT),
    proofs: z.array(PROOF).optional(),
    explanations: z.array(EXPLANATION).optional(),
  })
  .meta({ description: 'docs/json.md tells every field' })
  .openapi('Comparison')

const DIFFERENCE_ROW: z.ZodType<DifferenceRow> = z
  .object({ ref: REF, presence: perCluster(PRESENCE), against: z.array(NAME), difference: DIFFERENCE })
  .openapi('DifferenceRow')

export const DIFFERENCE_LIST = listOf('DifferenceList', DIFFERENCE_ROW)
