import type { ClusterName, Slug } from './cluster.ts'
import type { KindCoverage } from './coverage.ts'
import type { ErrorDocument } from './errors.ts'
import type { Json } from './json.ts'
import type { ResourceRef } from './resource-ref.ts'

export const LAYERS = [
  'presence',
  'spec',
  'values',
  'substitutions',
  'metadata',
  'data',
  'install',
  'status',
  'events',
] as const
export type Layer = (typeof LAYERS)[number]
/** What is compared when nothing is asked for: desired state. `status` and `events` are current state, on demand. */
export const DEFAULT_LAYERS: readonly Layer[] = [
  'presence',
  'spec',
  'values',
  'substitutions',
  'metadata',
  'data',
  'install',
]

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]

export type Verdict = 'in-sync' | 'drifted' | 'incomplete'
export type Presence = 'present' | 'absent' | 'unknown'
export type Change = 'added' | 'removed' | 'changed' | 'moved' | 'missing' | 'extra'
export type Classification = 'drift' | 'expected' | 'parametric'
export type PerCluster<T> = Readonly<Record<ClusterName, T>>

/**
 * Where an effective value comes from: `inline`, `ConfigMap/name:key` or `Secret/name:key`, with `(valuesFrom[2])` where one stands in the
 * list more than once; `shadows` are the others that hold something at the same place, lowest precedence first.
 */
export type Origin = { readonly from: string; readonly shadows: readonly string[] }

/** One path in one layer of one object at which clusters disagree: a leaf (scalar, mask, empty list or empty map). */
export type Difference = {
  readonly layer: Layer
  /** For people: dots, `[key=value]` for keyed list items, `["a.b"]` for awkward keys. */
  readonly path: string
  readonly severity: Severity
  readonly classification: Classification
  readonly explanation: string | null
  /** Per target that disagrees with `against`. */
  readonly changes: PerCluster<Change>
  /** Clusters that have nothing at the path are left out. */
  readonly values: PerCluster<Json>
  /** Clusters whose value could not be read, with the reason. */
  readonly unknown: PerCluster<string>
  /** RFC 6901, per cluster that has something at the path. */
  readonly pointers: PerCluster<string>
  /** Of effective values and variables; empty in other layers. */
  readonly origins: PerCluster<Origin>
  /** Fingerprints of the differences or findings of this comparison that it follows from: it is then not counted, and decides nothing. */
  readonly derivedFrom: readonly string[]
  /** Path of the outermost list item or map that exists on one side only, where this leaf is part of one. */
  readonly within: string | null
  readonly fingerprint: string
  readonly valueDigest: string
}

/** Why an object is on one side only, where that is certain: the reader needs one line for all of them. */
export type Cause = {
  readonly code: 'parent-absent' | 'crd-not-installed' | 'not-referenced'
  /** The object that is the cause; null for a CRD. */
  readonly ref: ResourceRef | null
  readonly message: string
}

export type Drift = {
  readonly ref: ResourceRef
  /** Per cluster, where pairing joined different names (generator hash suffixes). */
  readonly refs: PerCluster<ResourceRef>
  /** Flux objects that refer to this ConfigMap or Secret. */
  readonly usedBy: readonly ResourceRef[]
  readonly cause: Cause | null
  /** Clusters that hold the variant against which the others are measured. */
  readonly against: readonly ClusterName[]
  readonly presence: PerCluster<Presence>
  readonly differences: readonly Difference[]
}

export type Finding = {
  readonly code: string
  readonly severity: Severity
  readonly clusters: readonly ClusterName[]
  readonly ref: ResourceRef | null
  readonly message: string
  readonly hint: string
  readonly fingerprint: string
}

export type ComparedCluster = {
  readonly name: ClusterName
  readonly slug: Slug
  readonly snapshot: string
  readonly takenAt: string
  readonly uid: string | null
  readonly kubernetes: string | null
  readonly flux: string | null
  readonly error: ErrorDocument | null
  readonly coverage: readonly KindCoverage[]
}

export type Summary = {
  /** Distinct objects over all clusters. in-sync + drifted + missing + extra + unknown = objects. */
  readonly objects: number
  readonly inSync: number
  readonly drifted: number
  readonly missing: number
  readonly extra: number
  readonly unknown: number
  readonly differences: number
  readonly bySeverity: Readonly<Record<Severity, number>>
  readonly expected: number
  readonly parametric: number
  readonly hiddenByRules: number
  /** Textual differences that were judged equivalent; `--explain` lists them. */
  readonly equivalent: number
}

/** A textual difference that is not reported as one, and why (`--explain`). */
export type Explanation = {
  readonly ref: ResourceRef
  readonly layer: Layer
  readonly path: string
  /** Code of the documented equivalence (docs/equivalences.md), or `ignored` for `--ignore`. */
  readonly because: string
  readonly detail: string
  readonly values: PerCluster<Json>
}

export const PROOF_ANSWERS = ['proven-equal', 'proven-different', 'unknown'] as const
export type ProofAnswer = (typeof PROOF_ANSWERS)[number]

/** What the digests of controllers say of what could not be read of an object. */
export type Proof = {
  readonly ref: ResourceRef
  readonly layer: Layer
  /** The field of the object that holds the digest. */
  readonly by: string
  /** The cluster that the others are measured against. */
  readonly against: ClusterName
  /** Per cluster with which something is open. */
  readonly answers: PerCluster<ProofAnswer>
  /** What could not be read there, by name. */
  readonly unread: PerCluster<readonly string[]>
  /** Of sources: the revision of their artifact. */
  readonly revisions: PerCluster<string>
}

/** The machine contract: `-o json`, REST and MCP give this document. */
export type Comparison = {
  readonly apiVersion: 'flux-compare.dev/v1'
  readonly kind: 'Comparison'
  readonly id: string
  readonly phase: 'done'
  /** Over everything but `id` and `digest`. */
  readonly digest: string
  readonly engine: string
  readonly baseline: ClusterName | null
  readonly verdict: Verdict
  readonly clusters: readonly ComparedCluster[]
  readonly summary: Summary
  readonly findings: readonly Finding[]
  readonly drifts: readonly Drift[]
  /** Left out where everything could be read. */
  readonly proofs?: readonly Proof[]
  /** Only with `--explain`. */
  readonly explanations?: readonly Explanation[]
}
