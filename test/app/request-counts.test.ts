import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequestCounts } from '../../src/app/threads/request-counts.ts'

test('answers are counted by cluster and status until they are taken', () => {
  const { add, take } = createRequestCounts()
  assert.deepEqual(take(), [])
  add('staging', 200)
  add('staging', 429)
  add('production', null)
  add('staging', 200)
  assert.deepEqual(take(), [
    { cluster: 'staging', code: '200', count: 2 },
    { cluster: 'staging', code: '429', count: 1 },
    { cluster: 'production', code: 'none', count: 1 },
  ])
  assert.deepEqual(take(), [])
})
