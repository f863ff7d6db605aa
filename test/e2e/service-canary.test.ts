import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { Redis } from 'ioredis'
import type { SimulatedCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { OpenApi, Operation } from '../api/openapi-answers.ts'
import { startRedis } from '../workers/redis-server.ts'
import { canary, canaryCount, findCanaries } from './canaries.ts'
import { canaryObjects } from './canary-fleet.ts'
import { runCli } from './run-cli.ts'
import { serviceFleet, type ServiceFleet } from './service-fleet.ts'
import { ask, poll } from './service-process.ts'

type Run = {
  readonly id: string
  readonly phase: string
  readonly verdict: string | null
  readonly sides: readonly { readonly cluster: string; readonly snapshot: string; readonly job: string }[]
}

/** Everything of one kind that left the processes: its bytes, and a word that shows that they can be read as they stand there. */
type Place = { readonly name: string; readonly bytes: Buffer; readonly holds: string }

const LIMIT_MS = 90_000
const LIMITS = { timeout: 300_000 }
const BROKEN = ['failing', 'denied', 'plugin', 'unlisted', 'dead']
const READ = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }]

test('no secret leaves the service: not to logs, Redis, SQLite, backups, or any answer', LIMITS, async (t) => {
  const secrets = { redis: canary('redis'), admin: canary('admin'), reader: canary('reader'), wrong: canary('wrong') }
  const redis = await startRedis(
    t,
    ['--appendfsync', 'always', '--rdbcompression', 'no'].concat('--requirepass', secrets.redis),
  )
  const redisUrl = `redis://:${secrets.redis}@127.0.0.1:${redis.port}`
  const simulator = await startSimulator({ clusters: leakyFleet() })
  t.after(() => simulator.close())
  const extra = brokenKubeconfig(t)
  const fleet = serviceFleet(t, {
    simulator,
    redisUrl,
    config: configOf(simulator, extra),
    env: { ADMIN: sha256(secrets.admin), READER: sha256(secrets.reader) },
  })
  controls(simulator, extra.kubeconfig, redisUrl)

  const api = await fleet.start('api')
  const worker = await fleet.start('worker')
  const client = new Redis(redisUrl)
  t.after(() => client.disconnect())
  const admin = { authorization: `Bearer ${secrets.admin}` }
  await poll(`${api.url}/readyz`, () => true, LIMIT_MS)
  const asked = await ask<Run>(`${api.url}/api/v1/comparisons`, {
    method: 'POST',
    headers: admin,
    body: { baseline: 'staging', targets: ['production', ...BROKEN], layers: ['spec', 'values', 'status', 'events'] },
  })
  assert.equal(asked.status, 202, JSON.stringify(asked.body))
  const live = asked.body.sides.map(({ job }) => ask(`${api.url}/api/v1/jobs/${job}/events`, { headers: admin }))
  const onTheWay = await whileApiSleeps(api.pid, client)
  const path = `${api.url}/api/v1/comparisons/${asked.body.id}/run`
  const run = await poll<Run>(path, ({ phase }) => phase === 'done', LIMIT_MS, admin)
  assert.equal(run.verdict, 'incomplete')

  const headers = Object.entries(secrets).filter(([name]) => name !== 'redis')
  const answers = (await Promise.all(live)).map((answer) => JSON.stringify(answer))
  for (const [name, token] of headers) answers.push(...(await everyAnswer(api.url, run, token, name === 'admin')))
  const later = await everyKey(client)
  const backup = join(fleet.folder, 'backup.db')
  const copied = await runCli(['backup', backup, '--history', join(fleet.folder, 'history.db')])
  assert.equal(copied.code, 0, copied.stderr)
  const files = historyFiles(fleet)
  for (const each of [worker, api]) assert.equal(await each.end('SIGTERM'), 0)

  const places: Place[] = [
    { name: 'log of the API', bytes: Buffer.from(api.log()), holds: '"msg":"snapshot recorded"' },
    { name: 'log of the worker', bytes: Buffer.from(worker.log()), holds: '"msg":"taking snapshot jobs"' },
    { name: 'answers', bytes: Buffer.from(answers.join('\n')), holds: 'HelmRelease' },
    { name: 'keys of Redis on the way', bytes: onTheWay.keys, holds: 'staging' },
    { name: 'snapshots on the way', bytes: onTheWay.unpacked, holds: '"masked":"hmac:' },
    { name: 'keys of Redis later', bytes: later, holds: 'staging' },
    { name: 'all that Redis ever wrote', bytes: read(globSync(join(redis.folder, '**/*.aof'))), holds: 'staging' },
    { name: 'history', bytes: files, holds: 'hmac:' },
    { name: 'backup', bytes: Buffer.concat([readFileSync(backup), Buffer.from(copied.stdout)]), holds: 'hmac:' },
  ]
  for (const { name, bytes, holds } of places) {
    assert.ok(bytes.includes(holds), `${name}: nothing is found in it`)
    assert.deepEqual(findCanaries(bytes), [], name)
  }
})

