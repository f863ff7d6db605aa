import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import type { TokenRule } from '../../src/api/access-control.ts'
import type { Service } from '../../src/service/service.ts'
import { AppError, type ErrorCode } from '../../src/model/errors.ts'
import { renderJson } from '../../src/report/json.ts'
import { COMPARISON, fakeService, JOB } from './fake-service.ts'
import { checkAnswer, type OpenApi } from './openapi-answers.ts'
import { serveApi } from './serve-api.ts'

const api = await serveApi(fakeService())
const BODY = JSON.stringify({ baseline: 'staging', targets: ['production'] })
const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: BODY }

test('every answer is one that /openapi.json tells of', async () => {
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApi
  assert.equal(document.openapi, '3.1.0')
  const known: Readonly<Record<string, string>> = { cluster: 'staging', comparison: 'run_1', job: 'job_1' }
  let count = 0
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name] ?? 'x')
      const response = await fetch(`${api.url}${target}`, method === 'post' ? bodyFor(operation.requestBody) : {})
      assert.ok(response.status < 300, `${method} ${target}: ${response.status}`)
      await checkAnswer(document, operation, response)
      assert.match(response.headers.get('x-request-id') ?? '', /^[\w-]{36}$/)
      count += 1
    }
  }
  assert.equal(count, 21)
})

function bodyFor(body: object | undefined): RequestInit {
  return body === undefined ? { method: 'POST' } : POST
}

test('the JSON of a comparison is byte for byte that of -o json, and 304 for who has it', async () => {
  const first = await fetch(`${api.url}/api/v1/comparisons/run_1`)
  assert.equal(await first.text(), renderJson(COMPARISON))
  const etag = first.headers.get('etag')!
  assert.equal(etag, '"digest-json"')
  assert.equal(first.headers.get('vary'), 'Accept, Authorization')
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await fetch(`${api.url}/api/v1/comparisons/run_1`, { headers: { 'if-none-match': tag } })
    assert.equal(again.status, 304, tag)
    assert.equal(again.headers.get('etag'), etag)
    assert.equal(await again.text(), '')
  }
  const other = await fetch(`${api.url}/api/v1/comparisons/run_1`, { headers: { 'if-none-match': '"digest-yaml"' } })
  assert.equal(other.status, 200)
})

test('the format is that of ?format=, else the one that Accept prefers', async () => {
  const typeOf = async (query: string, accept: string): Promise<string | null> =>
    (await fetch(`${api.url}/api/v1/comparisons/run_1${query}`, { headers: { accept } })).headers.get('content-type')
  assert.equal(await typeOf('', '*/*'), 'application/json')
  assert.equal(await typeOf('', 'application/yaml'), 'application/yaml')
  assert.equal(await typeOf('', 'text/markdown;q=0.5, text/plain'), 'text/plain; charset=utf-8')
  assert.equal(
    await typeOf('', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'),
    'text/html; charset=utf-8',
  )
  assert.equal(await typeOf('', 'application/xml'), 'application/xml; charset=utf-8')
  assert.equal(await typeOf('', 'image/png, */*;q=0.1'), 'application/json')
  assert.equal(await typeOf('?format=name', 'application/json'), 'text/plain; charset=utf-8')
  assert.equal(await typeOf('', 'image/png'), 'application/problem+json')
  assert.equal(await typeOf('', '*/*;q=0'), 'application/problem+json')
})

test('the HTML report runs no script, and its policy lets only its own style in', async () => {
  const response = await fetch(`${api.url}/api/v1/comparisons/run_1?format=html`)
  const page = await response.text()
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = response.headers.get('content-security-policy')!
  assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'`), policy)
  assert.doesNotMatch(page, /<script|style="/)
})

test('work under way is 202 with where to ask again', async () => {
  const asked = await fetch(`${api.url}/api/v1/comparisons`, POST)
  assert.equal(asked.status, 202)
  assert.equal(asked.headers.get('location'), '/api/v1/comparisons/run_2')
  const run = (await asked.json()) as Record<string, unknown>
  assert.deepEqual([run['apiVersion'], run['kind'], run['phase']], ['flux-compare.dev/v1', 'Run', 'collecting'])
  assert.equal('fence' in run, false)
  const polled = await fetch(`${api.url}/api/v1/comparisons/run_2`)
  assert.deepEqual([polled.status, polled.headers.get('retry-after')], [202, '1'])
  const compared = await fetch(`${api.url}/api/v1/compare?baseline=staging&target=production&maxAge=5m&wait=0s`)
  assert.deepEqual([compared.status, compared.headers.get('location')], [202, '/api/v1/comparisons/run_2'])
  const snapshot = await fetch(`${api.url}/api/v1/clusters/staging/snapshots`, { method: 'POST' })
  assert.deepEqual([snapshot.status, snapshot.headers.get('location')], [202, '/api/v1/jobs/job_1'])
})

test('strict headers stand on every answer, and none that lets other sites in', async () => {
  for (const path of ['/healthz', '/nowhere', '/api/v1/clusters', '/docs', '/openapi.json']) {
    const { headers } = await fetch(`${api.url}${path}`, { headers: { origin: 'https://evil.example' } })
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'.*frame-ancestors 'none'/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('access-control-allow-origin'), null)
    assert.equal(headers.get('set-cookie'), null)
  }
  assert.equal((await fetch(`${api.url}/api/v1/clusters`)).headers.get('cache-control'), 'no-store')
})

test('the documentation comes from our own files, without inline scripts', async () => {
  const response = await fetch(`${api.url}/docs`)
  assert.match(response.headers.get('content-security-policy')!, /script-src 'self'; style-src 'self';/)
  const page = await response.text()
  assert.doesNotMatch(page, /<script>|https?:|onload|style=/)
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!)
  assert.equal(files.length, 3)
  for (const file of files) assert.equal((await fetch(`${api.url}/${file}`)).status, 200, file)
  assert.equal((await fetch(`${api.url}/docs/..%2F..%2Fpackage.json`)).status, 404)
})

test('HEAD answers as GET without a body, OPTIONS tells the methods, others are 405', async () => {
  const head = await fetch(`${api.url}/api/v1/comparisons/run_1`, { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('etag'), await head.text()], [200, '"digest-json"', ''])
  assert.equal((await fetch(`${api.url}/api/v1/jobs/job_1/events`, { method: 'HEAD' })).status, 200)
  const options = await fetch(`${api.url}/api/v1/comparisons`, { method: 'OPTIONS' })
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, GET, HEAD, OPTIONS'])
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    const refused = await fetch(`${api.url}/api/v1/clusters`, { method })
    assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
    assert.equal(await codeOf(refused), 'method-not-allowed')
  }
})

