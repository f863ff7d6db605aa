import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Comparison } from '../../src/model/comparison.ts'
import { AppError, type ErrorDocument } from '../../src/model/errors.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { History } from '../../src/service/ports.ts'
import type { IdempotencyKey, NewRun, Page, PageRequest, RunRequest, RunStore } from '../../src/service/runs.ts'

type Store = RunStore & Pick<History, 'loadSnapshot' | 'loadComparison' | 'listSnapshots' | 'saveSnapshot'>
type Made = {
  readonly snapshot: (id: string, cluster: string, error?: ErrorDocument) => Snapshot
  readonly comparison: (id: string, clusters: readonly string[]) => Comparison
}

const NOON = '2026-11-21T12:00:00.000Z'
const LATER = '2026-11-21T12:05:00.000Z'
const UNREACHABLE = new AppError('cluster-unreachable', 'edge cannot be reached').toDocument()
const FAULT = new AppError('internal', 'unexpected TypeError').toDocument()
const ALL: PageRequest = { limit: 100, cursor: null }

/** The law of RunStore, for each implementation of it. */
export function runStoreContract(name: string, open: (t: TestContext) => Store, made: Made): void {
  const law: Law = (text, check) => void test(`${name}: ${text}`, (t) => check(open(t), t))
  createLaws(law, made)
  jobLaws(law, made)
  runLaws(law, made)
  listLaws(law, made)
}

type Law = (text: string, check: (store: Store, t: TestContext) => void) => void

