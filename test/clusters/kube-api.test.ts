import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer as createHttpServer } from 'node:http'
import { createConnection, createServer } from 'node:net'
import { test } from 'node:test'
import type { FaultAction } from '../../src/simulator/faults.ts'
import { connect, folderOf, hasCode, startOne } from './support.ts'

const PATH = '/api/v1/namespaces/kube-system'

test('requests are GETs on at most four connections, which are used again', async (t) => {
  const cluster = await startOne(t)
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  await Promise.all(Array.from({ length: 40 }, () => api.get(PATH)))
  assert.deepEqual(cluster.countByVerb(), { get: 40 })
  assert.ok(cluster.connections().total <= 4)
})

test('429 waits exactly as long as Retry-After says, at most a minute, and gives up after five tries', async (t) => {
  const cluster = await startOne(t)
  const { api, timing } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  cluster.setFaults([
    { match: { path: PATH, nth: 1 }, action: { kind: 'respond', status: 429, retryAfter: 7 } },
    { match: { path: PATH, nth: 1 }, action: { kind: 'respond', status: 429, retryAfter: 3600 } },
  ])
  assert.equal((await api.get(PATH)).ok, true)
  assert.deepEqual(timing.waits, [7_000, 60_000])
  cluster.setFaults([{ match: { path: PATH }, action: { kind: 'respond', status: 429, retryAfter: 1 } }])
  cluster.resetRequests()
  assert.deepEqual(await api.get(PATH), { ok: false, status: 429, proper: true })
  assert.equal(cluster.requests().length, 5)
})

test('without Retry-After the waits double', async (t) => {
  const cluster = await startOne(t, { faults: [{ match: { path: PATH }, action: { kind: 'respond', status: 503 } }] })
  const { api, timing } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
  assert.deepEqual(await api.get(PATH), { ok: false, status: 503, proper: true })
  assert.deepEqual(timing.waits, [250, 500, 1000, 2000])
})

const PASSING: readonly FaultAction[] = [
  { kind: 'respond', status: 500 },
  { kind: 'respond', status: 502, body: '<html>bad gateway</html>' },
  { kind: 'cut' },
  { kind: 'reset' },
  { kind: 'truncated-json' },
  { kind: 'gzip-garbage' },
]

for (const action of PASSING) {
  const name = 'status' in action ? `${action.kind} ${action.status}` : action.kind
  test(`${name} passes when tried again, and is an error when it stays`, async (t) => {
    const cluster = await startOne(t, { faults: [{ match: { path: PATH, nth: 1, times: 2 }, action }] })
    const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
    assert.equal((await api.get(PATH)).ok, true)
    assert.equal(cluster.requests().length, 3)
    cluster.setFaults([{ match: { path: PATH }, action }])
    cluster.resetRequests()
    const outcome = await api.get(PATH).catch((error: unknown) => error)
    assert.equal(cluster.requests().length, 5)
    if (action.kind === 'respond') assert.equal((outcome as { ok: boolean }).ok, false)
    else
      assert.ok(
        hasCode(action.kind === 'cut' || action.kind === 'reset' ? 'cluster-unreachable' : 'response-invalid')(outcome),
      )
  })
}

const INVALID: readonly (readonly [FaultAction, RegExp])[] = [
  [{ kind: 'html' }, /answered a web page where JSON was asked for/],
  [{ kind: 'no-content' }, /HTTP 204/],
  [{ kind: 'redirect', to: 'https://elsewhere.example.com/?token=CANARY' }, /a redirect/],
  [{ kind: 'huge', bytes: 65 * 1024 * 1024 }, /larger than 64 MiB/],
  [{ kind: 'respond', status: 418 }, /HTTP 418/],
]

for (const [action, text] of INVALID) {
  test(`${action.kind} is no answer of an API server, and is not asked for again`, async (t) => {
    const cluster = await startOne(t, { faults: [{ match: { path: PATH }, action }] })
    const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
    await assert.rejects(api.get(PATH), (error: Error) => {
      assert.doesNotMatch(error.message, /CANARY|Log in/)
      return hasCode('response-invalid', text)(error)
    })
    assert.equal(cluster.requests().length, 1)
  })
}

for (const action of [{ kind: 'hang' }, { kind: 'hang-after-headers' }, { kind: 'drip', ms: 20 }] as const) {
  test(`${action.kind} ends when the time of the request is over`, async (t) => {
    const cluster = await startOne(t, { faults: [{ match: { path: PATH }, action }] })
    const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin'), requestTimeoutMs: 150 })
    await assert.rejects(api.get(PATH), hasCode('cluster-timeout', /^cluster staging: no complete answer within/))
  })
}

