import { compareSnapshots } from '../../src/diff/compare.ts'
import type { CompareInput } from '../../src/diff/compare.ts'
import { digestOf } from '../../src/flux/digest.ts'
import { DEFAULT_LAYERS } from '../../src/model/comparison.ts'
import type { Comparison, Difference, Drift } from '../../src/model/comparison.ts'
import type { CoverageScope, CoverageStatus, KindCoverage } from '../../src/model/coverage.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { compareRefs } from '../../src/model/resource-ref.ts'
import type { ResourceRef } from '../../src/model/resource-ref.ts'
import type {
  ControllerFacts,
  EventCount,
  InstallFacts,
  ObjectBody,
  Reference,
  ReferenceUse,
  Snapshot,
  SnapshotEntry,
} from '../../src/model/snapshot.ts'

const GROUPS: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io',
  HelmRelease: 'helm.toolkit.fluxcd.io',
  GitRepository: 'source.toolkit.fluxcd.io',
  OCIRepository: 'source.toolkit.fluxcd.io',
  ImagePolicy: 'image.toolkit.fluxcd.io',
  ResourceSet: 'fluxcd.controlplane.io',
  FluxReport: 'fluxcd.controlplane.io',
  Deployment: 'apps',
  ConfigMap: '',
  Secret: '',
}

/** `Kind/namespace/name`. */
export function ref(text: string): ResourceRef {
  const [kind = '', namespace = '', name = ''] = text.split('/')
  return { group: GROUPS[kind] ?? 'example.fluxcd.io', kind, namespace, name }
}

export type ObjectSpec = {
  readonly ref: string
  /** Rooted at the object. */
  readonly body?: JsonObject
  readonly status?: JsonObject
  readonly labels?: Readonly<Record<string, string>>
  readonly limit?: 'depth' | 'size'
  readonly version?: string
  readonly noted?: true
  readonly suspended?: string
  readonly resourceVersion?: string
}

export type SnapshotSpec = {
  readonly cluster: string
  readonly objects?: readonly ObjectSpec[]
  readonly references?: readonly Reference[]
  /** `Kind: status`, or `Kind/namespace: status`; what is not named is complete. */
  readonly coverage?: Readonly<Record<string, CoverageStatus>>
  readonly error?: Snapshot['error']
  readonly install?: Partial<InstallFacts>
  readonly events?: readonly EventCount[]
  readonly uid?: string
  readonly mask?: string
  readonly file?: boolean
  readonly versions?: Readonly<Record<string, string>>
}

const KINDS = [
  'Kustomization',
  'HelmRelease',
  'GitRepository',
  'OCIRepository',
  'ImagePolicy',
  'ResourceSet',
  'FluxReport',
  'ConfigMap',
  'Secret',
]

export function snapshot(spec: SnapshotSpec): Snapshot {
  const bodies = new Map<string, ObjectBody>()
  const keep = (body: JsonObject): string => {
    const digest = digestOf(body)
    bodies.set(digest, body as ObjectBody)
    return digest
  }
  const entries = (spec.objects ?? []).map((object): SnapshotEntry => ({
    ref: ref(object.ref),
    version: object.version ?? 'v1',
    uid: spec.file ? null : `uid-of-${object.ref}`,
    resourceVersion: spec.file ? null : (object.resourceVersion ?? '1'),
    digest: keep(object.body ?? {}),
    statusDigest: object.status ? keep(object.status) : null,
    labels: object.labels ?? {},
    limit: object.limit ?? null,
    ...(object.noted ? { noted: object.noted } : {}),
    ...(object.suspended === undefined ? {} : { suspended: object.suspended }),
  }))
  return {
    id: `snap_${spec.cluster}`,
    cluster: spec.cluster,
    uid: spec.uid ?? null,
    takenAt: '2026-11-21T07:00:00Z',
    engine: '0.0.0',
    mask: spec.mask ?? 'v1:key:equality',
    secretSet: '',
    schemaSet: null,
    install: { flux: null, operator: null, kubernetes: null, controllers: [], allControllers: true, ...spec.install },
    served: [],
    coverage: spec.error ? [] : kindsOf(spec).map((kind) => coverageOf(kind, spec)),
    error: spec.error ?? null,
    namespaces: null,
    entries: entries.sort((a, b) => compareRefs(a.ref, b.ref)),
    references: spec.references ?? [],
    events: spec.events ?? null,
    body: (digest) => bodies.get(digest)!,
  }
}

