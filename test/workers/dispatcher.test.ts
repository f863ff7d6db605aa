import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { AppError } from '../../src/model/errors.ts'
import type { Async } from '../../src/service/async.ts'
import type { JobQueue, RunningJob } from '../../src/service/job-queue.ts'
import type { NewRun, RunStore } from '../../src/service/runs.ts'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { createDispatcher } from '../../src/workers/dispatcher.ts'
import { createInProcessQueue } from '../../src/workers/in-process-queue.ts'
import { readCompareJob, readSnapshotTask } from '../../src/workers/job-data.ts'
import { serviceIn, snapshotOf } from '../history/fixtures.ts'

const NOW = '2026-11-21T12:00:00.000Z'
const LANE = 'snapshot.default'

type World = {
  readonly history: ServiceHistory
  readonly queue: JobQueue
  readonly troubles: AppError[]
  readonly dispatcher: ReturnType<typeof createDispatcher>
}

function world(t: TestContext, queue = createInProcessQueue()): World {
  const { history } = serviceIn(t)
  const troubles: AppError[] = []
  const clock = { now: () => new Date(NOW) }
  const dispatcher = createDispatcher({
    runs: later(history),
    queue,
    clock,
    onTrouble: (error) => troubles.push(error),
    intervalMs: 50,
  })
  t.after(async () => {
    await dispatcher.stop()
    await queue.close()
  })
  return { history, queue, troubles, dispatcher }
}

/** The store as it is seen from another thread. */
function later(store: RunStore): Async<RunStore> {
  return new Proxy(store as unknown as Async<RunStore>, {
    get: (target, name) => {
      const work = Reflect.get(target, name) as (...args: readonly unknown[]) => unknown
      return async (...args: readonly unknown[]) => work(...args)
    },
  })
}

function newRun(id: string, clusters: readonly string[]): NewRun {
  const filter = { kinds: null, namespaces: null, selector: null, resource: null }
  return {
    id,
    request: { baseline: clusters[0]!, clusters, layers: ['spec'], filter, ignore: [], explain: false },
    requestedBy: 'ada',
    sides: clusters.map((cluster) => ({ cluster, pool: 'default', snapshot: null, newJob: `job_${id}_${cluster}` })),
    idempotency: null,
  }
}

async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await isSo()) return
    await sleep(10)
  }
  assert.fail(`not within 5 s: ${what}`)
}

function finish(history: ServiceHistory, { data }: RunningJob): void {
  const { job, fence, cluster } = readSnapshotTask(data)
  const { snapshot } = snapshotOf(`snap_${cluster}`, [{ name: 'podinfo' }], { cluster })
  history.recordSnapshot(job, fence, { snapshot, manifest: `sha256:${cluster}` }, NOW)
}

test('each cluster of a run gets one job, and the run is compared once they are in', async (t) => {
  const { history, queue, dispatcher } = world(t)
  const compared: string[] = []
  await queue.consume(LANE, 4, async (job) => {
    finish(history, job)
    dispatcher.wake()
  })
  await queue.consume('compare', 1, async ({ data }) => {
    const { run } = readCompareJob(data)
    compared.push(run)
    history.failRun(run, history.run(run)!.fence, new AppError('internal', 'enough').toDocument(), NOW)
  })
  history.createRun(newRun('run_1', ['staging', 'production']), NOW)
  dispatcher.wake()
  await until(() => compared.length === 1, 'compared')
  await sleep(120)
  assert.deepEqual(compared, ['run_1'])
  assert.deepEqual(
    history.run('run_1')?.sides.map(({ snapshot }) => snapshot),
    ['snap_staging', 'snap_production'],
  )
})

