import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  finishedOnce,
  jobsReach,
  keptSnapshots,
  requestRun,
  slowFleet,
  type FleetResult,
  type FleetRun,
} from './fleet-run.ts'
import { serviceFleet } from './service-fleet.ts'
import type { ServiceProcess } from './service-process.ts'

const CLUSTERS = 8
const LIMIT_MS = 120_000
const LIMITS = { timeout: 400_000 }
const fleet = slowFleet(CLUSTERS, 700)

/** Comes back when the process is where it is to be ended. */
type Point = (process: ServiceProcess, run: FleetRun) => Promise<void>

const reading: Point = ({ url }, run) => jobsReach(url, run, (phases) => phases.includes('running'), LIMIT_MS)

/** Others are under way then: four are read at once, and two recorded. After the last one it compares. */
function recorded(count: number): Point {
  return async ({ log }) => {
    const deadline = Date.now() + LIMIT_MS
    while (log().split('"msg":"snapshot recorded"').length <= count) {
      assert.ok(Date.now() < deadline, log())
      await sleep(2)
    }
  }
}

type Scenario = { readonly name: string; readonly signal: NodeJS.Signals; readonly points: readonly Point[] }

const SCENARIOS: readonly Scenario[] = [
  { name: 'killed while it reads the first clusters', signal: 'SIGKILL', points: [reading] },
  { name: 'killed while it records, and again', signal: 'SIGKILL', points: [recorded(1), recorded(2)] },
  { name: 'killed while it compares', signal: 'SIGKILL', points: [recorded(CLUSTERS)] },
  { name: 'told to end in the middle', signal: 'SIGTERM', points: [recorded(1)] },
]

test('the queue in the process: whenever that ends, nothing is lost and nothing comes twice', LIMITS, async (t) => {
  const { start } = serviceFleet(t, { simulator: fleet(), redisUrl: null })
  let service = await start('all')
  const play = async ({ signal, points }: Omit<Scenario, 'name'>): Promise<FleetResult> => {
    const earlier = await keptSnapshots(service.url)
    const run = await requestRun(service.url, [...fleet().clusters.keys()])
    for (const point of points) {
      await point(service, run)
      const code = await service.end(signal)
      assert.equal(code, signal === 'SIGTERM' ? 0 : null, service.log())
      assert.ok(!service.log().includes(`"msg":"compared","run":"${run.id}"`))
      service = await start('all')
    }
    return finishedOnce(service.url, run, earlier, LIMIT_MS)
  }
  const expected = await play({ signal: 'SIGKILL', points: [] })
  assert.equal(expected.verdict, 'drifted')
  for (const { name, ...scenario } of SCENARIOS) {
    await t.test(name, LIMITS, async () => assert.deepEqual(await play(scenario), expected))
  }
})
