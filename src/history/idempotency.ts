import { and, eq, lt } from 'drizzle-orm'
import { AppError } from '../model/errors.ts'
import type { IdempotencyKey } from '../service/runs.ts'
import type { Queries } from './queries.ts'
import { idempotencyKeys } from './run-schema.ts'

/** How long the same key gives the same answer. */
const KEPT_MS = 24 * 3_600_000

/** What a key was answered with: the id of a run or of a job. */
export type Answer = { readonly run: string } | { readonly job: string }

/**
 * The answer that a key had before; null for a new one, whose row `keepAnswer` then makes. Forgets what is older than a day.
 * Throws `idempotency-mismatch` where the key came with another request.
 */
export function findAnswer(queries: Queries, key: IdempotencyKey | null, now: string): Answer | null {
  forgetAnswers(queries, now)
  if (key === null) return null
  const same = and(eq(idempotencyKeys.caller, key.caller), eq(idempotencyKeys.key, key.key))
  const row = queries.select().from(idempotencyKeys).where(same).get()
  if (!row) return null
  if (row.digest !== key.digest) {
    throw new AppError('idempotency-mismatch', 'this Idempotency-Key came before, with another request')
  }
  if (row.run !== null) return { run: row.run }
  return row.job === null ? null : { job: row.job }
}

export function keepAnswer(queries: Queries, key: IdempotencyKey | null, answer: Answer, now: string): void {
  if (key === null) return
  const row = { ...key, run: null, job: null, ...answer, at: now }
  queries.insert(idempotencyKeys).values(row).onConflictDoUpdate(replacing(row)).run()
}

/** Forgets the keys that are older than a day; how many. */
export function forgetAnswers(queries: Queries, now: string): number {
  const before = new Date(Date.parse(now) - KEPT_MS).toISOString()
  return queries.delete(idempotencyKeys).where(lt(idempotencyKeys.at, before)).run().changes
}

/** A row can stand in the way whose run or job is not kept any more. */
function replacing(row: typeof idempotencyKeys.$inferInsert) {
  return { target: [idempotencyKeys.caller, idempotencyKeys.key], set: row }
}
