import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Progress } from '../../src/service/ports.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { collect, collectFrom, knownFrom, refs, SHOP, statusOf, unread } from './collect-support.ts'
import { configMap, folderOf, hasCode, helmRelease, secret, startOne } from './support.ts'

test('a cluster: its objects, what they refer to, and who it is', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const snapshot = await collectFrom(t, cluster)
  assert.equal(snapshot.error, null)
  assert.deepEqual(refs(snapshot), [
    'ConfigMap/apps/shop-values',
    'HelmRelease/apps/shop',
    'Kustomization/flux-system/apps',
    'OCIRepository/apps/charts',
    'Secret/apps/shop-secrets',
  ])
  assert.deepEqual(unread(snapshot), [])
  assert.equal(snapshot.uid, cluster.uid)
  assert.equal(snapshot.install.kubernetes, 'v1.36.2')
  assert.equal(snapshot.install.allControllers, true)
  assert.deepEqual(
    [snapshot.id, snapshot.cluster, snapshot.takenAt, snapshot.engine, snapshot.namespaces, snapshot.events],
    ['snap_1', 'staging', '2026-01-01T00:00:00.000Z', 'test', null, null],
  )
  assert.deepEqual(
    snapshot.references
      .map(({ from, to, state }) => `${from.name} -> ${to.kind}/${to.namespace}/${to.name} ${state}`)
      .sort(),
    [
      'apps -> GitRepository/flux-system/fleet absent',
      'apps -> Secret/flux-system/vars absent',
      'shop -> ConfigMap/apps/shop-values present',
      'shop -> OCIRepository/apps/charts present',
      'shop -> Secret/apps/shop-secrets present',
    ],
  )
  assert.equal(snapshot.coverage.find(({ kind }) => kind === 'HelmRelease')?.objects, 1)
  assert.equal(snapshot.coverage.find(({ kind }) => kind === 'Secret')?.objects, 1)
  assert.deepEqual(
    snapshot.served.find(({ kind }) => kind === 'HelmRelease'),
    { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', version: 'v2', served: ['v2'] },
  )
  const release = snapshot.entries.find(({ ref }) => ref.kind === 'HelmRelease')!
  assert.equal(release.version, 'v2')
  assert.deepEqual((snapshot.body(release.digest) as { spec?: { interval?: string } }).spec?.interval, '10m')
  assert.ok(!JSON.stringify(snapshot.entries.map(({ digest }) => snapshot.body(digest))).includes('CANARY'))
})

test('nothing but get and list is sent, on at most four connections, and Secrets are never listed', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  await collectFrom(t, cluster, { scope: { events: true } })
  assert.deepEqual(Object.keys(cluster.countByVerb()).sort(), ['get', 'list'])
  assert.deepEqual(new Set(cluster.requests().map(({ method }) => method)), new Set(['GET']))
  assert.ok(cluster.connections().most <= 4)
  const lists = cluster.requests().filter(({ verb }) => verb === 'list')
  assert.ok(lists.every(({ path }) => !/\/(?:secrets|configmaps)$/.test(path)))
})

test('connections are closed at the end', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  await collectFrom(t, cluster)
  for (let tries = 0; tries < 50 && cluster.connections().open > 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal(cluster.connections().open, 0)
})

test('two clusters of one kubeconfig never get the credentials of the other', async (t) => {
  const simulator = await startSimulator({
    clusters: ['one', 'two'].map((name) => ({ name, folders: [], objects: SHOP })),
  })
  t.after(() => simulator.close())
  const { kubeconfig } = simulator
  await Promise.all(['one', 'two', 'one', 'two'].map((cluster) => collect(t, { kubeconfig, cluster })))
  for (const cluster of simulator.clusters.values()) {
    assert.deepEqual(new Set(cluster.requests().map(({ user }) => user)), new Set(['admin']))
    assert.ok(cluster.requests().every(({ status }) => status === 200 || status === 404))
  }
})

