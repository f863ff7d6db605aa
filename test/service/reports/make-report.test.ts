import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NotCompared } from '../../../src/model/drift-report.ts'
import type { ComparedCluster, Comparison } from '../../../src/model/comparison.ts'
import type { CoverageStatus, KindCoverage } from '../../../src/model/coverage.ts'
import { createOwnerOf, makeReport, reportIdOf, type ReportFacts } from '../../../src/service/reports/make-report.ts'
import { keyedRoutes } from '../../../src/service/reports/route-keys.ts'
import { contextOf, routeTo } from '../../history/report-fixtures.ts'
import { comparedAt, NO_FILTER } from '../ledger/ledger-fixtures.ts'

const NOW = '2026-11-21T08:00:00.000Z'
const UNREACHABLE = { code: 'cluster-unreachable', message: 'production cannot be reached', hint: '' } as const

function factsOf(comparison: Comparison, part: Partial<ReportFacts> = {}): ReportFacts {
  const context = contextOf([], { baseUrl: 'https://flux.example.com/compare/' })
  const none = { records: [], news: [], known: null, previous: null, isOlder: false }
  return { comparison, filter: NO_FILTER, layers: ['presence', 'spec'], ...none, context, now: NOW, ...part }
}

function kind(name: string, status: CoverageStatus, namespaces: readonly string[] = []): KindCoverage {
  const scopes = namespaces.map((namespace) => {
    return { namespace, verb: 'list', status, reason: null, resourceVersion: null } as const
  })
  return { group: 'helm.toolkit.fluxcd.io', kind: name, version: 'v1', status, objects: 0, scopes }
}

/** The comparison with another coverage or error on its clusters. */
function readAs(parts: Readonly<Record<string, Partial<ComparedCluster>>>): Comparison {
  const comparison = comparedAt(1, [])
  return { ...comparison, clusters: comparison.clusters.map((one) => ({ ...one, ...parts[one.name] })) }
}

function notCompared(cluster: string, kinds: readonly string[], reason: string, fresh: boolean): NotCompared {
  return { cluster, kinds, reason, fresh }
}

function after(...entries: readonly NotCompared[]): Partial<ReportFacts> {
  return { previous: { id: 'report_0', notCompared: entries } }
}

test('the facts of a report are those of the comparison and of the configuration', () => {
  const comparison = comparedAt(1, [])
  const summary = { ...comparison.summary, hiddenByRules: 4, expected: 2, parametric: 9 }
  assert.deepEqual(makeReport(factsOf({ ...comparison, summary })), {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'DriftReport',
    id: 'report_1',
    name: 'prod-vs-staging',
    at: NOW,
    previous: null,
    comparison: 'run_1',
    link: 'https://flux.example.com/compare/api/v1/comparisons/run_1?format=html',
    baseline: 'staging',
    targets: ['production'],
    clusters: ['staging', 'production'].map((name) => {
      const taken = { snapshot: `snap_${name[0]}1`, takenAt: '2026-11-21T01:00:00.000Z' }
      return { name, slug: name, labels: { env: name }, ...taken }
    }),
    verdict: 'drifted',
    fresh: [],
    worsened: [],
    reopened: [],
    resolved: [],
    ongoing: [],
    notCompared: [],
    comparedAgain: [],
    aside: { acknowledged: 0, muted: 0, settling: 0, hiddenByRules: 4, expected: 2, parametric: 9 },
  })
  const unknown = contextOf([], { clusters: [] })
  const report = makeReport(factsOf({ ...comparison, baseline: null }, { context: unknown }))
  assert.deepEqual([report.link, report.baseline, report.targets], [null, null, ['staging', 'production']])
  assert.deepEqual(
    report.clusters.map(({ labels }) => labels),
    [{}, {}],
  )
})

