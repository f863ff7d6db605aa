import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import Database from 'better-sqlite3'
import { connect, type Connection } from '../../src/history/connect.ts'
import { migrate } from '../../src/history/migrate.ts'
import { openServiceHistory, serviceHistoryOn, type ServiceHistory } from '../../src/history/service-history.ts'
import type { RunRecord } from '../../src/service/runs.ts'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
import { comparedAt, driftOf as ledgerDriftOf, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { MIGRATIONS, open, plain, snapshotOf, temporaryFolder } from './fixtures.ts'
import { contextOf, readyRun, routeTo } from './report-fixtures.ts'

const NOW = '2026-11-21T12:00:00.000Z'
const LOOP = resolve('test/history/run-in-a-loop.ts')
const FULL = { code: 'history-unavailable', message: /the disk is full; nothing was stored/ }

test('on a full disk nothing is half stored, reading goes on, and it goes on by itself when there is room', (t) => {
  const { history, db } = onConnection(t)
  fill(db)
  const accepted: string[] = []
  const refused = untilRefused((round) => {
    history.createRun(newRun(`run_${round}`, [`a-${round}`, `b-${round}`]), NOW)
    accepted.push(`run_${round}`)
  })
  assert.deepEqual(
    history
      .listRuns({ phase: null }, { limit: 1_000, cursor: null })
      .items.map(({ id }) => id)
      .toReversed(),
    accepted,
  )
  assert.equal(history.unfinished().jobs.length, accepted.length * 2)
  assert.equal(history.run(`run_${refused}`), null)
  assert.equal(db.inTransaction, false)
  free(db)
  history.createRun(newRun(`run_${refused}`, [`a-${refused}`, `b-${refused}`]), NOW)
  assert.equal(history.run(`run_${refused}`)?.phase, 'queued')
})

test('a snapshot that does not fit leaves its job unfinished, and can be recorded later', (t) => {
  const { history, db } = onConnection(t)
  history.createRun(newRun('run_1', ['staging', 'edge']), NOW)
  const { fence } = history.reissueJob('job_run_1_edge')!
  const large = { snapshot: largeSnapshot('snap_1', 'edge'), manifest: 'sha256:m' }
  fill(db)
  assert.throws(() => history.recordSnapshot('job_run_1_edge', fence, large, NOW), FULL)
  assert.deepEqual([history.job('job_run_1_edge')?.phase, history.keptSnapshot('snap_1')], ['queued', null])
  assert.equal(history.run('run_1')?.sides[1]?.snapshot, null)
  free(db)
  assert.equal(history.recordSnapshot('job_run_1_edge', fence, large, NOW).refused, false)
  assert.deepEqual(plain(history.keptSnapshot('snap_1')!), plain(large.snapshot))
  soundness(db)
})

test('a comparison that does not fit leaves its run to be compared', (t) => {
  const { history, db } = onConnection(t)
  history.saveSnapshot(snapshotOf('snap_s', [], { cluster: 'staging' }).snapshot)
  const sides = [{ cluster: 'staging', pool: 'p', snapshot: 'snap_s', newJob: 'job_0' }]
  history.createRun({ ...newRun('run_1', []), sides }, NOW)
  const drifts = Array.from({ length: 500 }, (_, index) => driftOf(`app-${index}`, index))
  const comparison = comparisonOf('run_1', drifts, [['staging', 'snap_s']])
  fill(db)
  assert.throws(() => history.recordComparison('run_1', 0, { comparison, report: null }, NOW), FULL)
  assert.deepEqual([history.run('run_1')?.phase, history.comparisonText('run_1')], ['comparing', null])
  free(db)
  assert.equal(history.recordComparison('run_1', 0, { comparison, report: null }, NOW).refused, false)
  assert.deepEqual(history.loadComparison('run_1'), comparison)
  soundness(db)
})

test('a report that does not fit leaves its run to be compared, and nothing of its news is taken for told', (t) => {
  const { history, db } = onConnection(t)
  const drifts = Array.from({ length: 500 }, (_, index) => ledgerDriftOf(`app-${index}`))
  const comparison = comparedAt(1, drifts)
  const report = contextOf([routeTo('team')])
  readyRun(history, comparison, timeAt(1))
  fill(db)
  assert.throws(() => history.recordComparison('run_1', 0, { comparison, report }, timeAt(1)), FULL)
  assert.deepEqual([history.run('run_1')?.phase, history.reportRecord('report_1')], ['comparing', null])
  assert.deepEqual([history.ledgerDefinitions(), history.deliveryCounts().pending], [[], 0])
  free(db)
  assert.equal(history.recordComparison('run_1', 0, { comparison, report }, timeAt(1)).refused, false)
  assert.equal(history.pendingDelivery('msg+report_1+team')?.document.fresh.length, 500)
  soundness(db)
})

test('a database that another process does not let go of is told, and nothing is stored', (t) => {
  const { history, db, path } = onConnection(t)
  db.pragma('busy_timeout = 20')
  const other = new Database(path)
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const busy = { code: 'history-unavailable', message: /in use by another process/ }
  assert.throws(() => history.createRun(newRun('run_1', ['a', 'b']), NOW), busy)
  assert.throws(() => history.saveSnapshot(snapshotOf('snap_1', []).snapshot), busy)
  assert.throws(() => history.prune({ before: NOW, keepLatest: 1, now: NOW }).next(), busy)
  assert.deepEqual(history.unfinished(), { jobs: [], runs: [] })
  other.exec('ROLLBACK')
  assert.equal(history.createRun(newRun('run_1', ['a', 'b']), NOW).run.id, 'run_1')
})

test('a service does not start on a damaged database, says what to do, and leaves it to others', (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  const before = open(path)
  const objects = Array.from({ length: 200 }, (_, index) => ({ name: `app-${index}` }))
  before.saveSnapshot(snapshotOf('snap_1', objects).snapshot)
  before.close()
  const sound = readFileSync(path)
  const bytes = Buffer.from(sound)
  bytes.fill(0xa5, bytes.length - 3 * 8192, bytes.length - 8192)
  writeFileSync(path, bytes)
  const start = (): ServiceHistory => openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  assert.throws(start, { code: 'history-corrupt', message: /is damaged/, hint: /restore/i })
  writeFileSync(path, sound)
  start().close()
})

test('a service that is killed at any point has all that it accepted, each run whole', async (t) => {
  const path = join(temporaryFolder(t), 'history.db')
  for (const [index, after] of [1, 4, 7, 12].entries()) {
    const service = spawn(process.execPath, [LOOP, path, `p${index}`], { stdio: ['ignore', 'pipe', 'inherit'] })
    const told: string[] = []
    for await (const line of createInterface({ input: service.stdout })) {
      told.push(line)
      if (told.length === after) service.kill('SIGKILL')
    }
    const history = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
    for (const line of told) checkTold(history, line)
    const unfinished = history.unfinished()
    assert.ok(unfinished.jobs.length <= 2 * (index + 1) && unfinished.runs.length <= index + 1)
    for (const run of history.listRuns({ phase: null }, { limit: 1_000, cursor: null }).items) checkWhole(history, run)
    history.close()
  }
})

function checkTold(history: ServiceHistory, line: string): void {
  const [id, state] = line.split(' ') as [string, string]
  const run = history.run(id)!
  if (state === 'accepted') assert.equal(run.sides.length, 2)
  else assert.deepEqual([run.phase, history.loadComparison(id)?.id], ['done', id])
}

function checkWhole(history: ServiceHistory, { phase, sides }: RunRecord): void {
  const taken = sides.flatMap(({ snapshot }) => snapshot ?? [])
  assert.equal(phase === 'queued' || phase === 'collecting', taken.length < sides.length)
  for (const snapshot of taken) plain(history.keptSnapshot(snapshot)!)
}

type Opened = { readonly history: ServiceHistory; readonly db: Connection; readonly path: string }

function onConnection(t: TestContext): Opened {
  const path = join(temporaryFolder(t), 'history.db')
  const db = connect(path)
  t.after(() => db.close())
  migrate(db, path, MIGRATIONS)
  return { history: serviceHistoryOn(db, { path, engine: '1.0.0' }), db, path }
}

/** From now on the file may not grow: what SQLite sees of a full disk. */
function fill(db: Connection): void {
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
}

function free(db: Connection): void {
  db.pragma('max_page_count = 1000000')
}

function untilRefused(work: (round: number) => void): number {
  for (let round = 0; round < 10_000; round += 1) {
    try {
      work(round)
    } catch (error) {
      assert.throws(() => {
        throw error
      }, FULL)
      return round
    }
  }
  assert.fail('it was never refused')
}

function newRun(id: string, clusters: readonly string[]) {
  const filter = { kinds: null, namespaces: null, selector: null, resource: null }
  return {
    id,
    request: { baseline: null, clusters, layers: [], filter, ignore: [], explain: false },
    requestedBy: 'ada',
    sides: clusters.map((cluster) => ({ cluster, pool: 'p', snapshot: null, newJob: `job_${id}_${cluster}` })),
    idempotency: null,
  }
}

function largeSnapshot(id: string, cluster: string) {
  const objects = Array.from({ length: 100 }, (_, index) => ({
    name: `app-${index}`,
    body: { spec: { index, text: 'x'.repeat(1_000) } },
  }))
  return snapshotOf(id, objects, { cluster }).snapshot
}

function soundness(db: Connection): void {
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok')
  assert.deepEqual(db.pragma('foreign_key_check'), [])
}