test('the older form of discovery gives the same snapshot', async (t) => {
  const modern = await collectFrom(t, await startOne(t, { objects: SHOP }))
  const legacy = await collectFrom(t, await startOne(t, { objects: SHOP, legacyDiscovery: true }))
  assert.deepEqual(
    legacy.entries.map(({ digest }) => digest),
    modern.entries.map(({ digest }) => digest),
  )
  assert.deepEqual(legacy.served, modern.served)
})

test('progress is told from connecting to the end', async (t) => {
  const seen: Progress[] = []
  await collectFrom(t, await startOne(t, { objects: SHOP }), { progress: (progress) => seen.push(progress) })
  assert.deepEqual([seen[0]!.step, seen.at(-1)!.step, seen.at(-1)!.objects], ['connect', 'done', 5])
  assert.ok(seen.some(({ step, kind, objects }) => step === 'list' && kind === 'HelmRelease' && objects === 1))
  assert.ok(seen.some(({ step, objects }) => step === 'references' && objects === 3))
})

test('-n lists each namespace by itself; other namespaces are not asked for', async (t) => {
  const rules = [
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'], namespaces: ['apps'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
  ]
  const cluster = await startOne(t, { objects: SHOP, users: [{ name: 'ada', rules }] })
  const kubeconfig = cluster.kubeconfigFor('ada')
  const snapshot = await collect(t, { kubeconfig, scope: { namespaces: ['apps', 'other'] } })
  assert.deepEqual(refs(snapshot).slice(0, 2), ['ConfigMap/apps/shop-values', 'HelmRelease/apps/shop'])
  assert.deepEqual(snapshot.namespaces, ['apps', 'other'])
  const releases = snapshot.coverage.find(({ kind }) => kind === 'HelmRelease')
  assert.deepEqual(
    releases?.scopes.map(({ namespace, status }) => [namespace, status]),
    [
      ['apps', 'complete'],
      ['other', 'forbidden'],
    ],
  )
  assert.equal(releases?.status, 'partial')
  const apps = await collect(t, { kubeconfig, scope: { namespaces: ['apps'] } })
  assert.deepEqual(unread(apps), [])
})

test('--kind reads only that kind and what it refers to', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const snapshot = await collectFrom(t, cluster, { scope: { kinds: ['HelmRelease'] } })
  assert.deepEqual(refs(snapshot), ['ConfigMap/apps/shop-values', 'HelmRelease/apps/shop', 'Secret/apps/shop-secrets'])
  assert.equal(statusOf(snapshot, 'Kustomization'), 'not-asked')
  assert.equal(snapshot.references.find(({ to }) => to.kind === 'OCIRepository')?.state, 'not-asked')
})

test('--resource reads one object and what it refers to, by get', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const resource = { kind: 'HelmRelease', namespace: 'apps', name: 'shop' }
  const snapshot = await collectFrom(t, cluster, { scope: { resource } })
  assert.deepEqual(refs(snapshot), ['ConfigMap/apps/shop-values', 'HelmRelease/apps/shop', 'Secret/apps/shop-secrets'])
  const row = snapshot.coverage.find(({ kind }) => kind === 'HelmRelease')
  assert.deepEqual(
    row?.scopes.map(({ verb, namespace, status }) => [verb, namespace, status]),
    [['get', 'apps', 'complete']],
  )
  assert.equal(statusOf(snapshot, 'OCIRepository'), 'not-asked')
  const absent = await collectFrom(t, cluster, { scope: { resource: { ...resource, name: 'nowhere' } } })
  assert.deepEqual([refs(absent), statusOf(absent, 'HelmRelease')], [[], 'complete'])
})