/** Two clusters with secrets everywhere, one that answers with a secret instead of a list, and one that refuses with one. */
function leakyFleet(): SimulatedCluster[] {
  const cluster = (name: string): SimulatedCluster => ({
    name,
    folders: [],
    objects: canaryObjects(name),
    users: [{ name: 'admin', token: canary(`token${name}`), rules: READ }],
  })
  const refusing = (name: string, status: number): SimulatedCluster => {
    const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: canary(`body${name}`), code: status }
    return { ...cluster(name), faults: [{ match: {}, action: { kind: 'respond', status, body } }] }
  }
  const slow = (name: string): SimulatedCluster => ({
    ...cluster(name),
    faults: [{ match: { path: /kustomizations$/ }, action: { kind: 'delay', ms: 2_000 } }],
  })
  return [slow('staging'), slow('production'), refusing('failing', 500), refusing('denied', 401)]
}

type Broken = { readonly kubeconfig: string; readonly plugin: string }

/** Clusters that cannot be reached: a plugin that tells secrets and fails, one that may not run, and a server that is not there. */
function brokenKubeconfig(t: TestContext): Broken {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-plugin-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const plugin = join(folder, 'plugin')
  const told = canary('plugin')
  writeFileSync(plugin, `#!/bin/sh\necho ${told} >&2\necho '{"token": "${told}"'\nexit 3\n`, { mode: 0o700 })
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' }
  const users = {
    plugin: { exec: { ...exec, command: plugin, args: [canary('argument')] } },
    unlisted: { exec: { ...exec, command: 'sh', args: ['-c', canary('unlisted')] } },
    dead: { token: canary('deadtoken') },
  }
  const kubeconfig = join(folder, 'kubeconfig')
  const named = Object.entries(users).map(([name, user]) => ({ name, user }))
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: named,
      contexts: named.map(({ name }) => ({ name, context: { cluster: 'c', user: name } })),
    }),
  )
  return { kubeconfig, plugin }
}

function configOf(simulator: Simulator, { kubeconfig, plugin }: Broken): Record<string, unknown> {
  const served = [...simulator.clusters.keys()]
  const cluster = (name: string): object => ({
    name,
    context: name,
    kubeconfig: served.includes(name) ? 'kubeconfig' : kubeconfig,
    timeout: '5s',
  })
  return {
    clusters: ['staging', 'production', ...BROKEN].map(cluster),
    execPlugins: [plugin],
    comparisons: [{ name: SCHEDULE, baseline: 'staging', targets: ['production'], schedule: { cron: '0 0 29 2 *' } }],
    access: {
      tokens: [
        { name: 'admin', sha256From: { env: 'ADMIN' }, scopes: ['admin'] },
        { name: 'reader', sha256From: { env: 'READER' }, clusters: ['staging'], namespaces: ['apps'] },
      ],
    },
  }
}

function controls(simulator: Simulator, kubeconfig: string, redisUrl: string): void {
  assert.ok(canaryCount() > 100)
  assert.equal(findCanaries(simulator.kubeconfig).length, 4)
  assert.equal(findCanaries(readFileSync(kubeconfig)).length, 3)
  assert.equal(findCanaries(redisUrl).length, 1)
  for (const side of ['a', 'b']) assert.ok(findCanaries(JSON.stringify(canaryObjects(side))).length > 30)
}

