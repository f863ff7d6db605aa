import type { Severity } from '../model/comparison.ts'

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** From `from` to `to`, minutes of the local day; `to` not after `from` is on the next day. `days`: on which it begins. */
export type QuietWindow = { readonly days: readonly Weekday[]; readonly from: number; readonly to: number }

export type QuietHours = {
  /** IANA name. */
  readonly timeZone: string
  readonly windows: readonly QuietWindow[]
  /** What is at least this severe is told at once; null: nothing is. */
  readonly exceptFrom: Severity | null
}

const MINUTE = 60_000
const DAY = 1_440
/** A week and a day: whoever is quiet for longer never hears anything, which is not what quiet hours are for. */
const MOST_MINUTES = 8 * DAY

/**
 * The end of the quiet hours that `now` (ms since the epoch) is in, to the minute; null where it is in none. Local time is that of the
 * zone on that day, so the end is right over changes of daylight-saving time. Hours that never end count as none.
 */
export function quietUntil(now: number, quiet: QuietHours | null): number | null {
  if (quiet === null) return null
  const clock = localClock(quiet.timeZone)
  const isQuiet = (at: number): boolean => isIn(clock(at), quiet.windows)
  if (!isQuiet(now)) return null
  const first = Math.floor(now / MINUTE) + 1
  for (let minute = first; minute < first + MOST_MINUTES; minute += 1) {
    if (!isQuiet(minute * MINUTE)) return minute * MINUTE
  }
  return null
}

type LocalTime = { readonly day: number; readonly minute: number }

function localClock(timeZone: string): (at: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
    const weekday = (parts.get('weekday') ?? '').toLowerCase() as Weekday
    return { day: WEEKDAYS.indexOf(weekday), minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
  }
}

function isIn({ day, minute }: LocalTime, windows: readonly QuietWindow[]): boolean {
  const today = WEEKDAYS[day]!
  const yesterday = WEEKDAYS[(day + 6) % 7]!
  return windows.some(({ days, from, to }) => {
    if (from < to) return days.includes(today) && minute >= from && minute < to
    return (days.includes(today) && minute >= from) || (days.includes(yesterday) && minute < to)
  })
}
