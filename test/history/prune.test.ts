import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { decodeIds } from '../../src/history/id-list.ts'
import { blockOf } from '../../src/history/lines.ts'
import type { PruneReport } from '../../src/history/prune.ts'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { AppError } from '../../src/model/errors.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { RunRequest } from '../../src/service/runs.ts'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
import { open, plain, serviceIn, snapshotOf, temporaryFolder, type ObjectSketch } from './fixtures.ts'

// Comparisons are dated by the clock of the machine: new is what is after 2000.
const OLD = '1999-01-01T00:00:00.000Z'
const NEW = '2000-11-20T00:00:00.000Z'
const RETENTION = { before: '2000-01-01T00:00:00.000Z', keepLatest: 1, now: '2000-11-21T00:00:00.000Z' }
const ERROR = new AppError('cluster-unreachable', 'x').toDocument()

test('old snapshots go, but never what stands for a cluster now or is named by what is kept', (t) => {
  const { history } = serviceIn(t)
  save(history, 'snap_old', {})
  save(history, 'snap_compared', {})
  save(history, 'snap_of_run', { cluster: 'edge' })
  save(history, 'snap_apps_old', { namespaces: ['apps'] })
  save(history, 'snap_apps', { namespaces: ['apps'] })
  save(history, 'snap_error_old', { error: ERROR })
  save(history, 'snap_last_good', {})
  save(history, 'snap_error', { error: ERROR })
  save(history, 'snap_edge', { cluster: 'edge' })
  save(history, 'snap_new_old', { cluster: 'staging', takenAt: NEW })
  save(history, 'snap_new', { cluster: 'staging', takenAt: NEW })
  history.saveComparison(comparisonOf('run_x', [], [['production', 'snap_compared']]))
  history.createRun(
    { id: 'run_1', request: REQUEST, requestedBy: 'ada', sides: [sideOf('edge', 'snap_of_run')], idempotency: null },
    OLD,
  )
  const report = finish(history.prune(RETENTION))
  assert.deepEqual([report.snapshots, report.comparisons, report.runs], [3, 0, 0])
  assert.deepEqual(idsIn(history), [
    'snap_apps',
    'snap_compared',
    'snap_edge',
    'snap_error',
    'snap_last_good',
    'snap_new',
    'snap_new_old',
    'snap_of_run',
  ])
})

test('so many of the newest good ones stay as are asked for', (t) => {
  const { history } = serviceIn(t)
  for (const id of ['snap_1', 'snap_2', 'snap_3', 'snap_4']) save(history, id, {})
  save(history, 'snap_e', { error: ERROR })
  save(history, 'snap_edge', { cluster: 'edge' })
  finish(history.prune({ ...RETENTION, keepLatest: 3 }))
  assert.deepEqual(idsIn(history), ['snap_2', 'snap_3', 'snap_4', 'snap_e', 'snap_edge'])
  finish(history.prune({ ...RETENTION, keepLatest: 0 }))
  assert.deepEqual(idsIn(history), ['snap_4', 'snap_e', 'snap_edge'])
})

test('old comparisons go with their runs and jobs, and then what only they had named', (t) => {
  const { history, path } = serviceIn(t)
  const key = { key: 'k', caller: 'ada', digest: 'd' }
  const run = (id: string, now: string): void => {
    const sides = [sideOf('staging', null, `job_${id}`)]
    history.createRun({ id, request: REQUEST, requestedBy: 'ada', sides, idempotency: { ...key, key: id } }, now)
    const { snapshot } = snapshotOf(`snap_${id}`, [{ name: id }], { cluster: 'staging', takenAt: now })
    history.recordSnapshot(`job_${id}`, 0, { snapshot, manifest: null }, now)
    history.recordComparison(
      id,
      0,
      { comparison: comparisonOf(id, [driftOf(id, 1)], [['staging', snapshot.id]]), report: null },
      now,
    )
  }
  run('run_1', OLD)
  run('run_2', OLD)
  history.createRun(
    { id: 'run_3', request: REQUEST, requestedBy: 'ada', sides: [sideOf('edge', null, 'job_3')], idempotency: null },
    OLD,
  )
  history.createJob({ id: 'job_4', cluster: 'production', pool: 'p', requestedBy: 'ada', idempotency: null }, OLD)
  history.failJob('job_4', 0, ERROR, OLD)
  backdateComparisons(path)
  const report = finish(history.prune(RETENTION))
  const { runs, jobs, comparisons, snapshots, idempotencyKeys } = report
  assert.deepEqual({ runs, jobs, comparisons, snapshots }, { runs: 2, jobs: 3, comparisons: 2, snapshots: 1 })
  assert.equal(idempotencyKeys, 0)
  assert.equal(history.run('run_1'), null)
  assert.equal(history.run('run_3')?.phase, 'queued')
  assert.equal(history.job('job_3')?.phase, 'queued')
  assert.equal(history.loadComparison('run_2'), null)
  assert.deepEqual(idsIn(history), ['snap_4_0', 'snap_run_2'])
})

