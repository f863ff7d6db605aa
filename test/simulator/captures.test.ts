import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, SimulatedCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { ask } from './request.ts'

type Capture = {
  readonly name: string
  readonly request: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly form: 'indented' | 'compact'
  readonly body: string
}

const { cases } = JSON.parse(readFileSync('test/simulator/captures.json', 'utf8')) as { cases: readonly Capture[] }
const FLUX = { apiGroups: ['helm.toolkit.fluxcd.io', 'source.toolkit.fluxcd.io'], resources: ['*'], verbs: ['*'] }
const USERS = [
  { name: 'admin', groups: ['system:masters'] },
  { name: 'flux-restricted', rules: [FLUX] },
  { name: 'flux-norights' },
]

let simulator: Simulator
let cluster: RunningCluster
let expiring: RunningCluster

before(async () => {
  const base: SimulatedCluster = { name: 'captured', folders: [], users: USERS }
  const path = '/apis/source.toolkit.fluxcd.io/v1/externalartifacts'
  simulator = await startSimulator({
    clusters: [
      { ...base, faults: [{ match: { path }, action: { kind: 'respond', status: 429, retryAfter: 1 } }] },
      { ...base, name: 'expiring', continueTokensExpire: true },
    ],
  })
  cluster = simulator.clusters.get('captured')!
  expiring = simulator.clusters.get('expiring')!
})
after(() => simulator.close())

test('the captures are all there', () => {
  assert.equal(cases.length, 31)
})

for (const capture of cases) {
  test(`answers like kube-apiserver, as curl sees it: ${capture.name}`, async () => {
    const reply = await askAsCaptured(capture, 'curl/8.14.1')
    const expected = ours(capture, capture.form === 'compact' ? indented(capture.body) : capture.body)
    assert.equal(reply.body.toString(), expected)
    if (capture.form === 'indented' && expected === capture.body) {
      assert.equal(reply.headers['content-length'], capture.headers['content-length'])
    }
    assertHeaders(capture, reply.headers)
    assert.equal(reply.status, capture.status)
  })

  test(`answers like kube-apiserver, as programs see it: ${capture.name}`, async () => {
    const reply = await askAsCaptured(capture, 'kubectl/v1.36.2')
    const expected = ours(capture, capture.form === 'compact' ? capture.body : compact(capture))
    assert.equal(reply.body.toString(), expected)
    if (capture.form === 'compact' && capture.headers['content-length'] !== undefined) {
      assert.equal(reply.headers['content-length'], capture.headers['content-length'])
    }
    assertHeaders(capture, reply.headers)
    assert.equal(reply.status, capture.status)
  })
}

test('refuses protobuf for custom resources with a protobuf Status', async () => {
  const headers = { accept: 'application/vnd.kubernetes.protobuf' }
  const reply = await ask(cluster, '/apis/helm.toolkit.fluxcd.io/v2/helmreleases?limit=1', { headers })
  assert.equal(reply.status, 406)
  assert.equal(reply.headers['content-type'], 'application/vnd.kubernetes.protobuf')
  assert.equal(reply.headers['content-length'], '178')
  assert.equal(reply.body.subarray(0, 19).toString('latin1'), 'k8s\0\n\x0c\n\x02v1\x12\x06Status\x12')
  assert.match(reply.body.toString('latin1'), /Failure.tonly the following media types are accepted/)
  assert.ok(reply.body.toString('latin1').endsWith('"\rNotAcceptable0\x96\x03\x1a\0"\0'))
})

test('tells plain HTTP that this is HTTPS', async () => {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(cluster.port, '127.0.0.1', () => socket.write('GET /version HTTP/1.1\r\nHost: x\r\n\r\n'))
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
  assert.equal(text, 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n')
})

async function askAsCaptured(capture: Capture, agent: string): ReturnType<typeof ask> {
  const expired = capture.name === '410 continue expired'
  const headers = { 'user-agent': agent, ...(capture.name === 'unauthorized badtoken' ? BAD_TOKEN : {}) }
  return await ask(expired ? expiring : cluster, capture.request, { headers, user: userOf(capture) })
}

const BAD_TOKEN = { authorization: 'Bearer of-bad-news' }

/** Who sent the captured request, as its answer says. */
function userOf(capture: Capture): string | null {
  if (/anonymous|badtoken/.test(capture.name)) return null
  return /User \\"([\w-]+)\\"/.exec(capture.body)?.[1] ?? 'admin'
}

/** The captured text with our server's address and revisions: 1002 after the two namespaces that every cluster has. */
function ours(capture: Capture, body: string): string {
  if (capture.name === 'empty namespace list') return body.replace('2706', '1002')
  if (capture.name === 'rv future') return body.replace('2707', '1002')
  if (capture.name === 'watch old rv') return body.replace('(692)', '(1002)')
  return body.replace('127.0.0.1:6441', `127.0.0.1:${cluster.port}`)
}

function compact({ body, headers }: Capture): string {
  return headers['content-type']!.startsWith('text/') ? body : `${JSON.stringify(JSON.parse(body))}\n`
}

function indented(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 2)
}

function assertHeaders(capture: Capture, headers: NodeJS.Dict<string | string[]>): void {
  for (const name of ['cache-control', 'content-type', 'retry-after', 'x-content-type-options']) {
    assert.equal(headers[name], capture.headers[name], name)
  }
}
