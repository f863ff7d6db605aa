import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { dig } from '../../src/model/json.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { RunningCluster } from '../../src/simulator/simulated-cluster.ts'
import { collectFrom, contentOf, knownFrom, type Wanted } from './collect-support.ts'
import { configMap, helmRelease, secret, startOne } from './support.ts'

const RELEASES = '/apis/helm.toolkit.fluxcd.io/v2/helmreleases'

/** Enough that asking for metadata first pays. Releases with an even number name a ConfigMap, number 1 a Secret. */
const FLEET: readonly object[] = [
  ...Array.from({ length: 120 }, (_, n) => fleetRelease(n)),
  ...Array.from({ length: 60 }, (_, n) => configMap(`values-${2 * n}`, 'apps', { 'values.yaml': `n: ${n}\n` })),
  secret('token', 'apps', { 'values.yaml': 'password: CANARY-hunter2\n' }),
  ...Array.from({ length: 120 }, (_, n) => generatedChart(n)),
]

function fleetRelease(n: number, values: object = { n, motto: 'say CANARY-orchid-77421 aloud' }): object {
  const kind = n % 2 === 0 ? 'ConfigMap' : 'Secret'
  const valuesFrom = n % 2 === 0 || n === 1 ? [{ kind, name: n === 1 ? 'token' : `values-${n}` }] : []
  return helmRelease(`release-${n}`, 'apps', { valuesFrom, values })
}

function generatedChart(n: number): object {
  const labels = { 'helm.toolkit.fluxcd.io/name': `release-${n}`, 'helm.toolkit.fluxcd.io/namespace': 'apps' }
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: { name: `apps-release-${n}`, namespace: 'apps', labels },
    spec: { chart: 'app', interval: '1m', sourceRef: { kind: 'HelmRepository', name: 'charts' } },
  }
}

function releaseRef(n: number): Parameters<RunningCluster['remove']>[0] {
  return { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: `release-${n}` }
}

/** As the spec of the first release has it. */
function maxHistoryOf(snapshot: Snapshot): unknown {
  const entry = snapshot.entries.find(({ ref }) => ref.kind === 'HelmRelease')!
  return dig(snapshot.body(entry.digest), 'spec', 'maxHistory')
}

/** How HelmReleases were asked for: the metadata of all, all of them, one of them. */
function asked(cluster: RunningCluster): string[] {
  return cluster
    .requests()
    .filter(({ path }) => path.includes('/helmreleases'))
    .map(({ path, accept }) => (path === RELEASES ? (accept.includes('PartialObject') ? 'metadata' : 'list') : 'get'))
}

/** What was asked when the run knew `known`; the snapshot is as that of a run which knows nothing. */
async function askedKnowing(
  t: TestContext,
  cluster: RunningCluster,
  known: Snapshot,
  wanted: Partial<Wanted> = {},
): Promise<string[]> {
  cluster.resetRequests()
  const knowing = await collectFrom(t, cluster, { ...wanted, known: knownFrom(known) })
  const requests = asked(cluster)
  assert.deepEqual(contentOf(knowing), contentOf(await collectFrom(t, cluster, wanted)))
  return requests
}

test('where nothing changed, the metadata of a known kind is all that is read of it', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  assert.deepEqual(asked(cluster), ['list'])
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata'])
})

test('what changed or is new is read by name, and what is gone is gone', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  cluster.apply(fleetRelease(3, { changed: true }))
  cluster.apply(fleetRelease(4, { changed: true }))
  cluster.apply(fleetRelease(120))
  cluster.remove(releaseRef(5))
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'get', 'get', 'get'])
})

test('a list whose pages are many is read by its metadata too', async (t) => {
  const cluster = await startOne(t, { objects: FLEET, maxPageSize: 50 })
  const first = await collectFrom(t, cluster)
  cluster.apply(fleetRelease(7, { changed: true }))
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'metadata', 'metadata', 'get'])
})

test('where much changed the whole list is read, as soon as that is seen', async (t) => {
  const cluster = await startOne(t, { objects: FLEET, maxPageSize: 50 })
  const first = await collectFrom(t, cluster)
  for (let n = 0; n < 60; n += 1) cluster.apply(fleetRelease(n, { changed: true }))
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'list', 'list', 'list'])
})

test('an object that goes between its metadata and its content is not there', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  cluster.apply(fleetRelease(8, { changed: true }))
  const snapshot = await collectFrom(t, cluster, {
    known: knownFrom(first),
    progress: ({ step, kind }) => {
      if (step === 'list' && kind === 'HelmRelease') cluster.remove(releaseRef(8))
    },
  })
  assert.deepEqual(contentOf(snapshot), contentOf(await collectFrom(t, cluster)))
})

