import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AppError } from '../../src/model/errors.ts'
import { createInProcessQueue } from '../../src/workers/in-process-queue.ts'
import { issueId } from '../../src/workers/job-data.ts'
import { createRecorder } from '../../src/workers/recorder.ts'

const RUNNING = {
  id: 'job_1-1',
  data: { job: 'job_1', fence: 1, cluster: 'staging' },
  attempt: 1,
  signal: new AbortController().signal,
  progress: () => undefined,
}

test('what cannot be used is let go at once, and taken again; what may be used later stays', async (t) => {
  const queue = createInProcessQueue()
  t.after(() => queue.close())
  const retaken: [job: string, whole: boolean][] = []
  let code: 'handover-invalid' | 'history-unavailable' = 'history-unavailable'
  const recorder = createRecorder({
    handover: queue.handover,
    record: () => Promise.reject(new AppError(code, 'no')),
    retake: (job, whole) => retaken.push([job, whole]),
    onRecorded: () => undefined,
    wake: () => undefined,
  })
  const id = issueId('job_1', 1)
  await queue.handover.put(id, [Buffer.from('x')])
  await assert.rejects(recorder(RUNNING), { code: 'history-unavailable' })
  assert.equal((await queue.handover.take(id))?.length, 1)
  code = 'handover-invalid'
  await assert.rejects(recorder(RUNNING), { code: 'handover-invalid' })
  assert.equal(await queue.handover.take(id), null)
  await recorder(RUNNING)
  assert.deepEqual(retaken, [['job_1', false]])
})
