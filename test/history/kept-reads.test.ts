import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '../../src/history/connect.ts'
import { comparisonsQuery, snapshotsQuery } from '../../src/history/kept-reads.ts'
import { pendingQuery } from '../../src/history/due-deliveries.ts'
import { queriesOn } from '../../src/history/queries.ts'
import { deliveriesQuery, reportsQuery } from '../../src/history/report-reads.ts'
import { recordsQuery } from '../../src/history/schedule-reads.ts'
import { jobsQuery, runsQuery } from '../../src/history/run-lists.ts'
import { openHistoryReader, type ServiceHistory } from '../../src/history/service-history.ts'
import { AppError } from '../../src/model/errors.ts'
import type { Comparison } from '../../src/model/comparison.ts'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
import { MIGRATIONS, open, plain, serviceIn, snapshotOf, temporaryFolder } from './fixtures.ts'

const UNREACHABLE = new AppError('cluster-unreachable', 'production cannot be reached').toDocument()

test('snapshots come newest first, page by page, of the clusters that were asked for', (t) => {
  const { history } = serviceIn(t)
  for (const id of ['snap_1', 'snap_2', 'snap_3', 'snap_4', 'snap_5']) {
    save(history, id, id === 'snap_2' || id === 'snap_5' ? 'edge' : 'production')
  }
  const all = history.snapshotPage({ clusters: null }, { limit: 3, cursor: null })
  assert.deepEqual(idsOf(all.items), ['snap_5', 'snap_4', 'snap_3'])
  const rest = history.snapshotPage({ clusters: null }, { limit: 3, cursor: all.next })
  assert.deepEqual([idsOf(rest.items), rest.next], [['snap_2', 'snap_1'], null])
  const ofEdge = history.snapshotPage({ clusters: ['edge'] }, { limit: 9, cursor: null })
  assert.deepEqual(idsOf(ofEdge.items), ['snap_5', 'snap_2'])
  const ofBoth = history.snapshotPage({ clusters: ['edge', 'production', 'other'] }, { limit: 9, cursor: null })
  assert.equal(ofBoth.items.length, 5)
  assert.deepEqual(history.snapshotPage({ clusters: [] }, { limit: 9, cursor: null }), { items: [], next: null })
  assert.deepEqual(all.items[0], history.listSnapshots({ cluster: null, limit: 1 })[0])
  assert.throws(() => history.comparisonPage({ cluster: null, within: null }, { limit: 3, cursor: all.next }), {
    code: 'input-invalid',
  })
})

test('the newest snapshot of a cluster, and the newest good one for its scope', (t) => {
  const { history } = serviceIn(t)
  save(history, 'snap_1', 'production')
  history.saveSnapshot(snapshotOf('snap_2', [], { namespaces: ['apps'] }).snapshot)
  history.saveSnapshot(snapshotOf('snap_3', [], { error: UNREACHABLE }).snapshot)
  const [whole, apps, none] = history.newestSnapshots([
    { cluster: 'production', namespaces: null },
    { cluster: 'production', namespaces: ['apps'] },
    { cluster: 'edge', namespaces: null },
  ])
  assert.deepEqual([whole?.cluster, whole?.last?.id, whole?.lastGood?.id], ['production', 'snap_3', 'snap_1'])
  assert.deepEqual(whole?.last?.error, UNREACHABLE)
  assert.deepEqual([apps?.last?.id, apps?.lastGood?.id], ['snap_3', 'snap_2'])
  assert.deepEqual(none, { cluster: 'edge', last: null, lastGood: null })
})

test('a header is that of the snapshot, with its counts; ids are whole ones', (t) => {
  const { history } = serviceIn(t)
  const { snapshot } = snapshotOf('snap_12', [{ name: 'podinfo' }, { name: 'redis' }])
  history.saveSnapshot(snapshot)
  const { entries, references, events, body, ...header } = snapshot
  assert.deepEqual(history.snapshotHeader('snap_12'), { ...header, objects: 2, changed: 0 })
  assert.deepEqual(plain(history.keptSnapshot('snap_12')!), plain(snapshot))
  assert.equal(history.snapshotHeader('snap_1'), null)
  assert.equal(history.keptSnapshot('snap_1'), null)
  assert.deepEqual([entries.length, references.length, events, typeof body], [2, 0, null, 'function'])
})

