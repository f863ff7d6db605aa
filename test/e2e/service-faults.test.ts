import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRedis, type RedisServer } from '../workers/redis-server.ts'
import { finishedOnce, jobsReach, keptSnapshots, requestRun, slowFleet, type FleetResult } from './fleet-run.ts'
import { serviceFleet } from './service-fleet.ts'
import { poll, type ServiceProcess } from './service-process.ts'

const CLUSTERS = 20
const LIMIT_MS = 150_000
const LIMITS = { timeout: 600_000 }
const fleet = slowFleet(CLUSTERS, 1_000)

const halfWay = (phases: readonly string[]): boolean => phases.includes('done') && phases.includes('running')

/** One API, two workers and Redis; the processes are replaced as the scenarios go on. */
type Site = {
  readonly redis: RedisServer
  readonly start: (role: 'api' | 'worker') => Promise<ServiceProcess>
  api: ServiceProcess
  readonly workers: ServiceProcess[]
}

type Scenario = { readonly name: string; readonly disturb: (site: Site) => Promise<void> }

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a worker is killed, and another one comes',
    disturb: async ({ workers, start }) => {
      await workers.shift()!.end('SIGKILL')
      workers.push(await start('worker'))
    },
  },
  {
    name: 'Redis is killed, and starts again',
    disturb: async ({ redis }) => {
      await redis.kill()
      await redis.start()
    },
  },
  {
    name: 'Redis loses everything',
    disturb: async ({ redis }) => assert.match(await redis.command('FLUSHALL'), /^\+OK/),
  },
  {
    name: 'each process is told to end, and starts again',
    disturb: async (site) => {
      for (const worker of site.workers.splice(0)) {
        assert.equal(await worker.end('SIGTERM'), 0, worker.log())
        site.workers.push(await site.start('worker'))
      }
      assert.equal(await site.api.end('SIGTERM'), 0, site.api.log())
      site.api = await site.start('api')
    },
  },
]

test(
  '20 clusters of 500 objects by one POST: whatever ends meanwhile, nothing is lost and nothing comes twice',
  LIMITS,
  async (t) => {
    const redis = await startRedis(t)
    const { start } = serviceFleet(t, { simulator: fleet(), redisUrl: redis.url })
    const [api, ...workers] = await Promise.all([start('api'), start('worker'), start('worker')])
    const site: Site = { redis, start, api, workers }
    let expected: FleetResult | null = null
    await t.test('undisturbed', LIMITS, async () => {
      expected = await play(site, async () => undefined)
      assert.equal(expected.verdict, 'drifted')
    })
    for (const { name, disturb } of SCENARIOS) {
      await t.test(name, LIMITS, async () => {
        assert.deepEqual(await play(site, disturb), expected)
      })
    }
  },
)

async function play(site: Site, disturb: (site: Site) => Promise<void>): Promise<FleetResult> {
  await poll(`${site.api.url}/readyz`, () => true, LIMIT_MS)
  const earlier = await keptSnapshots(site.api.url)
  const run = await requestRun(site.api.url, [...fleet().clusters.keys()])
  await jobsReach(site.api.url, run, halfWay, LIMIT_MS)
  await disturb(site)
  const result = await finishedOnce(site.api.url, run, earlier, LIMIT_MS)
  await handoversGone(site.redis)
  return result
}

/** What the recorder took over is dropped right after it was stored. What was cut off while it was written goes by itself, in time. */
async function handoversGone({ command }: RedisServer): Promise<void> {
  const deadline = Date.now() + 20_000
  let whole: string[] = []
  while (Date.now() < deadline) {
    const keys = (await command('KEYS *handover*')).match(/^[\w-]+:handover:\S+$/gm) ?? []
    whole = keys.filter((key) => !CUT_OFF.test(key))
    if (whole.length === 0) {
      for (const key of keys) assert.match(await command(`PTTL ${key}`), /^:[1-9]/)
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`left in Redis: ${whole.join(' ')}`)
}

/** Such a key has a UUID behind the id. */
const CUT_OFF = /:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