test('what could not be read is told by cluster and reason, and is news once', () => {
  const some = [kind('HelmRelease', 'partial'), kind('ImagePolicy', 'forbidden'), kind('Alert', 'forbidden')]
  const comparison = readAs({
    staging: { error: UNREACHABLE, coverage: [] },
    production: { coverage: [...some, kind('Bucket', 'not-installed'), kind('Receiver', 'not-asked')] },
  })
  const whole = [
    notCompared('staging', [], 'cluster-unreachable', true),
    notCompared('production', ['Alert', 'ImagePolicy'], 'forbidden', true),
    notCompared('production', ['HelmRelease'], 'partial', true),
  ]
  assert.deepEqual(makeReport(factsOf(comparison)).notCompared, whole)
  const known = whole.map((entry) => ({ ...entry, fresh: false }))
  const again = makeReport(factsOf(comparison, after(...whole)))
  assert.deepEqual([again.notCompared, again.comparedAgain], [known, []])
  // Another reason, or another kind beside those that are known.
  const before = [notCompared('staging', [], 'timeout', false), notCompared('production', ['Alert'], 'failed', false)]
  assert.deepEqual(makeReport(factsOf(comparison, after(...before))).notCompared, [
    notCompared('staging', [], 'cluster-unreachable', false),
    notCompared('production', ['ImagePolicy'], 'forbidden', true),
    notCompared('production', ['HelmRelease'], 'partial', true),
    notCompared('production', ['Alert'], 'forbidden', false),
  ])
})

test('only what was asked for counts as not compared', () => {
  const rows = [kind('HelmRelease', 'forbidden', ['apps']), kind('ImagePolicy', 'forbidden', ['other'])]
  const comparison = readAs({ production: { coverage: rows } })
  const kindsOf = (filter: Partial<ReportFacts['filter']>): unknown =>
    makeReport(factsOf(comparison, { filter: { ...NO_FILTER, ...filter } })).notCompared.map(({ kinds }) => kinds)
  assert.deepEqual(kindsOf({}), [['HelmRelease', 'ImagePolicy']])
  assert.deepEqual(kindsOf({ kinds: ['hr'] }), [['HelmRelease']])
  assert.deepEqual(kindsOf({ namespaces: ['other'] }), [['ImagePolicy']])
  assert.deepEqual(kindsOf({ namespaces: ['apps'], kinds: ['ImagePolicy'] }), [])
  const unheard = readAs({ production: { coverage: [{ ...kind('Event', 'forbidden'), group: '' }] } })
  assert.deepEqual(makeReport(factsOf(unheard)).notCompared, [])
  assert.deepEqual(makeReport(factsOf(unheard, { layers: ['events'] })).notCompared[0]?.kinds, ['Event'])
})

test('a cluster that can be read again is told, also where a kind of it still cannot', () => {
  const down = notCompared('production', [], 'cluster-unreachable', false)
  const lacksOne = notCompared('production', ['ImagePolicy'], 'forbidden', false)
  const back = readAs({ production: { coverage: [kind('ImagePolicy', 'complete')] } })
  const partly = readAs({ production: { coverage: [kind('ImagePolicy', 'forbidden')] } })
  const told = (comparison: Comparison, before: NotCompared): unknown => {
    const report = makeReport(factsOf(comparison, after(before)))
    return [report.notCompared, report.comparedAgain]
  }
  assert.deepEqual(told(back, down), [[], ['production']])
  assert.deepEqual(told(back, lacksOne), [[], ['production']])
  assert.deepEqual(told(partly, down), [[lacksOne], ['production']])
  assert.deepEqual(told(partly, lacksOne), [[lacksOne], []])
  // One that is not compared any more is not read again.
  assert.deepEqual(told(back, { ...down, cluster: 'edge' }), [[], []])
})

test('of older snapshots, what could not be read is no news', () => {
  const comparison = readAs({ production: { error: UNREACHABLE, coverage: [] } })
  const before = notCompared('staging', ['Alert'], 'forbidden', true)
  const report = makeReport(factsOf(comparison, { ...after(before), isOlder: true }))
  assert.deepEqual([report.notCompared, report.comparedAgain], [[{ ...before, fresh: false }], []])
})

test('a namespace belongs to the first that names it or its beginning', () => {
  const ownerOf = createOwnerOf([
    { owner: 'shop', namespaces: ['shop', 'shop-*'] },
    { owner: 'late', namespaces: ['shop-admin', 'ops'] },
    { owner: 'rest', namespaces: ['*'] },
  ])
  const owners = ['shop', 'shop-admin', 'shopping', 'ops', ''].map(ownerOf)
  assert.deepEqual(owners, ['shop', 'shop', 'rest', 'late', null])
  assert.equal(createOwnerOf([])('shop'), null)
})

test('ids and routes are told apart', () => {
  assert.equal(reportIdOf('run_mh4x'), 'report_mh4x')
  const keys = keyedRoutes(['team', 'pager', 'team', 'team'].map((channel) => routeTo(channel)))
  assert.deepEqual(
    keys.map(({ key }) => key),
    ['team', 'pager', 'team#2', 'team#3'],
  )
})
