import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import type { Drift } from '../../src/model/comparison.ts'
import type { DeliveryStep } from '../../src/service/delivery-policy.ts'
import type { NotifyRoute } from '../../src/service/notify-route.ts'
import { comparedAt, driftOf, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { serviceIn } from './fixtures.ts'
import { contextOf, NAME, recordReport, routeTo } from './report-fixtures.ts'

const ANY = { state: null, channel: null, report: null, name: null }
const PAGE = { limit: 100, cursor: null }
const LATER = timeAt(48)

type Reporting = {
  readonly history: ServiceHistory
  readonly report: (hour: number, drifts: readonly Drift[], routes: readonly NotifyRoute[]) => void
}

function reporting(t: TestContext): Reporting {
  const { history } = serviceIn(t)
  return {
    history,
    report: (hour, drifts, routes) => recordReport(history, comparedAt(hour, drifts), contextOf(routes)),
  }
}

/** A drift for each hour up to this one, so that each hour brings news. */
function driftsUntil(hour: number): Drift[] {
  return Array.from({ length: hour }, (_, index) => driftOf(`app-${index}`))
}

function settle(history: ServiceHistory, id: string, step: DeliveryStep, now = LATER): boolean {
  return history.settleDelivery(id, { step, now, configured: 'digest' })
}

function dueIn(history: ServiceHistory, now = LATER, limit = 10): string[] {
  return history.dueDeliveries(now, limit).map(({ id }) => id)
}

const SENT: DeliveryStep = { state: 'sent', reference: null }

test('a message for each route that has news, with its part of the report', (t) => {
  const { history, report } = reporting(t)
  const drifts = [driftOf('a', { severity: 'critical' }), driftOf('b')]
  report(1, drifts, [
    routeTo('team'),
    routeTo('pager', { severity: 'high' }),
    routeTo('team', { severity: 'critical', when: 'always' }),
    routeTo('quiet', { namespaces: ['other'] }),
    routeTo('each', { groupBy: 'namespace' }),
  ])
  const rows = history.deliveryPage(ANY, PAGE).items
  assert.deepEqual(
    rows.map(({ id, channel, part, why, state }) => [id, channel, part, why, state]),
    [
      ['msg+report_1+each+apps', 'each', 'apps', 'change', 'pending'],
      ['msg+report_1+team%232', 'team', '', 'change', 'pending'],
      ['msg+report_1+pager', 'pager', '', 'change', 'pending'],
      ['msg+report_1+team', 'team', '', 'change', 'pending'],
    ],
  )
  assert.deepEqual(rows[3], {
    id: 'msg+report_1+team',
    report: 'report_1',
    name: NAME,
    channel: 'team',
    part: '',
    why: 'change',
    state: 'pending',
    attempts: 0,
    createdAt: timeAt(1),
    firstTriedAt: null,
    nextAt: timeAt(1),
    finishedAt: null,
    reason: null,
  })
  const told = (id: string): unknown =>
    history.pendingDelivery(id)?.document.fresh.map(({ fingerprint }) => fingerprint)
  assert.deepEqual(told('msg+report_1+team'), ['f-a', 'f-b'])
  assert.deepEqual(told('msg+report_1+pager'), ['f-a'])
  assert.deepEqual(told('msg+report_1+team%232'), ['f-a'])
  assert.deepEqual(history.pendingDelivery('msg+report_1+team')?.document, history.reportDocument('report_1'))
  assert.deepEqual(history.deliveryCounts(), { pending: 4, sent: 0, dead: 0, disabled: 0 })
  report(2, drifts, [routeTo('team'), routeTo('pager', { severity: 'high' })])
  assert.equal(history.deliveryPage({ ...ANY, report: 'report_2' }, PAGE).items.length, 0)
})

test('deliveries are listed by state, channel, report and comparison', (t) => {
  const { history, report } = reporting(t)
  for (const hour of [1, 2]) report(hour, driftsUntil(hour), [routeTo('team'), routeTo('pager')])
  settle(history, 'msg+report_1+team', SENT)
  const idsOf = (filter: object): string[] =>
    history.deliveryPage({ ...ANY, ...filter }, PAGE).items.map(({ id }) => id)
  assert.deepEqual(idsOf({ state: 'sent' }), ['msg+report_1+team'])
  assert.deepEqual(idsOf({ channel: 'pager' }), ['msg+report_2+pager', 'msg+report_1+pager'])
  assert.deepEqual(idsOf({ report: 'report_2', channel: 'team' }), ['msg+report_2+team'])
  assert.deepEqual([idsOf({ name: NAME }).length, idsOf({ name: 'other' }).length], [4, 0])
  const first = history.deliveryPage(ANY, { limit: 3, cursor: null })
  const rest = history.deliveryPage(ANY, { limit: 3, cursor: first.next })
  assert.deepEqual(
    rest.items.map(({ id }) => id),
    ['msg+report_1+team'],
  )
})

test('a channel gets its messages in their order: later ones wait for one that is tried again', (t) => {
  const { history, report } = reporting(t)
  for (const hour of [1, 2, 3]) report(hour, driftsUntil(hour), [routeTo('team'), routeTo('pager')])
  assert.deepEqual(dueIn(history, timeAt(0)), [])
  assert.equal(history.nextDeliveryAt(), timeAt(1))
  assert.deepEqual(dueIn(history, LATER, 2), [
    'msg+report_1+team',
    'msg+report_1+pager',
    'msg+report_2+team',
    'msg+report_2+pager',
  ])
  settle(history, 'msg+report_1+pager', SENT)
  settle(history, 'msg+report_2+pager', {
    state: 'pending',
    nextAt: Date.parse(timeAt(50)),
    reason: 'rate-limited',
  })
  assert.deepEqual(dueIn(history), ['msg+report_1+team', 'msg+report_2+team', 'msg+report_3+team'])
  for (const number of [1, 2, 3]) settle(history, `msg+report_${number}+team`, SENT)
  assert.equal(history.nextDeliveryAt(), timeAt(50))
  assert.deepEqual(dueIn(history, timeAt(50)), ['msg+report_2+pager', 'msg+report_3+pager'])
})

test('an attempt is counted, and what is settled stays settled', (t) => {
  const { history, report } = reporting(t)
  report(1, driftsUntil(1), [routeTo('team')])
  const id = 'msg+report_1+team'
  const nextAt = Date.parse(timeAt(3))
  assert.equal(settle(history, id, { state: 'pending', nextAt, reason: 'timeout' }, timeAt(2)), true)
  const again = { attempts: 1, firstTriedAt: timeAt(2), nextAt: timeAt(3), finishedAt: null, reason: 'timeout' }
  assert.partialDeepStrictEqual(history.deliveryPage(ANY, PAGE).items[0], { ...again, state: 'pending' })
  assert.equal(settle(history, id, { state: 'dead', reason: 'unreachable' }, timeAt(3)), true)
  const dead = { attempts: 2, firstTriedAt: timeAt(2), nextAt: null, finishedAt: timeAt(3), reason: 'unreachable' }
  assert.partialDeepStrictEqual(history.deliveryPage(ANY, PAGE).items[0], { ...dead, state: 'dead' })
  assert.equal(settle(history, id, SENT), false)
  assert.equal(history.shelveDelivery(id, 'channel-unknown', LATER), false)
  assert.equal(history.pendingDelivery(id), null)
  assert.equal(settle(history, 'msg+unknown', SENT), false)
})

test('a message knows the last one that its channel took of the comparison', (t) => {
  const { history, report } = reporting(t)
  for (const hour of [1, 2]) report(hour, driftsUntil(hour), [routeTo('team'), routeTo('pager')])
  const threadOf = (id: string): unknown => history.pendingDelivery(id)?.thread
  assert.equal(threadOf('msg+report_1+team'), null)
  settle(history, 'msg+report_1+team', { state: 'sent', reference: '1700.1' })
  assert.equal(threadOf('msg+report_2+team'), '1700.1')
  assert.equal(threadOf('msg+report_2+pager'), null)
})

test('a channel that refuses for good, and takes messages again', (t) => {
  const { history, report } = reporting(t)
  for (const hour of [1, 2, 3]) report(hour, driftsUntil(hour), [routeTo('team')])
  settle(history, 'msg+report_1+team', { state: 'disabled', reason: 'gone' }, timeAt(4))
  assert.deepEqual(history.disabledChannels(), [
    { channel: 'team', since: timeAt(4), reason: 'gone', configured: 'digest' },
  ])
  assert.equal(history.shelveDelivery('msg+report_2+team', 'gone', timeAt(5)), true)
  assert.equal(history.shelveDelivery('msg+report_3+team', 'gone', timeAt(6)), true)
  assert.deepEqual(history.deliveryCounts(), { pending: 0, sent: 0, dead: 0, disabled: 3 })
  assert.deepEqual([dueIn(history), history.nextDeliveryAt()], [[], null])
  assert.equal(history.enableChannel('pager', timeAt(0), timeAt(7)), 0)
  assert.equal(history.enableChannel('team', timeAt(5), timeAt(7)), 2)
  assert.deepEqual(history.disabledChannels(), [])
  assert.deepEqual(dueIn(history, timeAt(7)), ['msg+report_2+team', 'msg+report_3+team'])
  const [third, second, first] = history.deliveryPage(ANY, PAGE).items
  assert.deepEqual([first?.state, second?.state, third?.state], ['disabled', 'pending', 'pending'])
  assert.partialDeepStrictEqual(second, { attempts: 0, firstTriedAt: null, nextAt: timeAt(7), finishedAt: null })
})

test('what comes too early waits, merged, until its time', (t) => {
  const { history, report } = reporting(t)
  const routes = [routeTo('team', { groupIntervalMs: 4 * 3_600_000 })]
  report(1, driftsUntil(1), routes)
  report(2, driftsUntil(2), routes)
  report(3, driftsUntil(3), routes)
  assert.deepEqual(dueIn(history), ['msg+report_1+team'])
  assert.deepEqual(history.waitingRoutes(timeAt(4)), [])
  assert.deepEqual(history.waitingRoutes(timeAt(5)), [{ name: NAME, route: 'team', until: timeAt(5) }])
  settle(history, 'msg+report_1+team', SENT)
  assert.equal(history.nextDeliveryAt(), timeAt(5))
  assert.equal(history.releaseWaiting(contextOf(routes), timeAt(4)), 0)
  assert.equal(history.releaseWaiting(contextOf(routes), timeAt(5)), 1)
  assert.equal(history.releaseWaiting(contextOf(routes), timeAt(5)), 0)
  assert.deepEqual(history.waitingRoutes(LATER), [])
  const document = history.pendingDelivery('msg+report_3+team')?.document
  assert.deepEqual([document?.previous, document?.fresh.length, document?.ongoing[0]?.count], ['report_1', 2, 1])
  report(6, driftsUntil(4), routes)
  assert.deepEqual(history.waitingRoutes(LATER), [{ name: NAME, route: 'team', until: timeAt(9) }])
  assert.equal(history.releaseWaiting(contextOf([]), LATER), 0)
  assert.deepEqual(history.waitingRoutes(LATER), [])
})
