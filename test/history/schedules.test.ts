import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import type { NewRun } from '../../src/service/runs.ts'
import type { AccountedTimes, ScheduleRecord } from '../../src/service/schedules/schedule-store.ts'
import { timeAt } from '../service/ledger/ledger-fixtures.ts'
import { serviceIn } from './fixtures.ts'
import { REQUEST } from './report-fixtures.ts'

const ALL = { name: null }
const PAGE = { limit: 100, cursor: null }

function newRun(id: string, part: Partial<NewRun> = {}): NewRun {
  const sides = REQUEST.clusters.map((cluster) => {
    return { cluster, pool: 'p', snapshot: null, newJob: `job_${id}_${cluster}` }
  })
  return { id, request: REQUEST, requestedBy: 'schedule', sides, idempotency: null, ...part }
}

function due(hour: number, id: string | null, part: Partial<AccountedTimes> = {}): AccountedTimes {
  const run = id === null ? null : ({ due: timeAt(hour), trigger: 'schedule', newRun: newRun(id) } as const)
  return { name: 'morning', without: [], run, accountedUntil: timeAt(hour), ...part }
}

/** `08:00 ran run_1`, newest due time first. */
function recordsIn(history: ServiceHistory, name: string | null = null): string[] {
  const written = ({ due, trigger, outcome, reason, run }: ScheduleRecord): string =>
    [due.slice(11, 16), trigger, outcome, reason ?? run ?? ''].join(' ')
  return history.scheduleRecords({ name }, PAGE).items.map(written)
}

test('a schedule is accounted for from when it is known, and anew when its times are others', (t) => {
  const { history } = serviceIn(t)
  history.knowSchedules([{ name: 'morning', key: 'a' }], timeAt(1))
  history.knowSchedules([{ name: 'morning', key: 'a' }], timeAt(2))
  const known = { name: 'morning', key: 'a', accountedUntil: timeAt(1), paused: null, running: null }
  assert.deepEqual(history.scheduleStates(), [known])
  history.accountTimes(due(3, null), timeAt(3))
  const pause = { by: 'ada', at: timeAt(3), reason: 'freeze' }
  assert.equal(history.pauseSchedule('morning', pause), true)
  assert.equal(history.pauseSchedule('unknown', pause), false)
  assert.deepEqual(history.scheduleStates(), [{ ...known, accountedUntil: timeAt(3), paused: pause }])
  // A clock that was set back unmakes nothing.
  history.accountTimes(due(2, null), timeAt(2))
  assert.equal(history.scheduleStates()[0]?.accountedUntil, timeAt(3))
  history.knowSchedules([{ name: 'morning', key: 'b' }], timeAt(4))
  assert.deepEqual(history.scheduleStates(), [{ ...known, key: 'b', accountedUntil: timeAt(4), paused: pause }])
  assert.equal(history.pauseSchedule('morning', null), true)
  assert.equal(history.scheduleStates()[0]?.paused, null)
  history.knowSchedules([], timeAt(5))
  assert.deepEqual(history.scheduleStates(), [])
})

test('each due time has one record, whoever accounts for it', (t) => {
  const { history } = serviceIn(t)
  history.knowSchedules([{ name: 'morning', key: 'a' }], timeAt(0))
  const { run } = history.accountTimes(due(8, 'run_1'), timeAt(8))
  assert.deepEqual([run?.id, run?.phase, run?.request.name], ['run_1', 'queued', REQUEST.name])
  assert.deepEqual(history.accountTimes(due(8, 'run_2'), timeAt(8)), { run: null })
  assert.equal(history.run('run_2'), null)
  assert.equal(history.scheduleStates()[0]?.running, 'run_1')
  assert.deepEqual(history.accountTimes(due(9, 'run_3'), timeAt(9)), { run: null })
  assert.equal(history.run('run_3'), null)
  history.cancelRun('run_1', timeAt(9))
  assert.equal(history.scheduleStates()[0]?.running, null)
  assert.deepEqual(history.accountTimes(due(9, 'run_4'), timeAt(9)), { run: null })
  assert.equal(history.accountTimes(due(10, 'run_5'), timeAt(10)).run?.id, 'run_5')
  assert.deepEqual(recordsIn(history), [
    '10:00 schedule ran run_5',
    '09:00 schedule skipped still-running',
    '08:00 schedule ran run_1',
  ])
  assert.deepEqual(history.scheduleRecords(ALL, PAGE).items[2], {
    schedule: 'morning',
    due: timeAt(8),
    trigger: 'schedule',
    outcome: 'ran',
    reason: null,
    message: null,
    run: 'run_1',
    requestedBy: 'schedule',
    recordedAt: timeAt(8),
  })
})

