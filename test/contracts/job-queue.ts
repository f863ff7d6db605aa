import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { AppError, type ErrorCode } from '../../src/model/errors.ts'
import type {
  Consumer,
  JobQueue,
  NewQueueJob,
  QueueEvent,
  QueueJobState,
  RunningJob,
} from '../../src/service/job-queue.ts'
import { wakeUpLaws, type Law } from './wake-ups.ts'

/** Opens a queue with handovers of at most 1,000 bytes that are gone after 300 ms if `shortLived`, else after an hour. */
export type OpenQueue = (t: TestContext, options?: { readonly shortLived: boolean }) => Promise<JobQueue>

const LANE = 'snapshot.eu-west'
const GRACE = 5_000

/** The laws of the port JobQueue (src/service/job-queue.ts): the same for every implementation. */
export function jobQueueLaws(name: string, openQueue: OpenQueue): void {
  const law = (text: string, check: (queue: JobQueue, t: TestContext) => Promise<void>): void => {
    test(`${name}: ${text}`, { timeout: 60_000 }, async (t) => check(await openQueue(t), t))
  }
  lawsOfEnqueue(law)
  lawsOfTries(law)
  lawsOfConsumers(law)
  lawsOfEvents(law)
  lawsOfHandover(law)
  wakeUpLaws(law, until)
  test(`${name}: a handover that nobody took over is gone after its time`, { timeout: 60_000 }, async (t) => {
    const queue = await openQueue(t, { shortLived: true })
    await queue.handover.put('a', [Buffer.from('part')])
    await until(async () => (await queue.handover.take('a')) === null)
  })
}

