import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/history/connect.ts'
import { queriesOn } from '../../src/history/queries.ts'
import type { PruneReport } from '../../src/history/prune.ts'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { appliedVersions } from '../../src/history/version-schema.ts'
import type { Drift } from '../../src/model/comparison.ts'
import type { AccountedTimes } from '../../src/service/schedules/schedule-store.ts'
import { comparedAt, driftOf, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { serviceIn } from './fixtures.ts'
import { contextOf, recordReport, REQUEST, routeTo } from './report-fixtures.ts'

const ALL = { name: null, within: null }
const ANY = { state: null, channel: null, report: null, name: null }
const PAGE = { limit: 100, cursor: null }
const SENT = { step: { state: 'sent', reference: null }, configured: '' } as const

function prune(history: ServiceHistory, beforeHour: number, nowHour = 100): PruneReport {
  const steps = history.prune({ before: timeAt(beforeHour), now: timeAt(nowHour), keepLatest: 1 })
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** One more drift each hour, so that each report has news. */
function report(history: ServiceHistory, hour: number, routes = [routeTo('team')]): void {
  const drifts = Array.from({ length: hour }, (_, index): Drift => driftOf(`app-${index}`))
  recordReport(history, comparedAt(hour, drifts), contextOf(routes))
}

function reportsIn(history: ServiceHistory): string[] {
  return history.reportPage(ALL, PAGE).items.map(({ id }) => id)
}

function messagesIn(history: ServiceHistory): string[] {
  return history.deliveryPage(ANY, PAGE).items.map(({ id }) => id)
}

test('reports and messages go when they are old, but nothing that is pending and no newest report', (t) => {
  const { history } = serviceIn(t)
  for (const hour of [1, 2, 3, 4]) report(history, hour)
  history.settleDelivery('msg+report_1+team', { ...SENT, now: timeAt(5) })
  history.settleDelivery('msg+report_3+team', { ...SENT, now: timeAt(9) })
  history.settleDelivery('msg+report_4+team', { ...SENT, now: timeAt(5) })
  // The ledger forgets what was not compared for so long.
  const same = Array.from({ length: 4 }, (_, index): Drift => driftOf(`app-${index}`))
  recordReport(history, comparedAt(9, same), null)
  const { reports, deliveries } = prune(history, 8)
  assert.deepEqual([reports, deliveries], [1, 2])
  assert.deepEqual(messagesIn(history), ['msg+report_3+team', 'msg+report_2+team'])
  assert.deepEqual(reportsIn(history), ['report_4', 'report_3', 'report_2'])
  for (const id of ['report_2', 'report_3', 'report_4']) assert.equal(history.reportDocument(id)?.id, id)
  assert.equal(history.pendingDelivery('msg+report_2+team')?.document.fresh.length, 1)
  // What the next report tells still follows from the one before.
  report(history, 10)
  assert.equal(history.reportRecord('report_10')?.counts.fresh, 6)
})

test('a name that the ledger has forgotten goes with all that is remembered of it', (t) => {
  const { history } = serviceIn(t)
  report(history, 1)
  history.settleDelivery('msg+report_1+team', { ...SENT, now: timeAt(1) })
  prune(history, 50)
  assert.deepEqual([reportsIn(history), messagesIn(history), history.ledgerDefinitions()], [[], [], []])
})

test('what waits is kept whole, however old it is, and what nothing needs goes', (t) => {
  const { history, path } = serviceIn(t)
  const routes = [routeTo('team', { groupIntervalMs: 1_000 * 3_600_000 })]
  for (const hour of [1, 2, 3]) report(history, hour, routes)
  history.settleDelivery('msg+report_1+team', { ...SENT, now: timeAt(1) })
  const { documents, lists } = prune(history, 50)
  assert.ok(documents > 0 && lists > 0)
  const db = connect(path)
  t.after(() => db.close())
  assert.deepEqual([db.pragma('foreign_key_check'), db.pragma('integrity_check', { simple: true })], [[], 'ok'])
  assert.equal(history.releaseWaiting(contextOf(routes), timeAt(2_000)), 1)
  assert.equal(history.pendingDelivery('msg+report_3+team')?.document.fresh.length, 2)
})

test('records of schedules go when they are old, but never the newest of one that is known', (t) => {
  const { history } = serviceIn(t)
  const names = ['morning', 'evening']
  history.knowSchedules(
    names.map((name) => ({ name, key: 'k' })),
    timeAt(0),
  )
  const missed = (name: string, hour: number): void => {
    const without = [{ due: timeAt(hour), outcome: 'missed', reason: 'down', message: null } as const]
    history.accountTimes({ name, without, run: null, accountedUntil: timeAt(hour) }, timeAt(hour))
  }
  const times: AccountedTimes = {
    name: 'morning',
    without: [],
    run: {
      due: timeAt(1),
      trigger: 'schedule',
      newRun: {
        id: 'run_1',
        request: REQUEST,
        requestedBy: 'schedule',
        sides: [{ cluster: 'staging', pool: 'p', snapshot: null, newJob: 'job_1' }],
        idempotency: null,
      },
    },
    accountedUntil: timeAt(1),
  }
  history.accountTimes(times, timeAt(1))
  for (const hour of [2, 3, 60]) missed('morning', hour)
  for (const hour of [2, 3]) missed('evening', hour)
  const left = (): string[] =>
    history.scheduleRecords({ name: null }, PAGE).items.map(({ schedule, due }) => `${schedule} ${due}`)
  assert.equal(prune(history, 50).scheduleRecords, 3)
  // The run of the first one goes on.
  assert.deepEqual(left(), [`morning ${timeAt(60)}`, `evening ${timeAt(3)}`, `morning ${timeAt(1)}`])
  history.cancelRun('run_1', timeAt(61))
  history.knowSchedules([], timeAt(61))
  assert.equal(prune(history, 50).scheduleRecords, 2)
  assert.deepEqual(left(), [`morning ${timeAt(60)}`])
})

test('of applied versions what is current at the limit stays, and what is gone goes whole', (t) => {
  const { history, path } = serviceIn(t)
  const db = connect(path)
  t.after(() => db.close())
  const step = (name: string, hour: number, version: string | null): void => {
    const ref = { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name }
    const row = { cluster: 'production', ...ref, version, since: timeAt(hour) }
    queriesOn(db).insert(appliedVersions).values(row).run()
  }
  for (const [hour, version] of [
    [1, '1.0.0'],
    [2, '1.1.0'],
    [60, '1.2.0'],
  ] as const)
    step('kept', hour, version)
  step('gone', 1, '1.0.0')
  step('gone', 2, null)
  step('back', 1, null)
  step('back', 60, '1.0.0')
  assert.equal(prune(history, 50).versions, 3)
  assert.deepEqual(
    history.versionSteps(['production']).map(({ ref, version }) => [ref.name, version]),
    [
      ['back', null],
      ['back', '1.0.0'],
      ['kept', '1.1.0'],
      ['kept', '1.2.0'],
    ],
  )
  assert.deepEqual(history.versionSteps(['staging']), [])
  assert.equal(history.versionSteps(null).length, 4)
})
