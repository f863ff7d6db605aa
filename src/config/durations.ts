import { formatGoDuration, parseGoDuration } from '../flux/duration.ts'

const DAY_MS = 86_400_000
const WITH_DAYS = /^(\d{1,6})d(.*)$/

/** A Go duration (`30s`, `1h30m`) as whole milliseconds; null where it cannot be read or is shorter than one. */
export function readDuration(text: string): number | null {
  const nanoseconds = parseGoDuration(text)
  return nanoseconds === null || nanoseconds < 1_000_000n ? null : Number(nanoseconds / 1_000_000n)
}

/** As {@link readDuration}, and days before the rest: `90d`, `1d12h`. */
export function readLongDuration(text: string): number | null {
  const [, days, rest] = WITH_DAYS.exec(text) ?? []
  if (days === undefined) return readDuration(text)
  const more = rest === '' ? 0 : readDuration(rest!)
  const total = more === null ? null : Number(days) * DAY_MS + more
  return total === null || total < 1 ? null : total
}

/** The text from which the same number of milliseconds is read. */
export function writeDuration(ms: number): string {
  return formatGoDuration(BigInt(ms) * 1_000_000n).replace(/(?<=[hm])0[ms](?:0s)?$/, '')
}

/** As {@link writeDuration}, in days where there are only whole ones. */
export function writeLongDuration(ms: number): string {
  return ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : writeDuration(ms)
}

/** As {@link writeLongDuration}; none is `0s`. */
export function writeDurationOrNone(ms: number): string {
  return ms === 0 ? '0s' : writeLongDuration(ms)
}
