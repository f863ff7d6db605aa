import {
  ITEM_LISTS,
  type DriftItem,
  type DriftReport,
  type ItemList,
  type NotCompared,
  type OngoingTally,
} from '../model/drift-report.ts'

type Told = { readonly list: ItemList; readonly item: DriftItem }

/**
 * Two reports of one comparison told as one, the earlier not having been sent. Nothing is dropped: what is new in the earlier and open in
 * the later is new, what came and went in between is resolved. Counts, coverage and ages are those of the later.
 */
export function mergeDriftReports(earlier: DriftReport, later: DriftReport): DriftReport {
  const before = toldIn(earlier)
  const now = toldIn(later)
  const kept = [...before].filter(([fingerprint]) => !now.has(fingerprint)).map(([, told]) => told)
  const merged = [...kept, ...[...now].map(([fingerprint, told]) => mergeItem(before.get(fingerprint), told))]
  const itemsOf = (list: ItemList): DriftItem[] => merged.filter((told) => told.list === list).map(({ item }) => item)
  return {
    ...later,
    previous: earlier.previous,
    fresh: itemsOf('fresh'),
    worsened: itemsOf('worsened'),
    reopened: itemsOf('reopened'),
    resolved: itemsOf('resolved'),
    ongoing: kept.filter(({ list }) => list !== 'resolved').reduce(withoutOne, later.ongoing),
    notCompared: mergeNotCompared(earlier.notCompared, later.notCompared),
    comparedAgain: mergeAgain(earlier, later),
  }
}

function toldIn(report: DriftReport): Map<string, Told> {
  return new Map(ITEM_LISTS.flatMap((list) => report[list].map((item) => [item.fingerprint, { list, item }] as const)))
}

function mergeItem(before: Told | undefined, now: Told): Told {
  if (!before || before.list === 'resolved' || now.list !== 'worsened') return now
  if (before.list !== 'worsened') return { list: before.list, item: now.item }
  return { list: 'worsened', item: { ...now.item, previousSeverity: before.item.previousSeverity } }
}

/** The later report counts as ongoing what the earlier one would have told as new. */
function withoutOne(ongoing: readonly OngoingTally[], { item }: Told): readonly OngoingTally[] {
  const index = ongoing.findIndex((tally) => tally.count > 0 && isOf(item, tally))
  return index < 0 ? ongoing : ongoing.with(index, { ...ongoing[index]!, count: ongoing[index]!.count - 1 })
}

function isOf({ severity, ref, clusters, owner }: DriftItem, tally: OngoingTally): boolean {
  return (
    tally.severity === severity &&
    tally.namespace === (ref?.namespace ?? '') &&
    tally.owner === owner &&
    tally.clusters.length === clusters.length &&
    tally.clusters.every((name) => clusters.includes(name))
  )
}

/** By kind: what cannot be read beside it may be another set each time. */
function mergeNotCompared(earlier: readonly NotCompared[], later: readonly NotCompared[]): NotCompared[] {
  const untold = earlier.filter(({ fresh }) => fresh)
  const isUntold = ({ cluster, kinds }: NotCompared): boolean =>
    untold.some((one) => one.cluster === cluster && (isWhole(one) || kinds.some((kind) => one.kinds.includes(kind))))
  return later.map((entry) => ({ ...entry, fresh: entry.fresh || isUntold(entry) }))
}

/** A cluster that was back is not any more where the later report says so, were it for one kind. */
function mergeAgain(earlier: DriftReport, later: DriftReport): string[] {
  const lost = new Set(later.notCompared.filter((entry) => entry.fresh || isWhole(entry)).map(({ cluster }) => cluster))
  const before = earlier.comparedAgain.filter((cluster) => !lost.has(cluster))
  return [...new Set([...before, ...later.comparedAgain])]
}

/** Whether nothing of the cluster could be read. */
function isWhole({ kinds }: NotCompared): boolean {
  return kinds.length === 0
}
