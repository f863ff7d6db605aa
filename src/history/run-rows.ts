import { asc, eq, inArray } from 'drizzle-orm'
import type { RunRecord, SnapshotJobRecord } from '../service/runs.ts'
import type { Queries } from './queries.ts'
import { runs, runSides, snapshotJobs, type JobRow, type RunRow } from './run-schema.ts'

export function jobOf(row: JobRow): SnapshotJobRecord {
  const { sequence: _, wanted: __, manifest: ___, ...record } = row
  return record
}

/** The records of rows, with their sides, in the order given. */
export function runsOf(queries: Queries, rows: readonly RunRow[]): readonly RunRecord[] {
  if (rows.length === 0) return []
  const sequences = rows.map((row) => row.sequence)
  const sides = new Map<number, RunRecord['sides'][number][]>(sequences.map((sequence) => [sequence, []]))
  const found = queries
    .select()
    .from(runSides)
    .where(inArray(runSides.run, sequences))
    .orderBy(asc(runSides.run), asc(runSides.position))
    .all()
  for (const { run, cluster, snapshot, job } of found) sides.get(run)?.push({ cluster, snapshot, job })
  return rows.map(({ sequence, ...row }) => ({ ...row, sides: sides.get(sequence) ?? [] }))
}

export function runOf(queries: Queries, row: RunRow): RunRecord {
  return runsOf(queries, [row])[0]!
}

export function findRun(queries: Queries, id: string): RunRecord | null {
  const row = queries.select().from(runs).where(eq(runs.id, id)).get()
  return row ? runOf(queries, row) : null
}

export function findJob(queries: Queries, id: string): SnapshotJobRecord | null {
  const row = queries.select().from(snapshotJobs).where(eq(snapshotJobs.id, id)).get()
  return row ? jobOf(row) : null
}