function createLaws(law: Law, made: Made): void {
  law('a run is there as it was asked for, with a job for each cluster', (store) => {
    const { run, replayed } = store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    assert.equal(replayed, false)
    assert.deepEqual(run, {
      id: 'run_1',
      phase: 'queued',
      request: requestOf(['staging', 'edge']),
      requestedBy: 'ada',
      requestedAt: NOON,
      finishedAt: null,
      sides: [
        { cluster: 'staging', snapshot: null, job: 'job_run_1_staging' },
        { cluster: 'edge', snapshot: null, job: 'job_run_1_edge' },
      ],
      fence: 0,
      verdict: null,
      differences: null,
      error: null,
    })
    assert.deepEqual(store.run('run_1'), run)
    assert.equal(store.run('run_2'), null)
    assert.deepEqual(store.job('job_run_1_edge'), {
      id: 'job_run_1_edge',
      cluster: 'edge',
      pool: 'default',
      phase: 'queued',
      fence: 0,
      requestedBy: 'ada',
      requestedAt: NOON,
      startedAt: null,
      finishedAt: null,
      progress: null,
      snapshot: null,
      error: null,
    })
    assert.equal(store.job('job_0'), null)
  })

  law('one job is in flight per cluster, whoever asks for it', (store) => {
    const first = store.createJob(newJob('job_1', 'edge'), NOON)
    assert.equal(first.joined, false)
    const second = store.createJob(newJob('job_2', 'edge'), LATER)
    assert.deepEqual([second.joined, second.job.id], [true, 'job_1'])
    const { run } = store.createRun(newRun('run_1', ['staging', 'edge']), LATER)
    assert.equal(run.sides[1]?.job, 'job_1')
    record(store, made, 'job_1', 'snap_1')
    assert.equal(store.createJob(newJob('job_3', 'edge'), LATER).job.id, 'job_3')
  })

  law('a run over kept snapshots can be compared at once', (store) => {
    store.saveSnapshot(made.snapshot('snap_s', 'staging'))
    store.saveSnapshot(made.snapshot('snap_e', 'edge'))
    const { run } = store.createRun(newRun('run_1', ['staging', 'edge'], { staging: 'snap_s', edge: 'snap_e' }), NOON)
    assert.equal(run.phase, 'comparing')
    assert.deepEqual(run.sides, [
      { cluster: 'staging', snapshot: 'snap_s', job: null },
      { cluster: 'edge', snapshot: 'snap_e', job: null },
    ])
    assert.deepEqual(
      store.unfinished().runs.map(({ id }) => id),
      ['run_1'],
    )
  })

  law('a snapshot that is not kept, or is of another cluster, makes no run and no job', (store) => {
    store.saveSnapshot(made.snapshot('snap_s', 'staging'))
    for (const snapshot of ['snap_gone', 'snap_s']) {
      const sides = newRun('run_1', ['production', 'edge'], { edge: snapshot })
      assert.throws(() => store.createRun(sides, NOON), { code: 'snapshot-unknown' })
    }
    assert.equal(store.run('run_1'), null)
    assert.deepEqual(store.unfinished(), { jobs: [], runs: [] })
  })

  law('an idempotency key gives the same run for a day, and refuses another request', (store) => {
    const key = { key: 'k', caller: 'ada', digest: 'sha256:1' }
    const first = store.createRun(newRun('run_1', ['staging', 'edge'], {}, key), NOON)
    const again = store.createRun(newRun('run_2', ['staging', 'edge'], {}, key), '2026-11-22T11:59:59.999Z')
    assert.deepEqual([again.replayed, again.run], [true, first.run])
    assert.equal(store.run('run_2'), null)
    const other = { ...key, digest: 'sha256:2' }
    assert.throws(() => store.createRun(newRun('run_3', ['a', 'b'], {}, other), LATER), {
      code: 'idempotency-mismatch',
    })
    assert.throws(() => store.createJob(newJob('job_9', 'edge', other), LATER), { code: 'idempotency-mismatch' })
    const grace = { ...key, caller: 'grace' }
    assert.equal(store.createRun(newRun('run_4', ['staging', 'edge'], {}, grace), LATER).replayed, false)
    const nextDay = '2026-11-22T12:00:00.001Z'
    assert.equal(store.createRun(newRun('run_5', ['staging', 'edge'], {}, other), nextDay).replayed, false)
  })

  law('an idempotency key gives the same job again, also when it is finished', (store) => {
    const key = { key: 'k', caller: 'ada', digest: 'sha256:1' }
    store.createJob(newJob('job_1', 'edge', key), NOON)
    record(store, made, 'job_1', 'snap_1')
    const again = store.createJob(newJob('job_2', 'edge', key), LATER)
    assert.deepEqual([again.joined, again.job.id, again.job.phase], [true, 'job_1', 'done'])
  })
}

