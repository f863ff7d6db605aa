import { Cron } from 'croner'
import type { DueTimes, Span } from '../service/schedules/due-times.ts'
import type { Schedule } from '../service/schedules/schedule-store.ts'

type Written = Pick<Schedule, 'cron' | 'timeZone'>

/**
 * When cron expressions come, by croner, to the second. Times that are written out come once on each local day (`no-wildcard`), what repeats by
 * `*` or a step follows real hours: see docs/schedules.md.
 */
export const cronTimes: DueTimes = {
  within: (schedule, span, most) => {
    const cron = read(schedule)
    const forward = timesFrom(cron, span, most)
    if (forward.length <= most) return { times: forward, isCut: false }
    // Counted from the end: nobody knows how many there are without walking over all of them.
    const backward = cron.previousRuns(most, new Date(span.until + 1_000))
    const times = backward.map((date) => date.getTime()).filter((time) => time > span.after && time <= span.until)
    return { times: times.toReversed(), isCut: true }
  },
  next: (schedule, after) => read(schedule).nextRun(new Date(after))?.getTime() ?? null,
}

/** As {@link cronTimes} reads it, without a timer. */
function read({ cron, timeZone }: Written): Cron {
  return new Cron(cron, { mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard', timezone: timeZone, paused: true })
}

/** One more than `most` where there are more. */
function timesFrom(cron: Cron, { after, until }: Span, most: number): number[] {
  const times: number[] = []
  let from = after
  while (times.length <= most) {
    const next = cron.nextRun(new Date(from))?.getTime()
    if (next === undefined || next > until) break
    times.push(next)
    from = next
  }
  return times
}
