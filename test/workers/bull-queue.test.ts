import { randomUUID } from 'node:crypto'
import { sharedRedis } from './redis-server.ts'
import { createBullQueue } from '../../src/workers/bull-queue.ts'
import { redisAt } from '../../src/workers/redis-target.ts'
import { jobQueueLaws } from '../contracts/job-queue.ts'

const redis = await sharedRedis()

jobQueueLaws('BullMQ queue', async (t, options) => {
  const ttlMs = options?.shortLived === true ? 300 : 3_600_000
  const queue = createBullQueue({
    redis: redisAt(redis.url),
    prefix: `test-${randomUUID()}`,
    handover: { maxBytes: 1_000, ttlMs },
  })
  t.after(() => queue.close())
  return queue
})
