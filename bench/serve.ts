import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, poll, startProcess } from '../test/e2e/service-process.ts'
import { startRedis } from '../test/workers/redis-server.ts'
import { machine, printTable } from './figures.ts'

/**
 * How long a client waits for the last comparison (5,000 objects, 500 differences), 50 times a second: while nothing else is done, and while
 * 20 clusters of 500 objects are read by two workers and compared, again and again. Both in turn. Times count from when a request was due.
 * Usage: node bench/serve.ts [seconds] [rounds]
 */
const [seconds = 6, rounds = 4] = process.argv.slice(2).map(Number)
const CLUSTERS = 20
const PER_SECOND = 50
const LIMIT_MS = 120_000

type Run = { readonly id: string; readonly phase: string }

const ends: (() => unknown)[] = []
const folder = mkdtempSync(join(tmpdir(), 'flux-compare-bench-'))
try {
  await measure()
} finally {
  for (const end of ends.toReversed()) await end()
  rmSync(folder, { recursive: true })
}

async function measure(): Promise<void> {
  const names = await startClusters()
  const redis = await startRedis({ after: (end) => ends.push(end) })
  const start = async (role: string): Promise<string> => {
    const args = ['serve', '--config', join(folder, 'config.yaml'), '--role', role, '--listen', '127.0.0.1:0']
    const started = await startProcess({ args, env: { REDIS_URL: redis.url } })
    ends.push(() => started.end('SIGKILL'))
    return `${started.url}/api/v1/comparisons`
  }
  const url = await start('api')
  await Promise.all([start('worker'), start('worker')])
  const last = `${url}/${await compare(url, ['staging', 'production'])}`
  const { headers, body } = await ask<{ summary: { differences: number } }>(last)
  const bytes = Number(headers.get('content-length') ?? JSON.stringify(body).length)
  console.log(`${body.summary.differences} differences, ${bytes} bytes; ${PER_SECOND} reads a second; ${machine()}\n`)
  await compare(url, names)
  await readFor(last, 3)

  const idle: number[] = []
  const busy: number[] = []
  let runs = 0
  for (let round = 0; round < rounds; round += 1) {
    idle.push(...(await readFor(last, seconds)))
    const reads = readFor(last, seconds)
    const isOver = reads.then(() => true)
    do {
      await compare(url, names)
      runs += 1
    } while (!(await Promise.race([isOver, Promise.resolve(false)])))
    busy.push(...(await reads))
  }
  print(sorted(idle), sorted(busy), runs)
}

async function startClusters(): Promise<string[]> {
  const child = fork(new URL('serve-many.ts', import.meta.url), [String(CLUSTERS)])
  ends.push(() => child.send('stop'))
  const [{ kubeconfig, names }] = (await once(child, 'message')) as [{ kubeconfig: string; names: string[] }]
  writeFileSync(join(folder, 'kubeconfig'), kubeconfig, { mode: 0o600 })
  writeFileSync(join(folder, 'key'), Buffer.alloc(32, 7).toString('base64'))
  const config = {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'Config',
    clusters: names.map((name) => ({ name, context: name, kubeconfig: 'kubeconfig' })),
    server: { rateLimit: { requests: 1000, per: '1s' } },
    redis: { urlFrom: { env: 'REDIS_URL' } },
    history: { path: 'history.db' },
    key: { from: { file: 'key' } },
  }
  writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config))
  return names.filter((name) => name.startsWith('cluster-'))
}

async function compare(url: string, [baseline, ...targets]: readonly string[]): Promise<string> {
  await poll(`${new URL(url).origin}/readyz`, () => true, LIMIT_MS)
  const { status, body } = await ask<Run>(url, { method: 'POST', body: { baseline, targets, fresh: true } })
  if (status !== 202) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`)
  await poll<Run>(`${url}/${body.id}/run`, ({ phase }) => phase === 'done', LIMIT_MS)
  return body.id
}

/** Milliseconds of each read, from when it was due: one that waits for those before it counts as waiting. */
async function readFor(url: string, forSeconds: number): Promise<number[]> {
  const started = performance.now()
  const reads = Array.from({ length: forSeconds * PER_SECOND }, async (_, n) => {
    const due = started + (n * 1000) / PER_SECOND
    await sleep(Math.max(0, due - performance.now()))
    const response = await fetch(url)
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`not read: ${response.status}`)
    return performance.now() - due
  })
  return Promise.all(reads)
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b)
}

function print(idle: readonly number[], busy: readonly number[], runs: number): void {
  const at = (values: readonly number[], share: number): number => values[Math.floor((values.length - 1) * share)]!
  const row = (title: string, values: readonly number[]): string[] => [
    title,
    ...[0.5, 0.95, 0.99, 1].map((share) => at(values, share).toFixed(1)),
    (at(values, 0.99) / at(idle, 0.99)).toFixed(2),
  ]
  printTable(
    ['', 'p50, ms', 'p95', 'p99', 'most', 'p99, times idle'],
    [row('nothing else', idle), row(`${runs} runs of ${CLUSTERS} snapshots`, busy)],
  )
}
