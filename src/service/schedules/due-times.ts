import { sha256 } from '../../flux/digest.ts'
import type { Schedule } from './schedule-store.ts'

/** Both in milliseconds since the epoch: after `after`, up to and with `until`. */
export type Span = { readonly after: number; readonly until: number }

type Cron = Pick<Schedule, 'cron' | 'timeZone'>

/** When a schedule is due, in milliseconds since the epoch: given by whoever reads cron expressions. */
export type DueTimes = {
  /** Oldest first. Where there are more than `most`, the newest of them. */
  readonly within: (
    schedule: Cron,
    span: Span,
    most: number,
  ) => { readonly times: readonly number[]; readonly isCut: boolean }
  /** The first one after a moment; null: it never comes again. */
  readonly next: (schedule: Cron, after: number) => number | null
}

/**
 * When the run of a due time begins: up to the jitter later, always as much for the same due time, and before the next one is due, so that
 * runs begin in the order of their due times.
 */
export function beginOf(
  { name, jitterMs }: Pick<Schedule, 'name' | 'jitterMs'>,
  due: number,
  next: number | null,
): number {
  const most = next === null ? jitterMs : Math.min(jitterMs, next - due - 1)
  if (most <= 0) return due
  const chance = Number.parseInt(sha256(`${name}\n${due}`).slice(0, 8), 16) / 2 ** 32
  return due + Math.floor(chance * (most + 1))
}

/** A due time, and when its run begins. Milliseconds since the epoch. */
export type DueTime = { readonly due: number; readonly begin: number }

/** The first due time after a moment. Null: there is none. */
export function nextBegin(schedule: Schedule, after: number, times: DueTimes): DueTime | null {
  const due = times.next(schedule, after)
  return due === null ? null : { due, begin: beginOf(schedule, due, times.next(schedule, due)) }
}

/** The due times in a span whose runs have begun at its end, oldest first; see {@link DueTimes} for `most`. */
export function begunTimes(
  schedule: Schedule,
  span: Span,
  times: DueTimes,
  most: number,
): { readonly times: readonly DueTime[]; readonly isCut: boolean } {
  const { times: found, isCut } = times.within(schedule, span, most)
  const begun = found
    .map((due, index) => ({ due, begin: beginOf(schedule, due, found[index + 1] ?? times.next(schedule, due)) }))
    .filter(({ begin }) => begin <= span.until)
  return { times: begun, isCut }
}
