import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KindCoverage } from '../../../src/model/coverage.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { toSnapshotDocument } from '../../../src/model/snapshot-document.ts'
import { commonNamespaces, narrowSnapshot } from '../../../src/service/compute/narrow-snapshot.ts'
import { compare, controller, reference, snapshot, type SnapshotSpec } from '../../diff/builders.ts'

function cluster(name: string, foreign: string, extra: Partial<SnapshotSpec> = {}): Snapshot {
  return snapshot({
    cluster: name,
    objects: [
      { ref: 'HelmRelease/a/shop', body: { spec: { chart: name } } },
      { ref: 'ConfigMap/a/values', body: { data: { x: '1' } } },
      { ref: `HelmRelease/b/${foreign}`, body: { spec: { secretly: foreign } } },
      { ref: `Kustomization/flux-system/${foreign}` },
    ],
    references: [
      reference('HelmRelease/a/shop', 'ConfigMap/a/values'),
      reference('HelmRelease/a/shop', 'GitRepository/flux-system/fleet', { state: 'absent' }),
      reference(`HelmRelease/b/${foreign}`, `ConfigMap/b/${foreign}`),
    ],
    events: [
      {
        ref: { group: '', kind: 'HelmRelease', namespace: 'b', name: foreign },
        type: 'Warning',
        reason: 'x',
        count: 3,
      },
    ],
    install: { controllers: [controller('helm-controller')] },
    ...extra,
  })
}

test('nothing of another namespace is left: neither names nor counts', () => {
  const narrow = (foreign: string) =>
    JSON.stringify(toSnapshotDocument(narrowSnapshot(cluster('staging', foreign), ['a'])))
  assert.equal(narrow('planted'), narrow('other-one'))
  const document = toSnapshotDocument(narrowSnapshot(cluster('staging', 'planted'), ['a']))
  assert.doesNotMatch(JSON.stringify(document), /planted|helm-controller/)
  assert.deepEqual(document.namespaces, ['a'])
  assert.equal(document.install.allControllers, undefined)
  assert.deepEqual(
    document.objects.map(({ ref }) => `${ref.kind}/${ref.namespace}/${ref.name}`),
    ['ConfigMap/a/values', 'HelmRelease/a/shop'],
  )
})

test('coverage is that of the namespaces, with their objects counted', () => {
  const statusOf = (row: KindCoverage | undefined) => [row?.status, row?.objects, row?.scopes.map((at) => at.namespace)]
  const rowOf = (taken: Snapshot, kind: string) => taken.coverage.find((row) => row.kind === kind)
  const whole = narrowSnapshot(cluster('staging', 'x'), ['c', 'a'])
  assert.deepEqual(statusOf(rowOf(whole, 'HelmRelease')), ['complete', 1, ['a', 'c']])
  assert.deepEqual(statusOf(rowOf(whole, 'Kustomization')), ['complete', 0, ['a', 'c']])
  const refused = { coverage: { 'HelmRelease/b': 'forbidden', HelmRelease: 'complete' } } as const
  assert.equal(rowOf(narrowSnapshot(cluster('staging', 'x', refused), ['a']), 'HelmRelease')?.status, 'complete')
  assert.equal(rowOf(narrowSnapshot(cluster('staging', 'x', refused), ['b']), 'HelmRelease')?.status, 'forbidden')
  assert.equal(rowOf(narrowSnapshot(cluster('staging', 'x', refused), ['a', 'b']), 'HelmRelease')?.status, 'partial')
})

test('whether an object elsewhere exists is not told by references to it', () => {
  const narrow = narrowSnapshot(cluster('staging', 'x'), ['a'])
  const states = narrow.references.map(({ to, state }) => `${to.name} ${state}`)
  assert.deepEqual(states, ['values present', 'fleet not-asked'])
  const comparison = compare(['staging', 'production'].map((name) => narrowSnapshot(cluster(name, name), ['a'])))
  assert.deepEqual(comparison.findings, [])
  assert.equal(comparison.verdict, 'drifted')
  assert.deepEqual(
    comparison.drifts.map((drift) => drift.ref.name),
    ['shop'],
  )
})

test('a snapshot of some namespaces stays one of those', () => {
  assert.deepEqual(commonNamespaces(null, null), null)
  assert.deepEqual(commonNamespaces(null, ['b', 'a']), ['b', 'a'])
  assert.deepEqual(commonNamespaces(['c', 'a', 'b'], ['b', 'a', 'd']), ['a', 'b'])
  assert.deepEqual(commonNamespaces(['a'], ['b']), [])
  assert.deepEqual(narrowSnapshot({ ...cluster('staging', 'x'), namespaces: ['a', 'b'] }, ['b', 'c']).namespaces, ['b'])
})
