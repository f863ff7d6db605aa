import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '../../src/app/log.ts'
import { redisTrouble } from '../../src/app/serve/redis-trouble.ts'

test('an outage of Redis is told once in half a minute for each reason, however many connections notice it', () => {
  const told: unknown[] = []
  const log = { warn: (_message: string, fields: unknown) => void told.push(fields) } as unknown as Log
  let now = 0
  const trouble = redisTrouble(log, () => now)
  for (const at of [0, 1, 100, 29_999, 30_000, 30_001]) {
    now = at
    trouble('ECONNREFUSED')
    if (at === 1) trouble('OOM')
  }
  assert.deepEqual(told, [{ reason: 'ECONNREFUSED' }, { reason: 'OOM' }, { reason: 'ECONNREFUSED' }])
})
