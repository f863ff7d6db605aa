import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftReport } from '../../src/model/drift-report.ts'
import { mergeDriftReports } from '../../src/service/merge-drift-reports.ts'
import { decideMessages, type Decision, type RouteState } from '../../src/service/notify-policy.ts'
import { narrowReport, splitReport, type NotifyRoute } from '../../src/service/notify-route.ts'
import { sampleRoute as route } from './sample-route.ts'
import { driftReport, everyday, item, ongoing } from '../report/sample-drift-report.ts'

const HOUR = 3_600_000
const NOW = Date.parse('2026-11-21T08:00:00Z')
const NOTHING: RouteState = { lastSentAt: null, waiting: null }

const silent = driftReport({ ongoing: [ongoing('high', 2)] })
const unread = { cluster: 'production', kinds: [], reason: 'cluster-timeout', fresh: true }

/** `send change 2 parts`, `postpone grouping`, `silent`: what was decided, in short. */
function told(decision: Decision): string {
  if (decision.do === 'silent') return 'silent'
  if (decision.do === 'send') return `send ${decision.why}`
  return `postpone ${decision.why} ${(decision.until - NOW) / HOUR} h`
}

for (const [what, report, part, state, expected] of [
  ['something new', driftReport({ fresh: [item()] }), {}, {}, 'send change'],
  ['something worsened', driftReport({ worsened: [item()] }), {}, {}, 'send change'],
  ['something reopened', driftReport({ reopened: [item()] }), {}, {}, 'send change'],
  ['something resolved', driftReport({ resolved: [item()] }), {}, {}, 'send change'],
  ['something resolved that is not wanted', driftReport({ resolved: [item()] }), { resolved: false }, {}, 'silent'],
  ['a cluster that cannot be read', driftReport({ notCompared: [unread] }), {}, {}, 'send change'],
  ['one that could not be read before', driftReport({ notCompared: [{ ...unread, fresh: false }] }), {}, {}, 'silent'],
  ['a cluster that can be read again', driftReport({ comparedAgain: ['production'] }), {}, {}, 'send change'],
  ['nothing new', silent, {}, {}, 'silent'],
  ['nothing new, always', silent, { when: 'always' }, {}, 'send always'],
  ['nothing new, due again', silent, { repeatIntervalMs: HOUR }, { lastSentAt: NOW - HOUR }, 'send reminder'],
  ['nothing new, not yet due', silent, { repeatIntervalMs: HOUR }, { lastSentAt: NOW - HOUR * 0.9 }, 'silent'],
  [
    'a day that is a second short',
    silent,
    { repeatIntervalMs: 24 * HOUR },
    { lastSentAt: NOW - 24 * HOUR + 1000 },
    'send reminder',
  ],
  ['a day of 23 hours', silent, { repeatIntervalMs: 24 * HOUR }, { lastSentAt: NOW - 23 * HOUR }, 'send reminder'],
  ['not yet a day', silent, { repeatIntervalMs: 24 * HOUR }, { lastSentAt: NOW - 22 * HOUR }, 'silent'],
  ['nothing new, nothing ever sent', silent, { repeatIntervalMs: HOUR }, {}, 'silent'],
  ['nothing open, due again', driftReport(), { repeatIntervalMs: HOUR }, { lastSentAt: 0 }, 'silent'],
  ['too mild', driftReport({ fresh: [item({ severity: 'medium' })] }), { severity: 'high' }, {}, 'silent'],
  ['severe enough', driftReport({ fresh: [item({ severity: 'critical' })] }), { severity: 'high' }, {}, 'send change'],
  ['another cluster', driftReport({ fresh: [item()] }), { matchLabels: { env: 'staging' } }, {}, 'silent'],
  ['that cluster', driftReport({ fresh: [item()] }), { matchLabels: { env: 'production' } }, {}, 'send change'],
  ['another namespace', driftReport({ fresh: [item()] }), { namespaces: ['shop'] }, {}, 'silent'],
  ['that namespace', driftReport({ fresh: [item()] }), { namespaces: ['apps'] }, {}, 'send change'],
  [
    'an unread cluster, for a namespace',
    driftReport({ notCompared: [unread] }),
    { namespaces: ['x'] },
    {},
    'send change',
  ],
  ['no owner', driftReport({ fresh: [item()] }), { owners: ['team-a'] }, {}, 'silent'],
  ['that owner', driftReport({ fresh: [item({ owner: 'team-a' })] }), { owners: ['team-a'] }, {}, 'send change'],
  [
    'soon after the last',
    driftReport({ fresh: [item()] }),
    { groupIntervalMs: 3 * HOUR },
    { lastSentAt: NOW - HOUR },
    'postpone grouping 2 h',
  ],
  [
    'long after the last',
    driftReport({ fresh: [item()] }),
    { groupIntervalMs: HOUR },
    { lastSentAt: NOW - HOUR },
    'send change',
  ],
] as const) {
  test(`${what}: ${expected}`, () => {
    assert.equal(told(decideMessages(report, route(part), { ...NOTHING, ...state }, NOW)), expected)
  })
}

