import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { isUnread } from '../../src/model/coverage.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import type { FaultAction } from '../../src/simulator/faults.ts'
import type { SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { collect, collectFrom, refs, SHOP, statusOf, unread, type Wanted } from './collect-support.ts'
import { folderOf, hasCode, helmRelease, startOne } from './support.ts'

const RELEASES = '/apis/helm.toolkit.fluxcd.io/v2/helmreleases'
const CANARY = 'CANARY-7c1e'

async function snapshotOf(
  t: TestContext,
  cluster: Partial<SimulatedCluster>,
  wanted: Partial<Wanted> = {},
): Promise<Snapshot> {
  return collectFrom(t, await startOne(t, { objects: SHOP, ...cluster }), wanted)
}

/** Nothing of a cluster that could not be read may look like an empty one. */
function assertUnreadCluster(snapshot: Snapshot, code: string): void {
  assert.equal(snapshot.error?.code, code)
  assert.ok(snapshot.error?.hint)
  assert.match(snapshot.error?.message ?? '', /staging/)
  assert.deepEqual([snapshot.entries, snapshot.coverage, snapshot.served, snapshot.references], [[], [], [], []])
}

/** The HelmReleases are not known, everything else is. */
function assertOnlyReleasesUnread(snapshot: Snapshot, status: string): void {
  assert.equal(snapshot.error, null)
  const row = snapshot.coverage.find(({ kind }) => kind === 'HelmRelease')!
  assert.equal(row.status, status)
  assert.ok(isUnread(row.status))
  assert.ok(row.scopes.every(({ reason }) => reason !== null && reason !== ''))
  assert.deepEqual(
    unread(snapshot).filter((text) => !/not-asked/.test(text)),
    [`HelmRelease ${status}`],
  )
  assert.deepEqual(refs(snapshot), ['Kustomization/flux-system/apps', 'OCIRepository/apps/charts'])
}

// Row 1
test('a cluster that is down is unreachable', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const kubeconfig = cluster.kubeconfigFor('admin')
  await cluster.stop()
  const answers: (number | null)[] = []
  const options = { onAnswer: (_: string, status: number | null) => void answers.push(status) }
  const snapshot = await collect(t, { kubeconfig, options })
  assert.ok(answers.length > 0 && answers.every((status) => status === null))
  assertUnreadCluster(snapshot, 'cluster-unreachable')
  assert.match(
    snapshot.error?.message ?? '',
    /^cluster staging: the connection was refused \(https:\/\/127\.0\.0\.1:\d+\)$/,
  )
  assert.match(snapshot.error?.hint ?? '', /kubectl --context staging version/)
})

test('a cluster that goes down after discovery leaves its kinds unknown', async (t) => {
  const snapshot = await snapshotOf(t, {
    faults: [{ match: { path: /toolkit\.fluxcd\.io\/v/ }, action: { kind: 'reset' } }],
  })
  assert.equal(statusOf(snapshot, 'HelmRelease'), 'failed')
  assert.equal(statusOf(snapshot, 'Kustomization'), 'failed')
  assert.deepEqual(snapshot.entries, [])
})

// Row 2
for (const action of [{ kind: 'hang' }, { kind: 'hang-after-headers' }, { kind: 'drip', ms: 50 }] as const) {
  test(`${action.kind}: the request ends in time, and so does the cluster`, async (t) => {
    const dead = await snapshotOf(t, { faults: [{ match: {}, action }] }, { options: { requestTimeoutMs: 200 } })
    assertUnreadCluster(dead, 'cluster-timeout')
    const slow = await snapshotOf(
      t,
      { faults: [{ match: { path: RELEASES }, action }] },
      { options: { requestTimeoutMs: 60_000, clusterTimeoutMs: 600 } },
    )
    assertOnlyReleasesUnread(slow, 'failed')
    assert.match(slow.coverage.find(({ kind }) => kind === 'HelmRelease')!.scopes[0]!.reason!, /not read within/)
  })
}

