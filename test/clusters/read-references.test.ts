import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReferenceReader, type References } from '../../src/clusters/read-references.ts'
import type { ReferenceTarget } from '../../src/flux/references.ts'
import { digString } from '../../src/model/json.ts'
import type { KubeApi } from '../../src/clusters/kube-api.ts'
import type { ResourceRef } from '../../src/model/resource-ref.ts'
import type { RawObject } from '../../src/model/snapshot.ts'
import { configMap, connect, secret, startOne } from './support.ts'

const FROM: ResourceRef = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'shop' }

function target(kind: string, name: string, namespace = 'apps', group = ''): ReferenceTarget {
  return {
    from: FROM,
    field: 'spec.valuesFrom[0]',
    to: { group, kind, namespace, name },
    use: 'values',
    optional: false,
    yamlKey: null,
  }
}

async function read(api: KubeApi, targets: ReferenceTarget[], readSecrets = true): Promise<References<RawObject>> {
  const reader = createReferenceReader(api, { readSecrets, progress: () => undefined, take: (object) => object })
  reader.want(targets)
  return reader.finish(targets)
}

const OBJECTS = [
  configMap('values', 'apps', { 'values.yaml': 'a: 1' }),
  secret('token', 'apps', { token: 'x' }),
  secret('token', 'other', { token: 'y' }),
  secret('odd', 'apps', { release: 'x' }, 'helm.sh/release.v1'),
  secret('sh.helm.release.v1.shop.v1', 'apps', { release: 'x' }, 'helm.sh/release.v1'),
]

test('each object is read once, by name; nothing is listed', async (t) => {
  const cluster = await startOne(t, { objects: OBJECTS })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const found = await read(api, [
    target('ConfigMap', 'values'),
    target('ConfigMap', 'values'),
    target('Secret', 'token'),
    target('Secret', 'token', 'other'),
    target('Secret', 'missing'),
    target('GitRepository', 'repo', 'apps', 'source.toolkit.fluxcd.io'),
    target('__proto__', 'x'),
  ])
  assert.deepEqual(cluster.countByVerb(), { get: 4 })
  assert.deepEqual(
    found.objects.map((object) => `${digString(object, 'apiVersion')} ${digString(object, 'kind')}`),
    ['v1 ConfigMap', 'v1 Secret', 'v1 Secret'],
  )
  assert.deepEqual(Object.fromEntries(found.states), {
    '/ConfigMap/apps/values': 'present',
    '/Secret/apps/token': 'present',
    '/Secret/other/token': 'present',
    '/Secret/apps/missing': 'absent',
  })
  assert.deepEqual(
    found.coverage.map(({ kind, status, scopes }) => [
      kind,
      status,
      scopes.map((s) => `${s.verb} ${s.namespace} ${s.status}`),
    ]),
    [
      ['ConfigMap', 'complete', ['get apps complete']],
      ['Secret', 'complete', ['get apps complete', 'get other complete']],
    ],
  )
})

test('the storage of Helm releases is left alone', async (t) => {
  const cluster = await startOne(t, { objects: OBJECTS })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const found = await read(api, [target('Secret', 'sh.helm.release.v1.shop.v1'), target('Secret', 'odd')])
  assert.deepEqual([...found.states.values()], ['not-asked', 'not-asked'])
  assert.deepEqual(found.objects, [])
  assert.deepEqual(
    cluster.requests().map(({ path }) => path),
    ['/api/v1/namespaces/apps/secrets/odd'],
  )
})

test('with --secrets off no Secret is asked for', async (t) => {
  const cluster = await startOne(t, { objects: OBJECTS })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const found = await read(api, [target('Secret', 'token'), target('ConfigMap', 'values')], false)
  assert.deepEqual(Object.fromEntries(found.states), {
    '/Secret/apps/token': 'not-asked',
    '/ConfigMap/apps/values': 'present',
  })
  assert.equal(cluster.requests().length, 1)
  assert.equal(found.coverage[1]!.status, 'not-asked')
})

test('RBAC may allow single names: one refusal does not hide what can be read', async (t) => {
  const rules = [
    { apiGroups: [''], resources: ['secrets'], verbs: ['get'], namespaces: ['apps'], resourceNames: ['token'] },
  ]
  const cluster = await startOne(t, { objects: OBJECTS, users: [{ name: 'ada', rules }] })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('ada') })
  const found = await read(api, [target('Secret', 'a'), target('Secret', 'token'), target('Secret', 'token', 'other')])
  assert.deepEqual([...found.states.values()], ['forbidden', 'present', 'forbidden'])
  assert.deepEqual(
    found.coverage[1]!.scopes.map(({ status, reason }) => [status, reason]),
    [
      ['partial', 'not allowed: needs the verb get on secrets in namespace apps'],
      ['forbidden', 'not allowed: needs the verb get on secrets in namespace other'],
    ],
  )
  assert.equal(found.coverage[1]!.status, 'partial')
})

test('after many refusals in one namespace the rest of it is not asked for', async (t) => {
  const cluster = await startOne(t, { users: [{ name: 'nobody' }] })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('nobody') })
  const targets = Array.from({ length: 200 }, (_, index) => target('Secret', `s${index}`))
  const found = await read(api, targets)
  assert.deepEqual(new Set(found.states.values()), new Set(['forbidden']))
  assert.equal(found.states.size, 200)
  assert.ok(cluster.requests().length < 30, `${cluster.requests().length} requests`)
})

test('a 404 proves absence only where the API server says it', async (t) => {
  const cluster = await startOne(t, { faults: [{ match: { path: /secrets/ }, action: { kind: 'html', status: 404 } }] })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  const found = await read(api, [target('Secret', 'token')])
  assert.deepEqual([...found.states.values()], ['failed'])
  assert.equal(found.coverage[1]!.status, 'failed')
})

for (const action of [
  { kind: 'html' },
  { kind: 'status-with-200' },
  { kind: 'wrong-kind' },
  { kind: 'respond', status: 500 },
] as const) {
  test(`${action.kind} in place of a Secret: failed`, async (t) => {
    const cluster = await startOne(t, { objects: OBJECTS, faults: [{ match: { path: /secrets/ }, action }] })
    const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
    assert.deepEqual([...(await read(api, [target('Secret', 'token')])).states.values()], ['failed'])
  })
}