/** Snapshots pile up in Redis while the process sleeps that takes them over. */
async function whileApiSleeps(pid: number, client: Redis): Promise<{ keys: Buffer; unpacked: Buffer }> {
  const deadline = Date.now() + LIMIT_MS
  while ((await client.keys('*:snapshot.default:j-*')).length < 2 + BROKEN.length) {
    assert.ok(Date.now() < deadline, 'the jobs are not in the queue')
    await sleep(20)
  }
  process.kill(pid, 'SIGSTOP')
  try {
    let names: string[] = []
    // Two clusters can be read, slowly; what says that one cannot be may have been taken over before.
    const unpacked: Buffer[] = []
    while (!Buffer.concat(unpacked).includes('"masked":"hmac:')) {
      assert.ok(Date.now() < deadline, 'no snapshot is on its way')
      await sleep(50)
      names = await client.keys('*:handover:*')
      unpacked.splice(0)
      for (const name of names.filter((key) => !/:[\da-f-]{36}$/.test(key))) {
        unpacked.push(gunzipSync(Buffer.concat(await client.lrangeBuffer(name, 1, -1))))
      }
    }
    return { keys: await everyKey(client), unpacked: Buffer.concat(unpacked) }
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

async function everyKey(client: Redis): Promise<Buffer> {
  const keys = await client.keys('*')
  const dumps = await Promise.all(keys.map((key) => client.dumpBuffer(key)))
  return Buffer.concat([Buffer.from(keys.join('\n')), ...dumps.filter((dump) => dump !== null)])
}

function historyFiles({ folder }: ServiceFleet): Buffer {
  const files = globSync(join(folder, 'history.db*'))
  assert.ok(files.some((file) => file.endsWith('-wal')))
  return read(files)
}

function read(files: readonly string[]): Buffer {
  return Buffer.concat(files.map((file) => readFileSync(file)))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Calls each operation of the document with each of its formats; gives whole answers, with what stands before their bodies. */
async function everyAnswer(url: string, run: Run, token: string, mayAll: boolean): Promise<string[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApi
  const answers: string[] = [JSON.stringify(document)]
  const call = async (path: string, init: RequestInit = {}): Promise<number> => {
    const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) }
    const response = await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(LIMIT_MS) })
    answers.push(`${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`)
    return response.status
  }
  for (const path of ['/metrics', '/docs', '/healthz', '/readyz', '/nowhere']) await call(path)
  const headers = { authorization: `Bearer ${token}` }
  const listed = (await (await fetch(`${url}/api/v1/drift`, { headers })).json()) as {
    items?: readonly { id: string }[]
  }
  const drifts = listed.items?.map(({ id }) => id) ?? []
  if (mayAll) assert.ok(drifts.length > 0)
  const asked = { run, drifts: drifts.length > 0 ? drifts : ['drift_none'] }
  const requests = Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) => requestsOf(template, method, operation, asked)),
  )
  for (const [path, init] of requests) {
    const status = await call(path, init)
    if (mayAll) assert.ok(status < 300, `${path}: ${answers.at(-1)}`)
  }
  for (const path of [
    'compare?baseline=staging&target=nowhere',
    'snapshots?limit=x',
    `comparisons/${run.id}?format=x`,
  ]) {
    await call(`/api/v1/${path}`)
  }
  return answers
}

type Request = readonly [path: string, init: RequestInit]

type Asked = { readonly run: Run; readonly drifts: readonly string[] }

function requestsOf(template: string, method: string, operation: Operation, { run, drifts }: Asked): Request[] {
  // Needs a comparison of the configuration: see delivery-canary.test.ts.
  if (/\{(?:report|channel)\}/.test(template)) return []
  if (template.includes('{drift}')) return drifts.map((id) => driftRequest(template.replace('{drift}', id), method))
  const types = Object.keys(operation.responses['200']?.content ?? { 'application/json': {} })
  const sides = template.includes('{cluster}') || template.includes('{snapshot}') || template.includes('{job}')
  const query = template.endsWith('/compare') ? '?baseline=staging&target=production' : ''
  // What cannot be read has no objects to show.
  const shown = template.includes('/objects') || template.endsWith('/export') ? ['staging', 'production'] : null
  const chosen = (sides ? run.sides : run.sides.slice(0, 1)).filter(({ cluster }) => shown?.includes(cluster) ?? true)
  return chosen.flatMap(({ cluster, snapshot, job }): Request[] => {
    const values: Record<string, string> = { comparison: run.id, cluster, snapshot, job, schedule: SCHEDULE, ...OBJECT }
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? assert.fail(name))
    if (method === 'get') return types.map((accept) => [`${path}${query}`, { headers: { accept } }])
    const sent = template.endsWith('/comparisons') ? { baseline: 'staging', targets: ['production'] } : {}
    const body = operation.requestBody === undefined ? null : JSON.stringify(sent)
    return [[path, { method: 'POST', ...(body ? { body, headers: { 'content-type': 'application/json' } } : {}) }]]
  })
}

function driftRequest(path: string, method: string): Request {
  if (method === 'get') return [path, {}]
  const bodies = { ack: { reason: 'known' }, mute: { until: '2126-12-01T00:00:00Z' } }
  const body = Object.entries(bodies).find(([name]) => path.endsWith(`/${name}`))?.[1]
  const content = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  return [path, { method: 'POST', ...(body ? content : {}) }]
}

const SCHEDULE = 'prod-vs-staging'
const OBJECT = { kind: 'HelmRelease', namespace: 'apps', name: 'app' }