// Row 3
test('429 passes', async (t) => {
  const snapshot = await snapshotOf(t, {
    faults: [{ match: { path: RELEASES, nth: 1, times: 3 }, action: { kind: 'respond', status: 429, retryAfter: 1 } }],
  })
  assert.deepEqual(unread(snapshot), [])
})

// Rows 4, 6, 7 and 11
const BROKEN: readonly FaultAction[] = [
  { kind: 'respond', status: 500 },
  { kind: 'respond', status: 502, body: `<html>${CANARY}</html>` },
  { kind: 'respond', status: 503 },
  { kind: 'truncated-json' },
  { kind: 'cut' },
  { kind: 'gzip-garbage' },
  { kind: 'html' },
  { kind: 'status-with-200' },
  { kind: 'no-content' },
  { kind: 'wrong-kind' },
  { kind: 'items', value: 'null' },
  { kind: 'items', value: 'missing' },
  { kind: 'redirect', to: `https://elsewhere.example.com/?token=${CANARY}` },
  { kind: 'respond', status: 200, body: { kind: 'Status', message: CANARY } },
]

for (const action of BROKEN) {
  test(`${action.kind} ${'status' in action ? action.status : ''} on the last page of a kind: it alone is failed`, async (t) => {
    const objects = [...SHOP.slice(1), helmRelease('a'), helmRelease('b'), helmRelease('c')]
    const faults = [{ match: { path: RELEASES, page: 3 }, action }]
    const snapshot = await snapshotOf(t, { objects, maxPageSize: 1, faults })
    assertOnlyReleasesUnread(snapshot, 'failed')
    assert.ok(!JSON.stringify({ ...snapshot, entries: [] }).includes(CANARY))
  })
}

for (const action of [
  { kind: 'html' },
  { kind: 'status-with-200' },
  { kind: 'redirect', to: '/' },
  { kind: 'wrong-kind' },
] as const) {
  test(`${action.kind} instead of discovery: the cluster is not read`, async (t) => {
    assertUnreadCluster(await snapshotOf(t, { faults: [{ match: { path: '/apis' }, action }] }), 'response-invalid')
  })
}

// Row 5
test('expired tokens: a complete list in the end, without gaps and doubles', async (t) => {
  const objects = ['a', 'b', 'c', 'd', 'e'].map((name) => helmRelease(name))
  const snapshot = await snapshotOf(t, { objects, maxPageSize: 2, continueTokensExpire: true })
  assert.equal(statusOf(snapshot, 'HelmRelease'), 'complete')
  assert.equal(snapshot.entries.length, 5)
})

// Row 8
test('credentials that are refused', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const kubeconfig = cluster.kubeconfigFor('admin').replace(/token: .*/, `token: ${CANARY}`)
  const snapshot = await collect(t, { kubeconfig })
  assertUnreadCluster(snapshot, 'cluster-unauthorized')
  assert.ok(!JSON.stringify(snapshot).includes(CANARY))
})