test('the text of a comparison is the document, whatever its names are', (t) => {
  const { history } = serviceIn(t)
  const names = ['"id":""', '"drifts":[]', 'drifts', '\\"drifts\\":[]\u2028']
  const finding: Comparison['findings'][number] = {
    code: 'x',
    severity: 'low',
    clusters: names,
    ref: null,
    message: '"id":"","drifts":[]',
    hint: '',
    fingerprint: '',
  }
  const sides = names.map((name) => [name, `snap_${name.length}`] as const)
  const comparisons: Comparison[] = [
    comparisonOf('run_1', []),
    comparisonOf('run_2', [driftOf('podinfo', 1), driftOf('"drifts":[]', 2)]),
    {
      ...comparisonOf('run_3', [driftOf('podinfo', 1)], sides),
      findings: [finding],
      explanations: [
        {
          ref: { group: '', kind: 'ConfigMap', namespace: 'apps', name: 'x' },
          layer: 'data',
          path: '',
          because: '',
          detail: '',
          values: { drifts: [], id: '' },
        },
      ],
    },
  ]
  for (const comparison of comparisons) {
    history.saveComparison(comparison)
    assert.equal(history.comparisonText(comparison.id), JSON.stringify(comparison))
  }
  assert.equal(history.comparisonText('run_'), null)
})

test('comparisons come newest first, by cluster, and of those whose clusters may be seen', (t) => {
  const { history } = serviceIn(t)
  const of = (...names: string[]) => names.map((name) => [name, `snap_${name}`] as const)
  history.saveComparison(comparisonOf('run_1', [], of('staging', 'edge')))
  history.saveComparison(comparisonOf('run_2', [driftOf('a', 1)], of('staging', 'production')))
  const ids = (cluster: string | null, within: readonly string[] | null, limit = 9): readonly string[] =>
    idsOf(history.comparisonPage({ cluster, within }, { limit, cursor: null }).items)
  assert.deepEqual(ids(null, null), ['run_2', 'run_1'])
  assert.deepEqual(ids('edge', null), ['run_1'])
  assert.deepEqual(ids(null, ['staging', 'production']), ['run_2'])
  assert.deepEqual(ids('staging', ['staging', 'edge']), ['run_1'])
  const first = history.comparisonPage({ cluster: 'staging', within: null }, { limit: 1, cursor: null })
  const second = history.comparisonPage({ cluster: 'staging', within: null }, { limit: 1, cursor: first.next })
  assert.deepEqual([idsOf(first.items), idsOf(second.items), second.next], [['run_2'], ['run_1'], null])
  assert.deepEqual(first.items[0], history.listComparisons(1)[0])
})

