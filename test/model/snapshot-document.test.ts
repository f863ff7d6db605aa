import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '../../src/flux/digest.ts'
import { setOwn, type Json } from '../../src/model/json.ts'
import { fromSnapshotDocument, isSnapshotDocument } from '../../src/model/snapshot-document.ts'

type Draft = Record<string, Json>

test('a document gives its snapshot: entries sorted, bodies by digest', () => {
  const snapshot = read(documentOf([objectOf('redis'), objectOf('podinfo')]))
  assert.deepEqual(
    snapshot.entries.map(({ ref }) => ref.name),
    ['podinfo', 'redis'],
  )
  const [podinfo] = snapshot.entries
  assert.deepEqual(snapshot.body(podinfo!.digest), { spec: { name: 'podinfo' } })
  assert.deepEqual(snapshot.body(podinfo!.statusDigest!), { ready: 'True' })
  assert.deepEqual(Object.keys(podinfo!).includes('body'), false)
  assert.equal('apiVersion' in snapshot, false)
  assert.throws(() => snapshot.body('sha256:0'), { code: 'internal' })
})

test('content that was changed, or is missing, is told with its object', () => {
  const told = {
    code: 'file-invalid',
    message: 'Kustomization/apps/podinfo is not what it was when the snapshot was taken',
  }
  assert.throws(() => read(documentOf([{ ...objectOf('podinfo'), body: { spec: 2 } }])), told)
  assert.throws(() => read(documentOf([{ ...objectOf('podinfo'), status: { ready: 'False' } }])), told)
  assert.throws(() => read(documentOf([{ ...objectOf('podinfo'), status: null }])), told)
})

test('an object that stands twice is refused', () => {
  const twice = { code: 'file-invalid', message: 'Kustomization/apps/podinfo stands in the snapshot twice' }
  assert.throws(() => read(documentOf([objectOf('podinfo'), objectOf('podinfo')])), twice)
})

test('another shape is told with its place, and without what stands there', () => {
  const refusals: [Draft, string][] = [
    [{ apiVersion: 'flux-compare.dev/v2' }, 'apiVersion is not one of flux-compare.dev/v1'],
    [{ takenAt: 7 }, 'takenAt is not a text'],
    [{ install: null }, 'install is not a map'],
    [{ namespaces: 'apps' }, 'namespaces is not a list'],
    [
      { objects: [{ ...objectOf('podinfo'), ref: { group: '', kind: 'x', namespace: 'hunter2' } }] },
      'objects[0].ref.name is not a text',
    ],
    [{ objects: [{ ...objectOf('podinfo'), labels: { a: 1 } }] }, 'objects[0].labels.* is not a text'],
    [{ events: [{ ref: {} }] }, 'events[0].ref.group is not a text'],
    [
      { coverage: [{ group: '', kind: 'x', version: null, status: 'fine' }] },
      'coverage[0].status is not one of complete, not-installed, forbidden, partial, failed, not-asked',
    ],
  ]
  for (const [change, message] of refusals) {
    assert.throws(() => read({ ...documentOf([]), ...change }), { code: 'file-invalid', message })
  }
  assert.throws(() => read('text'), { code: 'file-invalid', message: 'the document is not a map' })
})

test('labels keep their names, even those that JavaScript gives a meaning', () => {
  const labels: Draft = {}
  setOwn(labels, '__proto__', 'x')
  const snapshot = read(documentOf([{ ...objectOf('podinfo'), labels }]))
  assert.deepEqual(Object.entries(snapshot.entries[0]!.labels), [['__proto__', 'x']])
})

test('a document says itself whether it is an exported snapshot', () => {
  assert.equal(isSnapshotDocument(documentOf([])), true)
  assert.equal(isSnapshotDocument({ apiVersion: 'flux-compare.dev/v9', kind: 'Snapshot' }), true)
  for (const other of [
    null,
    'Snapshot',
    [],
    {},
    { kind: 'Snapshot' },
    { apiVersion: 'flux-compare.dev/v1', kind: 'Comparison' },
  ]) {
    assert.equal(isSnapshotDocument(other), false)
  }
})

function read(document: Json) {
  return fromSnapshotDocument(document, digestOf)
}

function objectOf(name: string): Draft {
  const body = { spec: { name } }
  const status = { ready: 'True' }
  return {
    ref: { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace: 'apps', name },
    version: 'v1',
    uid: null,
    resourceVersion: '1',
    digest: digestOf(body),
    statusDigest: digestOf(status),
    labels: {},
    limit: null,
    body,
    status,
  }
}

function documentOf(objects: Draft[]): Draft {
  return {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'Snapshot',
    id: 'snap_1',
    cluster: 'production',
    uid: null,
    takenAt: '2026-11-21T07:00:00Z',
    engine: '1.0.0',
    mask: '1:k:equality',
    secretSet: 'set',
    schemaSet: null,
    namespaces: null,
    error: null,
    install: { flux: null, operator: null, kubernetes: null, controllers: [] },
    served: [],
    coverage: [],
    objects,
    references: [],
    events: null,
  }
}
