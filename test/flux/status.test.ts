import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reduceStatus } from '../../src/flux/status.ts'
import { dig, type Json, type JsonObject } from '../../src/model/json.ts'

const TIME = '2026-01-01T00:00:00Z'

function object(apiVersion: string, kind: string, status: Json, rest: JsonObject = {}): JsonObject {
  return { apiVersion, kind, metadata: { name: 'a', namespace: 'b', generation: 2 }, spec: {}, status, ...rest }
}

function condition(type: string, status: string, reason: string): JsonObject {
  return {
    type,
    status,
    reason,
    message: 'stored artifact for revision ...',
    lastTransitionTime: TIME,
    observedGeneration: 2,
  }
}

function helmRelease(status: Json, rest: JsonObject = {}): JsonObject {
  return object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', status, rest)
}

test('of a HelmRelease the newest release is kept, times, counters and addresses are not', () => {
  const status = {
    observedGeneration: 2,
    conditions: [condition('Released', 'True', 'UpgradeSucceeded'), condition('Ready', 'True', 'UpgradeSucceeded')],
    helmChart: 'flux-system/b-a',
    storageNamespace: 'b',
    lastAttemptedGeneration: 2,
    lastAttemptedRevision: '6.6.1+0cc9a8446c95',
    lastAttemptedRevisionDigest: 'sha256:0cc9',
    lastAttemptedConfigDigest: 'sha256:1111',
    lastHandledReconcileAt: TIME,
    upgradeFailures: 1,
    inventory: {
      entries: [
        { id: 'b_web__Service', v: 'v1' },
        { id: 'b_app_apps_Deployment', v: 'v1' },
      ],
    },
    history: [
      {
        name: 'a',
        namespace: 'b',
        version: 12,
        chartName: 'podinfo',
        chartVersion: '6.6.1+0cc9a8446c95',
        appVersion: '6.6.1',
        status: 'deployed',
        digest: 'sha256:2222',
        configDigest: 'sha256:1111',
        firstDeployed: TIME,
        lastDeployed: TIME,
        testHooks: {},
      },
      { chartName: 'podinfo', chartVersion: '6.6.0' },
    ],
  }
  assert.deepEqual(reduceStatus(helmRelease(status)), {
    status: {
      conditions: [
        { type: 'Ready', status: 'True', reason: 'UpgradeSucceeded' },
        { type: 'Released', status: 'True', reason: 'UpgradeSucceeded' },
      ],
      history: [
        {
          chartName: 'podinfo',
          chartVersion: '6.6.1',
          appVersion: '6.6.1',
          status: 'deployed',
          configDigest: 'sha256:1111',
        },
      ],
      inventory: { entries: [{ id: 'b_app_apps_Deployment' }, { id: 'b_web__Service' }] },
      lastAttemptedConfigDigest: 'sha256:1111',
      lastAttemptedRevision: '6.6.1',
      lastAttemptedRevisionDigest: 'sha256:0cc9',
      readiness: 'Ready',
      reconciled: true,
      upgradeFailures: 1,
    },
  })
})

test('of a Kustomization the newest reconciliation and its revisions are kept', () => {
  const entry = {
    digest: 'sha256:3333',
    firstReconciled: TIME,
    lastReconciled: TIME,
    lastReconciledDuration: '1.2s',
    lastReconciledStatus: 'ReconciliationSucceeded',
    metadata: { revision: 'main@sha1:aa' },
    totalReconciliations: 400,
  }
  const status = { lastAppliedRevision: 'main@sha1:aa', lastAttemptedRevision: 'main@sha1:bb', history: [entry, entry] }
  assert.deepEqual(reduceStatus(object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', status)), {
    status: {
      history: [
        {
          digest: 'sha256:3333',
          lastReconciledStatus: 'ReconciliationSucceeded',
          metadata: { revision: 'main@sha1:aa' },
        },
      ],
      lastAppliedRevision: 'main@sha1:aa',
      lastAttemptedRevision: 'main@sha1:bb',
      readiness: 'Unknown',
    },
  })
})

test('of a source the artifact is kept without its address, size and time', () => {
  const artifact = {
    revision: '1.2.3+4',
    digest: 'sha256:4444',
    path: 'x',
    url: 'http://x',
    size: 9,
    lastUpdateTime: TIME,
  }
  const chart = object('source.toolkit.fluxcd.io/v1', 'HelmChart', {
    artifact,
    url: 'http://x',
    observedChartName: 'podinfo',
  })
  assert.deepEqual(reduceStatus(chart), {
    status: {
      artifact: { revision: '1.2.3', digest: 'sha256:4444' },
      observedChartName: 'podinfo',
      readiness: 'Unknown',
    },
  })
})

test('the path of a Receiver, which is made from its token, is dropped', () => {
  const raw = object('notification.toolkit.fluxcd.io/v1', 'Receiver', {
    webhookPath: '/hook/bed6d00b5555b1603e1f59b94d7fdbca58089cb5663633fb83f2815dc626d92b',
  })
  assert.deepEqual(reduceStatus(raw), { status: { readiness: 'Unknown' } })
})