test('another Host is refused: a name that was made to lead here reads nothing', async () => {
  for (const [host, status] of [
    ['evil.example', 421],
    ['localhost:1', 200],
    [`127.0.0.1:${api.port}`, 200],
    ['[::1]:1', 200],
    ['localhost.evil.example', 421],
  ] as const) {
    assert.equal(await statusOf('/healthz', { host }), status, host)
  }
})

function statusOf(path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: api.port, host: '127.0.0.1', path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject).end()
  })
}

test('a page of another site cannot start work', async () => {
  const foreign = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }]
  for (const headers of foreign) {
    const posted = await fetch(`${api.url}/api/v1/clusters/staging/snapshots`, { method: 'POST', headers })
    assert.equal(await codeOf(posted), 'forbidden')
    const asked = await fetch(`${api.url}/api/v1/compare?baseline=a&target=b&fresh=true`, { headers })
    assert.equal(await codeOf(asked), 'forbidden')
  }
  // Not with fetch: it sends a mode of its own.
  const ask = (mode: string): Promise<number | undefined> =>
    statusOf('/api/v1/compare?baseline=a&target=b', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode })
  assert.deepEqual([await ask('navigate'), await ask('no-cors')], [200, 403])
  const own = { origin: api.url, 'sec-fetch-site': 'same-origin' }
  const posted = await fetch(`${api.url}/api/v1/clusters/staging/snapshots`, { method: 'POST', headers: own })
  assert.equal(posted.status, 202)
})

test('a request id is taken over where it is a sane one', async () => {
  const idOf = async (sent: string): Promise<string | null> =>
    (await fetch(`${api.url}/healthz`, { headers: { 'x-request-id': sent } })).headers.get('x-request-id')
  assert.equal(await idOf('ci-run-1234'), 'ci-run-1234')
  for (const sent of ['short', 'has space in it', 'x'.repeat(65), '<script>alert(1)'])
    assert.notEqual(await idOf(sent), sent)
})

const TOKENS: readonly TokenRule[] = (['read', 'trigger', 'admin'] as const).map((scope) => ({
  name: `${scope}er`,
  sha256: createHash('sha256').update(`token-${scope}`).digest('hex'),
  scopes: [scope],
  clusters: scope === 'trigger' ? ['staging'] : null,
  namespaces: null,
  expires: null,
}))

test('with tokens: 401 without one, 403 for a scope too small, nothing needed for the probes', async (t) => {
  const guarded = await serveApi(fakeService(), { tokens: TOKENS, metrics: async () => 'up 1\n' }, t)
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
  assert.equal((await call('/api/v1/compare?baseline=a&target=b', 'token-read')).status, 200)
  assert.equal((await call('/api/v1/compare?baseline=a&target=b&fresh=true', 'token-read')).status, 403)
  assert.equal(await (await call('/metrics', 'token-admin')).text(), 'up 1\n')
  assert.equal((await call('/metrics', 'token-trigger')).status, 403)
  for (const open of ['/healthz', '/readyz', '/openapi.json', '/docs'])
    assert.equal((await call(open, null)).status, 200)
  const cookie = await call('/api/v1/clusters', null, { headers: { cookie: 'authorization=Bearer token-read' } })
  assert.equal(cookie.status, 401)
})

