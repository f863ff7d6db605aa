import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startRedis, type RedisServer } from '../workers/redis-server.ts'
import { serviceFleet } from './service-fleet.ts'
import { ask, poll } from './service-process.ts'

type Run = { readonly id: string; readonly phase: string }
type Problem = { readonly code: string; readonly detail: string }

/** The law says two seconds; the rest is for a machine that is busy. */
const REFUSED_MS = 3_000
const LIMIT_MS = 60_000
const LIMITS = { timeout: 240_000 }
const PAIR = { baseline: 'staging', targets: ['production'] }

test(
  'Redis absent at start, frozen, and gone: reads go on, writes are refused in time, and it recovers',
  LIMITS,
  async (t) => {
    const redis = await startRedis(t)
    await redis.kill()
    const simulator = await startSimulator({ clusters: demoFleet() })
    t.after(() => simulator.close())
    const fleet = serviceFleet(t, { simulator, redisUrl: redis.url })
    const { url } = await fleet.start('api')
    const worker = await fleet.start('worker')
    const asked = { url, redis, reads: [`${url}/api/v1/clusters`, `${url}/api/v1/comparisons`] }

    await refuses(asked)
    assert.equal((await ask(`${worker.url}/readyz`)).status, 503)
    assert.equal((await ask(`${worker.url}/healthz`)).status, 200)
    await redis.start()
    const first = await compares(url)
    asked.reads.push(`${url}/api/v1/comparisons/${first}`, `${url}/api/v1/compare?baseline=staging&target=production`)

    redis.freeze()
    t.after(() => redis.thaw())
    await refuses(asked)
    // Longer than the silence after which a socket is given up, so that the way back is that of a new connection.
    await sleep(6_000)
    await refuses(asked)
    redis.thaw()
    await compares(url)

    const accepted = await accept(url)
    await redis.kill()
    await refuses(asked)
    await redis.start()
    await poll<Run>(`${url}/api/v1/comparisons/${accepted}/run`, ({ phase }) => phase === 'done', LIMIT_MS)
    await compares(url)
  },
)

type Asked = { readonly url: string; readonly redis: RedisServer; readonly reads: string[] }

async function refuses({ url, reads }: Asked): Promise<void> {
  for (const read of reads) assert.equal((await ask(read)).status, 200, read)
  const posts: readonly [path: string, body: object][] = [
    ['comparisons', { ...PAIR, fresh: true }],
    ['clusters/staging/snapshots', {}],
  ]
  for (const [path, body] of posts) {
    const start = performance.now()
    const answer = await ask<Problem>(`${url}/api/v1/${path}`, { method: 'POST', body })
    const tookMs = performance.now() - start
    assert.deepEqual([answer.status, answer.body.code], [503, 'queue-unavailable'], path)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.ok(tookMs < REFUSED_MS, `${path} took ${tookMs} ms`)
  }
  const ready = await ask<Problem>(`${url}/readyz`)
  assert.deepEqual([ready.status, ready.body.code], [503, 'queue-unavailable'])
  assert.match(ready.body.detail, /queue/)
  assert.equal((await ask(`${url}/healthz`)).status, 200)
}

/** Waits until it says that it is ready: nobody touches it meanwhile. */
async function compares(url: string): Promise<string> {
  await poll(`${url}/readyz`, () => true, LIMIT_MS)
  const id = await accept(url)
  await poll<Run>(`${url}/api/v1/comparisons/${id}/run`, ({ phase }) => phase === 'done', LIMIT_MS)
  return id
}

async function accept(url: string): Promise<string> {
  const { status, body } = await ask<Run>(`${url}/api/v1/comparisons`, {
    method: 'POST',
    body: { ...PAIR, fresh: true },
  })
  assert.equal(status, 202)
  return body.id
}
