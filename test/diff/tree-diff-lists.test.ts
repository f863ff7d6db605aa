import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../src/model/json.ts'
import { diffSpecs, told } from './tree-helpers.ts'

function values(from: Json, to: Json) {
  return diffSpecs('HelmRelease', { values: { x: from } }, { values: { x: to } })
}

test('an item inserted into a list of named things is the only change', () => {
  const env = (...names: string[]) => names.map((name) => ({ name, value: name.toLowerCase() }))
  const diff = values(env('B', 'C', 'D'), env('A', 'B', 'C', 'D'))
  assert.deepEqual(told(diff), ['added spec.values.x[name=A].name', 'added spec.values.x[name=A].value'])
  assert.deepEqual(
    diff.changes.map((change) => [change.toPointer, change.within]),
    [
      ['/spec/values/x/0/name', 'spec.values.x[name=A]'],
      ['/spec/values/x/0/value', 'spec.values.x[name=A]'],
    ],
  )
})

test('a change in an item points at it on both sides', () => {
  const from = [
    { name: 'A', v: 1 },
    { name: 'B', v: 1 },
  ]
  const to = [
    { name: 'C', v: 1 },
    { name: 'A', v: 1 },
    { name: 'B', v: 2 },
  ]
  const change = values(from, to).changes.find((entry) => entry.change === 'changed')
  assert.equal(change?.path, 'spec.values.x[name=B].v')
  assert.deepEqual([change.fromPointer, change.toPointer], ['/spec/values/x/1/v', '/spec/values/x/2/v'])
})

test('a list of named things in values that only changed its order moved once', () => {
  const diff = values([{ name: 'a' }, { name: 'b' }, { name: 'c' }], [{ name: 'c' }, { name: 'a' }, { name: 'b' }])
  assert.deepEqual(told(diff), ['moved spec.values.x'])
  const [moved] = diff.changes
  assert.deepEqual(
    [moved?.from, moved?.to],
    [
      ['a', 'b', 'c'],
      ['c', 'a', 'b'],
    ],
  )
  assert.deepEqual([moved?.fromPointer, moved?.toPointer], ['/spec/values/x', '/spec/values/x'])
})

test('names that are not unique identify nothing, unless the kind tells them apart', () => {
  const kinds = (port: number) => [
    { kind: 'A', name: 'x', port: 1 },
    { kind: 'B', name: 'x', port },
  ]
  assert.deepEqual(told(values(kinds(1), kinds(2))), ['changed spec.values.x[kind=B,name=x].port'])
  const twice = (port: number) => [
    { name: 'x', port: 1 },
    { name: 'x', port },
  ]
  assert.deepEqual(told(values(twice(2), twice(3))), ['changed spec.values.x[1].port'])
})

test('objects in a list are told apart by kind and metadata.name', () => {
  const resource = (kind: string, replicas: number) => ({ kind, metadata: { name: 'web' }, spec: { replicas } })
  const from = { resources: [resource('A', 1), resource('B', 1)] }
  const to = { resources: [resource('A', 1), resource('B', 2)] }
  const expected = ['changed spec.resources[kind=B,metadata.name=web].spec.replicas']
  assert.deepEqual(told(diffSpecs('ResourceSet', from, to)), expected)
})

test('an item known by something else than a name may change that too', () => {
  const host = (name: string) => [{ host: name, paths: ['/'] }]
  assert.deepEqual(told(values(host('a.example.com'), host('b.example.com'))), ['changed spec.values.x[0].host'])
  const hosts = (...names: string[]) => names.map((name) => ({ host: name, paths: ['/'] }))
  assert.deepEqual(told(values(hosts('b', 'c'), hosts('a', 'b', 'c'))), [
    'added spec.values.x[+0].host'.replace('[+0]', '[host=a]'),
    'added spec.values.x[host=a].paths[0]',
  ])
})

