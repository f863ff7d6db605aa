import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { ask, credentialsOf, type Reply } from './request.ts'

const HELM = '/apis/helm.toolkit.fluxcd.io/v2'
const READ = ['get', 'list', 'watch']
const USERS = [
  { name: 'admin', groups: ['system:masters'] },
  { name: 'tenant', rules: [{ apiGroups: ['*'], resources: ['*'], verbs: READ, namespaces: ['shop'] }] },
  { name: 'named', rules: [{ apiGroups: [''], resources: ['secrets'], verbs: READ, resourceNames: ['mine'] }] },
  {
    name: 'certified',
    clientCertificate: true,
    groups: ['readers'],
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: READ }],
  },
  {
    name: 'deputy',
    rules: [
      { apiGroups: [''], resources: ['users', 'groups'], verbs: ['impersonate'], resourceNames: ['tenant', 'team'] },
    ],
  },
  { name: 'writer', rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
]

let simulator: Simulator
let cluster: RunningCluster

before(async () => {
  simulator = await startSimulator({
    clusters: [
      { name: 'guarded', folders: [], users: USERS, objects: [secret('mine'), secret('other')] },
      { name: 'elsewhere', folders: [], users: USERS },
      ...(['expired', 'wrong-host', 'foreign-ca'] as const).map((tls) => ({ name: tls, folders: [], tls })),
      { name: 'named', folders: [], serverNames: ['kubernetes.example'] },
    ],
  })
  cluster = simulator.clusters.get('guarded')!
})
after(() => simulator.close())

test('a rule for a namespace holds there, not for the whole cluster', async () => {
  assert.equal((await ask(cluster, `${HELM}/namespaces/shop/helmreleases`, { user: 'tenant' })).status, 200)
  const refused = await ask(cluster, `${HELM}/helmreleases`, { user: 'tenant' })
  assert.equal(refused.status, 403)
  assert.match(
    message(refused),
    /cannot list resource "helmreleases" in API group "helm.toolkit.fluxcd.io" at the cluster scope$/,
  )
})

test('a rule for a name allows to get it, and to list it by field selector', async () => {
  const secrets = '/api/v1/namespaces/shop/secrets'
  assert.equal((await ask(cluster, `${secrets}/mine`, { user: 'named' })).status, 200)
  assert.equal((await ask(cluster, `${secrets}/other`, { user: 'named' })).status, 403)
  assert.equal((await ask(cluster, secrets, { user: 'named' })).status, 403)
  assert.equal((await ask(cluster, `${secrets}?fieldSelector=metadata.name%3Dmine`, { user: 'named' })).status, 200)
})

test('anonymous requests see the version and nothing else', async () => {
  assert.equal((await ask(cluster, '/version', { user: null })).status, 200)
  const refused = await ask(cluster, '/apis', { user: null })
  assert.equal(refused.status, 403)
  assert.equal(message(refused), 'forbidden: User "system:anonymous" cannot get path "/apis"')
})

test('discovery is readable by every authenticated user', async () => {
  assert.equal((await ask(cluster, '/apis', { user: 'tenant' })).status, 200)
  assert.equal((await ask(cluster, HELM, { user: 'tenant' })).status, 200)
})

test('a token of another cluster is no token here', async () => {
  const { token } = credentialsOf(simulator.clusters.get('elsewhere')!, 'admin')
  const reply = await ask(cluster, '/version', { user: null, headers: { authorization: `Bearer ${token}` } })
  assert.equal(reply.status, 401)
})

test('a client certificate names user and groups; one of another authority is refused', async () => {
  assert.equal((await ask(cluster, `${HELM}/helmreleases`, { user: 'certified' })).status, 200)
  assert.equal(cluster.requests().at(-1)!.user, 'certified')
  const foreign = credentialsOf(simulator.clusters.get('elsewhere')!, 'certified')
  const options = {
    cert: Buffer.from(foreign['client-certificate-data']!, 'base64'),
    key: Buffer.from(foreign['client-key-data']!, 'base64'),
  }
  assert.equal((await ask(cluster, '/version', { user: null, options })).status, 401)
})

test('impersonation is for those who may, and acts with the rights of the other', async () => {
  const as = (user: string, headers: Record<string, string>, path: string): Promise<Reply> =>
    ask(cluster, path, { user, headers })
  const shop = `${HELM}/namespaces/shop/helmreleases`
  const asTenant = { 'impersonate-user': 'tenant', 'impersonate-group': 'team' }
  assert.equal((await as('deputy', asTenant, shop)).status, 200)
  const last = cluster.requests().at(-1)!
  assert.deepEqual([last.user, last.impersonatedBy], ['tenant', 'deputy'])
  assert.equal((await as('deputy', asTenant, `${HELM}/helmreleases`)).status, 403)
  const refused = await as('deputy', { 'impersonate-user': 'admin' }, shop)
  assert.equal(
    message(refused),
    'users "admin" is forbidden: User "deputy" cannot impersonate resource "users" in API group "" at the cluster scope',
  )
  assert.equal((await as('admin', { 'impersonate-user': 'nobody' }, shop)).status, 403)
})

test('writing is refused even to those who may, changes nothing, and is counted', async () => {
  cluster.resetRequests()
  const path = '/api/v1/namespaces/shop/secrets/mine'
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    assert.equal((await ask(cluster, path, { user: 'writer', method })).status, 405)
  }
  assert.equal((await ask(cluster, '/api/v1/namespaces/shop/secrets', { user: 'tenant', method: 'POST' })).status, 403)
  assert.equal((await ask(cluster, path)).status, 200)
  assert.deepEqual(cluster.countByVerb(), { update: 1, patch: 1, delete: 1, create: 1, get: 1 })
})

test('records who asked for what, with which answer, over how many connections', async () => {
  cluster.resetRequests()
  await ask(cluster, `${HELM}/helmreleases?limit=5`, { user: 'tenant' })
  await ask(cluster, `${HELM}/namespaces/shop/helmreleases`, { user: 'tenant' })
  const [first, second] = cluster.requests()
  assert.equal(cluster.requests().length, 2)
  assert.deepEqual(
    { ...first, connection: '' },
    {
      method: 'GET',
      path: `${HELM}/helmreleases`,
      query: { limit: '5' },
      accept: '',
      verb: 'list',
      user: 'tenant',
      impersonatedBy: null,
      status: 403,
      connection: '',
    },
  )
  assert.equal(second!.status, 200)
  assert.notEqual(second!.connection, first!.connection)
  assert.ok(cluster.connections().total >= 2)
  assert.ok(cluster.connections().most <= cluster.connections().total)
})

for (const [tls, code] of [
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrong-host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['foreign-ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
] as const) {
  test(`a client that checks does not accept the certificate: ${tls}`, async () => {
    await assert.rejects(ask(simulator.clusters.get(tls)!, '/version', { user: null }), { code })
  })
}

test('the certificate is valid for further names where asked', async () => {
  const options = { servername: 'kubernetes.example' }
  assert.equal((await ask(simulator.clusters.get('named')!, '/version', { options })).status, 200)
})

test('a stopped cluster refuses connections', async () => {
  const alone = await startSimulator({ clusters: [{ name: 'dead', folders: [] }] })
  const dead = alone.clusters.get('dead')!
  await dead.stop()
  await assert.rejects(ask(dead, '/version', { user: null }), { code: 'ECONNREFUSED' })
  await alone.close()
})

function message(reply: Reply): string {
  return (JSON.parse(reply.body.toString()) as { message: string }).message
}

function secret(name: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, stringData: { word: 'hello' } }
}
