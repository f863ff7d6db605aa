import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { AppError } from '../../src/model/errors.ts'
import type { PageRequest, RunRecord, SnapshotJobRecord } from '../../src/service/runs.ts'
import { comparisonOf } from './comparison-fixtures.ts'
import { serviceIn, snapshotOf } from './fixtures.ts'

const CLUSTERS = ['staging', 'production', 'edge'] as const
const NOW = '2026-11-21T12:00:00.000Z'
const ALL: PageRequest = { limit: 1_000, cursor: null }
const FAULT = new AppError('internal', 'x').toDocument()

/** One thing that somebody does; the numbers choose among what there is. `late`: with a fence that is not the newest. */
type Act = { readonly what: (typeof ACTS)[number]; readonly on: number; readonly late: boolean }
const ACTS = [
  'createRun',
  'createJob',
  'reissueJob',
  'startJob',
  'progressJob',
  'recordSnapshot',
  'failJob',
  'cancelRun',
  'reissueRun',
  'recordComparison',
  'failRun',
] as const

const acts = fc.array(fc.record({ what: fc.constantFrom(...ACTS), on: fc.nat({ max: 6 }), late: fc.boolean() }), {
  minLength: 10,
  maxLength: 60,
})

test('whatever happens in whatever order, no run waits for nothing, and nothing finished changes', (t) => {
  const { history } = serviceIn(t)
  let round = 0
  fc.assert(
    fc.property(acts, (sequence) => {
      const seen = new Map<string, unknown>()
      for (const act of sequence) {
        perform(history, act, `${(round += 1)}`)
        check(history, seen)
      }
      // Whoever goes on delivering what is unfinished gets every run to its end.
      for (let rest = 0; rest < 100 && deliver(history, `${(round += 1)}`); rest += 1) check(history, seen)
      assert.deepEqual(history.unfinished(), { jobs: [], runs: [] })
      for (const run of runsIn(history)) assert.notEqual(run.finishedAt, null)
    }),
    { numRuns: 25, seed: 3 },
  )
})

function perform(history: ServiceHistory, { what, on, late }: Act, unique: string): void {
  const jobs = history.listJobs({ cluster: null, phase: null }, { limit: 4, cursor: null }).items
  const runs = history.listRuns({ phase: null }, { limit: 4, cursor: null }).items
  const job = jobs[on % Math.max(1, jobs.length)]
  const run = runs[on % Math.max(1, runs.length)]
  if (what === 'createRun' || what === 'createJob') return create(history, what, on, unique)
  if (job) performOnJob(history, what, { job, fence: job.fence - (late ? 1 : 0), unique })
  if (run) performOnRun(history, what, { run, fence: run.fence - (late ? 1 : 0) })
}

function create(history: ServiceHistory, what: 'createRun' | 'createJob', on: number, unique: string): void {
  const cluster = CLUSTERS[on % 3]!
  const asked = { pool: 'p', requestedBy: 'ada', idempotency: null }
  if (what === 'createJob') return void history.createJob({ ...asked, id: `job_${unique}`, cluster }, NOW)
  const clusters = CLUSTERS.filter((_, index) => index !== on % 4)
  const kept = history.newestSnapshots(clusters.map((cluster) => ({ cluster, namespaces: null })))
  const sides = kept.map(({ cluster, lastGood }, index) => ({
    cluster,
    pool: 'p',
    snapshot: on > 3 && index > 0 ? (lastGood?.id ?? null) : null,
    newJob: `job_${unique}_${cluster}`,
  }))
  const filter = { kinds: null, namespaces: null, selector: null, resource: null }
  const request = { baseline: null, clusters, layers: [], filter, ignore: [], explain: false }
  history.createRun({ id: `run_${unique}`, request, requestedBy: 'ada', sides, idempotency: null }, NOW)
}

type OnJob = { readonly job: SnapshotJobRecord; readonly fence: number; readonly unique: string }

