import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordJobEvents } from '../../src/app/serve/job-events.ts'
import type { QueueEvent } from '../../src/service/job-queue.ts'

test('of the steps of a job one in half a second is kept, and the last one always', async () => {
  const kept: unknown[] = []
  const listeners: ((event: QueueEvent) => void)[] = []
  let now = 0
  const events = recordJobEvents(
    {
      watch: (_lane, listener) => {
        listeners.push(listener)
        return async () => undefined
      },
    },
    {
      startJob: async (...args) => void kept.push(['start', ...args]),
      progressJob: async (...args) => void kept.push(args),
    },
    { now: () => new Date(now) },
  )
  events.watch(['default', 'default'])
  assert.equal(listeners.length, 1)
  const say = (event: Partial<QueueEvent>): void =>
    listeners[0]!({ lane: 'snapshot.default', id: 'job_a-2', ...event } as QueueEvent)
  say({ type: 'active' })
  now = 600
  say({ type: 'progress', progress: { step: 'list', kind: 'HelmRelease', objects: 500 } })
  say({ type: 'progress', progress: { step: 'list', kind: 'HelmRelease', objects: 700 } })
  say({ type: 'progress', progress: { step: 'done', kind: null, objects: 900 } })
  say({ type: 'done' })
  await events.close()
  assert.deepEqual(kept, [
    ['start', 'job_a', 2, '1970-01-01T00:00:00.000Z'],
    ['job_a', 2, { step: 'list', kind: 'HelmRelease', objects: 500 }],
    ['job_a', 2, { step: 'done', kind: null, objects: 900 }],
  ])
})