function jobLaws(law: Law, made: Made): void {
  law('a job goes from the queue to its snapshot', (store) => {
    store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    const id = 'job_run_1_edge'
    assert.equal(store.reissueJob(id)?.fence, 1)
    store.startJob(id, 1, LATER)
    assert.deepEqual([store.job(id)?.phase, store.job(id)?.startedAt], ['running', LATER])
    assert.equal(store.run('run_1')?.phase, 'collecting')
    store.progressJob(id, 1, { step: 'list', kind: 'HelmRelease', objects: 7 })
    assert.deepEqual(store.job(id)?.progress, { step: 'list', kind: 'HelmRelease', objects: 7 })
    store.progressJob(id, 1, { step: 'done', kind: null, objects: 9 })
    assert.equal(store.job(id)?.phase, 'recording')
    const snapshot = made.snapshot('snap_1', 'edge')
    const outcome = store.recordSnapshot(id, 1, { snapshot, manifest: 'sha256:m1' }, LATER)
    assert.deepEqual(outcome, { refused: false, runs: [] })
    const { phase, finishedAt, snapshot: taken } = store.job(id)!
    assert.deepEqual({ phase, finishedAt, taken }, { phase: 'done', finishedAt: LATER, taken: 'snap_1' })
    assert.equal(store.loadSnapshot('edge', 'latest')?.id, 'snap_1')
    assert.deepEqual(store.lastManifest('edge'), { snapshot: 'snap_1', digest: 'sha256:m1' })
    assert.equal(store.lastManifest('staging'), null)
  })

  law('the last snapshot of a run makes it due, that of every run that waits for it', (store) => {
    store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    store.createRun(newRun('run_2', ['production', 'edge']), NOON)
    store.createRun(newRun('run_3', ['staging', 'production']), NOON)
    record(store, made, 'job_run_1_staging', 'snap_s')
    record(store, made, 'job_run_2_production', 'snap_p')
    assert.equal(store.run('run_3')?.phase, 'comparing')
    const { runs } = record(store, made, 'job_run_1_edge', 'snap_e')
    assert.deepEqual(
      runs.map(({ id, phase }) => [id, phase]),
      [
        ['run_1', 'comparing'],
        ['run_2', 'comparing'],
      ],
    )
    assert.deepEqual(
      runs[1]?.sides.map(({ snapshot }) => snapshot),
      ['snap_p', 'snap_e'],
    )
  })

  law('a snapshot is recorded once: not under an older fence, not twice', (store) => {
    store.createJob(newJob('job_1', 'edge'), NOON)
    store.reissueJob('job_1')
    store.reissueJob('job_1')
    const late = { snapshot: made.snapshot('snap_late', 'edge'), manifest: null }
    assert.deepEqual(store.recordSnapshot('job_1', 1, late, LATER), { refused: true, runs: [] })
    store.startJob('job_1', 1, LATER)
    store.progressJob('job_1', 1, { step: 'done', kind: null, objects: 1 })
    assert.deepEqual([store.job('job_1')?.phase, store.job('job_1')?.progress], ['queued', null])
    const right = { snapshot: made.snapshot('snap_right', 'edge'), manifest: null }
    assert.equal(store.recordSnapshot('job_1', 2, right, LATER).refused, false)
    const twice = { snapshot: made.snapshot('snap_twice', 'edge'), manifest: null }
    assert.equal(store.recordSnapshot('job_1', 2, twice, LATER).refused, true)
    assert.equal(store.failJob('job_1', 2, FAULT, LATER).refused, true)
    assert.equal(store.recordSnapshot('job_0', 0, twice, LATER).refused, true)
    assert.deepEqual(
      store.listSnapshots({ cluster: null, limit: 9 }).map(({ id }) => id),
      ['snap_right'],
    )
    assert.equal(store.reissueJob('job_1'), null)
    assert.equal(store.reissueJob('job_0'), null)
  })

  law('a snapshot of another cluster is a fault, and is not stored', (store) => {
    store.createJob(newJob('job_1', 'edge'), NOON)
    const wrong = { snapshot: made.snapshot('snap_1', 'staging'), manifest: null }
    assert.throws(() => store.recordSnapshot('job_1', 0, wrong, LATER), { code: 'internal' })
    assert.deepEqual(store.listSnapshots({ cluster: null, limit: 9 }), [])
    assert.equal(store.job('job_1')?.phase, 'queued')
  })

  law('a cluster that could not be read finishes its job as failed, and the run goes on', (store) => {
    store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    record(store, made, 'job_run_1_staging', 'snap_s')
    const snapshot = made.snapshot('snap_e', 'edge', UNREACHABLE)
    const { runs } = store.recordSnapshot('job_run_1_edge', 0, { snapshot, manifest: 'sha256:m' }, LATER)
    assert.deepEqual(
      runs.map(({ id }) => id),
      ['run_1'],
    )
    const { phase, error, snapshot: taken } = store.job('job_run_1_edge')!
    assert.deepEqual({ phase, error, taken }, { phase: 'failed', error: UNREACHABLE, taken: 'snap_e' })
    assert.equal(store.lastManifest('edge'), null)
  })

  law('a job that cannot be done at all leaves a snapshot that says so, and the run goes on', (store) => {
    store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    record(store, made, 'job_run_1_staging', 'snap_s')
    store.reissueJob('job_run_1_edge')
    const { refused, runs } = store.failJob('job_run_1_edge', 1, FAULT, LATER)
    assert.deepEqual([refused, runs.map(({ phase }) => phase)], [false, ['comparing']])
    const job = store.job('job_run_1_edge')!
    assert.deepEqual([job.phase, job.error], ['failed', FAULT])
    const kept = store.loadSnapshot('edge', { id: job.snapshot! })!
    assert.deepEqual([kept.cluster, kept.takenAt, kept.error, kept.entries], ['edge', LATER, FAULT, []])
    assert.equal(runs[0]?.sides[1]?.snapshot, kept.id)
    assert.equal(store.loadSnapshot('edge', 'latest'), null)
  })

  law('what is not finished is found again: jobs, and runs whose snapshots are all in', (store) => {
    store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    store.createJob(newJob('job_2', 'production'), NOON)
    record(store, made, 'job_run_1_staging', 'snap_s')
    store.startJob('job_2', 0, LATER)
    const before = store.unfinished()
    assert.deepEqual(
      before.jobs.map(({ id, phase }) => [id, phase]),
      [
        ['job_run_1_edge', 'queued'],
        ['job_2', 'running'],
      ],
    )
    assert.deepEqual(before.runs, [])
    record(store, made, 'job_run_1_edge', 'snap_e')
    const after = store.unfinished()
    assert.deepEqual([after.jobs.map(({ id }) => id), after.runs.map(({ id }) => id)], [['job_2'], ['run_1']])
  })
}

