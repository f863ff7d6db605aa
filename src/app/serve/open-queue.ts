import type { Config } from '../../config/config.ts'
import { redisSettings } from '../../config/redis-settings.ts'
import type { JobQueue } from '../../service/job-queue.ts'
import { createBullQueue } from '../../workers/bull-queue.ts'
import { createInProcessQueue } from '../../workers/in-process-queue.ts'
import type { Log } from '../log.ts'
import type { Environment } from '../settings.ts'
import { redisTrouble } from './redis-trouble.ts'

/** The queue on Redis where one is configured, else inside this process. Connects in the background. */
export function openQueue({ redis }: Config, env: Environment, log: Log): JobQueue {
  if (redis === null) return createInProcessQueue()
  return createBullQueue({
    redis: redisSettings(redis, env),
    prefix: redis.prefix,
    onTrouble: redisTrouble(log, () => performance.now()),
  })
}
