import { and, asc, desc, eq, exists, isNotNull, isNull, sql, type SQL } from 'drizzle-orm'
import { AppError } from '../model/errors.ts'
import type { History } from '../service/ports.ts'
import type { RunReads } from '../service/kept-reads.ts'
import type { ReportContext } from '../service/reports/report-store.ts'
import type { RunRequest, RunStore } from '../service/runs.ts'
import type { Connection } from './connect.ts'
import { definitionOf } from '../service/ledger/definition.ts'
import { createJob, createRun } from './create-runs.ts'
import { cancelUnwantedJobs, errorSnapshot, finishJob, heldJob, isHeld, isLastStep, REFUSED } from './finish-jobs.ts'
import { queriesOn, type Queries } from './queries.ts'
import { listJobs, listRuns } from './run-lists.ts'
import { findJob, findRun, jobOf, runOf, runsOf } from './run-rows.ts'
import { runs, runSides, snapshotJobs } from './run-schema.ts'
import { snapshots } from './schema.ts'
import { guarded } from './sqlite-errors.ts'

type Kept = Pick<History, 'saveSnapshot' | 'saveComparison' | 'saveReport'>
type ReadParts = { readonly queries: Queries; readonly read: <T>(work: () => T) => T }
type Parts = ReadParts & {
  readonly kept: Kept
  readonly engine: string
  readonly write: <T>(work: () => T) => T
}

/**
 * The rows behind runs and jobs, in the database of `kept`: what it saves within a call is part of that call's transaction.
 * Each function may throw `history-unavailable` or `history-corrupt`; then nothing of the call is stored.
 */
export function createRunStore(
  db: Connection,
  { path, engine, kept }: { readonly path: string; readonly engine: string; readonly kept: Kept },
): RunStore {
  const queries = queriesOn(db)
  const parts: Parts = {
    queries,
    kept,
    engine,
    read: (work) => guarded(path, () => db.transaction(work).deferred()),
    write: (work) => guarded(path, () => db.transaction(work).immediate()),
  }
  return { ...createRunReads(parts), ...createSteps(parts), ...createOutcomes(parts) }
}

/** What can be read of runs and jobs. */
export function createRunReads({ queries, read }: ReadParts): RunReads {
  return {
    run: (id) => read(() => findRun(queries, id)),
    job: (id) => read(() => findJob(queries, id)),
    listRuns: (filter, page) => read(() => listRuns(queries, filter, page)),
    listJobs: (filter, page) => read(() => listJobs(queries, filter, page)),
    unfinished: () =>
      read(() => {
        const isUnfinished = isNull(snapshotJobs.finishedAt)
        const jobs = queries.select().from(snapshotJobs).where(isUnfinished).orderBy(asc(snapshotJobs.sequence)).all()
        const due = queries.select().from(runs).where(eq(runs.phase, 'comparing')).orderBy(asc(runs.sequence)).all()
        return { jobs: jobs.map(jobOf), runs: runsOf(queries, due) }
      }),
    lastManifest: (cluster) =>
      read(() => {
        const isKept = exists(queries.select().from(snapshots).where(eq(snapshots.id, snapshotJobs.snapshot)))
        const row = queries
          .select({ snapshot: snapshotJobs.snapshot, digest: snapshotJobs.manifest })
          .from(snapshotJobs)
          .where(and(eq(snapshotJobs.cluster, cluster), isNotNull(snapshotJobs.manifest), isKept))
          .orderBy(desc(snapshotJobs.sequence))
          .limit(1)
          .get()
        return row && row.snapshot !== null && row.digest !== null
          ? { snapshot: row.snapshot, digest: row.digest }
          : null
      }),
  }
}

type Steps = Pick<RunStore, 'createRun' | 'createJob' | 'reissueJob' | 'reissueRun' | 'startJob' | 'progressJob'>