function runLaws(law: Law, made: Made): void {
  const due = (store: Store, id: string): void => {
    store.createRun(newRun(id, ['staging', 'edge']), NOON)
    record(store, made, `job_${id}_staging`, `snap_${id}_s`)
    record(store, made, `job_${id}_edge`, `snap_${id}_e`)
  }

  law('a comparison is recorded once, by the holder of the newest fence', (store) => {
    store.createRun(newRun('run_0', ['staging', 'edge']), NOON)
    const comparison = made.comparison('run_1', ['staging', 'edge'])
    assert.equal(store.reissueRun('run_0'), null)
    assert.equal(
      store.recordComparison('run_0', 0, { comparison: { ...comparison, id: 'run_0' }, report: null }, LATER).refused,
      true,
    )
    record(store, made, 'job_run_0_staging', 'snap_0s')
    record(store, made, 'job_run_0_edge', 'snap_0e')
    due(store, 'run_1')
    assert.equal(store.reissueRun('run_1')?.fence, 1)
    assert.equal(store.reissueRun('run_1')?.fence, 2)
    assert.deepEqual(store.recordComparison('run_1', 1, { comparison, report: null }, LATER), { refused: true })
    assert.equal(store.loadComparison('run_1'), null)
    assert.deepEqual(store.recordComparison('run_1', 2, { comparison, report: null }, LATER), { refused: false })
    assert.deepEqual(store.recordComparison('run_1', 2, { comparison, report: null }, LATER), { refused: true })
    assert.deepEqual(store.loadComparison('run_1'), comparison)
    const { phase, verdict, differences, finishedAt, error } = store.run('run_1')!
    assert.deepEqual(
      { phase, verdict, differences, finishedAt, error },
      { phase: 'done', verdict: 'drifted', differences: 3, finishedAt: LATER, error: null },
    )
    assert.equal(store.reissueRun('run_1'), null)
  })

  law('a comparison under another id than its run is a fault', (store) => {
    due(store, 'run_1')
    const comparison = made.comparison('run_2', ['staging', 'edge'])
    assert.throws(() => store.recordComparison('run_1', 0, { comparison, report: null }, LATER), { code: 'internal' })
    assert.equal(store.run('run_1')?.phase, 'comparing')
  })

  law('a run fails with its error, under its newest fence only', (store) => {
    due(store, 'run_1')
    store.reissueRun('run_1')
    store.failRun('run_1', 0, FAULT, LATER)
    assert.equal(store.run('run_1')?.phase, 'comparing')
    store.failRun('run_1', 1, FAULT, LATER)
    const { phase, error, finishedAt } = store.run('run_1')!
    assert.deepEqual({ phase, error, finishedAt }, { phase: 'failed', error: FAULT, finishedAt: LATER })
    assert.deepEqual(store.unfinished().runs, [])
    assert.equal(store.cancelRun('run_1', LATER)?.phase, 'failed')
  })

  law('a run that is cancelled takes along the jobs that wait for it alone', (store) => {
    store.createJob(newJob('job_asked', 'edge'), NOON)
    store.createRun(newRun('run_1', ['alone', 'shared', 'running', 'edge', 'asked-since']), NOON)
    store.createRun(newRun('run_2', ['shared', 'staging']), NOON)
    store.startJob('job_run_1_running', 0, NOON)
    store.createJob(newJob('job_since', 'asked-since'), NOON)
    const run = store.cancelRun('run_1', LATER)
    assert.deepEqual([run?.phase, run?.finishedAt], ['cancelled', LATER])
    const phaseOf = (id: string): string | undefined => store.job(id)?.phase
    assert.equal(phaseOf('job_run_1_alone'), 'cancelled')
    assert.equal(phaseOf('job_run_1_shared'), 'queued')
    assert.equal(phaseOf('job_run_1_running'), 'running')
    assert.equal(phaseOf('job_asked'), 'queued')
    assert.equal(phaseOf('job_run_1_asked-since'), 'queued')
    assert.equal(store.createJob(newJob('job_new', 'alone'), LATER).joined, false)
    assert.equal(store.cancelRun('run_0', LATER), null)
  })

  law('a finished run does not change when a snapshot comes that it had waited for', (store) => {
    store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    store.startJob('job_run_1_edge', 0, NOON)
    const cancelled = store.cancelRun('run_1', LATER)
    assert.deepEqual(record(store, made, 'job_run_1_edge', 'snap_e').runs, [])
    assert.deepEqual(store.run('run_1'), cancelled)
  })
}

