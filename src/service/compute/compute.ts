import { sha256 } from '../../flux/digest.ts'
import type { ClusterName } from '../../model/cluster.ts'
import type { Comparison } from '../../model/comparison.ts'
import { AppError } from '../../model/errors.ts'
import type { EnginePorts } from '../compare-question.ts'
import { answerLag, type LagAnswer, type LagTask } from '../promotion/lag-view.ts'
import type { VersionReads } from '../promotion/version-store.ts'
import { createLru } from '../lru.ts'
import type { Page, PageRequest } from '../runs.ts'
import type {
  DifferenceFilter,
  DifferenceRow,
  ObjectAcross,
  ObjectName,
  ObjectPageFilter,
  ObjectSummary,
  ObjectView,
  Rendered,
} from '../service.ts'
import { compareKept, requireSnapshot, type CompareTask, type ComputeReads } from './compare-kept.ts'
import { listDifferences } from './list-differences.ts'
import { objectAcross } from './object-across.ts'
import { pageOf } from './offset-page.ts'
import { factsOf, objectOf, objectPage, snapshotText, type SnapshotFacts } from './read-snapshot.ts'
import { cutSnapshot, visibleSnapshot, type VisibleScope } from './visible-scope.ts'

/** Which comparison is meant. `kept`: the stored one of this id is what the task would give, and need not be computed again. */
export type ComparisonSource = { readonly task: CompareTask; readonly kept: boolean }

export type AcrossTask = {
  readonly object: ObjectName
  readonly snapshots: readonly { readonly cluster: ClusterName; readonly id: string }[]
  readonly unread: readonly ClusterName[]
  readonly scope: VisibleScope
}

/**
 * Everything that takes time: comparing, rendering, reading whole snapshots. Synchronous; runs in a thread of its own, so arguments and
 * answers are plain data. It knows no callers: the scope in each call says what the answer may be made from. Throws AppErrors.
 */
export type Compute = {
  /** Always computed anew: what a run records. */
  readonly compare: (task: CompareTask) => Comparison
  readonly comparison: (source: ComparisonSource) => Comparison
  readonly render: (source: ComparisonSource, format: string) => Rendered
  readonly differences: (source: ComparisonSource, filter: DifferenceFilter, page: PageRequest) => Page<DifferenceRow>
  readonly snapshotFacts: (id: string, scope: VisibleScope) => SnapshotFacts
  readonly exportSnapshot: (id: string, scope: VisibleScope) => Rendered
  readonly snapshotObjects: (
    id: string,
    scope: VisibleScope,
    filter: ObjectPageFilter,
    page: PageRequest,
  ) => Page<ObjectSummary>
  readonly snapshotObject: (id: string, scope: VisibleScope, object: ObjectName) => ObjectView
  readonly objectAcross: (task: AcrossTask) => ObjectAcross
  readonly promotionLag: (task: LagTask) => LagAnswer
}

export type ComputePorts = {
  readonly reads: ComputeReads & VersionReads
  readonly engine: EnginePorts
  /** Throws `input-invalid` for an unknown format. */
  readonly render: (comparison: Comparison, format: string) => string
}

/** How many comparisons are held between two calls about the same one (pages of differences, formats). */
const REMEMBERED = 4

export function createCompute({ reads, engine, render }: ComputePorts): Compute {
  const remembered = createLru<Comparison>(REMEMBERED, () => 1)
  const cut = (id: string, scope: VisibleScope) => cutSnapshot(requireSnapshot(reads, id), scope)
  const comparison = (source: ComparisonSource): Comparison => {
    const key = JSON.stringify(source)
    const known = remembered.get(key)
    if (known) return known
    const made = source.kept ? keptComparison(reads, source.task.id) : compareKept(source.task, reads, engine)
    remembered.set(key, made)
    return made
  }
  return {
    compare: (task) => compareKept(task, reads, engine),
    comparison,
    render: (source, format) => renderedText(render(comparison(source), format)),
    differences: (source, filter, page) => pageOf(listDifferences(comparison(source), filter), page),
    snapshotFacts: (id, scope) => factsOf(cut(id, scope)),
    exportSnapshot: (id, scope) => renderedText(snapshotText(visibleSnapshot(requireSnapshot(reads, id), scope))),
    snapshotObjects: (id, scope, filter, page) => objectPage(cut(id, scope), scope.secrets, { filter, page }),
    snapshotObject: (id, scope, object) => objectOf(cut(id, scope), scope.secrets, object),
    objectAcross: ({ object, snapshots, unread, scope }) => {
      const sides = snapshots.map(({ cluster, id }) => ({ ...cut(id, scope), cluster }))
      return objectAcross({ object, sides, secrets: scope.secrets, unread })
    },
    promotionLag: (task) => answerLag(reads, task),
  }
}

function keptComparison(reads: ComputeReads, id: string): Comparison {
  const comparison = reads.comparison(id)
  if (comparison) return comparison
  throw new AppError('not-found', `comparison ${id} is no longer kept`, {
    hint: 'It may have been removed by the retention of the history. Ask for a new one: POST /api/v1/comparisons',
  })
}

/** The tag is over the bytes: equal tags are equal bodies, whoever asks. */
function renderedText(body: string): Rendered {
  return { body, etag: `"${sha256(body).slice(0, 32)}"` }
}