const NIGHT = {
  timeZone: 'UTC',
  windows: [{ days: ['sat'], from: 0, to: 600 }],
  exceptFrom: 'critical',
} as const

test('quiet hours postpone until they end, but for what is severe enough', () => {
  const high = decideMessages(
    driftReport({ fresh: [item({ severity: 'high' })] }),
    route({ quiet: NIGHT }),
    NOTHING,
    NOW,
  )
  assert.equal(told(high), 'postpone quiet-hours 2 h')
  const critical = driftReport({ fresh: [item({ severity: 'critical' })] })
  assert.equal(told(decideMessages(critical, route({ quiet: NIGHT }), NOTHING, NOW)), 'send change')
})

test('what grouping puts into quiet hours waits for their end', () => {
  const state = { lastSentAt: NOW - HOUR, waiting: null }
  const evening = { ...NIGHT, windows: [{ days: ['sat'] as const, from: 9 * 60, to: 12 * 60 }] }
  const decision = decideMessages(
    driftReport({ fresh: [item()] }),
    route({ groupIntervalMs: 3 * HOUR, quiet: evening }),
    state,
    NOW,
  )
  assert.equal(told(decision), 'postpone quiet-hours 4 h')
})

test('what waited is sent with what came later, and nothing of it is dropped', () => {
  const first = decideMessages(driftReport({ id: 'r1', fresh: [item()] }), route({ quiet: NIGHT }), NOTHING, NOW)
  assert.ok(first.do === 'postpone')
  const state = { lastSentAt: null, waiting: first.waiting }
  const quiet = driftReport({ id: 'r2', previous: 'r1', ongoing: [ongoing('medium', 1)] })
  const later = decideMessages(quiet, route({ quiet: NIGHT }), state, first.until)
  assert.ok(later.do === 'send')
  const [part] = later.parts
  assert.deepEqual([part!.report.id, part!.report.previous, part!.report.fresh.length], ['r2', 'report_1', 1])
  assert.deepEqual(part!.report.ongoing, [ongoing('medium', 0)])
  const due = decideMessages(null, route({ quiet: NIGHT }), state, first.until)
  assert.equal(told(due), 'send change')
})

for (const [what, earlier, later, expected] of [
  ['new and still open', { fresh: [item()] }, { ongoing: [ongoing('medium', 3)] }, { fresh: ['f1'], open: 2 }],
  ['new, then resolved', { fresh: [item()] }, { resolved: [item()] }, { resolved: ['f1'], open: 0 }],
  ['new, then worse', { fresh: [item()] }, { worsened: [item({ severity: 'high' })] }, { fresh: ['f1'], open: 0 }],
  ['resolved, then back', { resolved: [item()] }, { reopened: [item()] }, { reopened: ['f1'], open: 0 }],
  ['resolved and gone', { resolved: [item()] }, {}, { resolved: ['f1'], open: 0 }],
  ['worse twice', { worsened: [item()] }, { worsened: [item()] }, { worsened: ['f1'], open: 0 }],
  ['two things', { fresh: [item()] }, { fresh: [item({ fingerprint: 'f2' })] }, { fresh: ['f1', 'f2'], open: 0 }],
] as const) {
  test(`two reports told as one: ${what}`, () => {
    const merged = mergeDriftReports(driftReport(earlier), driftReport(later))
    const lists = Object.fromEntries(
      (['fresh', 'worsened', 'reopened', 'resolved'] as const)
        .filter((list) => merged[list].length > 0)
        .map((list) => [list, merged[list].map(({ fingerprint }) => fingerprint)]),
    )
    const open = merged.ongoing.reduce((sum, { count }) => sum + count, 0)
    assert.deepEqual({ ...lists, open }, expected)
  })
}

test('worse twice is worse than before the first time', () => {
  const from = (previousSeverity: 'low' | 'medium', severity: 'medium' | 'high') =>
    driftReport({ worsened: [item({ previousSeverity, severity })] })
  const [merged] = mergeDriftReports(from('low', 'medium'), from('medium', 'high')).worsened
  assert.deepEqual([merged!.previousSeverity, merged!.severity], ['low', 'high'])
})