function listLaws(law: Law, made: Made): void {
  law('runs are listed newest first, page by page, each once', (store) => {
    const ids = Array.from({ length: 7 }, (_, index) => `run_${index}`)
    for (const id of ids) store.createRun(newRun(id, ['staging', 'edge']), NOON)
    const pages = pagesOf((page) => store.listRuns({ phase: null }, page), 3)
    assert.deepEqual(
      pages.map((page) => page.map(({ id }) => id)),
      [['run_6', 'run_5', 'run_4'], ['run_3', 'run_2', 'run_1'], ['run_0']],
    )
    store.cancelRun('run_3', LATER)
    assert.deepEqual(
      store.listRuns({ phase: 'cancelled' }, ALL).items.map(({ id }) => id),
      ['run_3'],
    )
    assert.deepEqual(store.listRuns({ phase: 'done' }, ALL), { items: [], next: null })
    assert.equal(pagesOf((page) => store.listRuns({ phase: null }, page), 7).length, 1)
  })

  law('runs are listed by a cluster, and of those whose clusters may be seen', (store) => {
    store.createRun(newRun('run_1', ['staging', 'edge']), NOON)
    store.createRun(newRun('run_2', ['staging', 'production']), NOON)
    const ids = (filter: Parameters<Store['listRuns']>[0]): string[] =>
      store.listRuns(filter, ALL).items.map(({ id }) => id)
    assert.deepEqual(ids({ phase: null, cluster: 'edge' }), ['run_1'])
    assert.deepEqual(ids({ phase: null, cluster: 'staging' }), ['run_2', 'run_1'])
    assert.deepEqual(ids({ phase: null, within: ['staging', 'production'] }), ['run_2'])
    assert.deepEqual(ids({ phase: null, cluster: 'staging', within: ['staging', 'edge'] }), ['run_1'])
    assert.deepEqual(ids({ phase: null, within: [] }), [])
  })

  law('jobs are listed newest first, by cluster and phase', (store) => {
    store.createJob(newJob('job_1', 'staging'), NOON)
    store.createJob(newJob('job_2', 'edge'), NOON)
    record(store, made, 'job_1', 'snap_1')
    store.createJob(newJob('job_3', 'staging'), LATER)
    const ids = (filter: Parameters<Store['listJobs']>[0]): string[] =>
      store.listJobs(filter, ALL).items.map(({ id }) => id)
    assert.deepEqual(ids({ cluster: null, phase: null }), ['job_3', 'job_2', 'job_1'])
    assert.deepEqual(ids({ cluster: 'staging', phase: null }), ['job_3', 'job_1'])
    assert.deepEqual(ids({ cluster: 'staging', phase: 'done' }), ['job_1'])
    assert.deepEqual(ids({ cluster: null, phase: null, within: ['edge'] }), ['job_2'])
    const pages = pagesOf((page) => store.listJobs({ cluster: null, phase: null }, page), 2)
    assert.deepEqual(
      pages.map((page) => page.length),
      [2, 1],
    )
  })

  law('a cursor that was not given out for the list is refused, and so is a page without end', (store) => {
    for (const id of ['run_1', 'run_2']) store.createRun(newRun(id, ['staging', 'edge']), NOON)
    const { next } = store.listRuns({ phase: null }, { limit: 1, cursor: null })
    assert.ok(next !== null && /^[\w-]+$/.test(next))
    const jobs = (cursor: string) => () => store.listJobs({ cluster: null, phase: null }, { limit: 1, cursor })
    assert.throws(jobs(next), { code: 'input-invalid', message: new RegExp(next) })
    for (const cursor of ['', 'x', '-1', `${next}=`, `${next} `, '\u0000', 'a'.repeat(100_000), "' OR 1=1 --"]) {
      assert.throws(jobs(cursor), { code: 'input-invalid' })
    }
    for (const limit of [0, -1, 1.5, Number.NaN, 1_001]) {
      assert.throws(() => store.listRuns({ phase: null }, { limit, cursor: null }), { code: 'input-invalid' })
    }
  })
}