test('where objects may be listed but not read by name, the whole list is read', async (t) => {
  const rules = [
    { apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['*'], verbs: ['list'] },
    { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get'] },
  ]
  const users = [
    { name: 'admin', groups: ['system:masters'] },
    { name: 'lister', rules },
  ]
  const cluster = await startOne(t, { objects: FLEET, users })
  const options = { options: { as: 'lister' } }
  const first = await collectFrom(t, cluster, options)
  assert.deepEqual(await askedKnowing(t, cluster, first, options), ['metadata'])
  cluster.apply(fleetRelease(2, { changed: true }))
  assert.deepEqual(await askedKnowing(t, cluster, first, options), ['metadata', 'get', 'list'])
})

test('a kind that may not be listed any more is not read, and not asked for twice', async (t) => {
  const users = [
    { name: 'admin', groups: ['system:masters'] },
    { name: 'nobody', rules: [] },
  ]
  const cluster = await startOne(t, { objects: FLEET, users })
  const first = await collectFrom(t, cluster)
  assert.deepEqual(await askedKnowing(t, cluster, first, { options: { as: 'nobody' } }), ['metadata'])
})

test('a server that knows no metadata lists gives the list at once, or is asked for it', async (t) => {
  const cluster = await startOne(t, { objects: FLEET, metadataAlone: false })
  const first = await collectFrom(t, cluster)
  cluster.apply(fleetRelease(2, { changed: true }))
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata'])
  const refuse = { kind: 'respond' as const, status: 406 }
  cluster.setFaults([{ match: { path: RELEASES, nth: 1 }, action: refuse }])
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'list'])
})

test('a metadata list without items proves no absence', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  for (let n = 0; n < 120; n += 1) cluster.remove(releaseRef(n))
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'list'])
})

test('under other secrets every content is read and masked anew', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  cluster.apply(secret('token', 'apps', { 'values.yaml': 'password: CANARY-orchid-77421\n' }))
  const known = knownFrom(first)
  const knowing = await collectFrom(t, cluster, { known })
  assert.doesNotMatch(JSON.stringify(contentOf(knowing)), /orchid/)
  assert.deepEqual(known.asked, [])
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'list'])
})

test('under other schemas the list is read: an object that nobody wrote has a default that it had not', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  cluster.setDefaults({ kind: 'HelmRelease' }, { maxHistory: 3 })
  assert.deepEqual(await askedKnowing(t, cluster, first), ['list'])
  const second = await collectFrom(t, cluster, { known: knownFrom(first) })
  assert.deepEqual(maxHistoryOf(second), 3)
  assert.deepEqual(await askedKnowing(t, cluster, second), ['metadata'])
})

test('where schemas are not published, or may not be read, the list is read', async (t) => {
  const before = await startOne(t, { objects: FLEET, openApi: false })
  const first = await collectFrom(t, before)
  assert.deepEqual(await askedKnowing(t, before, first), ['list'])
  const closed = await startOne(t, { objects: FLEET })
  const known = await collectFrom(t, closed)
  closed.setFaults([{ match: { path: '/openapi/v3' }, action: { kind: 'respond', status: 403 } }])
  assert.deepEqual(await askedKnowing(t, closed, known), ['list'])
})

test('of what is composed from a changed ConfigMap, the content is read again', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  cluster.apply(configMap('values-6', 'apps', { 'values.yaml': 'a: [\n' }))
  cluster.remove({ group: '', kind: 'ConfigMap', namespace: 'apps', name: 'values-10' })
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'get', 'get'])
})

test('what is composed from what is still not there is as it was', async (t) => {
  const cluster = await startOne(t, { objects: [...FLEET, fleetRelease(400)] })
  const first = await collectFrom(t, cluster)
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata'])
  cluster.apply(configMap('values-400', 'apps', { 'values.yaml': 'a: 1\n' }))
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'get'])
})

test('a changed ConfigMap of many releases has their list read', async (t) => {
  const shared = Array.from({ length: 120 }, (_, n) =>
    helmRelease(`r-${n}`, 'apps', { valuesFrom: [{ kind: 'ConfigMap', name: 'all' }], values: { n } }),
  )
  const cluster = await startOne(t, { objects: [...shared, configMap('all', 'apps', { 'values.yaml': 'a: 1\n' })] })
  const first = await collectFrom(t, cluster)
  cluster.apply(configMap('all', 'apps', { 'values.yaml': 'a: [\n' }))
  assert.deepEqual(await askedKnowing(t, cluster, first), ['metadata', 'list'])
})

test('of charts that helm-controller made the metadata is enough, also of new ones', async (t) => {
  const cluster = await startOne(t, { objects: FLEET })
  const first = await collectFrom(t, cluster)
  for (let n = 120; n < 160; n += 1) cluster.apply(generatedChart(n))
  cluster.resetRequests()
  await collectFrom(t, cluster, { known: knownFrom(first) })
  const charts = cluster.requests().filter(({ path }) => path.includes('/helmcharts'))
  assert.equal(charts.length, 1)
  assert.match(charts[0]!.accept, /PartialObjectMetadataList/)
})