function performOnJob(history: ServiceHistory, what: Act['what'], { job, fence, unique }: OnJob): void {
  const isTaken = job.finishedAt === null && fence === job.fence
  if (what === 'reissueJob') assert.equal(history.reissueJob(job.id)?.fence, job.finishedAt ? undefined : job.fence + 1)
  if (what === 'startJob') history.startJob(job.id, fence, NOW)
  if (what === 'progressJob') history.progressJob(job.id, fence, { step: 'done', kind: null, objects: 1 })
  if (what === 'failJob') assert.equal(history.failJob(job.id, fence, FAULT, NOW).refused, !isTaken)
  if (what !== 'recordSnapshot') return
  const { snapshot } = snapshotOf(`snap_${unique}`, [{ name: 'podinfo' }], { cluster: job.cluster })
  assert.equal(history.recordSnapshot(job.id, fence, { snapshot, manifest: null }, NOW).refused, !isTaken)
  assert.equal(history.keptSnapshot(snapshot.id) !== null, isTaken)
}

function performOnRun(
  history: ServiceHistory,
  what: Act['what'],
  { run, fence }: { readonly run: RunRecord; readonly fence: number },
): void {
  if (what === 'cancelRun') assert.notEqual(history.cancelRun(run.id, NOW)?.finishedAt, null)
  if (what === 'failRun') history.failRun(run.id, fence, FAULT, NOW)
  if (what === 'reissueRun') {
    assert.equal(history.reissueRun(run.id)?.fence, run.phase === 'comparing' ? run.fence + 1 : undefined)
  }
  if (what !== 'recordComparison') return
  const { refused } = history.recordComparison(
    run.id,
    fence,
    { comparison: comparisonOf(run.id, []), report: null },
    NOW,
  )
  assert.equal(refused, run.phase !== 'comparing' || fence !== run.fence)
  if (!refused) assert.notEqual(history.comparisonText(run.id), null)
}

/** One step of what the dispatcher does; false where nothing is left. */
function deliver(history: ServiceHistory, unique: string): boolean {
  const { jobs, runs } = history.unfinished()
  const [job, run] = [jobs[0], runs[0]]
  if (job) performOnJob(history, 'recordSnapshot', { job, fence: job.fence, unique })
  else if (run) performOnRun(history, 'recordComparison', { run, fence: run.fence })
  return job !== undefined || run !== undefined
}

function check(history: ServiceHistory, seen: Map<string, unknown>): void {
  const due = history.unfinished()
  const inFlight = new Map(due.jobs.map((job) => [job.id, job.cluster]))
  assert.equal(new Set(inFlight.values()).size, due.jobs.length)
  for (const run of runsIn(history)) {
    const waits = run.sides.filter(({ snapshot }) => snapshot === null)
    const isOver = run.phase === 'done' || run.phase === 'failed' || run.phase === 'cancelled'
    assert.equal(run.finishedAt !== null, isOver)
    if (isOver) assert.deepEqual(run, remembered(seen, run.id, run))
    else assert.equal(run.phase === 'comparing', waits.length === 0)
    if (!isOver) for (const { job, cluster } of waits) assert.equal(inFlight.get(job ?? ''), cluster)
  }
  assert.deepEqual(
    due.runs.map(({ id }) => id).toSorted(),
    runsIn(history)
      .filter(({ phase }) => phase === 'comparing')
      .map(({ id }) => id)
      .toSorted(),
  )
  for (const job of history.listJobs({ cluster: null, phase: null }, ALL).items) {
    if (job.finishedAt !== null) assert.deepEqual(job, remembered(seen, job.id, job))
  }
}

function remembered(seen: Map<string, unknown>, id: string, now: unknown): unknown {
  if (!seen.has(id)) seen.set(id, now)
  return seen.get(id)
}

function runsIn(history: ServiceHistory): readonly RunRecord[] {
  return history.listRuns({ phase: null }, ALL).items
}