test('each request for work leaves one audit line, and no line holds what the caller wrote beside names', async (t) => {
  const guarded = await serveApi(fakeService(), { tokens: TOKENS }, t)
  const headers = { ...POST.headers, authorization: 'Bearer token-trigger', 'x-request-id': 'audit-0001' }
  await fetch(`${guarded.url}/api/v1/comparisons`, { ...POST, headers })
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
    created: 'run_2',
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

test('above its rate a token waits as long as Retry-After says, and others do not', async (t) => {
  const limited = await serveApi(fakeService(), { tokens: TOKENS, limits: { requestsPerMinute: 3 } }, t)
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
  const thrown = (error: unknown): Service =>
    fakeService({
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
  const service = fakeService({ readiness: async () => ({ database: true, queue: false }) })
  const unready = await serveApi(service, {}, t)
  const response = await fetch(`${unready.url}/readyz`)
  assert.deepEqual([response.status, await codeOf(response)], [503, 'queue-unavailable'])
  assert.equal((await fetch(`${unready.url}/healthz`)).status, 200)
})

test('a base path stands before everything, also in links', async (t) => {
  const based = await serveApi(fakeService(), { basePath: '/flux' }, t)
  assert.equal((await fetch(`${based.url}/healthz`)).status, 404)
  assert.equal((await fetch(`${based.url}/flux/healthz`)).status, 200)
  const posted = await fetch(`${based.url}/flux/api/v1/comparisons`, POST)
  assert.equal(posted.headers.get('location'), '/flux/api/v1/comparisons/run_2')
  const document = (await (await fetch(`${based.url}/flux/openapi.json`)).json()) as { servers: object[] }
  assert.deepEqual(document.servers, [{ url: '/flux' }])
})

test('the same key with the same request has the same digest, whatever the order of its fields', async (t) => {
  const digests: (string | undefined)[] = []
  const service = fakeService({
    requestComparison: async (access, query, replay) => {
      digests.push(replay?.digest)
      return fakeService().requestComparison(access, query, replay)
    },
  })
  const keyed = await serveApi(service, {}, t)
  const post = (body: string): Promise<Response> =>
    fetch(`${keyed.url}/api/v1/comparisons`, { ...POST, headers: { ...POST.headers, 'idempotency-key': 'k1' }, body })
  await post('{"baseline":"a","targets":["b"]}')
  await post('{ "targets": ["b"], "baseline": "a", "explain": false }')
  await post('{"baseline":"a","targets":["c"]}')
  assert.equal(digests[0], digests[1])
  assert.notEqual(digests[0], digests[2])
  assert.match(digests[0]!, /^[0-9a-f]{64}$/)
})

test('events of a job: progress, then the end; who had the end is told to stop', async () => {
  const response = await fetch(`${api.url}/api/v1/jobs/job_1/events`, { headers: { accept: 'text/event-stream' } })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const text = await response.text()
  const [progress, done] = text.trim().split('\n\n').map(fieldsOf)
  assert.deepEqual([progress!['event'], progress!['id']], ['progress', '1'])
  assert.equal((JSON.parse(progress!['data']!) as { phase: string }).phase, 'running')
  assert.deepEqual([done!['event'], done!['id']], ['done', 'last'])
  assert.equal((JSON.parse(done!['data']!) as { snapshot: string }).snapshot, 'snap_1')
  const again = await fetch(`${api.url}/api/v1/jobs/job_1/events`, { headers: { 'last-event-id': 'last' } })
  assert.equal(again.status, 204)
})

function fieldsOf(event: string): Record<string, string> {
  return Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
}

test('event streams are counted, kept alive, and end with their caller or the service', async (t) => {
  let watched = 0
  const service = fakeService({
    watchJob: async (_access, _id, signal) => {
      watched += 1
      signal.addEventListener('abort', () => (watched -= 1))
      return untilAborted(signal)
    },
  })
  const streaming = await serveApi(service, { limits: { eventStreams: 2, heartbeatMs: 5 } }, t)
  const open = async (): Promise<[Response, AbortController]> => {
    const controller = new AbortController()
    return [await fetch(`${streaming.url}/api/v1/jobs/job_1/events`, { signal: controller.signal }), controller]
  }
  const [first, firstCaller] = await open()
  const [second] = await open()
  const [refused] = await open()
  assert.equal(await codeOf(refused), 'rate-limited')
  const reader = first.body!.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  while (!seen.includes(': heartbeat\n\n')) seen += (await reader.read()).value
  firstCaller.abort()
  await until(() => watched === 1)
  const [third] = await open()
  assert.equal(third.status, 200)
  streaming.stop()
  assert.match(await second.text(), /event: progress/)
  await third.text()
  assert.equal(watched, 0)
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function* untilAborted(signal: AbortSignal): AsyncGenerator<{ type: 'progress'; job: typeof JOB }> {
  yield { type: 'progress', job: JOB }
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
}

async function codeOf(response: Response): Promise<string> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  return ((await response.json()) as { code: string }).code
}
