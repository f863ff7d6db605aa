import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quietUntil, WEEKDAYS, type QuietHours } from '../../src/service/quiet-hours.ts'

const HOUR = 60
const nights = (timeZone: string, to = 7 * HOUR): QuietHours => ({
  timeZone,
  windows: [{ days: WEEKDAYS, from: 22 * HOUR, to }],
  exceptFrom: null,
})
const WEEKEND: QuietHours = {
  timeZone: 'Europe/Berlin',
  windows: [{ days: ['sat', 'sun'], from: 0, to: 24 * HOUR }],
  exceptFrom: null,
}

// Berlin: UTC+1, and UTC+2 from 2026-03-29T01:00Z to 2026-10-25T01:00Z.
for (const [what, quiet, now, until] of [
  ['by day', nights('Europe/Berlin'), '2026-11-21T12:00:00Z', null],
  ['at night', nights('Europe/Berlin'), '2026-11-21T21:30:20Z', '2026-11-22T06:00:00Z'],
  ['at the first minute', nights('Europe/Berlin'), '2026-11-21T21:00:00Z', '2026-11-22T06:00:00Z'],
  ['at the minute it ends', nights('Europe/Berlin'), '2026-11-22T06:00:00Z', null],
  ['after midnight', nights('Europe/Berlin'), '2026-11-22T00:00:00Z', '2026-11-22T06:00:00Z'],
  ['in the night that is an hour shorter', nights('Europe/Berlin'), '2026-03-28T21:30:00Z', '2026-03-29T05:00:00Z'],
  ['in the night that is an hour longer', nights('Europe/Berlin'), '2026-10-24T20:30:00Z', '2026-10-25T06:00:00Z'],
  ['with an end that does not exist', nights('Europe/Berlin', 150), '2026-03-28T23:00:00Z', '2026-03-29T01:00:00Z'],
  [
    'with an end that comes twice: the first',
    nights('Europe/Berlin', 150),
    '2026-10-24T22:00:00Z',
    '2026-10-25T00:30:00Z',
  ],
  ['over a whole weekend', WEEKEND, '2026-11-21T08:00:00Z', '2026-11-22T23:00:00Z'],
  ['on Friday before the weekend', WEEKEND, '2026-11-20T22:59:00Z', null],
  ['in a zone of half an hour', nights('Asia/Kolkata'), '2026-11-21T17:00:00Z', '2026-11-22T01:30:00Z'],
] as const) {
  test(`quiet hours ${what}`, () => {
    const found = quietUntil(Date.parse(now), quiet)
    assert.equal(found === null ? null : new Date(found).toISOString(), until?.replace('Z', '.000Z') ?? null)
  })
}

test('hours of Friday night reach into Saturday, and those of Saturday do not begin', () => {
  const friday: QuietHours = { timeZone: 'UTC', windows: [{ days: ['fri'], from: 1320, to: 420 }], exceptFrom: null }
  assert.equal(quietUntil(Date.parse('2026-11-21T06:59:00Z'), friday), Date.parse('2026-11-21T07:00:00Z'))
  assert.equal(quietUntil(Date.parse('2026-11-21T23:00:00Z'), friday), null)
})

test('hours that never end count as none, and without hours nothing is quiet', () => {
  const always: QuietHours = { timeZone: 'UTC', windows: [{ days: WEEKDAYS, from: 0, to: 0 }], exceptFrom: null }
  assert.equal(quietUntil(0, always), null)
  assert.equal(quietUntil(0, null), null)
})
