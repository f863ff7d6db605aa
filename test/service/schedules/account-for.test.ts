import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  accountFor,
  notPossible,
  tellCut,
  withoutRun,
  type Moment,
} from '../../../src/service/schedules/account-for.ts'

const HOUR = 3_600_000
const at = (hour: number, minute = 0): number => Date.UTC(2026, 10, 21, hour, minute)
const dues = (...times: readonly number[]) => times.map((due) => ({ due, begin: due }))
const moment = (change: Partial<Moment>): Moment => ({
  now: at(8),
  upSince: at(0),
  isPaused: false,
  isRunning: false,
  ...change,
})

test('what is due runs', () => {
  assert.deepEqual(accountFor(dues(at(8)), moment({})), { without: [], run: { due: at(8), trigger: 'schedule' } })
  assert.deepEqual(accountFor(dues(), moment({})), { without: [], run: null })
})

test('after a time in which the service was down, one run catches up and the rest is missed', () => {
  const found = accountFor(dues(at(5), at(6), at(7)), moment({ now: at(7, 30), upSince: at(7, 29) }))
  assert.deepEqual(found.run, { due: at(7), trigger: 'catch-up' })
  assert.deepEqual(withoutRun(found), [
    { due: '2026-11-21T05:00:00.000Z', outcome: 'missed', reason: 'down', message: null },
    { due: '2026-11-21T06:00:00.000Z', outcome: 'missed', reason: 'down', message: null },
  ])
})

test('a run that begins more than a minute late is a catch-up, also where the process only stood still', () => {
  assert.equal(accountFor(dues(at(8)), moment({ now: at(8, 1) })).run?.trigger, 'schedule')
  assert.equal(accountFor(dues(at(8)), moment({ now: at(8, 1) + 1 })).run?.trigger, 'catch-up')
})

test('a run that begins after its jitter is in time', () => {
  const late = { due: at(8), begin: at(8, 30) }
  assert.equal(accountFor([late], moment({ now: at(8, 31) })).run?.trigger, 'schedule')
  assert.equal(accountFor([late], moment({ now: at(8, 31), upSince: at(8, 10) })).run?.trigger, 'schedule')
  assert.equal(accountFor([late], moment({ now: at(8, 32) })).run?.trigger, 'catch-up')
})

test('nothing runs while it is paused, however long that is', () => {
  const found = accountFor(dues(at(6), at(7)), moment({ isPaused: true, upSince: at(7, 59) }))
  assert.equal(found.run, null)
  assert.deepEqual(
    withoutRun(found).map(({ outcome, reason }) => `${outcome} ${reason}`),
    ['skipped paused', 'skipped paused'],
  )
})

test('nothing runs while a run of it is unfinished; what was due while the service was down is missed', () => {
  const found = accountFor(dues(at(5), at(6), at(7)), moment({ now: at(7, 0), upSince: at(6, 59), isRunning: true }))
  assert.deepEqual(
    withoutRun(found).map(({ outcome, reason }) => `${outcome} ${reason}`),
    ['missed down', 'missed down', 'skipped still-running'],
  )
})

test('what cannot be asked for is skipped, with the reason in words', () => {
  const found = notPossible(accountFor(dues(at(7), at(8)), moment({})), 'there is no cluster qa')
  assert.equal(found.run, null)
  assert.deepEqual(withoutRun(found).at(-1), {
    due: '2026-11-21T08:00:00.000Z',
    outcome: 'skipped',
    reason: 'not-possible',
    message: 'there is no cluster qa',
  })
})

test('where too many due times have passed, the oldest that is listed says so', () => {
  const found = tellCut(accountFor(dues(at(6), at(7), at(8)), moment({})), '2026-01-01T00:00:00.000Z')
  assert.deepEqual(
    withoutRun(found).map(({ message }) => message),
    ['and all due times before it, since 2026-01-01T00:00:00.000Z: they are too many to be listed', null],
  )
})

type Step =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'tick' | 'pause' | 'resume' | 'finish' | 'restart' }
  /** The process is not there for so long. */
  | { readonly do: 'down'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: -3 * HOUR, max: 3 * HOUR }) }),
  fc.constantFrom<Step>(
    { do: 'tick' },
    { do: 'tick' },
    { do: 'pause' },
    { do: 'resume' },
    { do: 'finish' },
    { do: 'restart' },
  ),
  fc.record({ do: fc.constant('down' as const), ms: fc.integer({ min: 0, max: 30 * HOUR }) }),
)

test('whatever happens: one record for each due time, one run at a time, one catch-up after each time down', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const start = at(0, 30)
      const state = { now: start, accountedUntil: start, upSince: start, isPaused: false, isRunning: false }
      const records: { due: number; outcome: string }[] = []
      let catchUps = 0
      let downs = 0
      const tick = (): void => {
        const due: number[] = []
        for (let time = at(1); time <= state.now; time += HOUR) if (time > state.accountedUntil) due.push(time)
        const { without, run } = accountFor(dues(...due), state)
        records.push(...without.map(({ due: time, reason }) => ({ due: time, outcome: reason })))
        if (run !== null) {
          assert.ok(!state.isRunning && !state.isPaused)
          state.isRunning = true
          records.push({ due: run.due, outcome: 'ran' })
          if (run.trigger === 'catch-up') catchUps += 1
        }
        state.accountedUntil = due.at(-1) ?? state.accountedUntil
      }
      for (const one of steps) {
        if (one.do === 'pass' || one.do === 'down') state.now += one.ms
        if (one.do === 'pause' || one.do === 'resume') state.isPaused = one.do === 'pause'
        if (one.do === 'finish') state.isRunning = false
        if (one.do === 'down' || one.do === 'restart') {
          state.upSince = state.now
          downs += 1
        }
        // Where time passes the process is late for what came in it, as if it had stood still.
        if (one.do === 'pass' && one.ms > 60_000) downs += 1
        if (one.do !== 'pass' && one.do !== 'finish') tick()
      }
      const recorded = records.map(({ due }) => due)
      assert.equal(new Set(recorded).size, recorded.length)
      assert.deepEqual(
        recorded,
        recorded.toSorted((a, b) => a - b),
      )
      const expected: number[] = []
      for (let time = at(1); time <= state.accountedUntil; time += HOUR) expected.push(time)
      assert.deepEqual(recorded, expected)
      assert.ok(catchUps <= downs)
    }),
    { numRuns: 1_000 },
  )
})