// Row 9
test('403 on one kind, on the whole, and on one Secret', async (t) => {
  const others = FLUX_KINDS.filter(({ kind }) => kind !== 'HelmRelease')
  const rules = [
    { apiGroups: others.map(({ group }) => group), resources: others.map(({ plural }) => plural), verbs: ['list'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['vars'] },
  ]
  const users = [
    { name: 'ada', rules },
    { name: 'nobody' },
    { name: 'blind', rules: [{ ...rules[0]!, apiGroups: ['*'], resources: ['*'] }] },
  ]
  const cluster = await startOne(t, { objects: SHOP, users })
  const one = await collect(t, { kubeconfig: cluster.kubeconfigFor('ada') })
  assertOnlyReleasesUnread(one, 'forbidden')
  assert.equal(one.uid, null)
  assert.match(
    one.coverage.find(({ kind }) => kind === 'HelmRelease')!.scopes[0]!.reason!,
    /needs the verb list on helmreleases\.helm\.toolkit\.fluxcd\.io in the whole cluster/,
  )
  const all = await collect(t, { kubeconfig: cluster.kubeconfigFor('nobody') })
  assert.equal(all.error, null)
  assert.equal(all.coverage.filter(({ status }) => status === 'forbidden').length, FLUX_KINDS.length + 1)
  const blind = await collect(t, { kubeconfig: cluster.kubeconfigFor('blind') })
  assert.equal(statusOf(blind, 'HelmRelease'), 'complete')
  assert.equal(statusOf(blind, 'Secret'), 'forbidden')
  assert.deepEqual(
    blind.references.filter(({ to }) => to.kind === 'Secret').map(({ state }) => state),
    ['forbidden', 'forbidden'],
  )
})

test('credentials of nobody: discovery is refused, and so is the cluster', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const kubeconfig = cluster
    .kubeconfigFor('admin')
    .replace(/( *)token: .*/, '$1{}')
    .replace(/user:\s+\{\}/, 'user: {}')
  assertUnreadCluster(await collect(t, { kubeconfig }), 'cluster-forbidden')
})

// Row 10
test('a kind without its CRD is not installed, which proves its absence', async (t) => {
  const snapshot = await snapshotOf(t, {
    objects: SHOP.slice(1),
    crds: { omit: ['helm.toolkit.fluxcd.io', 'gitrepositories.source.toolkit.fluxcd.io'] },
  })
  assert.equal(statusOf(snapshot, 'HelmRelease'), 'not-installed')
  assert.equal(statusOf(snapshot, 'GitRepository'), 'not-installed')
  assert.equal(snapshot.references.find(({ to }) => to.kind === 'GitRepository')?.state, 'absent')
  assert.deepEqual(
    unread(snapshot).filter((text) => !/not-asked/.test(text)),
    [],
  )
})

test('a cluster without any Flux kind is told as such', async (t) => {
  const omit = [...new Set(FLUX_KINDS.map(({ group }) => group))]
  assertUnreadCluster(await snapshotOf(t, { objects: [], crds: { omit } }), 'flux-not-found')
})

test('a group whose discovery fails leaves its kinds unknown, not absent', async (t) => {
  const snapshot = await snapshotOf(t, {
    legacyDiscovery: true,
    faults: [{ match: { path: '/apis/helm.toolkit.fluxcd.io/v2' }, action: { kind: 'respond', status: 503 } }],
  })
  assert.equal(statusOf(snapshot, 'HelmRelease'), 'failed')
})

// Row 11
test('a kind is read in the version that the cluster serves', async (t) => {
  const old = { ...helmRelease('shop'), apiVersion: 'helm.toolkit.fluxcd.io/v2beta2' }
  const snapshot = await snapshotOf(t, {
    objects: [old],
    crds: { versions: { 'helmreleases.helm.toolkit.fluxcd.io': ['v2beta2', 'v2beta1'] } },
  })
  assert.equal(snapshot.coverage.find(({ kind }) => kind === 'HelmRelease')?.version, 'v2beta2')
  assert.equal(snapshot.entries[0]?.version, 'v2beta2')
})

// Row 12
for (const tls of ['expired', 'wrong-host', 'foreign-ca'] as const) {
  test(`TLS ${tls}: told as such, without a storm of retries`, async (t) => {
    const cluster = await startOne(t, { tls })
    assertUnreadCluster(await collectFrom(t, cluster), 'cluster-tls')
    assert.ok(cluster.connections().total <= 4)
  })
}

