import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cronTimes } from '../../src/workers/cron-times.ts'

function times(cron: string, timeZone: string, from: string, count: number): string[] {
  const found: string[] = []
  let after: number | null = Date.parse(from)
  for (let left = count; left > 0 && after !== null; left -= 1) {
    after = cronTimes.next({ cron, timeZone }, after)
    if (after !== null) found.push(new Date(after).toISOString().replace(':00.000Z', 'Z'))
  }
  return found
}

// Worked out by hand from the rules of the zones: Berlin leaves out 02:00 to 03:00 on 2026-03-29 (01:00 UTC) and has it twice on 2026-10-25
// (until 01:00 UTC); New York leaves out 02:00 to 03:00 on 2026-03-08 (07:00 UTC) and has 01:00 to 02:00 twice on 2026-11-01 (until 06:00 UTC).
for (const [what, cron, timeZone, from, ...expected] of [
  [
    'a time that the night leaves out comes when the clocks have been set',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T00:00Z',
    '2026-03-28T01:30Z',
    '2026-03-29T01:00Z',
    '2026-03-30T00:30Z',
  ],
  [
    'a time that the night has twice comes the first time',
    '30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T00:00Z',
    '2026-10-24T00:30Z',
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
  ],
  [
    'of two that the night leaves out there is one',
    '0,30 2 * * *',
    'Europe/Berlin',
    '2026-03-28T12:00Z',
    '2026-03-29T01:00Z',
    '2026-03-30T00:00Z',
  ],
  [
    'a list of times comes once in the long night',
    '0,30 2 * * *',
    'Europe/Berlin',
    '2026-10-24T12:00Z',
    '2026-10-25T00:00Z',
    '2026-10-25T00:30Z',
    '2026-10-26T01:00Z',
  ],
  [
    'New York in spring',
    '30 2 * * *',
    'America/New_York',
    '2026-03-07T00:00Z',
    '2026-03-07T07:30Z',
    '2026-03-08T07:00Z',
    '2026-03-09T06:30Z',
  ],
  [
    'New York in autumn',
    '30 1 * * *',
    'America/New_York',
    '2026-10-31T00:00Z',
    '2026-10-31T05:30Z',
    '2026-11-01T05:30Z',
    '2026-11-02T06:30Z',
  ],
  [
    'Kolkata has no such nights',
    '0 8 * * *',
    'Asia/Kolkata',
    '2026-03-28T12:00Z',
    '2026-03-29T02:30Z',
    '2026-03-30T02:30Z',
  ],
  ['UTC neither', '30 2 * * *', 'UTC', '2026-03-28T12:00Z', '2026-03-29T02:30Z', '2026-03-30T02:30Z'],
  [
    'every hour goes on by real hours in spring',
    '0 * * * *',
    'Europe/Berlin',
    '2026-03-28T23:30Z',
    '2026-03-29T00:00Z',
    '2026-03-29T01:00Z',
    '2026-03-29T02:00Z',
  ],
  [
    'every hour goes on by real hours in autumn',
    '0 * * * *',
    'Europe/Berlin',
    '2026-10-24T23:30Z',
    '2026-10-25T00:00Z',
    '2026-10-25T01:00Z',
    '2026-10-25T02:00Z',
    '2026-10-25T03:00Z',
  ],
  [
    'every quarter of an hour in the long night',
    '*/15 * * * *',
    'America/New_York',
    '2026-11-01T05:40Z',
    '2026-11-01T05:45Z',
    '2026-11-01T06:00Z',
    '2026-11-01T06:15Z',
  ],
  [
    'mornings of weekdays, from a Friday on',
    '0 8 * * 1-5',
    'Europe/Berlin',
    '2026-11-20T07:30Z',
    '2026-11-23T07:00Z',
    '2026-11-24T07:00Z',
  ],
  ['a leap day', '0 8 29 2 *', 'UTC', '2026-11-21T00:00Z', '2028-02-29T08:00Z', '2032-02-29T08:00Z'],
  ['the last day of the month', '0 0 L * *', 'UTC', '2028-02-01T00:00Z', '2028-02-29T00:00Z', '2028-03-31T00:00Z'],
  [
    'strictly after the moment, though it has milliseconds',
    '0 8 * * *',
    'UTC',
    '2026-11-21T07:59:59.999Z',
    '2026-11-21T08:00Z',
    '2026-11-22T08:00Z',
  ],
  ['not the moment itself', '0 8 * * *', 'UTC', '2026-11-21T08:00:00.000Z', '2026-11-22T08:00Z'],
] as const) {
  test(`${what} (${cron} ${timeZone})`, () => {
    assert.deepEqual(times(cron, timeZone, from, expected.length), expected)
  })
}

test('a span holds what comes after its begin, up to and with its end, and the newest where there are too many', () => {
  const hourly = { cron: '0 * * * *', timeZone: 'UTC' }
  const at = (hour: number): number => Date.UTC(2026, 10, 21, hour)
  const span = { after: at(3), until: at(6) }
  assert.deepEqual(cronTimes.within(hourly, span, 3), { times: [at(4), at(5), at(6)], isCut: false })
  assert.deepEqual(cronTimes.within(hourly, span, 2), { times: [at(5), at(6)], isCut: true })
  assert.deepEqual(cronTimes.within(hourly, { after: at(6), until: at(3) }, 3), { times: [], isCut: false })
})

test('a daily time comes once on each local day of a year, wherever it is and whatever the hour', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'Africa/Cairo', 'UTC']
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      (timeZone, hour, minute) => {
        const schedule = { cron: `${minute} ${hour} * * *`, timeZone }
        const day = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
        const span = { after: Date.UTC(2026, 0, 1), until: Date.UTC(2027, 0, 1) }
        const found = cronTimes.within(schedule, span, 1_000).times
        const days = found.map((time) => day.format(time))
        assert.equal(new Set(days).size, days.length)
        // A year of 365 days; the span cuts one off at its begin or its end where the zone is not UTC.
        assert.ok(days.length === 365 || days.length === 366, `${days.length} days`)
      },
    ),
    { numRuns: 40 },
  )
})

test('counted from the end it is the same', () => {
  const crons = ['*/10 * * * *', '30 2 * * *', '0,30 1-3 * * *', '0 */2 * * *', '15 * * * 0', '*/20 30 2 * * *']
  const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC']
  const changes = [
    '2026-03-29T01:00Z',
    '2026-10-25T01:00Z',
    '2026-03-08T07:00Z',
    '2026-11-01T06:00Z',
    '2026-04-04T15:00Z',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...crons),
      fc.constantFrom(...zones),
      fc.constantFrom(...changes),
      fc.record({ seconds: fc.integer({ min: -50_000, max: 50_000 }), most: fc.integer({ min: 1, max: 20 }) }),
      (cron, timeZone, change, { seconds, most }) => {
        const until = Date.parse(change) + seconds * 1_000
        const all = cronTimes.within({ cron, timeZone }, { after: until - 3 * 86_400_000, until }, 10_000)
        const some = cronTimes.within({ cron, timeZone }, { after: until - 3 * 86_400_000, until }, most)
        assert.deepEqual(some.times, all.times.slice(-most))
        assert.equal(some.isCut, all.times.length > most)
      },
    ),
    { numRuns: 150 },
  )
})
