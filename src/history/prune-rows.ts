import { and, asc, eq, exists, gt, inArray, isNotNull, isNull, lt, notExists, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Queries } from './queries.ts'
import { idempotencyKeys, runs, runSides, snapshotJobs } from './run-schema.ts'
import { comparisons, comparisonSides, snapshots } from './schema.ts'

/** Rows of one transaction: a few milliseconds, which others wait. */
export const BATCH = 200

export type Limits = {
  /** RFC 3339: what is older is not kept. */
  readonly before: string
  /** So many good snapshots of each cluster and scope stay whatever their age; at least one. */
  readonly keepLatest: number
}

/** Removes some of what the limits say; how many rows. Each must run in a transaction. */
export type RemoveSome = (queries: Queries, limits: Limits) => number

/** Runs that finished before then, with their sides and the keys that they were asked for with. */
export const removeRuns: RemoveSome = (queries, { before }) => {
  const rows = queries
    .select({ sequence: runs.sequence, id: runs.id })
    .from(runs)
    .where(and(isNotNull(runs.finishedAt), lt(runs.finishedAt, before)))
    .limit(BATCH)
    .all()
  const sequences = rows.map(({ sequence }) => sequence)
  const ids = rows.map(({ id }) => id)
  queries.delete(runSides).where(inArray(runSides.run, sequences)).run()
  queries.delete(idempotencyKeys).where(inArray(idempotencyKeys.run, ids)).run()
  return queries.delete(runs).where(inArray(runs.sequence, sequences)).run().changes
}

/** Jobs that finished before then and of which no run says that it waited for them. */
export const removeJobs: RemoveSome = (queries, { before }) => {
  const isWaitedFor = exists(queries.select().from(runSides).where(eq(runSides.job, snapshotJobs.id)))
  const rows = queries
    .select({ sequence: snapshotJobs.sequence, id: snapshotJobs.id })
    .from(snapshotJobs)
    .where(and(isNotNull(snapshotJobs.finishedAt), lt(snapshotJobs.finishedAt, before), sql`not ${isWaitedFor}`))
    .limit(BATCH)
    .all()
  const ids = rows.map(({ id }) => id)
  queries.delete(idempotencyKeys).where(inArray(idempotencyKeys.job, ids)).run()
  return queries.delete(snapshotJobs).where(inArray(snapshotJobs.id, ids)).run().changes
}

/** Comparisons that were stored before then. */
export const removeComparisons: RemoveSome = (queries, { before }) => {
  const sequences = queries
    .select({ sequence: comparisons.sequence })
    .from(comparisons)
    .where(lt(comparisons.storedMs, Date.parse(before)))
    .limit(BATCH)
    .all()
    .map(({ sequence }) => sequence)
  queries.delete(comparisonSides).where(inArray(comparisonSides.comparison, sequences)).run()
  return queries.delete(comparisons).where(inArray(comparisons.sequence, sequences)).run().changes
}

/**
 * Snapshots that were taken before then, but never the newest of a cluster, the newest good ones of each of its scopes, or one that a kept
 * run or comparison names.
 */
export const removeSnapshots: RemoveSome = (queries, { before, keepLatest }) => {
  const newer = alias(snapshots, 'newer')
  const isNewer = and(eq(newer.cluster, snapshots.cluster), gt(newer.sequence, snapshots.sequence))
  const standsForIt = and(isNewer, isNull(newer.error), sql`${newer.namespaces} is ${snapshots.namespaces}`)
  const least = Math.max(1, keepLatest)
  const newerGood = queries
    .select({ one: sql`1` })
    .from(newer)
    .where(standsForIt)
    .limit(least)
  const isSuperseded = or(
    and(isNull(snapshots.error), sql`(select count(*) from ${newerGood}) = ${least}`),
    and(isNotNull(snapshots.error), exists(queries.select().from(newer).where(isNewer))),
  )
  const ofRun = queries.select().from(runSides).where(eq(runSides.snapshot, snapshots.id))
  const ofComparison = queries.select().from(comparisonSides).where(eq(comparisonSides.snapshot, snapshots.id))
  const sequences = queries
    .select({ sequence: snapshots.sequence })
    .from(snapshots)
    .where(and(lt(snapshots.takenMs, Date.parse(before)), isSuperseded, notExists(ofRun), notExists(ofComparison)))
    .orderBy(asc(snapshots.sequence))
    .limit(BATCH)
    .all()
    .map(({ sequence }) => sequence)
  return queries.delete(snapshots).where(inArray(snapshots.sequence, sequences)).run().changes
}
