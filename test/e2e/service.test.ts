import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { runCli } from './run-cli.ts'
import { ask, poll, startService, type ServiceProcess } from './service-process.ts'

type Run = { readonly id: string; readonly phase: string; readonly sides: readonly { snapshot: string | null }[] }
type Snapshots = { readonly items: readonly { readonly id: string; readonly cluster: string }[] }

type Place = { readonly folder: string; readonly simulator: Simulator; readonly env: Record<string, string> }

async function fleet(t: TestContext): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-service-'))
  const simulator = await startSimulator({ clusters: demoFleet() })
  t.after(async () => {
    await simulator.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, simulator.kubeconfig, { mode: 0o600 })
  return { folder, simulator, env: { KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(folder, 'state') } }
}

async function service(t: TestContext, place: Place, args: readonly string[] = []): Promise<ServiceProcess> {
  const started = await startService({ args, env: place.env, cwd: place.folder })
  t.after(() => started.end('SIGKILL'))
  return started
}

async function compare(url: string, body: object): Promise<string> {
  const { status, headers, body: run } = await ask<Run>(`${url}/api/v1/comparisons`, { method: 'POST', body })
  assert.equal(status, 202)
  assert.equal(headers.get('location'), `/api/v1/comparisons/${run.id}`)
  return run.id
}

const DONE = ({ phase }: Run): boolean => phase === 'done'

test('a laptop: the contexts of the kubeconfig are compared by one POST and read by one GET', async (t) => {
  const place = await fleet(t)
  const { url, end, log } = await service(t, place)
  const id = await compare(url, { baseline: 'staging', targets: ['production', 'edge'], fresh: true })
  const run = await poll<Run>(`${url}/api/v1/comparisons/${id}/run`, DONE, 30_000)
  assert.equal(run.sides.length, 3)
  const found = await ask<{ verdict: string }>(`${url}/api/v1/compare?baseline=staging&target=production`)
  assert.deepEqual([found.status, found.body.verdict], [200, 'drifted'])
  const metrics = await (await fetch(`${url}/metrics`)).text()
  for (const [cluster, running] of place.simulator.clusters) {
    const counts = Map.groupBy(running.requests(), ({ status }) => status)
    assert.ok(counts.size > 0)
    for (const [code, requests] of counts) {
      const line = `flux_compare_kube_requests_total{cluster="${cluster}",code="${code}"} ${requests.length}`
      assert.ok(metrics.includes(`${line}\n`), line)
    }
  }
  assert.match(metrics, /^flux_compare_db_size_bytes [1-9]\d*$/m)
  assert.match(metrics, /^flux_compare_db_wal_size_bytes \d+$/m)
  assert.equal(await end('SIGTERM'), 0)
  assert.match(log(), /"msg":"stopped"/)
})

test('its database has one owner, and is free at once when that is killed', async (t) => {
  const place = await fleet(t)
  const first = await service(t, place)
  const second = await runCli(['serve', '--listen', '127.0.0.1:0'], { env: place.env, cwd: place.folder })
  assert.equal(second.code, 2)
  assert.match(second.stderr, new RegExp(`belongs to the service that runs as process ${first.pid} `))
  await first.end('SIGKILL')
  const third = await service(t, place)
  assert.equal((await ask(`${third.url}/readyz`)).status, 200)
})

test('without a kubeconfig it says what to do, and how to try the demo', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-service-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { code, stdout, stderr } = await runCli(['serve'], { env: { HOME: folder }, cwd: folder })
  assert.deepEqual([code, stdout], [2, ''])
  assert.match(
    stderr,
    /error: there is no configuration file, and the kubeconfig has no context\nhint: .*KUBECONFIG.*demo --serve/,
  )
})

test('killed while it reads clusters, it takes the run up again and records each cluster once', async (t) => {
  const place = await fleet(t)
  for (const cluster of place.simulator.clusters.values()) {
    cluster.setFaults([{ match: { path: /helmreleases/ }, action: { kind: 'delay', ms: 1500 } }])
  }
  const first = await service(t, place)
  const id = await compare(first.url, { baseline: 'staging', targets: ['production', 'edge'], fresh: true })
  await poll<{ items: readonly { phase: string }[] }>(
    `${first.url}/api/v1/jobs`,
    ({ items }) => items.some(({ phase }) => phase === 'running'),
    10_000,
  )
  await first.end('SIGKILL')
  const second = await service(t, place)
  await poll<Run>(`${second.url}/api/v1/comparisons/${id}/run`, DONE, 30_000)
  const { body } = await ask<Snapshots>(`${second.url}/api/v1/snapshots`)
  assert.deepEqual(body.items.map(({ cluster }) => cluster).sort(), ['edge', 'production', 'staging'])
})

test('a role that could not work is refused with what to do', async (t) => {
  const { folder, env } = await fleet(t)
  const serve = async (...args: string[]) => runCli(['serve', '--listen', '127.0.0.1:0', ...args], { env, cwd: folder })
  for (const role of ['worker', 'api']) {
    const { code, stderr } = await serve('--role', role)
    assert.equal(code, 2)
    assert.match(stderr, new RegExp(`error: --role ${role} needs Redis, and none is configured\\nhint: .*REDIS_URL`))
  }
  const { code, stderr } = await serve('--pool', 'nowhere')
  assert.equal(code, 2)
  assert.match(stderr, /error: no cluster of the configuration is in the pool nowhere\nhint: .*--pool: default\./)
})

test('a token that is taken out of the configuration is no good any more, and a new one is', async (t) => {
  const place = await fleet(t)
  const file = join(place.folder, 'flux-compare.yaml')
  const write = (token: string): void => {
    const sha256 = createHash('sha256').update(token).digest('hex')
    const clusters = [{ name: 'staging', context: 'staging', kubeconfig: place.env['KUBECONFIG'], insecure: true }]
    const access = { tokens: [{ name: 'team', sha256, scopes: ['read'] }] }
    writeFileSync(file, JSON.stringify({ apiVersion: 'flux-compare.dev/v1', kind: 'Config', clusters, access }))
  }
  write('first-token')
  const { url, pid } = await service(t, place, ['--config', file])
  const statusFor = async (token: string): Promise<number> =>
    (await ask(`${url}/api/v1/clusters`, { headers: { authorization: `Bearer ${token}` } })).status
  assert.deepEqual([await statusFor('first-token'), await statusFor('second-token')], [200, 401])
  write('second-token')
  process.kill(pid, 'SIGHUP')
  await poll(`${url}/api/v1/clusters`, () => true, 10_000, { authorization: 'Bearer second-token' })
  assert.equal(await statusFor('first-token'), 401)
})