test('-l is given to the lists; what is not selected is not called absent', async (t) => {
  const labelled = { ...helmRelease('shop'), metadata: { name: 'shop', namespace: 'apps', labels: { team: 'shop' } } }
  const cluster = await startOne(t, { objects: [...SHOP, labelled] })
  const snapshot = await collectFrom(t, cluster, { scope: { selector: 'team=shop' } })
  assert.deepEqual(refs(snapshot), ['HelmRelease/apps/shop'])
  assert.deepEqual(snapshot.entries[0]!.labels, { team: 'shop' })
  assert.deepEqual(
    snapshot.references.map(({ state }) => state),
    ['not-asked'],
  )
})

test('--secrets off reads no Secret', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const snapshot = await collectFrom(t, cluster, { scope: { secrets: 'off' } })
  assert.ok(!refs(snapshot).some((ref) => ref.startsWith('Secret/')))
  assert.ok(cluster.requests().every(({ path }) => !path.includes('/secrets')))
  assert.equal(snapshot.references.find(({ to }) => to.name === 'shop-secrets')?.state, 'not-asked')
})

test('events of Flux objects are counted, those of others are not', async (t) => {
  const event = (name: string, kind: string, apiVersion: string): object => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'apps' },
    involvedObject: { apiVersion, kind, name: 'shop', namespace: 'apps' },
    type: 'Warning',
    reason: 'UpgradeFailed',
    count: 2,
  })
  const events = [event('a', 'HelmRelease', 'helm.toolkit.fluxcd.io/v2'), event('b', 'Pod', 'v1')]
  const cluster = await startOne(t, { objects: [...SHOP, ...events] })
  const snapshot = await collectFrom(t, cluster, { scope: { events: true } })
  assert.equal(snapshot.events?.length, 1)
  assert.deepEqual([snapshot.events?.[0]!.reason, snapshot.events?.[0]!.ref.kind], ['UpgradeFailed', 'HelmRelease'])
  assert.equal(statusOf(snapshot, 'Event'), 'complete')
})

test('generated objects are left out, and still count as there for those that refer to them', async (t) => {
  const chart = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmChart',
    metadata: {
      name: 'apps-web',
      namespace: 'apps',
      labels: { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'apps' },
    },
    spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts' } },
  }
  const cluster = await startOne(t, {
    objects: [chart, helmRelease('other', 'apps', { chartRef: { kind: 'HelmChart', name: 'apps-web' } })],
  })
  const snapshot = await collectFrom(t, cluster)
  assert.deepEqual(refs(snapshot), ['HelmRelease/apps/other'])
  assert.deepEqual(
    snapshot.references.map(({ state }) => state),
    ['present'],
  )
  assert.equal(snapshot.coverage.find(({ kind }) => kind === 'HelmChart')?.objects, 0)
})

test('an unknown kind of a Flux group is read like the others', async (t) => {
  const novelty = {
    apiVersion: 'source.toolkit.fluxcd.io/v9',
    kind: 'Novelty',
    metadata: { name: 'n', namespace: 'apps' },
    spec: { a: 1 },
  }
  const cluster = await startOne(t, {
    objects: [novelty],
    crds: { add: [{ group: 'source.toolkit.fluxcd.io', kind: 'Novelty', plural: 'novelties', versions: ['v9'] }] },
  })
  assert.deepEqual(refs(await collectFrom(t, cluster)), ['Novelty/apps/n'])
})

test('an object that is too deep keeps its place, without its content', async (t) => {
  let deep: object = { end: true }
  for (let level = 0; level < 200; level += 1) deep = { level: deep }
  const cluster = await startOne(t, { objects: [helmRelease('deep', 'apps', { values: deep }), ...SHOP] })
  const snapshot = await collectFrom(t, cluster)
  const entry = snapshot.entries.find(({ ref }) => ref.name === 'deep')!
  assert.equal(entry.limit, 'depth')
  assert.deepEqual(snapshot.body(entry.digest), {})
  assert.equal(snapshot.entries.find(({ ref }) => ref.name === 'shop')?.limit, null)
})