function pagesOf<T>(list: (page: PageRequest) => Page<T>, limit: number): (readonly T[])[] {
  const pages: (readonly T[])[] = []
  for (let cursor: string | null = null; ;) {
    const { items, next } = list({ limit, cursor })
    pages.push(items)
    if (next === null) return pages
    cursor = next
  }
}

function record(store: Store, made: Made, job: string, id: string): ReturnType<Store['recordSnapshot']> {
  const { cluster, fence } = store.job(job)!
  return store.recordSnapshot(job, fence, { snapshot: made.snapshot(id, cluster), manifest: null }, LATER)
}

function newJob(id: string, cluster: string, idempotency: IdempotencyKey | null = null) {
  return { id, cluster, pool: 'default', requestedBy: 'ada', idempotency }
}

function newRun(
  id: string,
  clusters: readonly string[],
  snapshots: Readonly<Record<string, string>> = {},
  idempotency: IdempotencyKey | null = null,
): NewRun {
  return {
    id,
    request: requestOf(clusters),
    requestedBy: 'ada',
    sides: clusters.map((cluster) => ({
      cluster,
      pool: 'default',
      snapshot: snapshots[cluster] ?? null,
      newJob: `job_${id}_${cluster}`,
    })),
    idempotency,
  }
}

function requestOf(clusters: readonly string[]): RunRequest {
  return {
    baseline: clusters[0] ?? null,
    clusters,
    layers: ['presence', 'spec'],
    filter: { kinds: null, namespaces: null, selector: 'team=shop', resource: null },
    ignore: ['/spec/interval'],
    explain: false,
  }
}
