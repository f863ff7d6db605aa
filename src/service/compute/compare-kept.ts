import type { Comparison } from '../../model/comparison.ts'
import { AppError } from '../../model/errors.ts'
import type { Snapshot } from '../../model/snapshot.ts'
import { answerQuestion, type EnginePorts } from '../compare-question.ts'
import type { RunRequest } from '../runs.ts'
import { commonNamespaces } from './narrow-snapshot.ts'
import { visibleSnapshot, type VisibleScope } from './visible-scope.ts'

/** A comparison of kept snapshots, as plain data: equal tasks give equal bytes. */
export type CompareTask = {
  readonly id: string
  readonly request: RunRequest
  /** Ids, in the order of `request.clusters`. */
  readonly snapshots: readonly string[]
  readonly scope: VisibleScope
}

/** Kept snapshots and comparisons by their whole ids. */
export type ComputeReads = {
  readonly snapshot: (id: string) => Snapshot | null
  readonly comparison: (id: string) => Comparison | null
}

/**
 * Computes the comparison anew from its snapshots. Where the scope is narrower than the request, what lies outside of it takes no part:
 * it is not hidden afterwards. Throws `not-found` where a snapshot is no longer kept.
 */
export function compareKept(task: CompareTask, reads: ComputeReads, engine: EnginePorts): Comparison {
  const { id, request, snapshots, scope } = task
  const sides = request.clusters.map((label, index) => ({
    label,
    snapshot: visibleSnapshot(requireSnapshot(reads, snapshots[index] ?? ''), scope),
  }))
  const namespaces = commonNamespaces(request.filter.namespaces, scope.namespaces)
  return answerQuestion(id, { ...request, filter: { ...request.filter, namespaces } }, sides, engine)
}

/** Throws `not-found`. */
export function requireSnapshot(reads: ComputeReads, id: string): Snapshot {
  const snapshot = reads.snapshot(id)
  if (snapshot) return snapshot
  throw new AppError('not-found', `there is no snapshot ${id}`, {
    hint: 'It may have been removed by the retention of the history. List what is kept: GET /api/v1/snapshots',
  })
}
