import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import type { JobQueue } from '../../src/service/job-queue.ts'
import { WAKE_LANE } from '../../src/service/lanes.ts'
import { createBullQueue } from '../../src/workers/bull-queue.ts'
import { readWake } from '../../src/workers/job-data.ts'
import { redisAt } from '../../src/workers/redis-target.ts'
import { job, rejects, until, untilState } from '../contracts/job-queue.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const LANE = 'snapshot.eu-west'
/** What a call may take at most, with room for a machine that is busy: the law says two seconds. */
const LIMIT_MS = 4_000
const LIMITS = { timeout: 60_000 }

test('Redis is not there at start: every call is refused in time, and all works when it comes', LIMITS, async (t) => {
  const server = await startRedis(t)
  await server.kill()
  const { queue, ran, troubles } = await openAndConsume(t, server)
  await refusesEveryCall(queue)
  assert.ok(troubles.has('ECONNREFUSED'))
  await server.start()
  await works(queue, ran, 'after')
})

test('Redis is killed: every call is refused in time, and all works when it is back', LIMITS, async (t) => {
  const server = await startRedis(t)
  const { queue, ran, events } = await openAndConsume(t, server)
  await works(queue, ran, 'before')
  await server.kill()
  await refusesEveryCall(queue)
  await server.start()
  await works(queue, ran, 'after')
  await heardAgain(queue, events)
})

// BullMQ #4479, #4585: workers and watchers that blocked when Redis went stayed silent for ever.
test('Redis is away for longer than a worker blocks: it takes jobs again without a restart', LIMITS, async (t) => {
  const server = await startRedis(t)
  const { queue, ran, events } = await openAndConsume(t, server)
  await works(queue, ran, 'before')
  await server.kill()
  await sleep(5_000)
  await server.start()
  await works(queue, ran, 'after')
  await heardAgain(queue, events)
})

test('Redis is frozen: every call is refused in time, and all works when it is thawed', LIMITS, async (t) => {
  const server = await startRedis(t)
  const { queue, ran, events } = await openAndConsume(t, server)
  await works(queue, ran, 'before')
  server.freeze()
  t.after(() => server.thaw())
  await refusesEveryCall(queue)
  await sleep(5_000)
  await refusesEveryCall(queue)
  server.thaw()
  await works(queue, ran, 'after')
  await heardAgain(queue, events)
})

test(
  'Redis has no memory left: writing calls are refused, reading ones are answered, and all works later',
  LIMITS,
  async (t) => {
    const server = await startRedis(t)
    const { queue, ran } = await openAndConsume(t, server)
    await works(queue, ran, 'before')
    await server.command('CONFIG SET maxmemory 1')
    await rejects(inTime(queue.enqueue(LANE, job('full'))), 'queue-unavailable')
    await rejects(inTime(queue.handover.put('full', [Buffer.from('a')])), 'queue-unavailable')
    assert.equal(await inTime(queue.state(LANE, 'before')), 'done')
    assert.equal(await inTime(queue.handover.take('full')), null)
    await server.command('CONFIG SET maxmemory 0')
    await works(queue, ran, 'after')
  },
)

test(
  'wake-ups that Redis lost come again when they are told again, and by themselves after it was away',
  LIMITS,
  async (t) => {
    const server = await startRedis(t)
    const { queue } = await openAndConsume(t, server)
    const woken: string[] = []
    await queue.consume(WAKE_LANE, 1, async ({ data }) => {
      woken.push(readWake(data))
    })
    const more = async (): Promise<void> => {
      const before = woken.length
      await until(async () => woken.length > before + 1)
    }
    const wanted = [{ name: 'prod', cron: '* * * * * *', timeZone: 'UTC' }]
    await queue.keepWakeUps(wanted)
    await more()
    await server.command('FLUSHALL')
    await queue.keepWakeUps(wanted)
    await more()
    await server.kill()
    await sleep(3_000)
    await server.start()
    await more()
  },
)

