import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openRedis, type RedisClient } from '../../src/workers/redis-connection.ts'
import { redisAt, type RedisTarget } from '../../src/workers/redis-target.ts'
import { freePort } from './redis-server.ts'

const MODES: readonly RedisTarget['mode'][] = ['single', 'cluster']

for (const mode of MODES) {
  test(
    `what waits for a connection is refused when the client is closed between two tries (${mode})`,
    { timeout: 10_000 },
    async () => {
      const target = redisAt(`redis://127.0.0.1:${await freePort()}`, { mode })
      const { client, close } = openRedis(target, 'work', () => undefined)
      const waiting = [client.ping(), (client.duplicate as () => RedisClient)().ping()].map((asked) =>
        assert.rejects(asked, /is closed/),
      )
      await sleep(300)
      close()
      await Promise.all(waiting)
      await assert.rejects(client.ping(), /is closed/)
    },
  )
}