function lawsOfEnqueue(law: Law): void {
  law('a job runs with its id and data, and is done', async (queue) => {
    assert.equal(await queue.state(LANE, 'job_1-1'), 'unknown')
    await queue.enqueue(LANE, job('job_1-1', { data: { job: 'job_1', fence: 1, base: null } }))
    assert.equal(await queue.state(LANE, 'job_1-1'), 'waiting')
    const runs = await recordRuns(queue)
    await untilState(queue, 'job_1-1', 'done')
    assert.deepEqual(
      runs.map(({ id, data, attempt }) => ({ id, data, attempt })),
      [{ id: 'job_1-1', data: { job: 'job_1', fence: 1, base: null }, attempt: 1 }],
    )
  })

  law('ids of digits alone, and of 120 signs, are legal', async (queue) => {
    const runs = await recordRuns(queue)
    for (const id of ['42', 'x'.repeat(120)]) {
      await queue.enqueue(LANE, job(id))
      await untilState(queue, id, 'done')
    }
    assert.deepEqual(
      runs.map(({ id }) => id),
      ['42', 'x'.repeat(120)],
    )
  })

  law('ids and lanes that are not legal everywhere are refused', async (queue) => {
    for (const id of ['', 'arn:aws:eks:eu-west-1:1:cluster/prod', '{a}', 'x'.repeat(121)]) {
      await rejects(queue.enqueue(LANE, job(id)), 'internal')
    }
    await rejects(queue.enqueue('snapshot:pool', job('a')), 'internal')
  })

  law(
    'a second job of an id is dropped: while it waits, while it runs, when it is done and when it failed',
    async (queue) => {
      const gate = Promise.withResolvers<void>()
      const ran: string[] = []
      await queue.enqueue(LANE, job('a'))
      await queue.enqueue(LANE, job('a'))
      assert.equal(await queue.depth(LANE), 1)
      await queue.consume(LANE, 2, async ({ id }) => {
        ran.push(id)
        if (id === 'a') await gate.promise
        if (id === 'b') throw new Error('no')
      })
      await untilState(queue, 'a', 'active')
      await queue.enqueue(LANE, job('a'))
      gate.resolve()
      await untilState(queue, 'a', 'done')
      await queue.enqueue(LANE, job('a'))
      await queue.enqueue(LANE, job('b'))
      await untilState(queue, 'b', 'failed')
      await queue.enqueue(LANE, job('b'))
      await queue.enqueue(LANE, job('last'))
      await untilState(queue, 'last', 'done')
      assert.deepEqual(ran, ['a', 'b', 'last'])
      assert.equal(await queue.state(LANE, 'b'), 'failed')
    },
  )

  law('a job is dropped while another with its key waits or runs in the lane, and not after that', async (queue) => {
    const gate = Promise.withResolvers<void>()
    await queue.enqueue(LANE, job('a', { dedupe: 'production' }))
    await queue.enqueue(LANE, job('b', { dedupe: 'production' }))
    await queue.enqueue('snapshot.us', job('elsewhere', { dedupe: 'production' }))
    assert.equal(await queue.state(LANE, 'b'), 'unknown')
    assert.equal(await queue.state('snapshot.us', 'elsewhere'), 'waiting')
    await queue.consume(LANE, 2, async ({ id }) => {
      if (id === 'a') await gate.promise
      if (id === 'e') throw new Error('no')
    })
    await untilState(queue, 'a', 'active')
    await queue.enqueue(LANE, job('c', { dedupe: 'production' }))
    assert.equal(await queue.state(LANE, 'c'), 'unknown')
    gate.resolve()
    await untilState(queue, 'a', 'done')
    await queue.enqueue(LANE, job('d', { dedupe: 'production' }))
    await untilState(queue, 'd', 'done')
    await queue.enqueue(LANE, job('e', { dedupe: 'production' }))
    await untilState(queue, 'e', 'failed')
    await queue.enqueue(LANE, job('f', { dedupe: 'production' }))
    await untilState(queue, 'f', 'done')
  })

  law('lanes do not see the jobs of each other', async (queue) => {
    await queue.enqueue('record', job('a'))
    assert.equal(await queue.state(LANE, 'a'), 'unknown')
    assert.equal(await queue.depth(LANE), 0)
    const runs = await recordRuns(queue)
    await queue.enqueue(LANE, job('b'))
    await untilState(queue, 'b', 'done')
    assert.equal(await queue.state('record', 'a'), 'waiting')
    assert.equal(runs.length, 1)
  })

  law('after close every call is refused, and closing again is nothing', async (queue) => {
    await until(() => queue.isReady())
    await queue.close()
    await queue.close()
    assert.equal(await queue.isReady(), false)
    await rejects(queue.enqueue(LANE, job('a')), 'queue-unavailable')
    await rejects(queue.state(LANE, 'a'), 'queue-unavailable')
    await rejects(queue.depth(LANE), 'queue-unavailable')
    await rejects(
      queue.consume(LANE, 1, async () => undefined),
      'queue-unavailable',
    )
    await rejects(queue.keepWakeUps([]), 'queue-unavailable')
    await rejects(queue.handover.put('a', []), 'queue-unavailable')
    await rejects(queue.handover.take('a'), 'queue-unavailable')
    await rejects(queue.handover.drop('a'), 'queue-unavailable')
  })
}

function lawsOfTries(law: Law): void {
  law('a job that fails is tried again as often as it may be, and waits in between', async (queue) => {
    const attempts: number[] = []
    await queue.enqueue(LANE, job('a', { attempts: 3, backoffMs: 40 }))
    await queue.enqueue(LANE, job('b', { attempts: 2, backoffMs: 3_600_000 }))
    await queue.consume(LANE, 1, async ({ id, attempt }) => {
      if (id === 'a') attempts.push(attempt)
      throw new AppError('cluster-timeout', 'text')
    })
    await untilState(queue, 'a', 'failed')
    assert.deepEqual(attempts, [1, 2, 3])
    await until(async () => (await queue.depth(LANE)) === 1)
    assert.equal(await queue.state(LANE, 'b'), 'waiting')
  })

  law('a job that succeeds at a later try is done', async (queue) => {
    await queue.enqueue(LANE, job('a', { attempts: 3 }))
    await queue.consume(LANE, 1, async ({ attempt }) => {
      if (attempt < 3) throw new Error('not yet')
    })
    await untilState(queue, 'a', 'done')
  })

  law('the code of the last error is told, and nothing of its text', async (queue) => {
    const events = await watchEvents(queue)
    await queue.consume(LANE, 1, async ({ id }) => {
      if (id === 'ours') throw new AppError('key-mismatch', 'canary')
      if (id === 'foreign') throw new TypeError('canary')
    })
    await queue.enqueue(LANE, job('ours'))
    await queue.enqueue(LANE, job('foreign'))
    await until(async () => events.filter(({ type }) => type === 'failed').length === 2)
    const failed = events.filter(({ type }) => type === 'failed')
    assert.deepEqual(
      failed.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      [
        { type: 'failed', lane: LANE, id: 'foreign', code: 'internal' },
        { type: 'failed', lane: LANE, id: 'ours', code: 'key-mismatch' },
      ],
    )
  })
}