test('what the queue lost is issued anew, under a higher fence', async (t) => {
  const { history, queue, dispatcher } = world(t)
  history.createJob({ id: 'job_1', cluster: 'edge', pool: 'default', requestedBy: 'ada', idempotency: null }, NOW)
  dispatcher.wake()
  await until(async () => (await queue.depth(LANE)) === 1, 'enqueued')
  assert.equal(history.job('job_1')?.fence, 1)
  const forgetful = createInProcessQueue()
  const second = createDispatcher({
    runs: later(history),
    queue: forgetful,
    clock: { now: () => new Date(NOW) },
    onTrouble: () => undefined,
  })
  await until(() => history.job('job_1')?.fence === 2, 'issued again')
  await second.stop()
  assert.equal(await forgetful.state(LANE, 'job_1-2'), 'waiting')
  await forgetful.close()
})

test('a job that waits or runs is left alone', async (t) => {
  const { history, queue, dispatcher } = world(t)
  history.createJob({ id: 'job_1', cluster: 'edge', pool: 'default', requestedBy: 'ada', idempotency: null }, NOW)
  dispatcher.wake()
  await until(async () => (await queue.depth(LANE)) === 1, 'enqueued')
  await sleep(200)
  assert.equal(history.job('job_1')?.fence, 1)
})

test('a job that no worker can finish is told as failed, and its run goes on without that cluster', async (t) => {
  const { history, queue, dispatcher } = world(t)
  history.createRun(newRun('run_1', ['staging', 'edge']), NOW)
  const fences: number[] = []
  await queue.consume(LANE, 1, async (job) => {
    const { cluster, fence } = readSnapshotTask(job.data)
    if (cluster === 'edge') {
      fences.push(fence)
      dispatcher.retake('job_run_1_edge', true)
      return
    }
    finish(history, job)
  })
  dispatcher.wake()
  await until(() => history.run('run_1')?.phase === 'comparing', 'comparing')
  assert.deepEqual(fences, [1, 2, 3, 4, 5])
  const edge = history.run('run_1')!.sides[1]!.snapshot!
  assert.match(
    history.keptSnapshot(edge)?.error?.message ?? '',
    /cluster edge: no worker could finish the snapshot in 5/,
  )
})

test('the base is that of the last manifest, and none where the whole snapshot is wanted', async (t) => {
  const { history, queue, dispatcher } = world(t)
  const bases: (string | null)[] = []
  await queue.consume(LANE, 1, async (job) => {
    const { base, job: id } = readSnapshotTask(job.data)
    bases.push(base)
    if (bases.length === 2) dispatcher.retake(id, true)
    else finish(history, job)
  })
  const job = (id: string): void =>
    void history.createJob({ id, cluster: 'edge', pool: 'default', requestedBy: 'ada', idempotency: null }, NOW)
  job('job_1')
  dispatcher.wake()
  await until(() => history.job('job_1')?.phase === 'done', 'first')
  job('job_2')
  dispatcher.wake()
  await until(() => bases.length === 3, 'third')
  assert.deepEqual(bases, [null, 'sha256:edge', null])
})

test('while the queue is away the work stays in the database, and is delivered when it is back', async (t) => {
  const real = createInProcessQueue()
  let away = true
  const refuse = async (): Promise<never> => {
    throw new AppError('queue-unavailable', 'Redis does not answer')
  }
  const flaky: JobQueue = {
    ...real,
    enqueue: (lane, job) => (away ? refuse() : real.enqueue(lane, job)),
    state: (lane, id) => (away ? refuse() : real.state(lane, id)),
  }
  const { history, troubles, dispatcher } = world(t, flaky)
  history.createJob({ id: 'job_1', cluster: 'edge', pool: 'default', requestedBy: 'ada', idempotency: null }, NOW)
  dispatcher.wake()
  await until(() => troubles.length > 2, 'troubles')
  assert.equal(troubles[0]?.code, 'queue-unavailable')
  assert.equal(history.job('job_1')?.phase, 'queued')
  assert.ok(history.job('job_1')!.fence <= 1, 'an absent queue uses up no attempts')
  away = false
  await until(async () => (await real.depth(LANE)) === 1, 'delivered')
})
