import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openHistoryReader } from '../../src/history/service-history.ts'
import type { ReportFilter } from '../../src/service/reports/report-store.ts'
import { comparedAt, driftOf, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { MIGRATIONS, serviceIn } from './fixtures.ts'
import { contextOf, NAME, readyRun, recordReport, REQUEST, routeTo } from './report-fixtures.ts'

const ALL = { name: null, within: null }
const ANY = { state: null, channel: null, report: null, name: null }
const PAGE = { limit: 100, cursor: null }

test('a report tells what has changed since the report before, and is read as it was made', (t) => {
  const { history, path } = serviceIn(t)
  const context = contextOf([routeTo('team')])
  recordReport(history, comparedAt(1, [driftOf('a'), driftOf('b')]), context)
  // Nobody is told of this one, so that its news is told by the next.
  recordReport(history, comparedAt(2, [driftOf('a'), driftOf('b'), driftOf('c')]), null)
  recordReport(history, comparedAt(3, [driftOf('a'), driftOf('c'), driftOf('d')]), context)
  recordReport(history, comparedAt(4, [driftOf('a'), driftOf('c'), driftOf('d')]), context)
  const { items } = history.reportPage(ALL, PAGE)
  assert.deepEqual(
    items.map(({ id, previous, comparison, news, counts }) => [id, previous, comparison, news, counts]),
    [
      ['report_4', 'report_3', 'run_4', false, { fresh: 0, worsened: 0, reopened: 0, resolved: 0, ongoing: 3 }],
      ['report_3', 'report_1', 'run_3', true, { fresh: 2, worsened: 0, reopened: 0, resolved: 1, ongoing: 1 }],
      ['report_1', null, 'run_1', true, { fresh: 2, worsened: 0, reopened: 0, resolved: 0, ongoing: 0 }],
    ],
  )
  assert.deepEqual(items[1], {
    id: 'report_3',
    name: NAME,
    at: timeAt(3),
    comparison: 'run_3',
    previous: 'report_1',
    baseline: 'staging',
    targets: ['production'],
    verdict: 'drifted',
    news: true,
    severity: 'low',
    counts: { fresh: 2, worsened: 0, reopened: 0, resolved: 1, ongoing: 1 },
    secrets: 'equality',
  })
  const document = history.reportDocument('report_3')
  assert.deepEqual(document?.fresh.map(({ fingerprint }) => fingerprint).sort(), ['f-c', 'f-d'])
  assert.deepEqual(
    document.resolved.map(({ fingerprint }) => fingerprint),
    ['f-b'],
  )
  assert.deepEqual(Object.keys(document).indexOf('fresh'), Object.keys(document).indexOf('verdict') + 1)
  const reader = openHistoryReader({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => reader.close())
  assert.deepEqual(reader.reportDocument('report_3'), document)
  assert.deepEqual(reader.reportRecord('report_3'), items[1])
  assert.deepEqual([reader.reportRecord('report_9'), reader.reportDocument('report_9')], [null, null])
})

test('reports are listed by name and by the clusters that may be seen', (t) => {
  const { history } = serviceIn(t)
  recordReport(history, comparedAt(1, []), contextOf([]))
  recordReport(history, comparedAt(2, []), contextOf([]))
  const idsOf = (filter: Partial<ReportFilter>): string[] =>
    history.reportPage({ ...ALL, ...filter }, PAGE).items.map(({ id }) => id)
  assert.deepEqual(idsOf({ within: ['production', 'staging', 'edge'] }), ['report_2', 'report_1'])
  assert.deepEqual(idsOf({ within: ['production'] }), [])
  assert.deepEqual(idsOf({ within: ['staging'] }), [])
  assert.deepEqual(history.reportPage({ name: 'other', within: null }, PAGE).items, [])
  const first = history.reportPage({ name: NAME, within: null }, { limit: 1, cursor: null })
  assert.deepEqual(
    first.items.map(({ id }) => id),
    ['report_2'],
  )
  const next = history.reportPage({ name: NAME, within: null }, { limit: 1, cursor: first.next })
  assert.deepEqual([next.items.map(({ id }) => id), next.next], [['report_1'], null])
  assert.throws(() => history.deliveryPage(ANY, { limit: 1, cursor: first.next }), { code: 'input-invalid' })
})

test('an older comparison is told without its news, and the next report is right again', (t) => {
  const { history } = serviceIn(t)
  const context = contextOf([routeTo('team')])
  const error = { code: 'cluster-unreachable', message: 'production cannot be reached', hint: '' } as const
  recordReport(history, comparedAt(3, [driftOf('a')]), context)
  recordReport(history, comparedAt(2, [driftOf('a'), driftOf('b')], [], { error }), context, timeAt(4))
  recordReport(history, comparedAt(5, [driftOf('a')]), context)
  assert.deepEqual(
    history.reportPage(ALL, PAGE).items.map(({ id, news }) => [id, news]),
    [
      ['report_5', false],
      ['report_2', false],
      ['report_3', true],
    ],
  )
})

test('where a name gets another cluster, what was open goes on, and only the rest is news', (t) => {
  const { history } = serviceIn(t)
  const context = contextOf([routeTo('team')])
  const damped = { ...REQUEST, clusters: ['staging', 'production', 'edge'], damping: 2 }
  /** As found under the new definition: fingerprints are others then. */
  const again = (name: string) => driftOf(name, { fingerprint: `g-${name}` })
  const report = (hour: number, names: readonly string[]): void => {
    const comparison = comparedAt(hour, names.map(again))
    readyRun(history, comparison, timeAt(hour), damped)
    history.recordComparison(comparison.id, 0, { comparison, report: context }, timeAt(hour))
  }
  recordReport(history, comparedAt(1, [driftOf('a'), driftOf('b')]), context)
  report(2, ['a', 'b', 'c'])
  report(3, ['a', 'b', 'c'])
  report(4, ['b', 'c', 'd'])
  report(5, ['b', 'c', 'd'])
  report(6, ['b', 'c', 'd', 'a'])
  report(7, ['b', 'c', 'd', 'a'])
  const told = history.reportPage(ALL, PAGE).items.map(({ id }) => {
    const { fresh, resolved, reopened, ongoing } = history.reportDocument(id)!
    const names = [fresh, reopened, resolved].map((list) => list.map(({ ref }) => ref!.name).join(' '))
    return [id, ...names, ongoing.reduce((sum, { count }) => sum + count, 0)]
  })
  assert.deepEqual(told, [
    // It was gone in between.
    ['report_7', '', 'a', '', 3],
    ['report_6', '', '', '', 3],
    ['report_5', 'd', '', '', 2],
    ['report_4', '', '', 'a', 2],
    ['report_3', 'c', '', '', 2],
    ['report_2', '', '', '', 0],
    ['report_1', 'a b', '', '', 0],
  ])
})

test('what is stored is stored together: a report that cannot be made leaves the run unfinished', (t) => {
  const { history } = serviceIn(t)
  const comparison = comparedAt(1, [driftOf('a')])
  readyRun(history, comparison, timeAt(1))
  const record = (name: string) =>
    history.recordComparison('run_1', 0, { comparison, report: contextOf([routeTo('team')], { name }) }, timeAt(1))
  assert.throws(() => record('other'), { code: 'internal' })
  assert.equal(history.run('run_1')?.phase, 'comparing')
  assert.equal(history.loadComparison('run_1'), null)
  assert.deepEqual(history.ledgerDefinitions(), [])
  assert.deepEqual(record(NAME), { refused: false })
  assert.deepEqual(record(NAME), { refused: true })
  assert.equal(history.reportPage(ALL, PAGE).items.length, 1)
  assert.equal(history.deliveryPage(ANY, PAGE).items.length, 1)
})

test('the same report to many channels is stored once, whatever part of it is for whom', (t) => {
  const { history, path } = serviceIn(t)
  const drifts = Array.from({ length: 200 }, (_, index) => {
    const severity = index % 2 === 0 ? 'high' : 'low'
    return driftOf(`app-${index}`, { severity, production: 'x'.repeat(300) + index })
  })
  const parts = [{}, { severity: 'high' }, { groupBy: 'cluster' }, { groupIntervalMs: 1 }] as const
  const routes = Array.from({ length: 20 }, (_, index) => routeTo(`channel-${index}`, parts[index % 4]))
  recordReport(history, comparedAt(1, []), contextOf(routes))
  const db = new Database(path, { readonly: true })
  t.after(() => db.close())
  const count = (): number => db.prepare<[], number>('SELECT count(*) FROM documents').pluck().get()!
  const before = count()
  recordReport(history, comparedAt(2, drifts), contextOf(routes))
  assert.equal(history.deliveryCounts().pending, 20)
  // Each drift and each item; a header of the comparison, the report, and its severe part: the part of the only target is the report.
  assert.equal(count() - before, 200 + 200 + 3)
})

test('a preview is the report that would be stored, of which nothing stays', (t) => {
  const { history } = serviceIn(t)
  const context = contextOf([routeTo('team')])
  recordReport(history, comparedAt(1, [driftOf('a')]), context)
  const comparison = comparedAt(2, [driftOf('a'), driftOf('b')])
  const [definition] = history.ledgerDefinitions()
  const tracked = { definition: definition!, now: timeAt(2), snapshots: [] }
  const previewed = history.previewReport(comparison, tracked, context)
  assert.equal(history.reportPage(ALL, PAGE).items.length, 1)
  assert.equal(history.deliveryPage(ANY, PAGE).items.length, 1)
  assert.equal(history.loadComparison('run_2'), null)
  assert.deepEqual(history.saveReport(comparison, tracked, context), previewed)
  assert.deepEqual(
    previewed.report.fresh.map(({ fingerprint }) => fingerprint),
    ['f-b'],
  )
  assert.deepEqual(
    previewed.routes.map(({ route, channel, decision }) => [route, channel, decision.do]),
    [['team', 'team', 'send']],
  )
})