/** Events stand in a coverage only where they were asked for. */
function kindsOf({ coverage }: SnapshotSpec): readonly string[] {
  return coverage?.['Event'] === undefined ? KINDS : [...KINDS, 'Event']
}

function coverageOf(kind: string, spec: SnapshotSpec): KindCoverage {
  const status = spec.coverage?.[kind] ?? 'complete'
  const verb: CoverageScope['verb'] = kind === 'ConfigMap' || kind === 'Secret' ? 'get' : 'list'
  const own = Object.entries(spec.coverage ?? {}).filter(([key]) => key.startsWith(`${kind}/`))
  const scopes = [[kind, status] as const, ...own].map(([key, scope]) => ({
    namespace: key.includes('/') ? (key.split('/')[1] ?? null) : null,
    verb: verb,
    status: scope,
    reason: null,
    resourceVersion: '1',
  }))
  const version = status === 'not-installed' ? null : (spec.versions?.[kind] ?? 'v1')
  return {
    group: GROUPS[kind] ?? '',
    kind,
    version,
    status,
    objects: 0,
    scopes: status === 'not-installed' ? [] : scopes,
  }
}

/** A reference that was found, unless a state says otherwise. */
export function reference(
  from: string,
  to: string,
  rest: { state?: Reference['state']; use?: ReferenceUse; field?: string; optional?: boolean } = {},
): Reference {
  return {
    from: ref(from),
    to: ref(to),
    field: rest.field ?? 'spec.valuesFrom[0]',
    use: rest.use ?? 'values',
    optional: rest.optional ?? false,
    yamlKey: null,
    state: rest.state ?? 'present',
  }
}

export function controller(name: string, facts: Partial<ControllerFacts> = {}): ControllerFacts {
  return {
    name,
    namespace: 'flux-system',
    version: 'v1.0.0',
    image: `ghcr.io/fluxcd/${name}:v1.0.0`,
    args: { '--log-level': 'info' },
    featureGates: {},
    ...facts,
  }
}

export const NO_FILTER: CompareInput['filter'] = { kinds: null, namespaces: null, selector: null, resource: null }

/** The first is the baseline, unless `baseline` says otherwise. */
export function inputOf(snapshots: readonly Snapshot[], options: Partial<CompareInput> = {}): CompareInput {
  return {
    id: 'run_1',
    snapshots,
    baseline: snapshots[0]?.cluster ?? null,
    layers: DEFAULT_LAYERS,
    ignore: [],
    filter: NO_FILTER,
    explain: false,
    engine: '0.0.0',
    fingerprint: null,
    ...options,
  }
}

export function compare(snapshots: readonly Snapshot[], options: Partial<CompareInput> = {}): Comparison {
  return compareSnapshots(inputOf(snapshots, options))
}

export function compareSpecs(specs: readonly SnapshotSpec[], options: Partial<CompareInput> = {}): Comparison {
  return compare(specs.map(snapshot), options)
}

/** The drift of an object: `Kind/namespace/name`. */
export function driftOf(comparison: Comparison, text: string): Drift | undefined {
  return comparison.drifts.find(({ ref }) => `${ref.kind}/${ref.namespace}/${ref.name}` === text)
}

/** Differences as short lines: `layer path cluster=change ...`; those that follow from others are left out. */
export function lines(differences: readonly Difference[]): string[] {
  return counted(differences).map(({ layer, path, changes }) =>
    [layer, path, ...Object.entries(changes).map(([name, change]) => `${name}=${change}`)].join(' '),
  )
}

/** Without those that follow from others. */
export function counted(differences: readonly Difference[]): Difference[] {
  return differences.filter(({ derivedFrom }) => derivedFrom.length === 0)
}