function lawsOfConsumers(law: Law): void {
  law('as many jobs run at once as the consumer allows', async (queue) => {
    let running = 0
    let most = 0
    await queue.consume(LANE, 3, async () => {
      running += 1
      most = Math.max(most, running)
      await until(async () => most === 3)
      await sleep(5)
      running -= 1
    })
    const ids = Array.from({ length: 12 }, (_, index) => `job-${index}`)
    for (const id of ids) await queue.enqueue(LANE, job(id))
    for (const id of ids) await untilState(queue, id, 'done')
    assert.equal(most, 3)
  })

  law('two consumers share the jobs of a lane, each of which runs once', async (queue) => {
    const ran: string[] = []
    const seen = new Set<number>()
    for (const consumer of [1, 2]) {
      await queue.consume(LANE, 1, async ({ id }) => {
        ran.push(id)
        seen.add(consumer)
        await until(async () => seen.size === 2)
      })
    }
    const ids = Array.from({ length: 8 }, (_, index) => `job-${index}`)
    for (const id of ids) await queue.enqueue(LANE, job(id))
    for (const id of ids) await untilState(queue, id, 'done')
    assert.deepEqual(ran.toSorted(), ids.toSorted())
  })

  law('a consumer that is closed takes no new job and lets the running one end', async (queue) => {
    const gate = Promise.withResolvers<void>()
    const ran: string[] = []
    const consumer = await queue.consume(LANE, 1, async ({ id, signal }) => {
      ran.push(id)
      await gate.promise
      assert.equal(signal.aborted, false)
    })
    await queue.enqueue(LANE, job('a'))
    await untilState(queue, 'a', 'active')
    const closed = consumer.close(GRACE)
    await queue.enqueue(LANE, job('b'))
    gate.resolve()
    await closed
    assert.equal(await queue.state(LANE, 'a'), 'done')
    assert.equal(await queue.state(LANE, 'b'), 'waiting')
    assert.deepEqual(ran, ['a'])
  })

  law('a job that is stopped by the end of the grace waits for another consumer and loses no try', async (queue) => {
    const consumer = await queue.consume(LANE, 1, untilAborted)
    await queue.enqueue(LANE, job('a', { attempts: 1 }))
    await untilState(queue, 'a', 'active')
    await consumer.close(10)
    assert.equal(await queue.state(LANE, 'a'), 'waiting')
    const runs = await recordRuns(queue)
    await untilState(queue, 'a', 'done')
    assert.deepEqual(
      runs.map(({ attempt }) => attempt),
      [1],
    )
  })

  law('a handler that does not stop does not keep its consumer from closing', async (queue) => {
    const gate = Promise.withResolvers<void>()
    const consumer = await queue.consume(LANE, 1, () => gate.promise)
    await queue.enqueue(LANE, job('a'))
    await untilState(queue, 'a', 'active')
    await consumer.close(10)
    gate.resolve()
  })
}

function lawsOfEvents(law: Law): void {
  law('whoever watches a lane hears how its jobs begin, get on and end, until told to stop', async (queue) => {
    const events: QueueEvent[] = []
    const stop = queue.watch(LANE, (event) => events.push(event))
    const gate = Promise.withResolvers<void>()
    const consumer = await queue.consume(LANE, 1, async ({ id, progress }) => {
      if (id !== 'a') return
      progress({ step: 'list', kind: 'HelmRelease', objects: 7 })
      await gate.promise
    })
    await probe(queue, events)
    await queue.enqueue(LANE, job('a'))
    await until(async () => events.some(({ type }) => type === 'progress'))
    gate.resolve()
    await until(async () => events.some(({ type, id }) => type === 'done' && id === 'a'))
    assert.deepEqual(
      events.filter(({ id }) => id === 'a'),
      [
        { type: 'active', lane: LANE, id: 'a' },
        { type: 'progress', lane: LANE, id: 'a', progress: { step: 'list', kind: 'HelmRelease', objects: 7 } },
        { type: 'done', lane: LANE, id: 'a' },
      ],
    )
    await stop()
    await queue.enqueue(LANE, job('b'))
    await untilState(queue, 'b', 'done')
    await consumer.close(GRACE)
    assert.equal(events.filter(({ id }) => id === 'b').length, 0)
  })

  law('a listener that throws fails no job', async (queue) => {
    const events: QueueEvent[] = []
    queue.watch(LANE, (event) => {
      events.push(event)
      throw new Error('of the listener')
    })
    await queue.consume(LANE, 1, async () => undefined)
    await probe(queue, events)
    await queue.enqueue(LANE, job('a'))
    await untilState(queue, 'a', 'done')
  })
}

