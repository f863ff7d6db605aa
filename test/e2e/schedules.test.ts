import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kill } from 'node:process'
import { after, before, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ScheduleRecord } from '../../src/service/schedules/schedule-store.ts'
import type { RunRecord } from '../../src/service/runs.ts'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startReceiver, type Receiver } from '../notify/receiver.ts'
import { startRedis } from '../workers/redis-server.ts'
import { serviceFleet, type ServiceFleet } from './service-fleet.ts'
import { ask, poll, type ServiceProcess } from './service-process.ts'

const LIMIT_MS = 60_000
const LIMITS = { timeout: 300_000 }
const EVERY_MS = 2_000
const NAME = 'prod-vs-staging'
let simulator: Simulator

before(async () => {
  simulator = await startSimulator({ clusters: demoFleet() })
})

after(() => simulator.close())

type Page<T> = { readonly items: readonly T[] }

function fleetOn(t: TestContext, receiver: Receiver, redisUrl: string | null): ServiceFleet {
  return serviceFleet(t, {
    simulator,
    redisUrl,
    env: { HOOK: receiver.url },
    config: {
      channels: [{ name: 'hook', webhook: { urlFrom: { env: 'HOOK' } }, allowHttp: true, allowPrivate: true }],
      comparisons: [
        {
          name: NAME,
          baseline: 'staging',
          targets: ['production'],
          schedule: { cron: '*/2 * * * * *' },
          notify: [{ channel: 'hook', when: 'always' }],
        },
      ],
    },
  })
}

const at = ({ url }: ServiceProcess): string => `${url}/api/v1/schedules/${NAME}`

async function recorded(process: ServiceProcess, isDone: (records: readonly ScheduleRecord[]) => boolean) {
  const { items } = await poll<Page<ScheduleRecord>>(
    `${at(process)}/records?limit=500`,
    ({ items: all }) => isDone(all),
    LIMIT_MS,
  )
  return items.toReversed()
}

function count(records: readonly ScheduleRecord[], outcome: string): number {
  return records.filter((record) => record.outcome === outcome || record.reason === outcome).length
}

/** Waits until so many more due times have become this. */
async function more(process: ServiceProcess, outcome: string, wanted: number): Promise<void> {
  const before = count(await recorded(process, () => true), outcome)
  await recorded(process, (records) => count(records, outcome) >= before + wanted)
}

/** Nothing is under way, and all messages are taken. */
async function settled(process: ServiceProcess): Promise<readonly RunRecord[]> {
  const finished = ({ items }: Page<RunRecord>): boolean => items.every(({ finishedAt }) => finishedAt !== null)
  const { items } = await poll<Page<RunRecord>>(`${process.url}/api/v1/comparisons?limit=500`, finished, LIMIT_MS)
  await poll<Page<unknown>>(
    `${process.url}/api/v1/deliveries?state=pending`,
    (page) => page.items.length === 0,
    LIMIT_MS,
  )
  return items
}

async function requireWhole(process: ServiceProcess, receiver: Receiver, crashes: number): Promise<void> {
  const runs = await settled(process)
  const all = await recorded(process, () => true)
  const records = all.filter(({ trigger }) => trigger !== 'run-now')
  const first = Date.parse(records[0]!.due)
  assert.deepEqual(
    records.map(({ due }) => Date.parse(due)),
    records.map((_, index) => first + index * EVERY_MS),
    'one record for each due time, and none is left out',
  )
  const ran = all.flatMap(({ run }) => run ?? [])
  assert.deepEqual(new Set(runs.map(({ id }) => id)), new Set(ran))
  assert.equal(new Set(ran).size, ran.length)
  assert.ok(records.filter(({ trigger }) => trigger === 'catch-up').length <= crashes)
  assert.ok(runs.every(({ phase }) => phase === 'done'))
  const { items } = await ask<Page<{ id: string }>>(`${process.url}/api/v1/reports?limit=500`).then(({ body }) => body)
  assert.deepEqual(new Set(items.map(({ id }) => id)), new Set(ran.map((id) => id.replace('run_', 'report_'))))
  const sent = receiver.requests.map(({ headers }) => String(headers['webhook-id']))
  assert.equal(new Set(sent).size, items.length)
  assert.ok(sent.length <= items.length + crashes, `${sent.length} messages of ${items.length} reports`)
}

