import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { test } from 'node:test'
import { renderJson } from '../../src/report/json.ts'
import { helmRelease } from '../clusters/support.ts'
import type { SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { fleetCluster } from '../service/fleet.ts'
import { codeOf } from './openapi-answers.ts'
import { serveApi } from './serve-api.ts'
import { fillRig, rigOfFile } from './serve-rig.ts'

function clusterSaying(name: string, text: string): SimulatedCluster {
  const cluster = fleetCluster(name)
  return { ...cluster, objects: [...(cluster.objects ?? []), helmRelease('hostile', 'a', { values: { text } })] }
}

const rig = await rigOfFile({
  clusters: [clusterSaying('staging', '<script>alert(1)</script>'), clusterSaying('production', '"><img src=x>')],
})
const ids = await fillRig(rig)
const api = await serveApi(rig.service)
const BODY = JSON.stringify({ baseline: 'staging', targets: ['production'] })
const POST = { method: 'POST', headers: { 'content-type': 'application/json' }, body: BODY }

test('the JSON of a comparison is byte for byte that of -o json, and 304 for who has it', async () => {
  const first = await fetch(`${api.url}/api/v1/comparisons/${ids.finished}`)
  assert.equal(await first.text(), renderJson(rig.history.loadComparison(ids.finished)!))
  const etag = first.headers.get('etag')!
  assert.match(etag, /^"[^"]+"$/)
  assert.equal(first.headers.get('vary'), 'Accept, Authorization')
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await fetch(`${api.url}/api/v1/comparisons/${ids.finished}`, { headers: { 'if-none-match': tag } })
    assert.equal(again.status, 304, tag)
    assert.equal(again.headers.get('etag'), etag)
    assert.equal(await again.text(), '')
  }
  const url = `${api.url}/api/v1/comparisons/${ids.finished}?format=yaml`
  assert.equal((await fetch(url, { headers: { 'if-none-match': etag } })).status, 200)
})

test('the format is that of ?format=, else the one that Accept prefers', async () => {
  const typeOf = async (query: string, accept: string): Promise<string | null> =>
    (await fetch(`${api.url}/api/v1/comparisons/${ids.finished}${query}`, { headers: { accept } })).headers.get(
      'content-type',
    )
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
  const response = await fetch(`${api.url}/api/v1/comparisons/${ids.finished}?format=html`)
  const page = await response.text()
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = response.headers.get('content-security-policy')!
  assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'`), policy)
  assert.match(page, /&lt;script&gt;alert\(1\)/)
  assert.doesNotMatch(page, /<script|<img|style="/)
})

test('work under way is 202 with where to ask again', async () => {
  const asked = await fetch(`${api.url}/api/v1/comparisons`, POST)
  const run = (await asked.json()) as Readonly<Record<string, unknown>> & { readonly id: string }
  assert.deepEqual([asked.status, asked.headers.get('location')], [202, `/api/v1/comparisons/${run.id}`])
  assert.deepEqual([run['apiVersion'], run['kind'], run['phase']], ['flux-compare.dev/v1', 'Run', 'queued'])
  assert.equal('fence' in run, false)
  const polled = await fetch(`${api.url}/api/v1/comparisons/${run.id}`)
  assert.deepEqual([polled.status, polled.headers.get('retry-after')], [202, '1'])
  const compared = await fetch(`${api.url}/api/v1/compare?baseline=staging&target=production&fresh=true&wait=0s`)
  const { id } = (await compared.json()) as { id: string }
  assert.deepEqual([compared.status, compared.headers.get('location')], [202, `/api/v1/comparisons/${id}`])
  const snapshot = await fetch(`${api.url}/api/v1/clusters/staging/snapshots`, { method: 'POST' })
  assert.deepEqual([snapshot.status, snapshot.headers.get('location')], [202, `/api/v1/jobs/${ids.jobs[0]}`])
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
  const head = await fetch(`${api.url}/api/v1/comparisons/${ids.finished}`, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.match(head.headers.get('etag') ?? '', /^".+"$/)
  assert.equal((await fetch(`${api.url}/api/v1/jobs/${ids.jobs[0]}/events`, { method: 'HEAD' })).status, 200)
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
    const asked = await fetch(`${api.url}/api/v1/compare?baseline=staging&target=production&fresh=true`, { headers })
    assert.equal(await codeOf(asked), 'forbidden')
  }
  // Not with fetch: it sends a mode of its own.
  const ask = (mode: string): Promise<number | undefined> =>
    statusOf('/api/v1/compare?baseline=staging&target=production', {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': mode,
    })
  assert.deepEqual([await ask('navigate'), await ask('no-cors')], [200, 403])
  const own = { origin: api.url, 'sec-fetch-site': 'same-origin' }
  const posted = await fetch(`${api.url}/api/v1/clusters/staging/snapshots`, { method: 'POST', headers: own })
  assert.equal(posted.status, 202)
})