function lawsOfHandover(law: Law): void {
  const parts = [Buffer.from([0, 255, 10, 13]), Buffer.alloc(0), Buffer.from('end')]

  law('a handover gives the same parts until it is dropped', async (queue) => {
    assert.equal(await queue.handover.take('a'), null)
    await queue.handover.put('a', parts)
    for (let time = 0; time < 2; time += 1)
      assert.deepEqual(plainParts(await queue.handover.take('a')), plainParts(parts))
    assert.equal(await queue.handover.take('b'), null)
    await queue.handover.drop('a')
    await queue.handover.drop('a')
    assert.equal(await queue.handover.take('a'), null)
  })

  law('a handover replaces what was there under its id', async (queue) => {
    await queue.handover.put('a', parts)
    await queue.handover.put('a', [Buffer.from('new')])
    assert.deepEqual(plainParts(await queue.handover.take('a')), plainParts([Buffer.from('new')]))
  })

  law('a handover keeps its bytes when those that were given change', async (queue) => {
    const given = Buffer.from('before')
    await queue.handover.put('a', [given])
    given.fill(0)
    assert.deepEqual(plainParts(await queue.handover.take('a')), plainParts([Buffer.from('before')]))
  })

  law('a handover above the limit is refused, and leaves what was there', async (queue) => {
    await queue.handover.put('a', [Buffer.alloc(500), Buffer.alloc(500)])
    await rejects(queue.handover.put('a', [Buffer.alloc(500), Buffer.alloc(501)]), 'snapshot-too-large')
    assert.equal((await queue.handover.take('a'))?.length, 2)
    await rejects(queue.handover.put('not:legal', parts), 'internal')
  })
}

/** A job with one try and no key. */
export function job(id: string, given: Partial<NewQueueJob> = {}): NewQueueJob {
  return { id, data: {}, dedupe: null, attempts: 1, backoffMs: 1, ...given }
}

/** Waits until `condition` holds; the time limit of the test ends it otherwise. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10)
}

export async function untilState(queue: JobQueue, id: string, state: QueueJobState, lane = LANE): Promise<void> {
  await until(async () => (await queue.state(lane, id)) === state)
}

export async function rejects(call: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(call, (error) => error instanceof AppError && error.code === code)
}

async function recordRuns(queue: JobQueue): Promise<RunningJob[]> {
  const runs: RunningJob[] = []
  await queue.consume(LANE, 1, async (running) => {
    runs.push(running)
  })
  return runs
}

function untilAborted({ signal }: RunningJob): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')))
  })
}

/** Events from when the queue hears them: the first ones after `watch` may be missed. */
async function watchEvents(queue: JobQueue): Promise<QueueEvent[]> {
  const events: QueueEvent[] = []
  queue.watch(LANE, (event) => events.push(event))
  const consumer: Consumer = await queue.consume(LANE, 1, async () => undefined)
  await probe(queue, events)
  await consumer.close(GRACE)
  return events
}

async function probe(queue: JobQueue, events: readonly QueueEvent[]): Promise<void> {
  for (let count = 0; events.length === 0; count += 1) {
    await queue.enqueue(LANE, job(`probe-${count}`))
    await untilState(queue, `probe-${count}`, 'done')
  }
  await sleep(50)
}

function plainParts(parts: readonly Uint8Array[] | null): string[] | null {
  return parts?.map((part) => Buffer.from(part).toString('hex')) ?? null
}
