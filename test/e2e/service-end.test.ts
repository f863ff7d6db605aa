import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startRedis } from '../workers/redis-server.ts'
import { slowDown } from './fleet-run.ts'
import { serviceFleet } from './service-fleet.ts'
import { ask } from './service-process.ts'

/** The service gives running jobs 30 s, and itself a few more; what supervises it would kill it soon after. */
const LIMITS = { timeout: 120_000 }
const GRACE_MS = 45_000

for (const away of ['killed', 'frozen'] as const) {
  test(`SIGTERM while Redis is ${away} ends API and worker, each with a job at hand`, LIMITS, async (t) => {
    const redis = await startRedis(t)
    const simulator = await startSimulator({ clusters: demoFleet() })
    t.after(() => simulator.close())
    const fleet = serviceFleet(t, { simulator, redisUrl: redis.url })
    const [api, worker] = [await fleet.start('api'), await fleet.start('worker')]
    slowDown(simulator, 2_000)
    const body = { baseline: 'staging', targets: ['production'], fresh: true }
    assert.equal((await ask(`${api.url}/api/v1/comparisons`, { method: 'POST', body })).status, 202)
    if (away === 'killed') await redis.kill()
    else redis.freeze()
    t.after(() => redis.thaw())
    const ended = Promise.all([api.end('SIGTERM'), worker.end('SIGTERM')])
    const late = new Promise<string>((resolve) => setTimeout(() => resolve('still running'), GRACE_MS).unref())
    assert.deepEqual(await Promise.race([ended, late]), [0, 0])
  })
}
