import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginOf, begunTimes, nextBegin, type DueTimes } from '../../../src/service/schedules/due-times.ts'

const MINUTE = 60_000
const HOURLY = { name: 'prod', cron: '0 * * * *', timeZone: 'UTC', jitterMs: 10 * MINUTE }
const at = (hour: number, minute = 0): number => Date.UTC(2026, 10, 21, hour, minute)

/** Full hours. */
const times: DueTimes = {
  within: (_, { after, until }, most) => {
    const all = Array.from({ length: 24 }, (__, hour) => at(hour)).filter((time) => time > after && time <= until)
    return { times: all.slice(-most), isCut: all.length > most }
  },
  next: (_, after) => (Math.floor(after / (60 * MINUTE)) + 1) * 60 * MINUTE,
}

test('jitter is the same each time, differs between due times and schedules, and stays below its bound and the next due time', () => {
  const begins = Array.from({ length: 24 }, (_, hour) => beginOf(HOURLY, at(hour), at(hour + 1)) - at(hour))
  assert.deepEqual(
    begins,
    Array.from({ length: 24 }, (_, hour) => beginOf(HOURLY, at(hour), at(hour + 1)) - at(hour)),
  )
  assert.ok(new Set(begins).size > 20)
  assert.ok(begins.every((late) => late >= 0 && late <= 10 * MINUTE))
  assert.notEqual(beginOf({ ...HOURLY, name: 'other' }, at(0), at(1)) - at(0), begins[0])
  assert.ok(beginOf(HOURLY, at(0), at(0) + 5_000) < at(0) + 5_000)
  assert.equal(beginOf({ ...HOURLY, jitterMs: 0 }, at(0), at(1)), at(0))
})

test('a due time whose run has not begun yet is not accounted for', () => {
  const begin = beginOf(HOURLY, at(8), at(9))
  assert.ok(begin > at(8))
  const span = (until: number) => ({ after: at(6), until })
  const seven = { due: at(7), begin: beginOf(HOURLY, at(7), at(8)) }
  assert.deepEqual(begunTimes(HOURLY, span(begin - 1), times, 100).times, [seven])
  assert.deepEqual(begunTimes(HOURLY, span(begin), times, 100).times, [seven, { due: at(8), begin }])
  assert.deepEqual(nextBegin(HOURLY, at(7), times), { due: at(8), begin })
})
