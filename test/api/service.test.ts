import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { TokenRule } from '../../src/api/access-control.ts'
import { OUTPUT_FORMATS } from '../../src/report/formats.ts'
import { renderJson } from '../../src/report/json.ts'
import { fleetCluster, PLANTED } from '../service/fleet.ts'
import { requestNamed } from '../service/service-rig.ts'
import { checkAnswer, type OpenApi } from './openapi-answers.ts'
import { driftsIn, NAMED, serveRig, TOLD, type ServedRig } from './serve-rig.ts'

const SIDES = { baseline: 'staging', targets: ['production'] }

const BODIES: Readonly<Record<string, object>> = {
  acknowledgeDrift: { reason: 'known', owner: 'team-a' },
  pauseSchedule: { reason: 'upgrade' },
  muteDrift: { until: '2126-12-01T00:00:00Z' },
}

function fleet(): ReturnType<typeof fleetCluster>[] {
  return [fleetCluster('staging'), fleetCluster('production', { replicas: 2 })]
}

function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
  return fetch(url, { ...init, body: typeof body === 'string' ? body : JSON.stringify(body) })
}

async function read(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>> {
  return (await (await fetch(url, { headers })).json()) as Record<string, unknown>
}

test('a comparison is asked for, polled, and given byte for byte as -o json prints it', async (t) => {
  const { api, rig } = await serveRig(t, { clusters: fleet() })
  const asked = await post(`${api.url}/api/v1/comparisons`, SIDES)
  assert.equal(asked.status, 202)
  const location = `${api.url}${asked.headers.get('location')}`
  const waiting = await fetch(location)
  assert.deepEqual([waiting.status, ((await waiting.json()) as { phase: string }).phase], [202, 'queued'])
  const early = await fetch(`${location}?format=table`)
  assert.deepEqual([early.status, early.headers.get('retry-after')], [409, '1'])
  await rig.work()
  const done = await fetch(location)
  assert.equal(done.status, 200)
  const { id } = (await asked.json()) as { id: string }
  assert.equal(await done.text(), renderJson(rig.history.loadComparison(id)!))
  assert.equal((await fetch(location, { headers: { 'if-none-match': done.headers.get('etag')! } })).status, 304)
  const run = await read(`${location}/run`)
  assert.deepEqual([run['phase'], run['verdict']], ['done', 'drifted'])
})

test('every answer is one that /openapi.json tells of, and holds no secret value', async (t) => {
  const clusters = [
    fleetCluster('staging', { password: 'canary-staging' }),
    fleetCluster('production', { password: 'canary-production' }),
  ]
  const { api, rig } = await serveRig(t, { clusters, ...TOLD })
  const named = requestNamed({ ...rig, name: NAMED, clusters: ['staging', 'production'] })
  const run = (await (
    await post(`${api.url}/api/v1/comparisons`, { ...SIDES, explain: true, layers: 'all' })
  ).json()) as Run
  await rig.work()
  const document = (await read(`${api.url}/openapi.json`)) as unknown as OpenApi
  const { sides } = rig.history.run(run.id)!
  const known = {
    comparison: run.id,
    snapshot: sides[0]!.snapshot!,
    job: run.sides[0]!.job,
    cluster: 'staging',
    drift: driftsIn(rig.history)[0]!,
    report: named.replace('run_', 'report_'),
    channel: 'team',
    schedule: NAMED,
  }
  const names = { kind: 'HelmRelease', namespace: 'a', name: 'shop' }
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const values: Readonly<Record<string, string>> = { ...known, ...names }
      const target = `${api.url}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')}`
      const query = path.endsWith('/compare') ? '?baseline=staging&target=production&explain=true&layers=all' : ''
      const body = operation.requestBody === undefined ? '' : (BODIES[operation.operationId] ?? SIDES)
      const response = method === 'get' ? await fetch(`${target}${query}`) : await post(target, body)
      assert.ok(response.status < 300, `${method} ${target}: ${await response.clone().text()}`)
      await checkAnswer(document, operation, response)
      assertNoCanary(await response.text())
    }
  }
  for (const format of OUTPUT_FORMATS) {
    const response = await fetch(`${api.url}/api/v1/comparisons/${run.id}?format=${format}`)
    const text = await response.text()
    assert.match(text, /shop-secret/, format)
    assertNoCanary(text)
  }
  assert.deepEqual(api.faults, [])
})