async function pauseAndResume(process: ServiceProcess): Promise<void> {
  assert.equal((await ask(`${at(process)}/pause`, { method: 'POST', body: { reason: 'test' } })).status, 200)
  await more(process, 'paused', 2)
  await settled(process)
  const asked = await ask<RunRecord>(`${at(process)}/run`, { method: 'POST' })
  assert.equal(asked.status, 202)
  await poll<RunRecord>(
    `${process.url}/api/v1/comparisons/${asked.body.id}/run`,
    ({ phase }) => phase === 'done',
    LIMIT_MS,
  )
  assert.equal((await ask(`${at(process)}/resume`, { method: 'POST' })).status, 200)
  await more(process, 'ran', 1)
  await ask(`${at(process)}/pause`, { method: 'POST', body: {} })
}

/** Another cron expression holds at once: the schedule begins anew, and stays paused. */
async function changeCron(folder: string, service: ServiceProcess): Promise<void> {
  const file = join(folder, 'config.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace('*/2 * * * * *', '0 0 29 2 *'))
  kill(service.pid, 'SIGHUP')
  type View = { readonly nextDue: string; readonly paused: object | null }
  const { paused } = await poll<View>(at(service), ({ nextDue }) => nextDue.endsWith('-02-29T00:00:00.000Z'), LIMIT_MS)
  assert.ok(paused !== null)
}

test(
  'the queue in the process: killed, paused and run on request, each due time has one record and each report one message',
  LIMITS,
  async (t) => {
    const receiver = await startReceiver(t, (_, response) => response.end(), { tls: false })
    const { start, folder } = fleetOn(t, receiver, null)
    const first = await start('all')
    await more(first, 'ran', 2)
    await first.end('SIGKILL')
    await sleep(3 * EVERY_MS)
    const second = await start('all')
    await recorded(second, (records) => count(records, 'missed') >= 1)
    await more(second, 'ran', 1)
    await pauseAndResume(second)
    await requireWhole(second, receiver, 1)
    const { body } = await ask<string>(`${second.url}/metrics`)
    assert.match(body, /^flux_compare_schedule_due_total\{schedule="prod-vs-staging",outcome="missed"\} [1-9]/m)
    assert.match(body, /^flux_compare_schedule_next_due_timestamp_seconds\{schedule="prod-vs-staging"\} \d{10}/m)
    assert.match(body, /^flux_compare_schedule_last_success_timestamp_seconds\{schedule="prod-vs-staging"\} \d{10}/m)
    await changeCron(folder, second)
    assert.equal(await second.end('SIGTERM'), 0, second.log())
  },
)

test('the queue in Redis: while that is away no due time is lost, and a second api does nothing', LIMITS, async (t) => {
  const receiver = await startReceiver(t, (_, response) => response.end(), { tls: false })
  const redis = await startRedis(t)
  const { start } = fleetOn(t, receiver, redis.url)
  const api = await start('api')
  const worker = await start('worker')
  await more(api, 'ran', 2)
  await assert.rejects(start('api'), /belongs to the service that runs as process/)
  await redis.kill()
  await more(api, 'skipped', 2)
  await redis.start()
  await more(api, 'ran', 2)
  await redis.command('FLUSHALL')
  await more(api, 'ran', 1)
  await pauseAndResume(api)
  await requireWhole(api, receiver, 0)
  for (const each of [worker, api]) assert.equal(await each.end('SIGTERM'), 0, each.log())
})