test('what was missed is recorded with what makes up for it', (t) => {
  const { history } = serviceIn(t)
  history.knowSchedules([{ name: 'morning', key: 'a' }], timeAt(0))
  const missed = [1, 2].map((hour) => {
    return { due: timeAt(hour), outcome: 'missed', reason: 'down', message: null } as const
  })
  const skipped = { due: timeAt(3), outcome: 'skipped', reason: 'not-possible', message: 'no cluster edge' } as const
  const run = { due: timeAt(4), trigger: 'catch-up', newRun: newRun('run_1') } as const
  const times = { ...due(4, null), without: [...missed, skipped], run }
  assert.equal(history.accountTimes(times, timeAt(5)).run?.id, 'run_1')
  assert.deepEqual(history.accountTimes(times, timeAt(5)), { run: null })
  assert.deepEqual(recordsIn(history, 'morning'), [
    '04:00 catch-up ran run_1',
    '03:00 schedule skipped not-possible',
    '02:00 schedule missed down',
    '01:00 schedule missed down',
  ])
  assert.equal(history.scheduleRecords(ALL, PAGE).items[1]?.message, 'no cluster edge')
  assert.deepEqual(recordsIn(history, 'evening'), [])
})

test('a run on request stands in the way of no due time, and is not made beside another one', (t) => {
  const { history } = serviceIn(t)
  history.knowSchedules([{ name: 'morning', key: 'a' }], timeAt(0))
  const idempotency = { key: 'k', caller: 'ada', digest: 'd' }
  const now = (id: string, part: Partial<NewRun> = {}): AccountedTimes => {
    const run = { due: timeAt(8), trigger: 'run-now', newRun: newRun(id, { requestedBy: 'ada', ...part }) } as const
    return { ...due(0, null), run }
  }
  assert.equal(history.accountTimes(now('run_1', { idempotency }), timeAt(8)).run?.id, 'run_1')
  assert.deepEqual(history.accountTimes(now('run_2'), timeAt(8)), { run: null })
  // The same request again, while its run goes on.
  assert.equal(history.accountTimes(now('run_3', { idempotency }), timeAt(8)).run?.id, 'run_1')
  history.cancelRun('run_1', timeAt(8))
  assert.equal(history.accountTimes(due(8, 'run_4'), timeAt(8)).run?.id, 'run_4')
  assert.deepEqual(recordsIn(history), ['08:00 schedule ran run_4', '08:00 run-now ran run_1'])
  assert.equal(history.scheduleRecords(ALL, PAGE).items[1]?.requestedBy, 'ada')
})

test('a run that cannot be made leaves nothing of the call', (t) => {
  const { history } = serviceIn(t)
  history.knowSchedules([{ name: 'morning', key: 'a' }], timeAt(0))
  const sides = [{ cluster: 'staging', pool: 'p', snapshot: 'snap_gone', newJob: 'job_1' }]
  const run = { due: timeAt(2), trigger: 'schedule', newRun: newRun('run_1', { sides }) } as const
  const without = [{ due: timeAt(1), outcome: 'missed', reason: 'down', message: null } as const]
  assert.throws(() => history.accountTimes({ ...due(2, null), without, run }, timeAt(2)), { code: 'snapshot-unknown' })
  assert.deepEqual(recordsIn(history), [])
  assert.equal(history.scheduleStates()[0]?.accountedUntil, timeAt(0))
})

test('records are paged by due time, also where a time was recorded late', (t) => {
  const { history } = serviceIn(t)
  const missed = (name: string, hour: number): void => {
    const without = [{ due: timeAt(hour), outcome: 'missed', reason: 'down', message: null } as const]
    history.accountTimes({ ...due(hour, null), name, without }, timeAt(20))
  }
  for (const hour of [3, 1, 4, 2]) missed('morning', hour)
  missed('evening', 3)
  const hours: string[] = []
  for (let cursor: string | null = null; ;) {
    const page = history.scheduleRecords(ALL, { limit: 2, cursor })
    hours.push(...page.items.map(({ schedule, due }) => `${schedule} ${due.slice(11, 13)}`))
    if (page.next === null) break
    cursor = page.next
  }
  assert.deepEqual(hours, ['morning 04', 'evening 03', 'morning 03', 'morning 02', 'morning 01'])
})