test('a queue is closed in time while Redis is away or frozen, with a job under way', LIMITS, async (t) => {
  for (const away of ['kill', 'freeze'] as const) {
    const server = await startRedis(t)
    const queue = createBullQueue({ redis: redisAt(server.url) })
    const gate = Promise.withResolvers<void>()
    const consumer = await queue.consume(LANE, 1, () => gate.promise)
    queue.watch(LANE, () => undefined)
    await queue.enqueue(LANE, job('a'))
    await untilState(queue, 'a', 'active')
    await server[away]()
    await consumer.close(10)
    await queue.close()
    gate.resolve()
    server.thaw()
  }
})

test('an idle consumer is closed in time while Redis is away or frozen, whatever its grace', LIMITS, async (t) => {
  for (const away of ['kill', 'freeze'] as const) {
    const server = await startRedis(t)
    const { queue, ran } = await openAndConsume(t, server)
    await works(queue, ran, 'before')
    const consumer = await queue.consume('record', 1, async () => undefined)
    await server[away]()
    await inTime(consumer.close(60_000))
    await queue.close()
    server.thaw()
  }
})

test('all keys are lost while a job runs: its signal is aborted, and a new job is taken', LIMITS, async (t) => {
  const server = await startRedis(t)
  const queue = createBullQueue({ redis: redisAt(server.url), locks: { lockMs: 400, stalledMs: 200 } })
  t.after(() => queue.close())
  const aborted = Promise.withResolvers<void>()
  await queue.consume(LANE, 1, async ({ id, signal }) => {
    if (id !== 'lost') return
    signal.addEventListener('abort', () => aborted.resolve())
    await aborted.promise
    signal.throwIfAborted()
  })
  await queue.enqueue(LANE, job('lost'))
  await untilState(queue, 'lost', 'active')
  await server.command('FLUSHALL')
  await aborted.promise
  assert.equal(await queue.state(LANE, 'lost'), 'unknown')
  await queue.enqueue(LANE, job('next'))
  await untilState(queue, 'next', 'done')
})

type Opened = {
  readonly queue: JobQueue
  readonly ran: string[]
  readonly events: string[]
  readonly troubles: Set<string>
}

async function openAndConsume(t: TestContext, server: RedisServer): Promise<Opened> {
  const ran: string[] = []
  const events: string[] = []
  const troubles = new Set<string>()
  const queue = createBullQueue({ redis: redisAt(server.url), onTrouble: (reason) => troubles.add(reason) })
  t.after(() => queue.close())
  queue.watch(LANE, ({ type, id }) => events.push(`${type} ${id}`))
  await inTime(
    queue.consume(LANE, 2, async ({ id }) => {
      ran.push(id)
    }),
  )
  return { queue, ran, events, troubles }
}

async function refusesEveryCall(queue: JobQueue): Promise<void> {
  assert.equal(await inTime(queue.isReady()), false)
  const calls: Promise<unknown>[] = [
    queue.enqueue(LANE, job('refused')),
    queue.state(LANE, 'refused'),
    queue.depth(LANE),
    queue.depth('record'),
    queue.handover.put('refused', [Buffer.from('a')]),
    queue.handover.take('refused'),
    queue.handover.drop('refused'),
    queue.keepWakeUps([{ name: 'refused', cron: '0 0 29 2 *', timeZone: 'UTC' }]),
  ]
  await Promise.all(calls.map((call) => rejects(inTime(call), 'queue-unavailable')))
}

async function works(queue: JobQueue, ran: readonly string[], id: string): Promise<void> {
  await until(() => queue.isReady())
  await queue.enqueue(LANE, job(id))
  await untilState(queue, id, 'done')
  assert.equal(ran.filter((each) => each === id).length, 1)
  await queue.handover.put(id, [Buffer.from(id)])
  assert.equal(String((await queue.handover.take(id))?.[0]), id)
}

async function heardAgain(queue: JobQueue, events: readonly string[]): Promise<void> {
  for (let count = 0; ; count += 1) {
    await queue.enqueue(LANE, job(`heard-${count}`))
    await untilState(queue, `heard-${count}`, 'done')
    if (events.some((event) => event.startsWith('done heard-'))) return
    await sleep(100)
  }
}

async function inTime<T>(call: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(LIMIT_MS)
  const limit = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error('the call did not settle in time')))
  })
  return Promise.race([call, limit])
}
