import { randomUUID } from 'node:crypto'
import { Cron } from 'croner'
import type { NewQueueJob, WakeUp } from '../service/job-queue.ts'
import { wakeData } from './job-data.ts'

export type InProcessWakeUps = {
  readonly keep: (wakeUps: readonly WakeUp[]) => void
  readonly stop: () => void
}

type Timer = { readonly wakeUp: WakeUp; readonly cron: Cron }

/** Timers of this process, which keep it alive no longer than it wants to; each gives a job when it is time. */
export function createInProcessWakeUps(enqueue: (job: NewQueueJob) => void): InProcessWakeUps {
  let timers: readonly Timer[] = []
  const start = (wakeUp: WakeUp): Timer => {
    const { name, cron, timeZone } = wakeUp
    const options = { mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard', timezone: timeZone, unref: true } as const
    return { wakeUp, cron: new Cron(cron, options, () => enqueue(jobFor(name))) }
  }
  return {
    keep: (wakeUps) => {
      const kept = timers.filter(({ wakeUp }) => wakeUps.some((wanted) => isSame(wakeUp, wanted)))
      for (const timer of timers) if (!kept.includes(timer)) timer.cron.stop()
      const added = wakeUps.filter((wanted) => !kept.some(({ wakeUp }) => isSame(wakeUp, wanted)))
      timers = [...kept, ...added.map(start)]
    },
    stop: () => {
      for (const { cron } of timers) cron.stop()
      timers = []
    },
  }
}

function jobFor(name: string): NewQueueJob {
  return { id: randomUUID(), data: wakeData(name), dedupe: name, attempts: 1, backoffMs: 0 }
}

function isSame(a: WakeUp, b: WakeUp): boolean {
  return a.name === b.name && a.cron === b.cron && a.timeZone === b.timeZone
}