test('refusals are told apart from answers that only look like them', async (t) => {
  const cluster = await startOne(t, { users: [{ name: 'nobody' }] })
  const { api } = connect(t, { kubeconfig: cluster.kubeconfigFor('nobody') })
  assert.deepEqual(await api.get('/api/v1/namespaces/apps/secrets/x'), { ok: false, status: 403, proper: true })
  cluster.setFaults([{ match: {}, action: { kind: 'html', status: 404 } }])
  assert.deepEqual(await api.get('/api/v1/namespaces/apps/secrets/x'), { ok: false, status: 404, proper: false })
})

test('401 is tried again once with a token file read anew, then told', async (t) => {
  const cluster = await startOne(t, { users: [{ name: 'admin', token: 'second', groups: ['system:masters'] }] })
  const folder = folderOf(t, { token: 'first' })
  const kubeconfig = cluster.kubeconfigFor('admin').replace(/token: .*/, `tokenFile: ${join(folder, 'token')}`)
  const { api } = connect(t, { kubeconfig })
  await assert.rejects(api.get(PATH), hasCode('cluster-unauthorized', /the credentials were refused/))
  assert.equal(cluster.requests().length, 2)
  writeFileSync(join(folder, 'token'), 'second')
  assert.equal((await api.get(PATH)).ok, true)
})

test('a token that is refused in the middle is replaced by the one that the file has by then', async (t) => {
  const cluster = await startOne(t, { users: [{ name: 'admin', token: 'good', groups: ['system:masters'] }] })
  const folder = folderOf(t, { token: 'good' })
  const kubeconfig = cluster.kubeconfigFor('admin').replace(/token: .*/, `tokenFile: ${join(folder, 'token')}`)
  const { api } = connect(t, { kubeconfig })
  await api.get(PATH)
  cluster.setFaults([{ match: { nth: 1 }, action: { kind: 'respond', status: 401 } }])
  assert.equal((await api.get(PATH)).ok, true)
})

test('a static token that is refused is not tried again', async (t) => {
  const cluster = await startOne(t)
  const kubeconfig = cluster.kubeconfigFor('admin').replace(/token: .*/, 'token: wrong')
  await assert.rejects(connect(t, { kubeconfig }).api.get(PATH), hasCode('cluster-unauthorized'))
  assert.equal(cluster.requests().length, 1)
})

test('client certificates authenticate', async (t) => {
  const cluster = await startOne(t, { users: [{ name: 'ada', clientCertificate: true, groups: ['system:masters'] }] })
  assert.equal((await connect(t, { kubeconfig: cluster.kubeconfigFor('ada') }).api.get(PATH)).ok, true)
  assert.equal(cluster.requests()[0]!.user, 'ada')
})

test('impersonation reaches the server', async (t) => {
  const rules = [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }]
  const cluster = await startOne(t, {
    users: [
      { name: 'admin', groups: ['system:masters'] },
      { name: 'bob', rules },
    ],
  })
  const kubeconfig = cluster.kubeconfigFor('admin').replace(/( *)token: .*/, '$&\n$1as: bob\n$1as-groups: [dev, ops]')
  assert.equal((await connect(t, { kubeconfig }).api.get(PATH)).ok, true)
  assert.equal(cluster.requests()[0]!.user, 'bob')
  assert.equal(cluster.requests()[0]!.impersonatedBy, 'admin')
})

for (const [tls, text] of [
  ['expired', /its certificate has expired/],
  ['wrong-host', /its certificate is for another host name/],
  ['foreign-ca', /its certificate is .*(?:unknown authority|not signed by)/],
] as const) {
  test(`TLS ${tls}: told as such, once`, async (t) => {
    const cluster = await startOne(t, { tls })
    const { api, timing } = connect(t, { kubeconfig: cluster.kubeconfigFor('admin') })
    await assert.rejects(api.get(PATH), hasCode('cluster-tls', text))
    assert.deepEqual(timing.waits, [])
  })
}

test('tls-server-name and insecure-skip-tls-verify let such servers be read', async (t) => {
  const cluster = await startOne(t, { tls: 'wrong-host' })
  const named = cluster.kubeconfigFor('admin').replace(/( *)server: .*/, '$&\n$1tls-server-name: elsewhere.invalid')
  assert.equal((await connect(t, { kubeconfig: named }).api.get(PATH)).ok, true)
  const skipped = cluster
    .kubeconfigFor('admin')
    .replace(/( *)server: .*/, '$&\n$1insecure-skip-tls-verify: true')
    .replace(/ *certificate-authority-data: .*(?:\n {8,}.*)*/, '')
  assert.equal((await connect(t, { kubeconfig: skipped }).api.get(PATH)).ok, true)
})