test('the latest image of an older ImagePolicy has the form of the newer one', () => {
  const image = (status: Json) => reduceStatus(object('image.toolkit.fluxcd.io/v1', 'ImagePolicy', status))
  const latest = { status: { latestRef: { name: 'ghcr.io:443/app', tag: '1.2.3' }, readiness: 'Unknown' } }
  assert.deepEqual(image({ latestImage: 'ghcr.io:443/app:1.2.3' }), latest)
  assert.deepEqual(image({ latestRef: { name: 'ghcr.io:443/app', tag: '1.2.3' } }), latest)
})

function readiness(raw: JsonObject): Json | undefined {
  return dig(reduceStatus(raw) ?? {}, 'status', 'readiness')
}

test('readiness follows Ready, then Reconciling; suspension goes before both', () => {
  const ready = (status: string, reason = 'x') => helmRelease({ conditions: [condition('Ready', status, reason)] })
  assert.equal(readiness(ready('True')), 'Ready')
  assert.equal(readiness(ready('False')), 'Failed')
  assert.equal(readiness(ready('Unknown', 'Progressing')), 'Progressing')
  assert.equal(readiness(ready('Unknown')), 'Unknown')
  const reconciling = [condition('Ready', 'Unknown', 'x'), condition('Reconciling', 'True', 'x')]
  assert.equal(readiness(helmRelease({ conditions: reconciling })), 'Progressing')
  assert.equal(readiness({ ...ready('True'), spec: { suspend: true } }), 'Suspended')
})

test('kinds of the operator and of source-watcher are suspended by annotation, the others are not', () => {
  const annotated = (apiVersion: string, kind: string, key: string) => {
    const raw = object(apiVersion, kind, { conditions: [condition('Ready', 'True', 'x')] })
    return readiness({ ...raw, metadata: { annotations: { [key]: 'Disabled' } } })
  }
  assert.equal(annotated('fluxcd.controlplane.io/v1', 'ResourceSet', 'fluxcd.controlplane.io/reconcile'), 'Suspended')
  const generator = ['source.extensions.fluxcd.io/v1beta1', 'ArtifactGenerator'] as const
  assert.equal(annotated(...generator, 'source.extensions.fluxcd.io/reconcile'), 'Suspended')
  assert.equal(annotated('helm.toolkit.fluxcd.io/v2', 'HelmRelease', 'fluxcd.controlplane.io/reconcile'), 'Ready')
})

function reconciled(status: JsonObject): Json | undefined {
  return dig(reduceStatus(helmRelease(status)) ?? {}, 'status', 'reconciled')
}

test('whether the latest generation was seen is said where it is known; -1 is never', () => {
  assert.equal(reconciled({ observedGeneration: 2 }), true)
  assert.equal(reconciled({ observedGeneration: 1 }), false)
  assert.equal(reconciled({ observedGeneration: -1 }), false)
  assert.equal(reconciled({ conditions: [condition('Ready', 'True', 'x')] }), true)
  assert.equal(reconciled({}), undefined)
})

test('an object under deletion says so', () => {
  const metadata = { name: 'a', deletionTimestamp: TIME }
  assert.deepEqual(reduceStatus(helmRelease(null, { metadata })), { status: { deleting: true, readiness: 'Unknown' } })
})

test('an object without status, and kinds that have none, have no current state', () => {
  assert.equal(reduceStatus(helmRelease(null)), null)
  assert.equal(reduceStatus(object('notification.toolkit.fluxcd.io/v1beta2', 'Alert', { observedGeneration: 1 })), null)
})

test('a FluxReport is current state: its spec without counts and messages', () => {
  const spec = {
    cluster: { serverVersion: 'v1.36.2', platform: 'linux/amd64', nodes: 3 },
    components: [
      { name: 'source-controller', image: 's:v1', ready: true, status: 'Current' },
      { name: 'helm-controller', image: 'h:v1', ready: false, status: 'Failed' },
    ],
    distribution: { version: 'v2.9.4', entitlement: 'Issued', status: 'Installed', managedBy: 'flux-operator' },
    reconcilers: [{ kind: 'HelmRelease', apiVersion: 'x', stats: { failing: 1 } }],
    sync: {
      id: 'kustomization/flux-system',
      ready: true,
      status: 'Applied revision: x',
      path: 'clusters/a',
      source: 'https://x',
    },
  }
  assert.deepEqual(reduceStatus(object('fluxcd.controlplane.io/v1', 'FluxReport', null, { spec })), {
    spec: {
      cluster: { serverVersion: 'v1.36.2', platform: 'linux/amd64' },
      components: [
        { name: 'helm-controller', image: 'h:v1', ready: false },
        { name: 'source-controller', image: 's:v1', ready: true },
      ],
      distribution: { version: 'v2.9.4', entitlement: 'Issued', managedBy: 'flux-operator' },
      sync: { id: 'kustomization/flux-system', ready: true, path: 'clusters/a', source: 'https://x' },
    },
  })
})
