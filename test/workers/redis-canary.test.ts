import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { AppError } from '../../src/model/errors.ts'
import type { SnapshotSource } from '../../src/service/ports.ts'
import { createBullQueue } from '../../src/workers/bull-queue.ts'
import { createCollector } from '../../src/workers/collector.ts'
import { snapshotData } from '../../src/workers/job-data.ts'
import { recordHandover } from '../../src/workers/record-snapshot.ts'
import { createRecorder } from '../../src/workers/recorder.ts'
import { redisAt } from '../../src/workers/redis-target.ts'
import { createSnapshotTaker } from '../../src/workers/snapshot-taker.ts'
import { collectFrom, KEY } from '../clusters/collect-support.ts'
import { startOne } from '../clusters/support.ts'
import { job, until, untilState } from '../contracts/job-queue.ts'
import { canary, canaryCount, findCanaries } from '../e2e/canaries.ts'
import { canaryObjects } from '../e2e/canary-fleet.ts'
import { serviceIn } from '../history/fixtures.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const LANE = 'snapshot.default'
const TASK = { job: 'job_1', fence: 1, cluster: 'staging' }

/** Everything that was ever written: the log of Redis, which holds each command with its bytes. */
function written(redis: RedisServer): Buffer {
  const files = globSync(join(redis.folder, 'appendonlydir', '*'))
  assert.ok(files.length > 0)
  return Buffer.concat(files.map((file) => readFileSync(file)))
}

test('Redis is never given a secret: masked and packed on the way, nothing after it, and only codes of errors', async (t) => {
  const redis = await startRedis(t, ['--appendfsync', 'always'])
  const cluster = await startOne(t, { objects: canaryObjects('staging') })
  const { history } = serviceIn(t)
  const queue = createBullQueue({ redis: redisAt(redis.url) })
  t.after(() => queue.close())
  const source: SnapshotSource = {
    collect: async ({ scope }) => {
      const snapshot = await collectFrom(t, cluster, { scope })
      assert.ok(snapshot.entries.length > 0)
      return snapshot
    },
  }
  history.createJob(
    { id: 'job_1', cluster: 'staging', pool: 'default', requestedBy: 'ada', idempotency: null },
    '2026-11-21T12:00:00Z',
  )
  history.reissueJob('job_1')
  await queue.consume(LANE, 1, createCollector({ take: createSnapshotTaker(() => source), queue }))
  await queue.enqueue(LANE, job('job_1-1', { data: snapshotData({ ...TASK, base: null }) }))
  await untilState(queue, 'job_1-1', 'done', LANE)

  const parts = await queue.handover.take('job_1-1')
  const text = gunzipSync(Buffer.concat(parts!)).toString()
  assert.match(text, /"masked":"hmac:/)
  assert.deepEqual(findCanaries(text), [])

  const recorder = createRecorder({
    handover: queue.handover,
    record: async (task, given) =>
      recordHandover(task, given, { store: history, keyId: KEY.id, clock: { now: () => new Date() } }),
    retake: () => assert.fail('taken again'),
    onRecorded: () => undefined,
    wake: () => undefined,
  })
  await queue.consume('record', 1, recorder)
  await untilState(queue, 'job_1-1', 'done', 'record')
  assert.equal(history.job('job_1')?.phase, 'done')
  await until(async () => (await redis.command('KEYS *:handover:*')).startsWith('*0'))
  await queue.close()
  assert.ok(canaryCount() > 20)
  assert.deepEqual(findCanaries(written(redis)), [])
})

test('Redis keeps of an error its code alone: no text, no cause, no stack', async (t) => {
  const redis = await startRedis(t, ['--appendfsync', 'always'])
  const queue = createBullQueue({ redis: redisAt(redis.url) })
  t.after(() => queue.close())
  const ours = canary('ours')
  const foreign = canary('foreign')
  const cause = canary('cause')
  await queue.consume(LANE, 1, async ({ id }) => {
    if (id === 'ours') throw new AppError('cluster-timeout', ours, { hint: ours, cause: new Error(cause) })
    if (id === 'foreign') throw new TypeError(foreign, { cause: new Error(cause) })
    // oxlint-disable-next-line typescript/only-throw-error -- plugins throw whatever they like
    throw foreign
  })
  for (const id of ['ours', 'foreign', 'text']) {
    await queue.enqueue(LANE, job(id, { attempts: 2 }))
    await untilState(queue, id, 'failed', LANE)
  }
  await queue.close()
  const bytes = written(redis)
  assert.ok(bytes.includes('cluster-timeout'), 'the code is kept')
  assert.deepEqual(findCanaries(bytes), [])
  assert.ok(!bytes.includes('    at '), 'no stack is kept')
})
