import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import type { Drift } from '../../src/model/comparison.ts'
import type { ItemList } from '../../src/model/drift-report.ts'
import type { NotifyRoute } from '../../src/service/notify-route.ts'
import { comparedAt, driftOf, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { serviceIn } from './fixtures.ts'
import { contextOf, NAME, readyRun, recordReport, REQUEST, routeTo } from './report-fixtures.ts'

const ANY = { state: null, channel: null, report: null, name: null }
const PAGE = { limit: 100, cursor: null }
const OPEN = { states: [], severity: null, kinds: null, namespace: null, cluster: null, definition: null }
const ALL = { definitions: null, namespaces: null }

type Told = { readonly report: (hour: number, drifts: readonly Drift[]) => string; readonly history: ServiceHistory }

/** A service that compares at full hours, and what the report of each says: `fresh a, ongoing 2, muted 1`. */
function telling(t: TestContext, routes: readonly NotifyRoute[] = [routeTo('team')]): Told {
  const { history } = serviceIn(t)
  const report = (hour: number, drifts: readonly Drift[]): string => {
    recordReport(history, comparedAt(hour, drifts), contextOf(routes))
    return toldBy(history, `report_${hour}`)
  }
  return { history, report }
}

function toldBy(history: ServiceHistory, id: string): string {
  const document = history.reportDocument(id)!
  const names = (list: ItemList): string[] => document[list].map(({ ref }) => `${list} ${ref!.name}`)
  const ongoing = document.ongoing.reduce((sum, { count }) => sum + count, 0)
  const counts = { ongoing, muted: document.aside.muted, acknowledged: document.aside.acknowledged }
  const counted = Object.entries(counts).flatMap(([word, count]) => (count === 0 ? [] : [`${word} ${count}`]))
  const lists = (['fresh', 'worsened', 'reopened', 'resolved'] as const).flatMap(names)
  return [...lists, ...counted].join(', ')
}

function idOf(history: ServiceHistory, name: string, definition = NAME): string {
  const { items } = history.driftPage({ ...OPEN, definition }, ALL, PAGE)
  return items.find(({ item }) => item.ref?.name === name)!.id
}

function mute(history: ServiceHistory, name: string, at: number, until: number): void {
  history.noteDrift(idOf(history, name), { do: 'mute', by: 'ada', until: timeAt(until), reason: 'upgrade' }, timeAt(at))
}

const A = driftOf('a')
const GRAVE = driftOf('a', { severity: 'high' })

test('what became worse while it was muted is told once when the mute ends', (t) => {
  const { history, report } = telling(t)
  assert.equal(report(1, [A]), 'fresh a')
  mute(history, 'a', 2, 5)
  assert.equal(report(3, [GRAVE]), 'muted 1')
  assert.equal(report(4, [GRAVE]), 'muted 1')
  assert.equal(report(6, [GRAVE]), 'worsened a')
  assert.equal(history.reportDocument('report_6')?.worsened[0]?.previousSeverity, 'low')
  assert.equal(report(7, [GRAVE]), 'ongoing 1')
})

test('what came back while it was muted is told when somebody takes the mute back', (t) => {
  const { history, report } = telling(t)
  report(1, [A])
  mute(history, 'a', 2, 50)
  assert.equal(report(3, []), '')
  assert.equal(report(4, [A]), 'muted 1')
  mute(history, 'a', 5, 90)
  assert.equal(report(6, [A]), 'muted 1')
  history.noteDrift(idOf(history, 'a'), { do: 'unmute', by: 'ada' }, timeAt(7))
  assert.equal(report(8, [A]), 'reopened a')
  assert.equal(report(9, [A]), 'ongoing 1')
})

test('what was told before it was muted and is as it was is no news when the mute ends', (t) => {
  const { history, report } = telling(t)
  report(1, [A])
  mute(history, 'a', 2, 4)
  assert.equal(report(3, [A]), 'muted 1')
  assert.equal(report(5, [A]), 'ongoing 1')
})

test('acknowledgements and mutes go on where a comparison gets another cluster, and back', (t) => {
  const { history, report } = telling(t)
  const context = contextOf([routeTo('team')])
  const wide = (hour: number, drifts: readonly Drift[]): string => {
    const comparison = comparedAt(hour, drifts)
    readyRun(history, comparison, timeAt(hour), { ...REQUEST, clusters: ['staging', 'production', 'edge'] })
    history.recordComparison(comparison.id, 0, { comparison, report: context }, timeAt(hour))
    return toldBy(history, `report_${hour}`)
  }
  const again = (name: string, severity: 'low' | 'high' = 'low') =>
    driftOf(name, { fingerprint: `g-${name}`, severity })
  report(1, [A, driftOf('b'), driftOf('c'), driftOf('d')])
  mute(history, 'a', 2, 9)
  for (const name of ['b', 'c'])
    history.noteDrift(idOf(history, name), { do: 'acknowledge', by: 'ada', reason: 'known', owner: 'shop' }, timeAt(2))
  assert.equal(wide(3, [again('a'), again('b'), again('c', 'high'), again('d')]), 'ongoing 2, muted 1, acknowledged 1')
  const { id } = history.ledgerDefinitions()[0]!
  const { acknowledged } = history.driftRecord(idOf(history, 'b', id))!
  assert.deepEqual(acknowledged, { by: 'ada', at: timeAt(2), reason: 'known', owner: 'shop' })
  const timeline = history.driftTimeline(idOf(history, 'b', id)).map(({ kind, by }) => [kind, by])
  assert.deepEqual(timeline, [
    ['appeared', null],
    ['acknowledged', 'ada'],
  ])
  history.noteDrift(idOf(history, 'd', id), { do: 'acknowledge', by: 'bob', reason: 'too', owner: null }, timeAt(4))
  assert.equal(report(5, [A, driftOf('b'), driftOf('c'), driftOf('d')]), 'muted 1, acknowledged 3')
})

test('what was acknowledged or muted while a message waited is not told by it', (t) => {
  const { history, report } = telling(t, [routeTo('team', { groupIntervalMs: 5 * 3_600_000 })])
  report(1, [])
  report(2, [driftOf('first')])
  const later = [driftOf('first'), A, driftOf('b'), driftOf('c')]
  report(3, later)
  mute(history, 'a', 4, 50)
  history.noteDrift(idOf(history, 'b'), { do: 'acknowledge', by: 'ada', reason: 'known', owner: null }, timeAt(4))
  assert.equal(history.releaseWaiting(contextOf([routeTo('team')]), timeAt(8)), 1)
  const message = history.pendingDelivery(history.deliveryPage(ANY, PAGE).items[0]!.id)!.document
  assert.deepEqual(
    message.fresh.map(({ ref }) => ref!.name),
    ['c'],
  )
  assert.deepEqual([message.aside.acknowledged, message.aside.muted, message.ongoing[0]?.count], [1, 1, 1])
})

test('a message is not sent where all that waited for it was acknowledged', (t) => {
  const routes = [routeTo('team', { groupIntervalMs: 5 * 3_600_000 })]
  const { history, report } = telling(t, routes)
  report(2, [driftOf('first')])
  report(3, [driftOf('first'), A])
  history.noteDrift(idOf(history, 'a'), { do: 'acknowledge', by: 'ada', reason: 'known', owner: null }, timeAt(4))
  report(5, [driftOf('first'), A])
  assert.equal(history.releaseWaiting(contextOf(routes), timeAt(8)), 0)
  assert.equal(history.deliveryPage(ANY, PAGE).items.length, 1)
})

test('what a rule explains is told as no longer counted, not as mended', (t) => {
  const { history, report } = telling(t)
  report(1, [A, driftOf('b')])
  assert.equal(report(2, [driftOf('a', { classification: 'expected' })]), 'resolved a, resolved b')
  const reasons = history.reportDocument('report_2')!.resolved.map(({ ref, uncounted }) => [ref!.name, uncounted])
  assert.deepEqual(reasons, [
    ['a', 'explained'],
    ['b', undefined],
  ])
})