test('a cluster that went and came back is told as back; one that is still gone stays news', () => {
  const gone = driftReport({ notCompared: [unread] })
  assert.deepEqual(mergeDriftReports(gone, driftReport({ comparedAgain: ['production'] })).comparedAgain, [
    'production',
  ])
  const still = driftReport({ notCompared: [{ ...unread, fresh: false }] })
  assert.deepEqual(mergeDriftReports(gone, still).notCompared, [unread])
  assert.deepEqual(mergeDriftReports(driftReport({ comparedAgain: ['production'] }), gone).comparedAgain, [])
})

test('a kind that could not be read and was not told stays news, whatever else cannot be read', () => {
  const of = (kinds: readonly string[], fresh: boolean) => ({ ...unread, kinds, reason: 'forbidden', fresh })
  const merge = (earlier: readonly object[], later: readonly object[]) =>
    mergeDriftReports(driftReport({ notCompared: earlier as [] }), driftReport({ notCompared: later as [] }))
      .notCompared
  const both = of(['Alert', 'Bucket'], false)
  assert.deepEqual(merge([of(['Bucket'], true), of(['Alert'], false)], [both]), [{ ...both, fresh: true }])
  assert.deepEqual(merge([of(['Receiver'], true)], [both]), [both])
  // Of the whole cluster nothing was told.
  assert.deepEqual(merge([unread], [both]), [{ ...both, fresh: true }])
})

test('a cluster of which a kind still cannot be read is told as back all the same', () => {
  const kind = { ...unread, kinds: ['Alert'], reason: 'forbidden', fresh: false }
  const back = driftReport({ comparedAgain: ['production'], notCompared: [kind] })
  const merge = (fresh: boolean) => mergeDriftReports(back, driftReport({ notCompared: [{ ...kind, fresh }] }))
  assert.deepEqual(merge(false).comparedAgain, ['production'])
  assert.deepEqual(merge(true).comparedAgain, [])
  assert.deepEqual(mergeDriftReports(driftReport({ notCompared: [unread] }), back).comparedAgain, ['production'])
})

test('a part of a report counts its own ongoing items', () => {
  const report = driftReport({
    ongoing: [ongoing('high', 2), ongoing('low', 5), ongoing('high', 4, { namespace: 'shop' })],
  })
  assert.deepEqual(narrowReport(report, route({ severity: 'high', namespaces: ['shop'] })).ongoing, [
    ongoing('high', 4, { namespace: 'shop' }),
  ])
})

test('one message for each cluster, namespace or owner; what has none, and coverage, in one of its own', () => {
  const shop = item({
    fingerprint: 'f2',
    ref: { group: 'g', kind: 'K', namespace: 'shop', name: 'x' },
    owner: 'team-shop',
  })
  const both = item({ fingerprint: 'f3', clusters: ['edge', 'production'] })
  const report = driftReport({ fresh: [item(), shop, both], ongoing: [ongoing('low', 1)], notCompared: [unread] })
  const keys = (by: NotifyRoute['groupBy']) =>
    splitReport(report, by).map(({ key, report: one }) => [
      key,
      one.fresh.map(({ fingerprint }) => fingerprint).join(' '),
    ])
  assert.deepEqual(keys('none'), [['', 'f1 f2 f3']])
  assert.deepEqual(keys('cluster'), [
    ['edge', 'f3'],
    ['production', 'f1 f2 f3'],
  ])
  assert.deepEqual(keys('namespace'), [
    ['', ''],
    ['apps', 'f1 f3'],
    ['shop', 'f2'],
  ])
  assert.deepEqual(keys('owner'), [
    ['', 'f1 f3'],
    ['team-shop', 'f2'],
  ])
})

test('of a change, only the messages that say something new are sent', () => {
  const report = driftReport({ fresh: [item()], ongoing: [ongoing('low', 3, { namespace: 'shop' })] })
  const parts = (when: NotifyRoute['when'], one: DriftReport) => {
    const decision = decideMessages(one, route({ groupBy: 'namespace', when }), NOTHING, NOW)
    return decision.do === 'send' ? decision.parts.map(({ key }) => key) : []
  }
  assert.deepEqual(parts('onChange', report), ['apps'])
  assert.deepEqual(
    parts('always', { ...everyday(), fresh: [], resolved: [], notCompared: [], ongoing: report.ongoing }),
    ['shop'],
  )
})

test('the first line of a part by cluster names that cluster', () => {
  const report = driftReport({ targets: ['edge', 'production'], fresh: [item({ clusters: ['edge', 'production'] })] })
  assert.deepEqual(
    splitReport(report, 'cluster').map((part) => part.report.targets),
    [['edge'], ['production']],
  )
  assert.deepEqual(splitReport(report, 'namespace')[0]!.report.targets, ['edge', 'production'])
})
