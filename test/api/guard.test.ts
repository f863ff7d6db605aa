import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Agent } from 'node:http'
import { test } from 'node:test'
import type { TokenRule } from '../../src/api/access-control.ts'
import { AppError, type ErrorCode } from '../../src/model/errors.ts'
import type { Service } from '../../src/service/service.ts'
import { fleetCluster } from '../service/fleet.ts'
import { codeOf } from './openapi-answers.ts'
import { sendRaw } from './raw-request.ts'
import { serveApi } from './serve-api.ts'
import { fillRig, rigOfFile, serveRig } from './serve-rig.ts'

const clusters = [fleetCluster('staging'), fleetCluster('production', { replicas: 2 })]
const rig = await rigOfFile({ clusters, limits: { queueDepth: 100 } })
await fillRig(rig)
const BODY = JSON.stringify({ baseline: 'staging', targets: ['production'] })
const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: BODY }
const KEPT = '/api/v1/compare?baseline=staging&target=production'

test('a request id is taken over where it is a sane one', async (t) => {
  const api = await serveApi(rig.service, {}, t)
  const idOf = async (sent: string): Promise<string | null> =>
    (await fetch(`${api.url}/healthz`, { headers: { 'x-request-id': sent } })).headers.get('x-request-id')
  assert.equal(await idOf('ci-run-1234'), 'ci-run-1234')
  for (const sent of ['short', 'has space in it', 'x'.repeat(65), '<script>alert(1)'])
    assert.match((await idOf(sent)) ?? '', /^[0-9a-f-]{36}$/)
})

const TOKENS: readonly TokenRule[] = (['read', 'trigger', 'admin'] as const).map((scope) => ({
  name: `${scope}er`,
  sha256: createHash('sha256').update(`token-${scope}`).digest('hex'),
  scopes: [scope],
  clusters: scope === 'trigger' ? ['staging', 'production'] : null,
  namespaces: null,
  expires: null,
}))