test('lists of scalars in values are aligned, and the rest is paired by position', () => {
  assert.deepEqual(told(values(['a', 'b', 'c'], ['x', 'a', 'b', 'c'])), ['added spec.values.x[+0]'])
  assert.deepEqual(told(values(['a', 'b', 'c'], ['a', 'x', 'c'])), ['changed spec.values.x[1]'])
  assert.deepEqual(told(values(['a'], ['a', 'b'])), ['added spec.values.x[1]'])
  assert.deepEqual(told(values(['a', 'a'], ['a'])), ['removed spec.values.x[1]'])
  assert.deepEqual(told(values([], ['a'])), ['added spec.values.x[0]'])
  assert.deepEqual(told(values([1], ['1'])), ['changed spec.values.x[0]'])
})

test('the order of scalars in values counts', () => {
  assert.notDeepEqual(values(['a', 'b'], ['b', 'a']).changes, [])
})

test('lists are aligned in the same way from both sides', () => {
  const pointers = (from: Json, to: Json) =>
    values(from, to).changes.map((change) => [change.fromPointer, change.toPointer] as const)
  const lists: readonly (readonly string[])[] = [
    ['a', 'b'],
    ['b', 'a'],
    ['b', 'c', 'a'],
    ['c', 'a', 'b', 'a'],
  ]
  for (const from of lists) {
    for (const to of lists) {
      const back = pointers(to, from).map(([a, b]) => [b, a] as const)
      assert.deepEqual(back.map(String).toSorted(), pointers(from, to).map(String).toSorted())
    }
  }
})

test('a thing under another name is another thing', () => {
  assert.deepEqual(told(values([{ name: 'a', v: 1 }], [{ name: 'b', v: 1 }])), [
    'removed spec.values.x[name=a].name',
    'removed spec.values.x[name=a].v',
    'added spec.values.x[name=b].name',
    'added spec.values.x[name=b].v',
  ])
})

test('an item that one side lacks is told with all it says, defaults too', () => {
  const to = { dependsOn: [{ name: 'a', namespace: 'apps' }] }
  assert.deepEqual(told(diffSpecs('Kustomization', {}, to)), [
    'added spec.dependsOn[name=a].name',
    'added spec.dependsOn[name=a].namespace',
  ])
})

test('the order of set-like lists means nothing', () => {
  const from = {
    dependsOn: [{ name: 'a' }, { name: 'b' }],
    healthChecks: [
      { kind: 'A', name: 'x' },
      { kind: 'B', name: 'x' },
    ],
  }
  const to = {
    dependsOn: [{ name: 'b' }, { name: 'a' }],
    healthChecks: [
      { kind: 'B', name: 'x' },
      { kind: 'A', name: 'x' },
    ],
  }
  assert.deepEqual(told(diffSpecs('Kustomization', from, to)), [
    '~ spec.dependsOn list-order',
    '~ spec.healthChecks list-order',
  ])
})

test('items of set-like lists keep their identity while they change', () => {
  const from = { dependsOn: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] }
  const to = {
    dependsOn: [
      { name: 'c', readyExpr: 'true' },
      { name: 'a', namespace: 'apps' },
    ],
  }
  assert.deepEqual(told(diffSpecs('Kustomization', from, to)), [
    'removed spec.dependsOn[name=b].name',
    'added spec.dependsOn[name=c].readyExpr',
    '~ spec.dependsOn list-order',
    '~ spec.dependsOn[name=a].namespace derived-default',
  ])
})

test('items of a set-like list of scalars are their own names', () => {
  const diff = diffSpecs('Receiver', { events: ['push', 'ping'] }, { events: ['ping', 'a]=b'] })
  assert.deepEqual(told(diff), ['added spec.events[="a]=b"]', 'removed spec.events[=push]'])
  assert.deepEqual(
    diff.changes.map((change) => [change.fromPointer, change.toPointer]),
    [
      [null, '/spec/events/1'],
      ['/spec/events/0', null],
    ],
  )
  const repeated = diffSpecs('Receiver', { events: ['push'] }, { events: ['push', 'push'] })
  assert.deepEqual(told(repeated), ['~ spec.events list-repeat'])
})