test('a finished run that is younger is kept with its comparison, jobs and snapshots', (t) => {
  const { history } = serviceIn(t)
  const sides = [sideOf('staging', null, 'job_1')]
  history.createRun({ id: 'run_1', request: REQUEST, requestedBy: 'ada', sides, idempotency: null }, OLD)
  const { snapshot } = snapshotOf('snap_1', [{ name: 'a' }], { cluster: 'staging', takenAt: OLD })
  history.recordSnapshot('job_1', 0, { snapshot, manifest: null }, OLD)
  history.recordComparison(
    'run_1',
    0,
    { comparison: comparisonOf('run_1', [], [['staging', 'snap_1']]), report: null },
    NEW,
  )
  save(history, 'snap_2', { cluster: 'staging' })
  const report = finish(history.prune(RETENTION))
  assert.equal(Object.values(report).reduce((sum, count) => sum + count, 0) - report.pagesFree, 0)
  assert.deepEqual([history.run('run_1')?.phase, history.job('job_1')?.phase], ['done', 'done'])
})

test('what is left is what a history has that never held anything else', (t) => {
  const { history, path } = serviceIn(t)
  const snapshots = Array.from({ length: 12 }, (_, round) => evolving(round))
  for (const snapshot of snapshots) history.saveSnapshot(snapshot)
  history.saveComparison(comparisonOf('run_1', [driftOf('a', 1)], [['production', 'snap_3']]))
  const report = finish(history.prune(RETENTION))
  assert.equal(report.snapshots, 10)
  const expectedPath = join(temporaryFolder(t), 'expected.db')
  const expected = open(expectedPath)
  t.after(() => expected.close())
  const kept = [snapshots[3]!, snapshots[11]!]
  for (const snapshot of kept) expected.saveSnapshot(snapshot)
  expected.saveComparison(comparisonOf('run_1', [driftOf('a', 1)], [['production', 'snap_3']]))
  for (const snapshot of kept) {
    assert.deepEqual(plain(history.keptSnapshot(snapshot.id)!), plain(snapshot))
  }
  assert.deepEqual(contentOf(path), contentOf(expectedPath))
  assert.ok(report.lines > 0)
  assert.deepEqual(linesOf(path), neededLinesOf(path))
  assert.deepEqual(soundness(path), ['ok', []])
  const again = finish(history.prune(RETENTION))
  assert.deepEqual([again.snapshots, again.lists, again.documents, again.lines], [0, 0, 0, 0])
})

test('what is stored between any two steps is whole, also where it takes up again what was to go', (t) => {
  for (let step = 0; ; step += 1) {
    const { history, path } = serviceIn(t)
    const snapshots = Array.from({ length: 6 }, (_, round) => evolving(round))
    for (const snapshot of snapshots) history.saveSnapshot(snapshot)
    history.saveComparison(comparisonOf('run_1', [driftOf('a', 1)]))
    backdateComparisons(path)
    const pruning = history.prune(RETENTION)
    let steps = 0
    for (; steps < step && pruning.next().done !== true; steps += 1);
    const revived = { ...evolving(2), id: 'snap_again', takenAt: NEW }
    history.saveSnapshot(revived)
    history.saveComparison(comparisonOf('run_2', [driftOf('a', 1), driftOf('b', 1)]))
    const first = { ...evolving(0), id: 'snap_elsewhere', cluster: 'edge' }
    history.saveSnapshot(first)
    if (steps === step) finish(pruning)
    for (const snapshot of [revived, first])
      assert.deepEqual(plain(history.keptSnapshot(snapshot.id)!), plain(snapshot))
    assert.deepEqual(
      JSON.parse(history.comparisonText('run_2') ?? 'null'),
      comparisonOf('run_2', [driftOf('a', 1), driftOf('b', 1)]),
    )
    assert.deepEqual(soundness(path), ['ok', []])
    history.close()
    if (steps < step) break
    assert.ok(step < 200, 'it never ends')
  }
})

test('work that was broken off is done by the next run', (t) => {
  const { history, path } = serviceIn(t)
  for (let round = 0; round < 6; round += 1) history.saveSnapshot(evolving(round))
  const last = plain(evolving(5))
  let taken = 0
  for (let stopAfter = 1; stopAfter < 8; stopAfter += 1) {
    const pruning = history.prune(RETENTION)
    for (let step = 0; step < stopAfter && pruning.next().done !== true; step += 1) taken += 1
    assert.deepEqual(plain(history.keptSnapshot('snap_5')!), last)
    history.saveSnapshot({ ...evolving(stopAfter % 5), id: `snap_between_${stopAfter}`, cluster: 'edge', takenAt: OLD })
  }
  assert.ok(taken > 0)
  finish(history.prune(RETENTION))
  assert.deepEqual(idsIn(history), ['snap_5', 'snap_between_7'])
  for (const id of idsIn(history)) plain(history.keptSnapshot(id)!)
  assert.deepEqual(soundness(path), ['ok', []])
})