test('nobody listens, no such host, and something that is no TLS', async (t) => {
  const cluster = await startOne(t)
  const config = cluster.kubeconfigFor('admin')
  const plain = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')).listen(0, '127.0.0.1')
  t.after(() => plain.close())
  await new Promise((resolve) => plain.once('listening', resolve))
  const { port } = plain.address() as { port: number }
  await cluster.stop()
  const refused = connect(t, { kubeconfig: config })
  await assert.rejects(refused.api.get(PATH), hasCode('cluster-unreachable', /the connection was refused/))
  const nowhere = connect(t, { kubeconfig: config.replace(/server: .*/, 'server: https://nowhere.invalid') })
  await assert.rejects(nowhere.api.get(PATH), hasCode('cluster-unreachable', /host name cannot be resolved/))
  assert.deepEqual(nowhere.timing.waits, [])
  const mail = connect(t, { kubeconfig: config.replace(/server: .*/, `server: https://127.0.0.1:${port}`) })
  await assert.rejects(mail.api.get(PATH), hasCode('cluster-tls', /does not speak TLS/))
})

test('proxy-url: the connection goes through the proxy, and its refusal is told as such', async (t) => {
  const cluster = await startOne(t)
  const seen: string[] = []
  let refuse = false
  const proxy = createServer((client) => {
    client.on('error', () => undefined)
    client.once('data', (head: Buffer) => {
      seen.push(head.toString().split('\r\n')[0]!)
      if (refuse) return void client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
      const upstream = createConnection(cluster.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(client).pipe(upstream)
      })
      upstream.on('error', () => undefined)
    })
  }).listen(0, '127.0.0.1')
  t.after(() => proxy.close())
  await new Promise((resolve) => proxy.once('listening', resolve))
  const { port } = proxy.address() as { port: number }
  const through = cluster.kubeconfigFor('admin').replace(/( *)server: .*/, `$&\n$1proxy-url: http://127.0.0.1:${port}`)
  assert.equal((await connect(t, { kubeconfig: through }).api.get(PATH)).ok, true)
  assert.deepEqual(seen, [`CONNECT 127.0.0.1:${cluster.port} HTTP/1.1`])
  refuse = true
  await assert.rejects(
    connect(t, { kubeconfig: through }).api.get(PATH),
    hasCode('cluster-unreachable', /the proxy refused/),
  )
})

test('a socks5 proxy-url is gone through too', async (t) => {
  const cluster = await startOne(t)
  let greeted = 0
  const proxy = createServer((client) => {
    client.on('error', () => undefined)
    client.once('data', () => {
      greeted += 1
      client.write(Buffer.from([5, 0]))
      client.once('data', () => {
        const upstream = createConnection(cluster.port, '127.0.0.1', () => {
          client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]))
          upstream.pipe(client).pipe(upstream)
        })
        upstream.on('error', () => undefined)
      })
    })
  }).listen(0, '127.0.0.1')
  t.after(() => proxy.close())
  await new Promise((resolve) => proxy.once('listening', resolve))
  const { port } = proxy.address() as { port: number }
  const through = cluster
    .kubeconfigFor('admin')
    .replace(/( *)server: .*/, `$&\n$1proxy-url: socks5://127.0.0.1:${port}`)
  assert.equal((await connect(t, { kubeconfig: through }).api.get(PATH)).ok, true)
  assert.equal(greeted, 1)
})

test('plain http is read without sending credentials', async (t) => {
  const seen: unknown[] = []
  const server = createHttpServer((incoming, answer) => {
    seen.push(incoming.headers.authorization)
    answer.setHeader('content-type', 'application/json').end('{"kind":"Namespace"}')
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const kubeconfig = `
clusters: [{name: c, cluster: {server: "http://127.0.0.1:${port}"}}]
users: [{name: u, user: {token: secret}}]
contexts: [{name: staging, context: {cluster: c, user: u}}]
`
  const answer = await connect(t, { kubeconfig }).api.get('/x')
  assert.ok(answer.ok)
  assert.deepEqual([answer.value, answer.again()], [{ kind: 'Namespace' }, { kind: 'Namespace' }])
  assert.deepEqual(seen, [undefined])
})
