import type { JobSchedulerJson, Queue, RepeatOptions } from 'bullmq'
import type { WakeUp } from '../service/job-queue.ts'
import { cronTimes } from './cron-times.ts'
import { wakeData } from './job-data.ts'

/** Of the jobs that are made when it is time. */
const JOB = 'wake'

/**
 * When the next job of a scheduler is due: as the schedules themselves count, and not as the library that BullMQ brings, which differs in the
 * nights in which clocks are set.
 */
export function repeatByCron(
  millis: number,
  { pattern, tz }: Pick<RepeatOptions, 'pattern' | 'tz'>,
): number | undefined {
  if (pattern === undefined) return undefined
  return cronTimes.next({ cron: pattern, timeZone: tz ?? 'UTC' }, millis) ?? undefined
}

/** Makes the job schedulers of the queue what they are to be; those that are so already are left alone. */
export async function keepSchedulers(queue: Queue, wanted: readonly WakeUp[]): Promise<void> {
  const found = await queue.getJobSchedulers()
  const names = new Set(wanted.map(({ name }) => name))
  for (const { key } of found) if (!names.has(key)) await queue.removeJobScheduler(key)
  for (const wakeUp of wanted) {
    if (found.some((scheduler) => isKept(scheduler, wakeUp))) continue
    const { name, cron, timeZone } = wakeUp
    await queue.upsertJobScheduler(
      name,
      { pattern: cron, tz: timeZone },
      { name: JOB, data: wakeData(name), opts: { removeOnComplete: true, removeOnFail: true, attempts: 1 } },
    )
  }
}

function isKept({ key, pattern, tz }: JobSchedulerJson, { name, cron, timeZone }: WakeUp): boolean {
  return key === name && pattern === cron && tz === timeZone
}