test('an item of an ordered list that moved is one change', () => {
  const reference = (name: string, more = {}) => ({ kind: 'ConfigMap', name, ...more })
  const from = { valuesFrom: [reference('a'), reference('b'), reference('c')] }
  const to = { valuesFrom: [reference('b'), reference('c', { valuesKey: 'x' }), reference('a')] }
  const diff = diffSpecs('HelmRelease', from, to)
  assert.deepEqual(told(diff), ['moved spec.valuesFrom[name=a]', 'added spec.valuesFrom[name=c].valuesKey'])
  const [moved] = diff.changes
  assert.deepEqual([moved?.from, moved?.to], [0, 2])
  assert.deepEqual([moved?.fromPointer, moved?.toPointer], ['/spec/valuesFrom/0', '/spec/valuesFrom/2'])
})

test('ordered lists of scalars: a move is a move, another file is a change', () => {
  const files = (...valuesFiles: string[]) => ({ chart: { spec: { valuesFiles } } })
  const at = 'spec.chart.spec.valuesFiles'
  assert.deepEqual(told(diffSpecs('HelmRelease', files('a', 'b'), files('b', 'a'))).length, 1)
  assert.deepEqual(told(diffSpecs('HelmRelease', files('a', 'staging'), files('a', 'production'))), [
    `changed ${at}[1]`,
  ])
  assert.deepEqual(told(diffSpecs('HelmRelease', files('a', 'b', 'c'), files('c', 'a', 'b'))), [`moved ${at}[=c]`])
})

test('one object used twice by valuesFrom is told apart by key and target path', () => {
  const from = [
    { kind: 'Secret', name: 's', valuesKey: 'a' },
    { kind: 'Secret', name: 's', valuesKey: 'b', targetPath: 'x' },
  ]
  const to = [
    { kind: 'Secret', name: 's', valuesKey: 'a' },
    { kind: 'Secret', name: 's', valuesKey: 'b', targetPath: 'y' },
  ]
  assert.deepEqual(told(diffSpecs('HelmRelease', { valuesFrom: from }, { valuesFrom: to })), [
    'changed spec.valuesFrom[kind=Secret,name=s,valuesKey=b].targetPath',
  ])
})

test('patches are paired by content, by target, then by position', () => {
  const patch = (name: string | null, text: string) => ({
    patch: text,
    ...(name === null ? {} : { target: { kind: name } }),
  })
  const from = { patches: [patch('A', 'x: 1'), patch('B', 'x: 1'), patch(null, 'x: 1')] }
  const to = { patches: [patch('B', 'x: 2'), patch('A', 'x: 1'), patch(null, 'x: 3')] }
  const diff = told(diffSpecs('Kustomization', from, to))
  assert.ok(diff.includes('changed spec.patches[1].patch.x'), diff.join())
  assert.ok(diff.includes('changed spec.patches[2].patch.x'), diff.join())
  assert.equal(diff.filter((line) => line.startsWith('moved')).length, 1)
  assert.equal(diff.length, 3)
})

test('identities of verified images may change', () => {
  const verify = (subject: string) => ({
    verify: { provider: 'cosign', matchOIDCIdentity: [{ issuer: 'i', subject }] },
  })
  assert.deepEqual(told(diffSpecs('OCIRepository', verify('a'), verify('b'))), [
    'changed spec.verify.matchOIDCIdentity[issuer=i].subject',
  ])
})

test('copy operations of an artifact are ordered and have no name', () => {
  const copy = (from: string) => ({
    artifacts: [
      {
        name: 'apps',
        copy: [
          { from: '@a/x', to: 'y' },
          { from, to: 'z' },
        ],
      },
    ],
  })
  assert.deepEqual(told(diffSpecs('ArtifactGenerator', copy('@a/1'), copy('@a/2'))), [
    'changed spec.artifacts[name=apps].copy[1].from',
  ])
})

test('long lists finish', () => {
  const scalars = Array.from({ length: 10_000 }, (_, n) => `s${n}`)
  const shifted = [...scalars.slice(5_000), ...scalars.slice(0, 5_000)]
  assert.ok(values(scalars, shifted).changes.length > 0)
  const named = scalars.map((name) => ({ name, v: 1 }))
  const changed = shifted.map((name, n) => ({ name, v: n === 17 ? 2 : 1 }))
  assert.deepEqual(told(values(named, changed)), ['moved spec.values.x', 'changed spec.values.x[name=s5017].v'])
  assert.equal(told(values(scalars, ['new', ...scalars])).length, 1)
})
