import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Drift, Finding } from '../../../src/model/comparison.ts'
import type { Ledger } from '../../../src/service/ledger/ledger.ts'
import type { DriftNews, DriftRecord } from '../../../src/service/ledger/ledger-store.ts'
import { reportedDrift, type ReportedDrift } from '../../../src/service/ledger/reported-drift.ts'
import { after, comparedAt, DEFINITION, driftOf, EMPTY, findingOf, timeAt } from './ledger-fixtures.ts'

type Seen = { readonly drifts: readonly Drift[]; readonly findings?: readonly Finding[] }
type Change = (record: DriftRecord) => Partial<DriftRecord>

/** The report over all hours after `from`, of a ledger that began at hour 1. */
function reportOf(hours: readonly Seen[], from: number, change: Change = () => ({})): ReportedDrift {
  let ledger: Ledger = EMPTY
  const news: DriftNews[] = []
  for (const [index, { drifts, findings = [] }] of hours.entries()) {
    const update = after(ledger, comparedAt(index + 1, drifts, findings))
    if (index + 1 > from)
      news.push(
        ...update.events.map((event, place) => ({ ...event, sequence: index * 100 + place, drift: event.fingerprint })),
      )
    ledger = update
  }
  const { id, name, baseline, targets } = DEFINITION
  const records = ledger.entries.map((entry): DriftRecord => {
    const record = { ...entry, id: entry.fingerprint, secret: false, definition: { id, name, baseline, targets } }
    return { ...record, ...change(record) }
  })
  return reportedDrift(records, news, {
    now: timeAt(hours.length),
    ownerOf: (name) => (name === 'apps' ? 'team' : null),
  })
}

function namesIn(report: ReportedDrift): Record<string, unknown> {
  const names = (list: ReportedDrift['fresh']): string[] => list.map(({ fingerprint }) => fingerprint)
  const { fresh, worsened, reopened, resolved, ongoing, aside } = report
  return {
    fresh: names(fresh),
    worsened: names(worsened),
    reopened: names(reopened),
    resolved: names(resolved),
    ongoing: ongoing.reduce((sum, { count }) => sum + count, 0),
    aside: Object.values(aside),
  }
}

const NOTHING = { fresh: [], worsened: [], reopened: [], resolved: [], ongoing: 0, aside: [0, 0, 0] }

test('new, worse, back, gone and ongoing since the report before', () => {
  const before = [{ drifts: [driftOf('back')] }, { drifts: [driftOf('gone'), driftOf('worse'), driftOf('same')] }]
  const now = { drifts: [driftOf('back'), driftOf('worse', { severity: 'high' }), driftOf('same'), driftOf('new')] }
  const report = reportOf([...before, now], 2)
  assert.deepEqual(namesIn(report), {
    ...NOTHING,
    fresh: ['f-new'],
    worsened: ['f-worse'],
    reopened: ['f-back'],
    resolved: ['f-gone'],
    ongoing: 1,
  })
  assert.equal(report.worsened[0]?.previousSeverity, 'low')
  assert.deepEqual(report.ongoing, [
    { severity: 'low', namespace: 'apps', clusters: ['production'], owner: 'team', count: 1 },
  ])
  const { firstSeen, owner, clusters } = report.reopened[0]!
  assert.deepEqual([firstSeen, owner, clusters], [timeAt(1), 'team', ['production']])
})

test('without news there is nothing to tell but what goes on', () => {
  const hours = [{ drifts: [driftOf('a')] }, { drifts: [driftOf('a')] }]
  assert.deepEqual(namesIn(reportOf(hours, 1)), { ...NOTHING, ongoing: 1 })
})

test('what came and went between two reports is nothing; what was away for a while is back', () => {
  const hours = [{ drifts: [] }, { drifts: [driftOf('a')] }, { drifts: [] }]
  assert.deepEqual(namesIn(reportOf(hours, 1)), NOTHING)
  const away = [{ drifts: [driftOf('a')] }, { drifts: [] }, { drifts: [driftOf('a')] }]
  assert.deepEqual(namesIn(reportOf(away, 1)), { ...NOTHING, reopened: ['f-a'] })
  const late = [{ drifts: [driftOf('a')] }, { drifts: [] }, { drifts: [driftOf('a')] }, { drifts: [] }]
  assert.deepEqual(namesIn(reportOf(late, 1)), { ...NOTHING, resolved: ['f-a'] })
})

test('what was resolved and settles anew is told as resolved', () => {
  const hours = [{ drifts: [driftOf('a')] }, { drifts: [] }]
  assert.deepEqual(namesIn(reportOf(hours, 1, () => ({ state: 'settling' }))), { ...NOTHING, resolved: ['f-a'] })
})

test('what is worse and eased again is ongoing', () => {
  const worse = driftOf('a', { severity: 'high' })
  const hours = [{ drifts: [driftOf('a')] }, { drifts: [worse] }, { drifts: [driftOf('a')] }]
  assert.deepEqual(namesIn(reportOf(hours, 1)), { ...NOTHING, ongoing: 1 })
})

test('what is acknowledged, muted or settling is only counted', () => {
  const hours = [{ drifts: [driftOf('a')] }]
  const by = { by: 'ada', at: timeAt(1), reason: 'x' }
  const cases: readonly (readonly [Partial<DriftRecord>, readonly number[]])[] = [
    [{ acknowledged: { ...by, owner: null } }, [1, 0, 0]],
    [{ muted: { ...by, until: timeAt(9) } }, [0, 1, 0]],
    [{ state: 'settling' }, [0, 0, 1]],
  ]
  for (const [change, aside] of cases) {
    assert.deepEqual(namesIn(reportOf(hours, 0, () => change)), { ...NOTHING, aside })
  }
  const over = reportOf(hours, 0, () => ({ muted: { ...by, until: timeAt(1) } }))
  assert.deepEqual(namesIn(over), { ...NOTHING, fresh: ['f-a'] })
})

test('what could not be read is told elsewhere, other findings are items', () => {
  const findings = [findingOf('cluster-unread'), findingOf('coverage-forbidden'), findingOf('dangling-reference')]
  assert.deepEqual(namesIn(reportOf([{ drifts: [], findings }], 0)), { ...NOTHING, fresh: ['f-dangling-reference'] })
})
