import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createInProcessQueue } from '../../src/workers/in-process-queue.ts'
import { job, jobQueueLaws, untilState } from '../contracts/job-queue.ts'

jobQueueLaws('in-process queue', async (t, options) => {
  const ttlMs = options?.shortLived === true ? 300 : 3_600_000
  const queue = createInProcessQueue({ handover: { maxBytes: 1_000, ttlMs } })
  t.after(() => queue.close())
  return queue
})

test('finished ids are forgotten after their time, running and waiting ones are not', async (t) => {
  const queue = createInProcessQueue({ keepFinishedMs: 0 })
  t.after(() => queue.close())
  const gate = Promise.withResolvers<void>()
  await queue.consume('record', 2, async ({ id }) => {
    if (id === 'slow') await gate.promise
  })
  await queue.enqueue('record', job('slow'))
  await queue.enqueue('record', job('quick'))
  await untilState(queue, 'quick', 'unknown', 'record')
  assert.equal(await queue.state('record', 'slow'), 'active')
  gate.resolve()
})
