import { and, eq, isNull } from 'drizzle-orm'
import { AppError } from '../model/errors.ts'
import type { NewRun, RunPhase, RunStore } from '../service/runs.ts'
import { findAnswer, keepAnswer } from './idempotency.ts'
import type { Queries } from './queries.ts'
import { findJob, findRun, jobOf } from './run-rows.ts'
import { runs, runSides, snapshotJobs, type JobRow } from './run-schema.ts'
import { snapshots } from './schema.ts'

type NewJob = Pick<JobRow, 'id' | 'cluster' | 'pool' | 'requestedBy' | 'requestedAt' | 'wanted'>
type NewSide = Pick<typeof runSides.$inferInsert, 'cluster' | 'snapshot' | 'job'>

/** Must run in a transaction. Throws `idempotency-mismatch`, and `snapshot-unknown` for a snapshot that is not kept any more. */
export function createRun(queries: Queries, run: NewRun, now: string): ReturnType<RunStore['createRun']> {
  const answer = findAnswer(queries, run.idempotency, now)
  if (answer) {
    const before = 'run' in answer ? findRun(queries, answer.run) : null
    if (before) return { run: before, replayed: true }
  }
  const jobs = run.sides.map((side) => (side.snapshot === null ? joinOrMake(queries, run, side, now) : null))
  const sides = run.sides.map((side, index) => sideOf(queries, side, jobs[index] ?? null))
  const { id, request, requestedBy } = run
  const row = { id, phase: phaseOf(jobs), request, requestedBy, requestedAt: now }
  const sequence = Number(queries.insert(runs).values(row).run().lastInsertRowid)
  for (const [position, side] of sides.entries()) {
    queries
      .insert(runSides)
      .values({ run: sequence, position, ...side })
      .run()
  }
  keepAnswer(queries, run.idempotency, { run: run.id }, now)
  return { run: findRun(queries, run.id)!, replayed: false }
}

/** Must run in a transaction. Throws `idempotency-mismatch`. */
export function createJob(
  queries: Queries,
  job: Parameters<RunStore['createJob']>[0],
  now: string,
): ReturnType<RunStore['createJob']> {
  const { idempotency, ...asked } = job
  const answer = findAnswer(queries, idempotency, now)
  if (answer) {
    const before = 'job' in answer ? findJob(queries, answer.job) : null
    if (before) return { job: before, joined: true }
  }
  const flying = inFlight(queries, job.cluster)
  if (flying) queries.update(snapshotJobs).set({ wanted: true }).where(eq(snapshotJobs.id, flying.id)).run()
  const found = flying ?? makeJob(queries, { ...asked, requestedAt: now, wanted: true })
  keepAnswer(queries, idempotency, { job: found.id }, now)
  return { job: jobOf(found), joined: flying !== undefined }
}

function joinOrMake(queries: Queries, run: NewRun, side: NewRun['sides'][number], now: string): JobRow {
  const flying = inFlight(queries, side.cluster)
  if (flying) return flying
  const { cluster, pool, newJob: id } = side
  return makeJob(queries, { id, cluster, pool, requestedBy: run.requestedBy, requestedAt: now, wanted: false })
}

function inFlight(queries: Queries, cluster: string): JobRow | undefined {
  const unfinished = and(eq(snapshotJobs.cluster, cluster), isNull(snapshotJobs.finishedAt))
  return queries.select().from(snapshotJobs).where(unfinished).get()
}

function makeJob(queries: Queries, job: NewJob): JobRow {
  return queries
    .insert(snapshotJobs)
    .values({ ...job, phase: 'queued' })
    .returning()
    .get()
}

function sideOf(queries: Queries, { cluster, snapshot }: NewRun['sides'][number], job: JobRow | null): NewSide {
  if (snapshot === null) return { cluster, snapshot: null, job: job?.id ?? null }
  const isThat = and(eq(snapshots.id, snapshot), eq(snapshots.cluster, cluster))
  if (queries.select({ id: snapshots.id }).from(snapshots).where(isThat).get()) return { cluster, snapshot, job: null }
  throw new AppError('snapshot-unknown', `the snapshot ${snapshot} of ${cluster} is not kept any more`, {
    hint: 'Ask again: the newest that is kept is then taken.',
  })
}

function phaseOf(jobs: readonly (JobRow | null)[]): RunPhase {
  const waited = jobs.filter((job) => job !== null)
  if (waited.length === 0) return 'comparing'
  return waited.some((job) => job.phase !== 'queued') ? 'collecting' : 'queued'
}