test('the space goes back to the file system', (t) => {
  const { history, path } = serviceIn(t)
  const large = (round: number): Snapshot => {
    const objects = Array.from({ length: 200 }, (_, index) => ({
      name: `app-${index}`,
      body: { spec: { text: `${round} ${index} ${'x'.repeat(5_000)}` } },
    }))
    return snapshotOf(`snap_${round}`, objects, { takenAt: OLD }).snapshot
  }
  for (let round = 0; round < 5; round += 1) history.saveSnapshot(large(round))
  checkpoint(path)
  const before = statSync(path).size
  const report = finish(history.prune(RETENTION))
  checkpoint(path)
  assert.ok(statSync(path).size < before / 3, `${statSync(path).size} of ${before}`)
  assert.ok(report.pagesReturned > 100)
  assert.equal(report.pagesFree, 0)
  assert.deepEqual(plain(history.keptSnapshot('snap_4')!), plain(large(4)))
})

const REQUEST: RunRequest = {
  baseline: null,
  clusters: [],
  layers: [],
  filter: { kinds: null, namespaces: null, selector: null, resource: null },
  ignore: [],
  explain: false,
}

function sideOf(cluster: string, snapshot: string | null, newJob = 'job_0') {
  return { cluster, pool: 'p', snapshot, newJob }
}

/** Each round changes some objects, brings back what an earlier one had, and has events and references of its own. */
function evolving(round: number): Snapshot {
  const sketches = Array.from({ length: 30 }, (_, index): ObjectSketch => {
    const version = index < 10 ? round : index < 20 ? round % 3 : 0
    return {
      name: `app-${String(index).padStart(2, '0')}`,
      body: { spec: { version, index } },
      status: { revision: `main@sha1:${round % 2}` },
      resourceVersion: String(round),
    }
  })
  const ref = { group: '', kind: 'ConfigMap', namespace: 'apps', name: 'vars' }
  const { snapshot } = snapshotOf(`snap_${round}`, sketches, { takenAt: OLD })
  const from = snapshot.entries[0]!.ref
  const field = `spec.postBuild.substituteFrom[${round % 4}]`
  return {
    ...snapshot,
    events: [{ ref: from, type: 'Warning', reason: 'HealthCheckFailed', count: round }],
    references: [{ from, field, to: ref, use: 'substitute', optional: false, yamlKey: null, state: 'present' }],
  }
}

function save(history: ServiceHistory, id: string, header: Partial<Snapshot>): void {
  history.saveSnapshot(snapshotOf(id, header.error ? [] : [{ name: id }], { takenAt: OLD, ...header }).snapshot)
}

function finish(pruning: Generator<void, PruneReport>): PruneReport {
  for (;;) {
    const { done, value } = pruning.next()
    if (done === true) return value
  }
}

function idsIn(history: ServiceHistory): string[] {
  return history
    .listSnapshots({ cluster: null, limit: 99 })
    .map(({ id }) => id)
    .toSorted()
}

/** The digests of all content: of texts, and of lists by their own digest, which is over their members. */
function contentOf(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    const digests = (table: string): unknown[] =>
      db.prepare(`SELECT hex(digest) FROM ${table} ORDER BY digest`).pluck().all()
    return { documents: digests('documents'), lists: digests('lists') }
  } finally {
    db.close()
  }
}

/** The rows of lines. */
function linesOf(path: string): readonly number[] {
  return rowsIn<number>(path, 'SELECT id FROM lines ORDER BY id')
}

/** Those that some snapshot needs. */
function neededLinesOf(path: string): readonly number[] {
  const lists = 'SELECT entries FROM snapshots UNION SELECT "references" FROM snapshots'
  const members = rowsIn<Buffer>(path, `SELECT members FROM lists WHERE id IN (${lists})`)
  const blocks = members.flatMap((bytes) => decodeIds(bytes)).map(blockOf)
  return [...new Set(blocks)].toSorted((a, b) => a - b)
}

function rowsIn<T>(path: string, query: string): T[] {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare<[], T>(query).pluck().all()
  } finally {
    db.close()
  }
}

function soundness(path: string): unknown {
  const db = new Database(path, { readonly: true })
  try {
    return [db.pragma('integrity_check', { simple: true }), db.pragma('foreign_key_check')]
  } finally {
    db.close()
  }
}

function backdateComparisons(path: string): void {
  const db = new Database(path)
  db.prepare('UPDATE comparisons SET stored_ms = ?').run(Date.parse(OLD))
  db.close()
}

function checkpoint(path: string): void {
  const db = new Database(path)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}
