import { createAskedCoverage, type AskedCoverage } from '../../diff/filter.ts'
import type { ClusterName } from '../../model/cluster.ts'
import type { ComparedCluster, Comparison } from '../../model/comparison.ts'
import { isUnread, type CoverageStatus } from '../../model/coverage.ts'
import type { DriftReport, NotCompared } from '../../model/drift-report.ts'
import { compareText } from '../../model/resource-ref.ts'

export type Readability = Pick<DriftReport, 'notCompared' | 'comparedAgain'>

/**
 * What of the question could not be read, by cluster in the order of the comparison, and what can be read again. `before`: what the report
 * before could not compare; null: there was none, so all of it is news.
 */
export function readabilityOf(
  { clusters }: Pick<Comparison, 'clusters'>,
  question: Parameters<typeof createAskedCoverage>[0],
  before: readonly NotCompared[] | null,
): Readability {
  const asked = createAskedCoverage(question)
  const wasRead = createWasRead(before)
  const notCompared = clusters.flatMap((cluster) => gapsOf(cluster, asked, wasRead))
  const comparedAgain = clusters.flatMap(({ name }) => {
    const now = notCompared.filter((entry) => entry.cluster === name)
    const then = before?.filter((entry) => entry.cluster === name) ?? []
    const isBack = isWhole(then) ? !isWhole(now) : then.length > 0 && now.length === 0
    return isBack ? [name] : []
  })
  return { notCompared, comparedAgain }
}

type WasRead = (cluster: ClusterName, kind: string | null) => boolean

/** Kind null: the cluster at all. */
function createWasRead(before: readonly NotCompared[] | null): WasRead {
  return (cluster, kind) => {
    const then = before?.filter((entry) => entry.cluster === cluster) ?? []
    return !isWhole(then) && (kind === null || !then.some(({ kinds }) => kinds.includes(kind)))
  }
}

/** Whether nothing of the cluster could be read. */
function isWhole(entries: readonly NotCompared[]): boolean {
  return entries.some(({ kinds }) => kinds.length === 0)
}

function gapsOf({ name, error, coverage }: ComparedCluster, asked: AskedCoverage, wasRead: WasRead): NotCompared[] {
  if (error !== null) return [{ cluster: name, kinds: [], reason: error.code, fresh: wasRead(name, null) }]
  const gaps = coverage.flatMap((row) => {
    const status = asked(row)
    return isUnread(status) ? [{ kind: row.kind, status, fresh: wasRead(name, row.kind) }] : []
  })
  const groups = Map.groupBy(gaps, ({ status, fresh }) => `${fresh ? 'fresh' : 'known'} ${status}`)
  const entries = [...groups.values()].map((group): NotCompared => {
    const { status, fresh }: { status: CoverageStatus; fresh: boolean } = group[0]!
    const kinds = [...new Set(group.map(({ kind }) => kind))].sort(compareText)
    return { cluster: name, kinds, reason: status, fresh }
  })
  return entries.sort((a, b) => Number(b.fresh) - Number(a.fresh) || compareText(a.reason, b.reason))
}
