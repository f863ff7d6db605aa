import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { JobQueue, WakeUp } from '../../src/service/job-queue.ts'
import { WAKE_LANE } from '../../src/service/lanes.ts'
import { readWake } from '../../src/workers/job-data.ts'

export type Law = (text: string, check: (queue: JobQueue, t: TestContext) => Promise<void>) => void
type Until = (condition: () => Promise<boolean>) => Promise<void>

const EACH_SECOND = '* * * * * *'
/** Not while the tests run, but on one day of the year. */
const SELDOM = [
  '0 0 29 2 *',
  '0 8 * * 1-5',
  '@yearly',
  '0 0 L 2 *',
  '30 2 * 2 MON#2',
  '15,45 0 3 1-5 1 *',
  '*/5 1 1 1 *',
]

/** The part of the port JobQueue that wakes: the same for every implementation. */
export function wakeUpLaws(law: Law, until: Until): void {
  law('a wake-up comes again and again, with its name', async (queue) => {
    const woken = await recordWakes(queue)
    await queue.keepWakeUps([wakeUp('prod.vs_staging-1')])
    await until(async () => woken.length >= 3)
    assert.deepEqual(new Set(woken), new Set(['prod.vs_staging-1']))
  })

  law('those that are not kept end, others go on, and keeping the same again changes nothing', async (queue) => {
    const woken = await recordWakes(queue)
    const count = (name: string): number => woken.filter((one) => one === name).length
    await queue.keepWakeUps([wakeUp('a'), wakeUp('b')])
    await until(async () => count('a') >= 1 && count('b') >= 1)
    await queue.keepWakeUps([wakeUp('b'), wakeUp('c')])
    await queue.keepWakeUps([wakeUp('b'), wakeUp('c')])
    await until(async () => count('c') >= 1)
    const before = { a: count('a'), b: count('b'), c: count('c') }
    await until(async () => count('b') >= before.b + 2 && count('c') >= before.c + 2)
    assert.equal(count('a'), before.a)
    await queue.keepWakeUps([])
  })

  law('another expression of the same name takes the place of the first', async (queue) => {
    const woken = await recordWakes(queue)
    await queue.keepWakeUps([{ name: 'a', cron: '0 0 29 2 *', timeZone: 'UTC' }])
    await queue.keepWakeUps([wakeUp('a')])
    await until(async () => woken.length >= 1)
  })

  law('whatever a schedule can say can be kept, in any zone', async (queue) => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata']
    const all = SELDOM.flatMap((cron, index) =>
      zones.map((timeZone) => ({ name: `s${index}-${timeZone.replace('/', '_')}`, cron, timeZone })),
    )
    await queue.keepWakeUps(all)
    await queue.keepWakeUps([])
  })
}

function wakeUp(name: string): WakeUp {
  return { name, cron: EACH_SECOND, timeZone: 'UTC' }
}

async function recordWakes(queue: JobQueue): Promise<string[]> {
  const woken: string[] = []
  await queue.consume(WAKE_LANE, 1, async ({ data }) => {
    woken.push(readWake(data))
  })
  return woken
}
