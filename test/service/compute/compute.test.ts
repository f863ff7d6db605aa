import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LAYERS, type Comparison } from '../../../src/model/comparison.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { createCompute, type Compute } from '../../../src/service/compute/compute.ts'
import type { CompareTask } from '../../../src/service/compute/compare-kept.ts'
import { compare, controller, reference, snapshot, type ObjectSpec } from '../../diff/builders.ts'

const EVERYTHING = { secrets: 'equality', namespaces: null } as const

function fleet(): readonly Snapshot[] {
  const objects = (replicas: number): ObjectSpec[] => [
    { ref: 'HelmRelease/a/shop', body: { spec: { values: { replicas, image: `v${replicas}` } } } },
    { ref: 'HelmRelease/b/planted', body: { spec: { values: { replicas } } } },
    { ref: 'ConfigMap/a/settings', body: { data: { replicas: String(replicas) } } },
  ]
  const references = [reference('HelmRelease/a/shop', 'ConfigMap/a/settings')]
  return [
    snapshot({ cluster: 'staging', objects: objects(1), references }),
    snapshot({ cluster: 'production', objects: objects(2), references }),
    snapshot({ cluster: 'edge', objects: objects(1), references }),
    snapshot({ cluster: 'broken', error: { code: 'cluster-timeout', message: 'late', hint: '' } }),
  ]
}

function computeOver(snapshots: readonly Snapshot[], kept: readonly Comparison[] = []): Compute {
  return createCompute({
    reads: {
      snapshot: (id) => snapshots.find((taken) => taken.id === id) ?? null,
      comparison: (id) => kept.find((comparison) => comparison.id === id) ?? null,
      versionSteps: () => [],
    },
    engine: { engine: '0.0.0', fingerprint: null },
    render: (comparison, format) => `${format}: ${JSON.stringify(comparison)}`,
  })
}

function taskOf(clusters: readonly string[], rest: Partial<CompareTask> = {}): CompareTask {
  const filter = { kinds: null, namespaces: null, selector: null, resource: null }
  const request = { baseline: clusters[0]!, clusters, layers: DEFAULT_LAYERS, filter, ignore: [], explain: false }
  return { id: 'run_1', request, snapshots: clusters.map((name) => `snap_${name}`), scope: EVERYTHING, ...rest }
}

const NO_FILTER = { severity: null, layer: null, kind: null, namespace: null, name: null, cluster: null }
const FIRST = { limit: 100, cursor: null }

test('kept snapshots compare as the same sides read now would', () => {
  const [staging, production] = fleet()
  const computed = computeOver(fleet()).compare(taskOf(['staging', 'production']))
  assert.deepEqual(computed, compare([staging!, production!]))
})

test('a narrower scope leaves the rest out before anything is counted', () => {
  const task = taskOf(['staging', 'production'], { scope: { secrets: 'equality', namespaces: ['a'] } })
  const comparison = computeOver(fleet()).comparison({ task, kept: false })
  assert.doesNotMatch(JSON.stringify(comparison), /planted|"b"/)
  assert.equal(comparison.summary.objects, 2)
})

test('a snapshot that is gone is named', () => {
  const compute = computeOver(fleet())
  const task = taskOf(['staging', 'elsewhere'])
  assert.throws(() => compute.compare(task), { code: 'not-found', message: 'there is no snapshot snap_elsewhere' })
})

test('the stored comparison is used only where it is said to hold', () => {
  const stored = { ...compare(fleet().slice(0, 2)), engine: 'stored' }
  const compute = computeOver(fleet(), [stored])
  const task = taskOf(['staging', 'production'])
  assert.equal(compute.comparison({ task, kept: true }).engine, 'stored')
  assert.equal(compute.comparison({ task, kept: false }).engine, '0.0.0')
  assert.throws(() => compute.comparison({ task: { ...task, id: 'run_2' }, kept: true }), /run_2 is no longer kept/)
})

test('a rendered document has one tag as long as its bytes are the same', () => {
  const compute = computeOver(fleet())
  const render = (task: CompareTask, format: string) => compute.render({ task, kept: false }, format)
  const task = taskOf(['staging', 'production'])
  assert.deepEqual(render(task, 'json'), render(task, 'json'))
  assert.notEqual(render(task, 'json').etag, render(task, 'yaml').etag)
  assert.notEqual(render(task, 'json').etag, render({ ...task, id: 'run_2' }, 'json').etag)
  assert.match(render(task, 'json').etag, /^"[0-9a-f]{32}"$/)
})

test('differences come in pages, and every filter narrows them', () => {
  const source = { task: taskOf(['staging', 'production', 'edge']), kept: false }
  const compute = computeOver(fleet())
  const all = compute.differences(source, NO_FILTER, FIRST).items
  assert.deepEqual(all.map(({ ref, difference }) => `${ref.kind}/${ref.namespace} ${difference.path}`).sort(), [
    'ConfigMap/a replicas',
    'HelmRelease/a spec.values.image',
    'HelmRelease/a spec.values.replicas',
    'HelmRelease/b spec.values.replicas',
  ])
  const paged = []
  for (let cursor: string | null = null; ;) {
    const page = compute.differences(source, NO_FILTER, { limit: 3, cursor })
    paged.push(...page.items)
    cursor = page.next
    if (cursor === null) break
  }
  assert.deepEqual(paged, all)
  const count = (filter: object) => compute.differences(source, { ...NO_FILTER, ...filter }, FIRST).items.length
  assert.equal(count({ kind: 'hr' }), 3)
  assert.equal(count({ kind: 'cm' }), 1)
  assert.equal(count({ namespace: 'b' }), 1)
  assert.equal(count({ name: 'settings' }), 1)
  assert.equal(count({ layer: 'data' }), 1)
  assert.equal(count({ layer: 'values' }), 3)
  assert.equal(count({ cluster: 'production' }), 4)
  assert.equal(count({ cluster: 'edge' }), 0)
  assert.throws(() => count({ kind: 'Pod' }), /Pod is not a Flux kind/)
  assert.throws(() => compute.differences(source, NO_FILTER, { limit: 3, cursor: 'x' }), /cursor/)
})