test('with tokens: 401 without one, 403 for a scope too small, nothing needed for the probes', async (t) => {
  const guarded = await serveApi(rig.service, { tokens: TOKENS, metrics: async () => 'up 1\n' }, t)
  const call = (path: string, token: string | null, init: RequestInit = {}): Promise<Response> =>
    fetch(`${guarded.url}${path}`, {
      ...init,
      headers: {
        ...(init.headers as Record<string, string>),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
    })
  for (const [path, token] of [
    ['/api/v1/clusters', null],
    ['/api/v1/clusters', 'token-wrong'],
    ['/api/v1/nowhere', null],
    ['/metrics', null],
  ] as const) {
    const refused = await call(path, token)
    assert.deepEqual([refused.status, refused.headers.get('www-authenticate')], [401, 'Bearer realm="flux-compare"'])
    assert.equal(await codeOf(refused), 'unauthenticated')
  }
  assert.equal((await call('/api/v1/clusters', 'token-read')).status, 200)
  assert.equal((await call('/api/v1/comparisons', 'token-read', POST)).status, 403)
  assert.equal((await call('/api/v1/comparisons', 'token-trigger', POST)).status, 202)
  assert.equal((await call(KEPT, 'token-read')).status, 200)
  assert.equal((await call(`${KEPT}&fresh=true`, 'token-read')).status, 403)
  assert.equal(await (await call('/metrics', 'token-admin')).text(), 'up 1\n')
  assert.equal((await call('/metrics', 'token-trigger')).status, 403)
  for (const open of ['/healthz', '/readyz', '/openapi.json', '/docs'])
    assert.equal((await call(open, null)).status, 200)
  const cookie = await call('/api/v1/clusters', null, { headers: { cookie: 'authorization=Bearer token-read' } })
  assert.equal(cookie.status, 401)
})

test('each request for work leaves one audit line, and no line holds what the caller wrote beside names', async (t) => {
  const guarded = await serveApi(rig.service, { tokens: TOKENS }, t)
  const headers = { ...POST.headers, authorization: 'Bearer token-trigger', 'x-request-id': 'audit-0001' }
  const posted = await fetch(`${guarded.url}/api/v1/comparisons`, { ...POST, headers })
  const { id } = (await posted.json()) as { id: string }
  await fetch(`${guarded.url}/api/v1/clusters/staging/snapshots`, {
    method: 'POST',
    headers: { authorization: 'Bearer token-read' },
  })
  await fetch(`${guarded.url}/api/v1/clusters?note=hunter2`, { headers })
  const [asked, refused] = guarded.audits
  assert.equal(guarded.audits.length, 2)
  const target = ['staging', 'production']
  assert.deepEqual(asked, {
    requestId: 'audit-0001',
    caller: 'triggerer',
    action: 'requestComparison',
    target,
    created: id,
    status: 202,
    code: null,
  })
  assert.deepEqual(
    [refused!.caller, refused!.action, refused!.status, refused!.code],
    ['reader', 'takeSnapshot', 403, 'forbidden'],
  )
  const routes = ['/api/v1/comparisons', '/api/v1/clusters/{cluster}/snapshots', '/api/v1/clusters']
  assert.deepEqual(
    guarded.requests.map(({ route }) => route),
    routes,
  )
  assert.doesNotMatch(JSON.stringify([guarded.audits, guarded.requests]), /hunter2|token-/)
})

test('a comparison that had to be made for an answer is audited with its run, one of what is kept is not', async (t) => {
  const { api } = await serveRig(t, { clusters })
  const first = await fetch(`${api.url}${KEPT}`)
  const second = await fetch(`${api.url}${KEPT}`)
  assert.deepEqual([first.status, second.status], [200, 200])
  const { id } = (await first.json()) as { id: string }
  assert.match(id, /^run_/)
  const told = api.audits.map(({ action, target, created }) => [action, target, created])
  assert.deepEqual(told, [['compare', ['staging', 'production'], id]])
})

test('with tokens any Host is right, as that of a proxy', async (t) => {
  const guarded = await serveApi(rig.service, { tokens: TOKENS }, t)
  const agent = new Agent()
  t.after(() => agent.destroy())
  const headers = { host: 'flux.example.com', authorization: 'Bearer token-read' }
  const answer = await sendRaw(agent, guarded.port, { method: 'GET', path: '/api/v1/clusters', headers, body: null })
  assert.equal(answer.status, 200)
})

test('above its rate a token waits as long as Retry-After says, and others do not', async (t) => {
  const limited = await serveApi(rig.service, { tokens: TOKENS, limits: { requestsPerMinute: 3 } }, t)
  const call = (scope: string): Promise<Response> =>
    fetch(`${limited.url}/api/v1/clusters`, { headers: { authorization: `Bearer token-${scope}` } })
  for (let count = 0; count < 3; count += 1) assert.equal((await call('read')).status, 200)
  const refused = await call('read')
  assert.equal(await codeOf(refused), 'rate-limited')
  const seconds = Number(refused.headers.get('retry-after'))
  assert.ok(seconds >= 1 && seconds <= 60, String(seconds))
  assert.equal((await call('admin')).status, 200)
})

test('what the service refuses is a problem of the error table; a fault of ours tells nothing', async (t) => {
  const thrown = (error: unknown): Service => ({
    ...rig.service,
    listClusters: async () => {
      // oxlint-disable-next-line typescript/only-throw-error -- what is thrown and is no Error must not get through either
      throw error
    },
  })
  const cases: [unknown, ErrorCode, number, string | null][] = [
    [new AppError('queue-full', '200 jobs wait'), 'queue-full', 429, '10'],
    [new AppError('queue-unavailable', 'the queue does not answer'), 'queue-unavailable', 503, '5'],
    [new AppError('history-unavailable', '/var/lib/hunter2.db is locked'), 'history-unavailable', 503, null],
    [new Error('password is hunter2'), 'internal', 500, null],
    ['hunter2', 'internal', 500, null],
  ]
  for (const [error, code, status, after] of cases) {
    const failing = await serveApi(thrown(error), {}, t)
    const response = await fetch(`${failing.url}/api/v1/clusters`)
    assert.deepEqual([response.status, response.headers.get('retry-after')], [status, after])
    const text = await response.text()
    const problem = JSON.parse(text) as Record<string, unknown>
    assert.deepEqual(
      [problem['code'], problem['status'], problem['requestId']],
      [code, status, response.headers.get('x-request-id')],
    )
    assert.doesNotMatch(text, /hunter2|--help|flux-compare demo/)
    assert.equal(failing.faults.length, status >= 500 ? 1 : 0)
  }
})

test('readiness names what does not answer', async (t) => {
  const service: Service = { ...rig.service, readiness: async () => ({ database: true, queue: false }) }
  const unready = await serveApi(service, {}, t)
  const response = await fetch(`${unready.url}/readyz`)
  assert.deepEqual([response.status, await codeOf(response)], [503, 'queue-unavailable'])
  assert.equal((await fetch(`${unready.url}/healthz`)).status, 200)
})

test('a base path stands before everything, also in links', async (t) => {
  const based = await serveApi(rig.service, { basePath: '/flux' }, t)
  assert.equal((await fetch(`${based.url}/healthz`)).status, 404)
  assert.equal((await fetch(`${based.url}/flux/healthz`)).status, 200)
  const posted = await fetch(`${based.url}/flux/api/v1/comparisons`, POST)
  assert.match(posted.headers.get('location') ?? '', /^\/flux\/api\/v1\/comparisons\/run_\d+$/)
  const document = (await (await fetch(`${based.url}/flux/openapi.json`)).json()) as { servers: object[] }
  assert.deepEqual(document.servers, [{ url: '/flux' }])
})
