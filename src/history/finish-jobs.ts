import { and, eq, exists, inArray, isNull, ne, notExists } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { ErrorDocument } from '../model/errors.ts'
import { AppError } from '../model/errors.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { JobOutcome, RunRecord } from '../service/runs.ts'
import type { Queries } from './queries.ts'
import { runsOf } from './run-rows.ts'
import { runs, runSides, snapshotJobs, type JobRow } from './run-schema.ts'

export const REFUSED: JobOutcome = { refused: true, runs: [] }

/** The unfinished job of this very fence; undefined where a result for it is to be refused. */
export function heldJob(queries: Queries, id: string, fence: number): JobRow | undefined {
  return queries.select().from(snapshotJobs).where(isHeld(id, fence)).get()
}

export function isHeld(id: string, fence: number) {
  return and(eq(snapshotJobs.id, id), eq(snapshotJobs.fence, fence), isNull(snapshotJobs.finishedAt))
}

/** Finishes a job by a snapshot that is stored in the same transaction, and gives it to the runs that wait for it. */
export function finishJob(
  queries: Queries,
  job: JobRow,
  { snapshot, manifest }: { readonly snapshot: Snapshot; readonly manifest: string | null },
  now: string,
): JobOutcome {
  if (snapshot.cluster !== job.cluster) {
    throw new AppError('internal', `the job ${job.id} is for ${job.cluster}, its snapshot is of ${snapshot.cluster}`)
  }
  queries
    .update(snapshotJobs)
    .set({
      phase: snapshot.error === null ? 'done' : 'failed',
      finishedAt: now,
      startedAt: job.startedAt ?? now,
      snapshot: snapshot.id,
      manifest: snapshot.error === null ? manifest : null,
      error: snapshot.error,
    })
    .where(eq(snapshotJobs.sequence, job.sequence))
    .run()
  return { refused: false, runs: handOut(queries, job.id, snapshot.id) }
}

/** The runs whose last snapshot this was. */
function handOut(queries: Queries, job: string, snapshot: string): readonly RunRecord[] {
  const waits = and(eq(runSides.job, job), isNull(runSides.snapshot), eq(runSides.run, runs.sequence))
  const waiting = queries
    .select()
    .from(runs)
    .where(and(isNull(runs.finishedAt), exists(queries.select().from(runSides).where(waits))))
    .all()
  const sequences = waiting.map((run) => run.sequence)
  queries
    .update(runSides)
    .set({ snapshot })
    .where(and(eq(runSides.job, job), isNull(runSides.snapshot), inArray(runSides.run, sequences)))
    .run()
  const lacks = and(eq(runSides.run, runs.sequence), isNull(runSides.snapshot))
  const ready = queries
    .update(runs)
    .set({ phase: 'comparing' })
    .where(and(inArray(runs.sequence, sequences), notExists(queries.select().from(runSides).where(lacks))))
    .returning()
    .all()
  return runsOf(queries, ready)
}

/** Cancels the jobs that nobody but this finished run has asked for and that no collector has begun. */
export function cancelUnwantedJobs(queries: Queries, run: number, now: string): void {
  const other = alias(runSides, 'other')
  const isWaiting = and(eq(other.job, snapshotJobs.id), ne(other.run, run), isNull(runs.finishedAt))
  const waitingElsewhere = queries.select().from(other).innerJoin(runs, eq(runs.sequence, other.run)).where(isWaiting)
  const ofRun = queries.select({ job: runSides.job }).from(runSides).where(eq(runSides.run, run))
  queries
    .update(snapshotJobs)
    .set({ phase: 'cancelled', finishedAt: now })
    .where(
      and(
        inArray(snapshotJobs.id, ofRun),
        isNull(snapshotJobs.finishedAt),
        eq(snapshotJobs.phase, 'queued'),
        eq(snapshotJobs.wanted, false),
        notExists(waitingElsewhere),
      ),
    )
    .run()
}

/** A snapshot that says only that the cluster could not be read, for a job that came to nothing. */
export function errorSnapshot(job: JobRow, error: ErrorDocument, engine: string, now: string): Snapshot {
  return {
    id: `snap_${job.id.replace(/^[a-z]+_/, '').replaceAll(/\W/g, '_')}_${job.fence}`,
    cluster: job.cluster,
    uid: null,
    takenAt: now,
    engine,
    mask: '',
    secretSet: '',
    schemaSet: null,
    install: { flux: null, operator: null, kubernetes: null, controllers: [] },
    served: [],
    coverage: [],
    error,
    namespaces: null,
    entries: [],
    references: [],
    events: null,
    body: () => {
      throw new AppError('internal', `the snapshot of the failed job ${job.id} has no bodies`)
    },
  }
}

/** Only the step after which nothing but recording is left. */
export function isLastStep(step: string): boolean {
  return step === 'done' || step === 'failed'
}