function createSteps({ queries, write }: Parts): Steps {
  const isUnfinished = (id: string): SQL | undefined => and(eq(snapshotJobs.id, id), isNull(snapshotJobs.finishedAt))
  return {
    createRun: (run, now) => write(() => createRun(queries, run, now)),
    createJob: (job, now) => write(() => createJob(queries, job, now)),
    reissueJob: (id) =>
      write(() => {
        const again = {
          fence: sql`${snapshotJobs.fence} + 1`,
          phase: 'queued',
          startedAt: null,
          progress: null,
        } as const
        const row = queries.update(snapshotJobs).set(again).where(isUnfinished(id)).returning().get()
        return row ? jobOf(row) : null
      }),
    reissueRun: (id) =>
      write(() => {
        const isDue = and(eq(runs.id, id), eq(runs.phase, 'comparing'))
        const row = queries
          .update(runs)
          .set({ fence: sql`${runs.fence} + 1` })
          .where(isDue)
          .returning()
          .get()
        return row ? runOf(queries, row) : null
      }),
    startJob: (id, fence, now) =>
      write(() => {
        const begun = { phase: 'running', startedAt: sql`coalesce(${snapshotJobs.startedAt}, ${now})` } as const
        if (queries.update(snapshotJobs).set(begun).where(isHeld(id, fence)).run().changes === 0) return
        const waits = and(eq(runSides.run, runs.sequence), eq(runSides.job, id))
        const isWaiting = and(eq(runs.phase, 'queued'), exists(queries.select().from(runSides).where(waits)))
        queries.update(runs).set({ phase: 'collecting' }).where(isWaiting).run()
      }),
    progressJob: (id, fence, progress) =>
      write(() => {
        const phase = isLastStep(progress.step) ? ({ phase: 'recording' } as const) : {}
        queries
          .update(snapshotJobs)
          .set({ progress, ...phase })
          .where(isHeld(id, fence))
          .run()
      }),
  }
}

type Outcomes = Pick<RunStore, 'recordSnapshot' | 'failJob' | 'recordComparison' | 'failRun' | 'cancelRun'>

function createOutcomes({ queries, write, kept, engine }: Parts): Outcomes {
  const isHeldRun = (id: string, fence: number): SQL | undefined =>
    and(eq(runs.id, id), eq(runs.fence, fence), isNull(runs.finishedAt))
  return {
    recordSnapshot: (id, fence, handedOver, now) =>
      write(() => {
        const job = heldJob(queries, id, fence)
        if (!job) return REFUSED
        kept.saveSnapshot(handedOver.snapshot)
        return finishJob(queries, job, handedOver, now)
      }),
    failJob: (id, fence, error, now) =>
      write(() => {
        const job = heldJob(queries, id, fence)
        if (!job) return REFUSED
        const snapshot = errorSnapshot(job, error, engine, now)
        kept.saveSnapshot(snapshot)
        return finishJob(queries, job, { snapshot, manifest: null }, now)
      }),
    recordComparison: (id, fence, { comparison, report }, now) =>
      write(() => {
        if (comparison.id !== id) throw new AppError('internal', `the comparison of ${id} is called ${comparison.id}`)
        const { verdict, summary } = comparison
        const done = { phase: 'done', finishedAt: now, verdict, differences: summary.differences } as const
        const isDue = and(isHeldRun(id, fence), eq(runs.phase, 'comparing'))
        const run = queries.update(runs).set(done).where(isDue).returning({ request: runs.request }).get()
        if (!run) return { refused: true }
        const tracked = { definition: definitionOf(run.request), now, snapshots: null }
        if (report === null) kept.saveComparison(comparison, tracked)
        else kept.saveReport(comparison, tracked, contextFor(run.request, report))
        return { refused: false }
      }),
    failRun: (id, fence, error, now) =>
      write(() => {
        queries.update(runs).set({ phase: 'failed', finishedAt: now, error }).where(isHeldRun(id, fence)).run()
      }),
    cancelRun: (id, now) =>
      write(() => {
        const isUnfinished = and(eq(runs.id, id), isNull(runs.finishedAt))
        const row = queries
          .update(runs)
          .set({ phase: 'cancelled', finishedAt: now })
          .where(isUnfinished)
          .returning()
          .get()
        if (row) cancelUnwantedJobs(queries, row.sequence, now)
        return findRun(queries, id)
      }),
  }
}

/** A report under another name would tell that one's readers what is none of theirs. */
function contextFor({ name }: RunRequest, context: ReportContext): ReportContext {
  if (context.name === name) return context
  throw new AppError('internal', `a report of ${context.name} is asked for a run of ${name ?? 'no definition'}`)
}