// Row 13
test('a token that expires in the middle of a list is read again, and the list goes on', async (t) => {
  const objects = ['a', 'b', 'c', 'd'].map((name) => helmRelease(name))
  const users = [{ name: 'admin', token: 'good', groups: ['system:masters'] }]
  const faults = [{ match: { path: RELEASES, page: 2, nth: 1 }, action: { kind: 'respond', status: 401 } }] as const
  const cluster = await startOne(t, { objects, users, maxPageSize: 2, faults })
  const file = join(folderOf(t, { token: 'good' }), 'token')
  const kubeconfig = cluster.kubeconfigFor('admin').replace(/token: .*/, `tokenFile: ${file}`)
  const snapshot = await collect(t, { kubeconfig })
  assert.equal(snapshot.entries.length, 4)
  writeFileSync(file, 'bad')
  assertUnreadCluster(await collect(t, { kubeconfig }), 'cluster-unauthorized')
})

// Row 14
test('a Secret that is deleted between the list and its get is absent', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  cluster.remove({ group: '', kind: 'Secret', namespace: 'apps', name: 'shop-secrets' })
  const snapshot = await collectFrom(t, cluster)
  assert.equal(snapshot.references.find(({ to }) => to.name === 'shop-secrets')?.state, 'absent')
  assert.equal(statusOf(snapshot, 'Secret'), 'complete')
})

test('what is of no consequence for the objects does not fail the cluster', async (t) => {
  const faults = ['/version', '/api/v1/namespaces/kube-system'].map((path) => ({
    match: { path },
    action: { kind: 'html' } as const,
  }))
  const snapshot = await snapshotOf(t, { faults })
  assert.deepEqual([snapshot.error, snapshot.uid, snapshot.install.kubernetes], [null, null, null])
  assert.deepEqual(unread(snapshot), [])
})

test('Deployments that may not be listed leave the installation unknown', async (t) => {
  const rules = [{ apiGroups: FLUX_KINDS.map(({ group }) => group), resources: ['*'], verbs: ['list'] }]
  const cluster = await startOne(t, { objects: [], users: [{ name: 'ada', rules }] })
  const kubeconfig = cluster.kubeconfigFor('ada')
  assert.equal(statusOf(await collect(t, { kubeconfig }), 'Deployment'), 'forbidden')
  assert.equal(statusOf(await collect(t, { kubeconfig, scope: { kinds: ['HelmRelease'] } }), 'Deployment'), undefined)
})

test('Deployments of flux-system alone may not be all controllers', async (t) => {
  const rules = [
    { apiGroups: FLUX_KINDS.map(({ group }) => group), resources: ['*'], verbs: ['list'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'], namespaces: ['flux-system'] },
  ]
  const cluster = await startOne(t, { objects: [], users: [{ name: 'ada', rules }] })
  const { install, coverage } = await collect(t, { kubeconfig: cluster.kubeconfigFor('ada') })
  assert.equal(install.allControllers, undefined)
  assert.ok(!coverage.some(({ kind }) => kind === 'Deployment'))
})

test('Ctrl-C ends the run at once, before and in the middle of it', async (t) => {
  const early = new AbortController()
  early.abort()
  await assert.rejects(snapshotOf(t, {}, { signal: early.signal }), hasCode('interrupted'))
  const late = new AbortController()
  const cluster = await startOne(t, {
    objects: SHOP,
    faults: [{ match: { path: RELEASES }, action: { kind: 'hang' } }],
  })
  setTimeout(() => late.abort(), 150)
  await assert.rejects(collectFrom(t, cluster, { signal: late.signal }), hasCode('interrupted'))
})

test('a plugin that fails is told without what it printed', async (t) => {
  const cluster = await startOne(t)
  const plugin = join(folderOf(t, { plugin: `#!/bin/sh\necho ${CANARY}\necho ${CANARY} >&2\nexit 1\n` }), 'plugin')
  const exec = `exec: {command: ${plugin}, apiVersion: client.authentication.k8s.io/v1}`
  const kubeconfig = cluster.kubeconfigFor('admin').replace(/token: .*/, exec)
  const snapshot = await collect(t, { kubeconfig })
  assert.equal(snapshot.error?.code, 'credential-plugin-failed')
  assert.match(snapshot.error?.message ?? '', /credential plugin plugin of context staging failed/)
  assert.ok(!JSON.stringify(snapshot).includes(CANARY))
})
