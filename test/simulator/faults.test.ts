import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import type { FaultAction } from '../../src/simulator/faults.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { ask, askList, namesIn, type Reply } from './request.ts'

const MAPS = '/api/v1/configmaps'

let simulator: Simulator
let cluster: RunningCluster

before(async () => {
  const objects = ['a', 'b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }))
  simulator = await startSimulator({ clusters: [{ name: 'faulty', folders: [], objects }] })
  cluster = simulator.clusters.get('faulty')!
})
afterEach(() => cluster.setFaults([]))
after(() => simulator.close())

function under(action: FaultAction): Promise<Reply> {
  cluster.setFaults([{ match: { path: MAPS }, action }])
  return ask(cluster, MAPS)
}

test('a delay only delays', async () => {
  assert.equal((await under({ kind: 'delay', ms: 1 })).status, 200)
})

test('a hang never answers, and closing does not wait for it', async () => {
  const controller = new AbortController()
  cluster.setFaults([{ match: {}, action: { kind: 'hang' } }])
  cluster.resetRequests()
  const asked = ask(cluster, MAPS, { options: { signal: controller.signal } })
  while (cluster.requests().length === 0) await setImmediate()
  controller.abort()
  await assert.rejects(asked, { name: 'AbortError' })
  assert.equal(cluster.requests().at(-1)!.status, null)
})

test('a hang after the headers, and a drip, promise a body that does not come', async () => {
  for (const action of [{ kind: 'hang-after-headers' }, { kind: 'drip', ms: 20 }] as const) {
    cluster.setFaults([{ match: {}, action }])
    await assert.rejects(ask(cluster, MAPS, { options: { signal: AbortSignal.timeout(150) } }), { name: 'AbortError' })
    assert.equal(cluster.requests().at(-1)!.status, 200)
  }
})

test('a drip comes to its end', async () => {
  assert.deepEqual(
    JSON.parse((await under({ kind: 'drip', ms: 0 })).body.toString()),
    await askList(cluster, `${MAPS}?limit=9`),
  )
})

test('a cut body and a reset end the connection', async () => {
  await assert.rejects(under({ kind: 'cut' }), { code: 'ECONNRESET' })
  await assert.rejects(under({ kind: 'reset' }), { code: 'ECONNRESET' })
})

test('truncated JSON is a complete answer that cannot be parsed', async () => {
  const { status, body } = await under({ kind: 'truncated-json' })
  assert.equal(status, 200)
  assert.throws(() => JSON.parse(body.toString()), SyntaxError)
})

test('HTML, a Status, no content, another kind: all with success', async () => {
  const html = await under({ kind: 'html' })
  assert.equal(html.status, 200)
  assert.match(String(html.headers['content-type']), /text\/html/)
  const status = await under({ kind: 'status-with-200' })
  assert.equal(status.status, 200)
  assert.equal((JSON.parse(status.body.toString()) as { kind: string }).kind, 'Status')
  assert.equal((await under({ kind: 'no-content' })).status, 204)
  const other = JSON.parse((await under({ kind: 'wrong-kind' })).body.toString()) as { kind: string; items: unknown[] }
  assert.equal(other.kind, 'PodList')
  assert.equal(other.items.length, 3)
})

test('items null and items missing', async () => {
  assert.match((await under({ kind: 'items', value: 'null' })).body.toString(), /"items":null/)
  assert.doesNotMatch((await under({ kind: 'items', value: 'missing' })).body.toString(), /"items"/)
})

test('a redirect', async () => {
  const reply = await under({ kind: 'redirect', to: 'https://login.example/' })
  assert.deepEqual([reply.status, reply.headers.location], [302, 'https://login.example/'])
})

test('any status, with and without Retry-After', async () => {
  const busy = await under({ kind: 'respond', status: 429, retryAfter: 2 })
  assert.deepEqual([busy.status, busy.headers['retry-after']], [429, '2'])
  assert.match(busy.body.toString(), /"details":\{"retryAfterSeconds":2\},"code":429/)
  assert.equal((await under({ kind: 'respond', status: 429 })).headers['retry-after'], undefined)
  const gateway = await under({ kind: 'respond', status: 502, body: 'bad gateway' })
  assert.deepEqual([gateway.status, gateway.body.toString()], [502, 'bad gateway'])
})

test('gzip that is none', async () => {
  const reply = await under({ kind: 'gzip-garbage' })
  assert.equal(reply.headers['content-encoding'], 'gzip')
  assert.throws(() => gunzipSync(reply.body))
})

test('a huge body', async () => {
  const { body } = await under({ kind: 'huge', bytes: 3_000_000 })
  assert.ok(body.length > 3_000_000)
  assert.equal((JSON.parse(body.toString()) as { items: unknown[] }).items.length, 3)
})

test('410 on a continued page, whose token goes on', async () => {
  cluster.setFaults([{ match: { page: 2, times: 1 }, action: { kind: 'expired' } }])
  const first = await askList(cluster, `${MAPS}?limit=1`)
  const reply = await ask(cluster, `${MAPS}?limit=1&continue=${first.metadata.continue}`)
  assert.equal(reply.status, 410)
  const token = (JSON.parse(reply.body.toString()) as { metadata: { continue: string } }).metadata.continue
  assert.deepEqual(namesIn(await askList(cluster, `${MAPS}?continue=${token}`)), ['default/b', 'default/c'])
})

test('faults hit by page, by turn, so often, by query, user and method', async () => {
  const respond: FaultAction = { kind: 'respond', status: 500 }
  const statuses = async (count: number, path = MAPS): Promise<number[]> => {
    const seen: number[] = []
    for (let turn = 0; turn < count; turn += 1) seen.push((await ask(cluster, path)).status)
    return seen
  }
  cluster.setFaults([{ match: { nth: 2 }, action: respond }])
  assert.deepEqual(await statuses(3), [200, 500, 200])
  cluster.setFaults([{ match: { times: 2 }, action: respond }])
  assert.deepEqual(await statuses(3), [500, 500, 200])
  cluster.setFaults([{ match: { nth: 2, times: 2 }, action: respond }])
  assert.deepEqual(await statuses(4), [200, 500, 500, 200])
  cluster.setFaults([{ match: { query: { limit: /^7$/ } }, action: respond }])
  assert.deepEqual([...(await statuses(1)), ...(await statuses(1, `${MAPS}?limit=7`))], [200, 500])
  cluster.setFaults([{ match: { path: /secrets/, user: 'admin' }, action: respond }])
  assert.deepEqual([...(await statuses(1)), ...(await statuses(1, '/api/v1/secrets'))], [200, 500])
  cluster.setFaults([{ match: { method: 'POST' }, action: respond }])
  assert.deepEqual(await statuses(1), [200])
})