test('known objects keep their digests, and their bodies are asked for only when needed', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const first = await collectFrom(t, cluster)
  const known = knownFrom(first)
  cluster.apply(
    helmRelease('shop', 'apps', { interval: '99m', valuesFrom: [{ kind: 'Secret', name: 'shop-secrets' }] }),
  )
  const second = await collectFrom(t, cluster, { known })
  assert.deepEqual(known.asked, [])
  const digestOf = (name: string): string[] =>
    [first, second].map(({ entries }) => entries.find(({ ref }) => ref.name === name)!.digest)
  const [chartsBefore, chartsNow] = digestOf('charts')
  assert.equal(chartsNow, chartsBefore)
  const [shopBefore, shopNow] = digestOf('shop')
  assert.notEqual(shopNow, shopBefore)
  assert.deepEqual(second.body(chartsNow!), first.body(chartsBefore!))
  assert.deepEqual(known.asked, [chartsNow])
  assert.equal((second.body(shopNow!) as { spec?: { interval?: string } }).spec?.interval, '99m')
  assert.throws(() => second.body('sha256:nothing'), hasCode('internal'))
})

test('nothing known is believed under another engine, mask or set of secrets', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const first = await collectFrom(t, cluster)
  const release = first.entries.find(({ ref }) => ref.name === 'shop')!
  const known = {
    ...knownFrom(first),
    byUid: new Map([[release.uid!, { ...release, digest: 'sha256:old', statusDigest: null }]]),
  }
  const digestWith = async (change: object): Promise<string | undefined> =>
    (await collectFrom(t, cluster, { known: { ...known, ...change } })).entries.find(({ ref }) => ref.name === 'shop')
      ?.digest
  assert.equal(await digestWith({}), 'sha256:old')
  assert.equal(await digestWith({ engine: 'other' }), release.digest)
  assert.equal(await digestWith({ mask: 'other' }), release.digest)
  cluster.apply(secret('shop-secrets', 'apps', { 'values.yaml': 'password: another-value\n' }))
  assert.equal(await digestWith({}), release.digest)
})

test('a ConfigMap that changed between two runs is read anew', async (t) => {
  const cluster = await startOne(t, { objects: SHOP })
  const first = await collectFrom(t, cluster)
  cluster.apply(configMap('shop-values', 'apps', { 'values.yaml': 'replicas: 3\n' }))
  const second = await collectFrom(t, cluster, { known: knownFrom(first) })
  assert.notEqual(second.entries[0]!.digest, first.entries[0]!.digest)
  assert.equal(second.secretSet, first.secretSet)
})

test('--as and --as-group act as somebody else; a group without a user is refused', async (t) => {
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]
  const users = [
    { name: 'admin', groups: ['system:masters'] },
    { name: 'bob', rules },
  ]
  const cluster = await startOne(t, { objects: SHOP, users })
  const snapshot = await collectFrom(t, cluster, { options: { as: 'bob', asGroups: ['dev', 'ops'] } })
  assert.deepEqual(unread(snapshot), [])
  assert.deepEqual(new Set(cluster.requests().map(({ user }) => user)), new Set(['bob']))
  await assert.rejects(
    collectFrom(t, cluster, { options: { asGroups: ['dev'] } }),
    hasCode('input-invalid', /--as-group/),
  )
})

test('a name that is no context is refused; a context that cannot be used is a cluster that was not read', async (t) => {
  const cluster = await startOne(t)
  await assert.rejects(
    collectFrom(t, cluster, { cluster: 'stagign' }),
    hasCode('context-unknown', /there are: staging/),
  )
  const kubeconfig = join(folderOf(t, {}), 'ca.crt')
  const broken = cluster
    .kubeconfigFor('admin')
    .replace(/certificate-authority-data: .*/, `certificate-authority: ${kubeconfig}`)
  const snapshot = await collect(t, { kubeconfig: broken })
  assert.equal(snapshot.error?.code, 'kubeconfig-invalid')
})