function assertNoCanary(text: string): void {
  for (const canary of ['canary-staging', 'canary-production']) {
    assert.ok(!text.includes(canary) && !text.includes(Buffer.from(canary).toString('base64')))
  }
}

type Run = { readonly id: string; readonly sides: readonly { readonly job: string }[] }

type RunPage = { readonly items: readonly Run[]; readonly continue: string | null }

test('GET /compare answers from what is kept, takes new snapshots when asked, and gives the run when it takes too long', async (t) => {
  const { api, rig } = await serveRig(t, { clusters: fleet() })
  const compare = `${api.url}/api/v1/compare?baseline=staging&target=production`
  const first = await fetch(`${compare}&maxAge=5m&wait=0s`)
  assert.equal(first.status, 202)
  assert.match(first.headers.get('location')!, /^\/api\/v1\/comparisons\/run_/)
  const waited = await fetch(`${compare}&maxAge=5m`)
  assert.equal(waited.status, 200)
  assert.equal(((await waited.json()) as { verdict: string }).verdict, 'drifted')
  const kept = await fetch(`${compare}&format=name`)
  assert.equal(kept.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.match(await kept.text(), /^helmrelease\/a\/shop$/im)
  assert.equal(
    (await fetch(`${compare}&format=name`, { headers: { 'if-none-match': kept.headers.get('etag')! } })).status,
    304,
  )
  assert.equal(rig.history.unfinished().runs.length, 0)
})

test('the same Idempotency-Key starts nothing new, and is refused for another request', async (t) => {
  const { api } = await serveRig(t, { clusters: fleet() })
  const key = { 'idempotency-key': 'nightly' }
  const ask = async (body: object): Promise<[number, unknown]> => {
    const response = await post(`${api.url}/api/v1/comparisons`, body, key)
    const { id, code } = (await response.json()) as { id?: string; code?: string }
    return [response.status, id ?? code]
  }
  const first = await ask(SIDES)
  assert.equal(first[0], 202)
  assert.deepEqual(await ask({ ...SIDES, explain: false }), first)
  assert.deepEqual(await ask({ ...SIDES, explain: true }), [422, 'idempotency-mismatch'])
})

test('pages follow each other by their cursor, and give each item once', async (t) => {
  const { api, rig } = await serveRig(t, { clusters: fleet() })
  for (let count = 0; count < 5; count += 1) await post(`${api.url}/api/v1/comparisons`, SIDES)
  await rig.work()
  const seen: string[] = []
  let cursor = ''
  do {
    const page = (await read(`${api.url}/api/v1/comparisons?limit=2${cursor}`)) as unknown as RunPage
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.continue === null ? 'last' : `&continue=${encodeURIComponent(page.continue)}`
  } while (cursor !== 'last')
  assert.equal(seen.length, 5)
  assert.equal(new Set(seen).size, 5)
})

test('a job is told by events from its state now to its end', async (t) => {
  const { api } = await serveRig(t, { clusters: fleet() })
  const { id, joined } = (await (await post(`${api.url}/api/v1/clusters/staging/snapshots`, '')).json()) as {
    id: string
    joined: boolean
  }
  assert.equal(joined, false)
  const text = await (await fetch(`${api.url}/api/v1/jobs/${id}/events`)).text()
  assert.deepEqual(
    [text.match(/^event: .*/gm)!.at(0), text.match(/^event: .*/gm)!.at(-1)],
    ['event: progress', 'event: done'],
  )
  assert.equal((await read(`${api.url}/api/v1/jobs/${id}`))['phase'], 'done')
})

const TOKENS: readonly TokenRule[] = [
  { name: 'stager', scopes: ['trigger'], clusters: ['staging'], namespaces: null },
  { name: 'team-a', scopes: ['trigger'], clusters: null, namespaces: ['a'] },
  { name: 'reader', scopes: ['read'], clusters: null, namespaces: null },
].map((rule) => ({
  ...(rule as Pick<TokenRule, 'name' | 'scopes' | 'clusters' | 'namespaces'>),
  sha256: createHash('sha256').update(`token of ${rule.name}`.replaceAll(' ', '-')).digest('hex'),
  expires: null,
}))

test('a token shows its clusters and namespaces only, and what is outside does not exist for it', async (t) => {
  const { api, rig } = await serveRig(t, { clusters: fleet() }, { tokens: TOKENS })
  const as = (name: string): Record<string, string> => ({ authorization: `Bearer token-of-${name}` })
  const asked = await post(`${api.url}/api/v1/comparisons`, SIDES, as('team-a'))
  await rig.work()
  const { id } = (await asked.json()) as Run
  const clusters = (await read(`${api.url}/api/v1/clusters`, as('stager')))['items'] as { name: string }[]
  assert.deepEqual(
    clusters.map(({ name }) => name),
    ['staging'],
  )
  for (const hidden of ['/clusters/production', `/comparisons/${id}`, '/compare?baseline=staging&target=production']) {
    const response = await fetch(`${api.url}/api/v1${hidden}`, { headers: as('stager') })
    assert.equal(response.status, 404, hidden)
  }
  const own = await fetch(`${api.url}/api/v1/comparisons/${id}`, { headers: as('team-a') })
  assert.equal(own.status, 200)
  assert.doesNotMatch(await own.text(), new RegExp(PLANTED))
  const all = await fetch(`${api.url}/api/v1/comparisons/${id}`, { headers: as('reader') })
  assert.notEqual(all.headers.get('etag'), own.headers.get('etag'))
  assert.equal(
    (await fetch(`${api.url}/api/v1/compare?baseline=staging&target=production&fresh=true`, { headers: as('reader') }))
      .status,
    403,
  )
})

test('when too much waits, work is refused with the time to wait', async (t) => {
  const { api } = await serveRig(t, { clusters: fleet(), limits: { queueDepth: 2 } })
  const answers: [number, string | null][] = []
  for (let count = 0; count < 4; count += 1) {
    const response = await post(`${api.url}/api/v1/comparisons`, SIDES)
    answers.push([response.status, response.headers.get('retry-after')])
  }
  assert.deepEqual(answers.at(0), [202, '1'])
  assert.deepEqual(answers.at(-1), [429, '10'])
})

/** What is sent, and what of it the problem must name. */
type Wrong = {
  readonly sent: (served: ServedRig) => Promise<Response>
  readonly status: number
  readonly code: string
  readonly hint: RegExp
  readonly fault?: object
}

const get =
  (path: string, headers: Readonly<Record<string, string>> = {}): Wrong['sent'] =>
  ({ api }) =>
    fetch(`${api.url}/api/v1${path}`, { headers })
const ask =
  (body: unknown, headers: Readonly<Record<string, string>> = {}): Wrong['sent'] =>
  ({ api }) =>
    post(`${api.url}/api/v1/comparisons`, body, headers)

const WRONG: Readonly<Record<string, Wrong>> = {
  'an unknown cluster': {
    sent: ask({ ...SIDES, targets: ['prodution'] }),
    status: 404,
    code: 'not-found',
    hint: /production/,
  },
  'an unknown cluster in the path': { sent: get('/clusters/stagin'), status: 404, code: 'not-found', hint: /staging/ },
  'the same cluster twice': {
    sent: get('/compare?baseline=staging&target=staging'),
    status: 400,
    code: 'same-side-twice',
    hint: /once|two different/,
  },
  'one side': { sent: ask({ baseline: 'staging' }), status: 400, code: 'input-invalid', hint: /target/ },
  'a bad duration': {
    sent: get('/compare?baseline=staging&target=production&maxAge=5minutes'),
    status: 400,
    code: 'input-invalid',
    hint: /5m or 1h30m/,
    fault: { in: 'query', parameter: 'maxAge', message: 'is not a duration' },
  },
  'too long a wait': {
    sent: get('/compare?baseline=staging&target=production&wait=1h'),
    status: 400,
    code: 'input-invalid',
    hint: /60s/,
    fault: { in: 'query', parameter: 'wait', message: 'is longer than 60s' },
  },
  'a bad cursor': {
    sent: get('/jobs?continue=nonsense'),
    status: 400,
    code: 'input-invalid',
    hint: /page before/,
  },
  'a page too large': {
    sent: get('/jobs?limit=501'),
    status: 400,
    code: 'input-invalid',
    hint: /1 to 500/,
    fault: { in: 'query', parameter: 'limit', message: 'is larger than 500' },
  },
  'an unknown format': {
    sent: get('/compare?baseline=staging&target=production&format=pdf'),
    status: 400,
    code: 'input-invalid',
    hint: /Allowed: table, wide, json/,
    fault: { in: 'query', parameter: 'format', message: 'is not one of the values allowed' },
  },
  'an unknown type': {
    sent: get('/compare?baseline=staging&target=production', { accept: 'application/pdf' }),
    status: 406,
    code: 'not-acceptable',
    hint: /application\/json/,
  },
  'an unknown parameter': {
    sent: get('/compare?baseline=staging&targets=production'),
    status: 400,
    code: 'input-invalid',
    hint: /Known: baseline, target,/,
    fault: { in: 'query', parameter: 'targets', message: 'unknown parameter targets' },
  },
  'a parameter twice': {
    sent: get('/compare?baseline=staging&baseline=edge&target=production'),
    status: 400,
    code: 'input-invalid',
    hint: /slug of a cluster/,
    fault: { in: 'query', parameter: 'baseline', message: 'is given more than once' },
  },
  'an unknown field': {
    sent: ask({ ...SIDES, target: 'x' }),
    status: 400,
    code: 'input-invalid',
    hint: /Known: baseline, targets/,
    fault: { in: 'body', pointer: '/target', message: 'unknown field target' },
  },
  'a field of another type': {
    sent: ask({ ...SIDES, targets: [1] }),
    status: 400,
    code: 'input-invalid',
    hint: /slugs of clusters/,
    fault: { in: 'body', pointer: '/targets/0', message: 'is no string' },
  },
  'fresh beside maxAge': {
    sent: ask({ ...SIDES, fresh: true, maxAge: '5m' }),
    status: 400,
    code: 'input-invalid',
    hint: /older are taken anew/,
    fault: { in: 'body', pointer: '/maxAge', message: 'fresh and maxAge exclude each other' },
  },
  'an unknown kind': {
    sent: ask({ ...SIDES, kinds: ['Pod'] }),
    status: 400,
    code: 'input-invalid',
    hint: /HelmRelease/,
  },
  'a broken selector': {
    sent: ask({ ...SIDES, selector: 'a in (' }),
    status: 400,
    code: 'input-invalid',
    hint: /.{10}/,
  },
  'no JSON': { sent: ask('{'), status: 400, code: 'input-invalid', hint: /one JSON object/ },
  'another content type': {
    sent: ask('a: 1', { 'content-type': 'application/yaml' }),
    status: 415,
    code: 'media-type-unsupported',
    hint: /application\/json/,
  },
  'too large a body': {
    sent: ask({ baseline: 'x'.repeat(300_000) }),
    status: 413,
    code: 'body-too-large',
    hint: /labels/,
  },
  'an illegal key': {
    sent: ask(SIDES, { 'idempotency-key': 'a b' }),
    status: 400,
    code: 'input-invalid',
    hint: /UUID/,
  },
  'an id that is none': { sent: get('/comparisons/run_0'), status: 404, code: 'not-found', hint: /.{10}/ },
  'an id with dots in it': { sent: get('/jobs/..%2F..%2Fetc'), status: 400, code: 'input-invalid', hint: /id/ },
  'a path that there is not': { sent: get('/comparison'), status: 404, code: 'not-found', hint: /openapi/ },
}

test('wrong input gets the right status and is told how to mend it', async (t) => {
  const served = await serveRig(t, { clusters: fleet() })
  for (const [name, { sent, status, code, hint, fault }] of Object.entries(WRONG)) {
    await t.test(name, async () => {
      const response = await sent(served)
      const problem = (await response.json()) as Record<string, unknown>
      assert.deepEqual([response.status, problem['code']], [status, code], JSON.stringify(problem))
      assert.match(String(problem['hint']), hint)
      const [first] = problem['errors'] as readonly Record<string, unknown>[]
      if (fault === undefined) return
      assert.deepEqual(first, { ...fault, hint: first!['hint'] })
      assert.equal(problem['hint'], first['hint'])
    })
  }
  assert.equal(served.rig.history.unfinished().runs.length, 0)
})

test('a wrong value never stands in its problem: it may be a secret in the wrong place', async (t) => {
  const { api } = await serveRig(t, { clusters: fleet() })
  const answers = [
    await post(`${api.url}/api/v1/comparisons`, {
      ...SIDES,
      layers: ['hunter2'],
      explain: 'hunter2',
      fresh: 'hunter2',
    }),
    await fetch(
      `${api.url}/api/v1/compare?baseline=staging&target=production&maxAge=hunter2&format=hunter2&wait=hunter2`,
    ),
    await post(`${api.url}/api/v1/comparisons`, '"hunter2'),
  ]
  for (const answer of answers) {
    assert.equal(answer.status, 400)
    assert.doesNotMatch(await answer.text(), /hunter2/)
  }
})