test('a reader reads what is stored meanwhile, but all of one state where it asks for that', (t) => {
  const { history, path } = serviceIn(t)
  const reader = openHistoryReader({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => reader.close())
  const { snapshot } = snapshotOf('snap_1', [{ name: 'podinfo' }])
  history.saveSnapshot(snapshot)
  history.createJob(
    { id: 'job_1', cluster: 'edge', pool: 'p', requestedBy: 'ada', idempotency: null },
    '2026-11-21T12:00:00Z',
  )
  assert.deepEqual(plain(reader.keptSnapshot('snap_1')!), plain(snapshot))
  assert.equal(reader.job('job_1')?.cluster, 'edge')
  reader.inOneState(() => {
    assert.equal(reader.keptSnapshot('snap_2'), null)
    save(history, 'snap_2', 'edge')
    assert.equal(reader.keptSnapshot('snap_2'), null)
  })
  assert.equal(reader.keptSnapshot('snap_2')?.id, 'snap_2')
  assert.throws(() => reader.inOneState(() => save(reader as unknown as ServiceHistory, 'snap_3', 'edge')))
})

test('a reader refuses a database that is not there, or is of another version', (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'history.db')
  const read = (): unknown => openHistoryReader({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  assert.throws(read, { code: 'history-unavailable', message: new RegExp(path) })
  open(path).close()
  const db = connect(path)
  t.after(() => db.close())
  db.pragma('user_version = 99')
  assert.throws(read, { code: 'history-unavailable', message: /newer flux-compare/ })
  db.pragma('user_version = 0')
  assert.throws(read, { code: 'history-unavailable', message: /older flux-compare/ })
})

test('no list sorts what it finds or reads more than its page needs', (t) => {
  const { path } = serviceIn(t)
  const db = connect(path)
  t.after(() => db.close())
  const queries = queriesOn(db)
  const page = { limit: 50, cursor: null }
  const some = ['staging', 'edge']
  const anyRun = { phase: null, cluster: null, within: null }
  const anyJob = { phase: null, cluster: null, within: null }
  const anyComparison = { cluster: null, within: null }
  const anyDelivery = { state: null, channel: null, report: null, name: null }
  const lists: readonly (readonly [leads: RegExp, query: { toSQL: () => { sql: string; params: unknown[] } }])[] = [
    [/^SCAN runs$/, runsQuery(queries, anyRun, page)],
    [/^SEARCH runs USING INDEX runs_by_phase /, runsQuery(queries, { ...anyRun, phase: 'done' }, page)],
    [
      /^SEARCH run_sides USING (COVERING )?INDEX run_sides_by_cluster /,
      runsQuery(queries, { ...anyRun, cluster: 'edge' }, page),
    ],
    [/^SCAN runs$/, runsQuery(queries, { ...anyRun, within: some }, page)],
    [/^SCAN snapshot_jobs$/, jobsQuery(queries, anyJob, page)],
    [
      /^SEARCH snapshot_jobs USING INDEX snapshot_jobs_by_cluster /,
      jobsQuery(queries, { ...anyJob, cluster: 'edge' }, page),
    ],
    [
      /^SEARCH snapshot_jobs USING INDEX snapshot_jobs_by_phase /,
      jobsQuery(queries, { ...anyJob, phase: 'done' }, page),
    ],
    [/^SCAN snapshot_jobs$/, jobsQuery(queries, { ...anyJob, within: some }, page)],
    [/^SCAN snapshots$/, snapshotsQuery(queries, null, page)],
    [/^SEARCH snapshots USING INDEX snapshots_by_cluster /, snapshotsQuery(queries, ['edge'], page)],
    [/^SCAN snapshots$/, snapshotsQuery(queries, some, page)],
    [/^SCAN comparisons$/, comparisonsQuery(queries, anyComparison, page)],
    [
      /^SEARCH comparison_sides USING (COVERING )?INDEX comparison_sides_by_cluster /,
      comparisonsQuery(queries, { ...anyComparison, cluster: 'edge' }, page),
    ],
    [/^SCAN comparisons$/, comparisonsQuery(queries, { ...anyComparison, within: some }, page)],
    [/^SCAN reports$/, reportsQuery(queries, { name: null, within: null }, page)],
    [/^SEARCH reports USING INDEX reports_by_name /, reportsQuery(queries, { name: 'a', within: null }, page)],
    [/^SCAN deliveries$/, deliveriesQuery(queries, anyDelivery, page)],
    ...(['state', 'channel', 'report', 'name'] as const).map((key) => {
      const query = deliveriesQuery(queries, { ...anyDelivery, [key]: key === 'state' ? 'sent' : 'a' }, page)
      return [new RegExp(`^SEARCH deliveries USING INDEX deliveries_by_${key} `), query] as const
    }),
    [/^SEARCH deliveries USING INDEX deliveries_by_state /, pendingQuery(queries)],
    [/^SCAN schedule_records USING INDEX schedule_records_by_due$/, recordsQuery(queries, { name: null }, page)],
    [/^SEARCH schedule_records USING INDEX schedule_records_by_schedule /, recordsQuery(queries, { name: 'a' }, page)],
    [
      /^SEARCH schedule_records USING INDEX schedule_records_by_due /,
      recordsQuery(queries, { name: null }, { limit: 1, cursor: 'cmVjb3Jkczox' }),
    ],
  ]
  for (const [leads, query] of lists) {
    const { sql, params } = query.toSQL()
    const steps = db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...params)
      .map(({ detail }) => detail)
    // A scan in the order of its key ends with the page: nothing is sorted.
    assert.match(steps[0] ?? '', leads, sql)
    assert.doesNotMatch(steps.slice(1).join('\n'), /TEMP B-TREE|^SCAN/m, sql)
  }
})

function save(history: Pick<ServiceHistory, 'saveSnapshot'>, id: string, cluster: string): void {
  history.saveSnapshot(snapshotOf(id, [{ name: 'podinfo' }], { cluster }).snapshot)
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id)
}
