import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createClusterSource, type ClusterSourceOptions } from '../../src/clusters/collect.ts'
import { loadContexts } from '../../src/clusters/kubeconfig.ts'
import { createFingerprintKey } from '../../src/flux/fingerprint.ts'
import type { CoverageStatus } from '../../src/model/coverage.ts'
import { referenceRuns, runsByObject } from '../../src/model/reference-runs.ts'
import { displayRef } from '../../src/model/resource-ref.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { CollectRequest, CollectScope, KnownObjects, Progress } from '../../src/service/ports.ts'
import type { RunningCluster } from '../../src/simulator/simulated-cluster.ts'
import { configMap, folderOf, helmRelease, recordedTiming, secret } from './support.ts'

export const KEY = createFingerprintKey(randomBytes(32))

const EVERYTHING: CollectScope = {
  kinds: null,
  namespaces: null,
  selector: null,
  resource: null,
  secrets: 'equality',
  events: false,
}

export type Wanted = {
  readonly kubeconfig: string
  readonly cluster?: string
  readonly scope?: Partial<CollectScope>
  readonly known?: KnownObjects | null
  readonly lookUp?: CollectRequest['known']
  readonly signal?: AbortSignal
  readonly progress?: (progress: Progress) => void
  readonly options?: Partial<ClusterSourceOptions>
}

/** A snapshot of a simulated cluster, over its socket. */
export function collect(t: TestContext, wanted: Wanted): Promise<Snapshot> {
  const file = join(folderOf(t, { config: wanted.kubeconfig }), 'config')
  const source = createClusterSource({
    contexts: loadContexts({ kubeconfig: file, env: {} }),
    env: process.env,
    as: null,
    asGroups: [],
    requestTimeoutMs: 10_000,
    clusterTimeoutMs: 30_000,
    engine: 'test',
    fingerprintKey: KEY,
    clock: { now: () => new Date('2026-01-01T00:00:00Z') },
    ids: { next: (prefix) => `${prefix}_1` },
    timing: recordedTiming(),
    ...wanted.options,
  })
  const request: CollectRequest = {
    cluster: wanted.cluster ?? 'staging',
    scope: { ...EVERYTHING, ...wanted.scope },
    known: wanted.lookUp ?? (() => wanted.known ?? null),
    signal: wanted.signal ?? new AbortController().signal,
    progress: wanted.progress ?? (() => undefined),
  }
  return source.collect(request)
}

export function collectFrom(t: TestContext, cluster: RunningCluster, wanted: Partial<Wanted> = {}): Promise<Snapshot> {
  return collect(t, { kubeconfig: cluster.kubeconfigFor('admin'), ...wanted })
}

/** `HelmRelease/apps/shop` and so on, in the order of the snapshot. */
export function refs(snapshot: Snapshot): string[] {
  return snapshot.entries.map(({ ref }) => displayRef(ref))
}

export function statusOf(snapshot: Snapshot, kind: string): CoverageStatus | undefined {
  return snapshot.coverage.find((row) => row.kind === kind)?.status
}

/** The coverage that is neither complete nor proof of absence. */
export function unread(snapshot: Snapshot): string[] {
  return snapshot.coverage
    .filter(({ status }) => status !== 'complete' && status !== 'not-installed')
    .map(({ kind, status }) => `${kind} ${status}`)
}

/** All that a comparison reads of a snapshot, with every body. */
export function contentOf(snapshot: Snapshot): unknown {
  const bodies = snapshot.entries.map(({ digest, statusDigest }) => [
    snapshot.body(digest),
    statusDigest === null ? null : snapshot.body(statusDigest),
  ])
  const { entries, references, coverage, install, secretSet } = snapshot
  return {
    entries,
    references,
    install,
    secretSet,
    bodies,
    statuses: coverage.map(({ kind, status }) => [kind, status]),
  }
}

/** What a later run would be given of this snapshot, with the bodies that it asked for. */
export function knownFrom(snapshot: Snapshot): KnownObjects & { readonly asked: string[] } {
  const asked: string[] = []
  const entries = snapshot.entries.filter(({ uid, resourceVersion }) => uid !== null && resourceVersion !== null)
  return {
    asked,
    engine: snapshot.engine,
    mask: snapshot.mask,
    secretSet: snapshot.secretSet,
    schemaSet: snapshot.schemaSet,
    byUid: new Map(entries.map((entry) => [entry.uid!, entry])),
    references: runsByObject(referenceRuns(snapshot.references)),
    body: (digest) => {
      asked.push(digest)
      return snapshot.body(digest)
    },
  }
}

/** A HelmRelease with its source, its values in a ConfigMap and a Secret, and a Kustomization that names a missing Secret. */
export const SHOP: readonly object[] = [
  helmRelease('shop', 'apps', {
    valuesFrom: [
      { kind: 'ConfigMap', name: 'shop-values' },
      { kind: 'Secret', name: 'shop-secrets' },
    ],
  }),
  {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'charts', namespace: 'apps' },
    spec: { url: 'oci://registry.example.com/charts', interval: '1h' },
  },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system' },
    spec: {
      interval: '10m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'fleet' },
      postBuild: { substituteFrom: [{ kind: 'Secret', name: 'vars', optional: true }] },
    },
  },
  configMap('shop-values', 'apps', { 'values.yaml': 'replicas: 2\n' }),
  secret('shop-secrets', 'apps', { 'values.yaml': 'password: CANARY-hunter2\n' }),
  configMap('not-referred-to', 'apps', { a: 'b' }),
]
