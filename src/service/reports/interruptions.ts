import type { ClusterName } from '../../model/cluster.ts'
import type { DriftReport, NotCompared } from '../../model/drift-report.ts'

/** A time in which nothing of a cluster could be read, as the reports of one name met it. */
export type Interruption = {
  readonly cluster: ClusterName
  /** RFC 3339, UTC: of the first report in it. */
  readonly at: string
  /** Whether a report told of it as news. */
  readonly told: boolean
  /** Whether the cluster can be read again. */
  readonly isOver: boolean
}

export type CalmReport = { readonly report: DriftReport; readonly interruptions: readonly Interruption[] }

const DAY_MS = 24 * 3_600_000
/** So many are told of one cluster within a day; further ones only where they last. */
const TOLD = 2
const LASTING_MS = 3 * 3_600_000

/**
 * The report with what could not be read as news only where it is: of a cluster that comes and goes, two interruptions a day are told,
 * further ones once they have lasted for three hours, and the end only of those that were. All stay listed. `before`: what the report before gave.
 */
export function calmReport(report: DriftReport, before: readonly Interruption[]): CalmReport {
  const now = Date.parse(report.at)
  const kept = before.filter(({ at, isOver }) => !isOver || now - Date.parse(at) < DAY_MS)
  const begun = report.notCompared.filter((entry) => isWhole(entry) && entry.fresh)
  const going = kept.map((one) => goOn(one, report, now))
  const interruptions = [
    ...going,
    ...begun.map(({ cluster }) => ({ cluster, at: report.at, told: isTold(cluster, going), isOver: false })),
  ]
  const known = new Map(kept.filter(({ isOver }) => !isOver).map((one) => [one.cluster, one]))
  const isNews = (entry: NotCompared): boolean => {
    if (!isWhole(entry)) return entry.fresh
    const present = interruptions.findLast(({ cluster }) => cluster === entry.cluster)
    return entry.fresh ? (present?.told ?? true) : present?.told === true && known.get(entry.cluster)?.told === false
  }
  return {
    report: {
      ...report,
      notCompared: report.notCompared.map((entry) => ({ ...entry, fresh: isNews(entry) })),
      comparedAgain: report.comparedAgain.filter((cluster) => known.get(cluster)?.told ?? true),
    },
    interruptions,
  }
}

function goOn(one: Interruption, { notCompared }: DriftReport, now: number): Interruption {
  if (one.isOver) return one
  const isGoingOn = notCompared.some((entry) => isWhole(entry) && entry.cluster === one.cluster)
  if (!isGoingOn) return { ...one, isOver: true }
  return one.told || now - Date.parse(one.at) < LASTING_MS ? one : { ...one, told: true }
}

function isTold(cluster: ClusterName, others: readonly Interruption[]): boolean {
  return others.filter((one) => one.cluster === cluster && one.told).length < TOLD
}

/** Whether nothing of the cluster could be read. */
function isWhole({ kinds }: NotCompared): boolean {
  return kinds.length === 0
}