test('controllers, and kinds that only the clusters know, are found by their names', () => {
  const objects = [{ ref: 'Gadget/a/new' }]
  const install = (version: string) => ({ controllers: [controller('helm-controller', { version })] })
  const snapshots = [
    snapshot({ cluster: 'staging', objects, install: install('v1.0.0') }),
    snapshot({ cluster: 'production', objects, install: install('v2.0.0') }),
  ]
  const compute = computeOver(snapshots)
  const source = { task: taskOf(['staging', 'production']), kept: false }
  const found = compute.differences(source, { ...NO_FILTER, kind: 'deployment' }, FIRST).items
  assert.ok(found.length > 0 && found.every(({ ref }) => ref.kind === 'Deployment'))
  const gadget = { kind: 'gadget', namespace: 'a', name: 'new' }
  assert.equal(compute.snapshotObject('snap_staging', EVERYTHING, gadget).ref.kind, 'Gadget')
  const across = compute.objectAcross({
    object: gadget,
    snapshots: ['staging', 'production'].map((cluster) => ({ cluster, id: `snap_${cluster}` })),
    unread: [],
    scope: EVERYTHING,
  })
  assert.deepEqual(
    across.variants.map(({ clusters }) => clusters),
    [['staging', 'production']],
  )
})

test('objects of a snapshot come in pages; one comes with its body', () => {
  const compute = computeOver(fleet())
  const none = { kind: null, namespace: null }
  const page = compute.snapshotObjects('snap_staging', EVERYTHING, none, { limit: 2, cursor: null })
  assert.deepEqual(
    page.items.map(({ ref }) => ref.name),
    ['settings', 'shop'],
  )
  const rest = compute.snapshotObjects('snap_staging', EVERYTHING, none, { limit: 2, cursor: page.next })
  assert.deepEqual([rest.items.map(({ ref }) => ref.name), rest.next], [['planted'], null])
  const narrow = { secrets: 'equality', namespaces: ['a'] } as const
  const object = { kind: 'helmrelease', namespace: 'b', name: 'planted' }
  assert.deepEqual(compute.snapshotObject('snap_staging', EVERYTHING, object).body, {
    spec: { values: { replicas: 1 } },
  })
  assert.throws(() => compute.snapshotObject('snap_staging', narrow, object), { code: 'not-found' })
  assert.deepEqual(compute.snapshotObjects('snap_staging', narrow, { ...none, namespace: 'b' }, FIRST).items, [])
})

test('one object over the clusters: who has the same', () => {
  const compute = computeOver(fleet())
  const names = ['staging', 'production', 'edge', 'broken']
  const across = compute.objectAcross({
    object: { kind: 'HelmRelease', namespace: 'a', name: 'shop' },
    snapshots: names.map((cluster) => ({ cluster, id: `snap_${cluster}` })),
    unread: ['never-read'],
    scope: EVERYTHING,
  })
  assert.deepEqual(across.presence, {
    staging: 'present',
    production: 'present',
    edge: 'present',
    broken: 'unknown',
    'never-read': 'unknown',
  })
  assert.deepEqual(
    across.variants.map(({ clusters, body }) => [clusters, body]),
    [
      [['staging', 'edge'], { spec: { values: { replicas: 1, image: 'v1' } } }],
      [['production'], { spec: { values: { replicas: 2, image: 'v2' } } }],
    ],
  )
})

test('secrets that may not be compared are not told to be alike over the clusters', () => {
  const secret = (cluster: string, password: string) =>
    snapshot({
      cluster,
      objects: [{ ref: 'Secret/a/db', body: { data: { password: { masked: `hmac:k:${password}` } } } }],
      references: [reference('HelmRelease/a/shop', 'Secret/a/db')],
    })
  const across = (guess: string, secrets: 'equality' | 'presence' | 'off') => {
    const snapshots = [secret('staging', guess), secret('production', 'hunter2')]
    const answer = computeOver(snapshots).objectAcross({
      object: { kind: 'Secret', namespace: 'a', name: 'db' },
      snapshots: ['staging', 'production'].map((cluster) => ({ cluster, id: `snap_${cluster}` })),
      unread: [],
      scope: { secrets, namespaces: null },
    })
    return { ...answer, variants: answer.variants.map(({ clusters }) => clusters) }
  }
  assert.deepEqual(across('hunter2', 'equality').variants, [['staging', 'production']])
  assert.deepEqual(across('hunter2', 'presence'), across('wrong', 'presence'))
  assert.deepEqual(across('hunter2', 'presence').variants, [['staging'], ['production']])
  assert.deepEqual(across('hunter2', 'off').presence, { staging: 'unknown', production: 'unknown' })
})
