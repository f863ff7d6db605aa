import type { ClusterName } from '../model/cluster.ts'
import type { Severity } from '../model/comparison.ts'
import {
  isAtLeast,
  ITEM_LISTS,
  type DriftItem,
  type DriftReport,
  type ItemList,
  type OngoingTally,
} from '../model/drift-report.ts'
import { hasLabels } from '../model/labels.ts'
import type { QuietHours } from './quiet-hours.ts'

/** Which part of the reports of a comparison goes to a channel, and when. */
export type NotifyRoute = {
  /** Name of the channel. */
  readonly channel: string
  /** From which severity on; null: all. */
  readonly severity: Severity | null
  /** Labels that one of the clusters of an item must have; empty: any. */
  readonly matchLabels: Readonly<Record<string, string>>
  /** Null: all, and what is of none. */
  readonly namespaces: readonly string[] | null
  /** Owners of namespaces; null: all, and what has none. */
  readonly owners: readonly string[] | null
  readonly when: 'onChange' | 'always'
  /** How long after the last message what is still open is told again; null: never. */
  readonly repeatIntervalMs: number | null
  /** Whether to tell what is resolved. */
  readonly resolved: boolean
  /** One message for all, or one each. */
  readonly groupBy: 'none' | 'cluster' | 'namespace' | 'owner'
  /** Shortest time between two messages: what comes earlier is merged; 0: none. */
  readonly groupIntervalMs: number
  readonly quiet: QuietHours | null
}

type Subject = Pick<OngoingTally, 'severity' | 'namespace' | 'clusters' | 'owner'>

/**
 * The part of a report that a route is for. What could not be compared goes to every route of the cluster, whatever the namespaces and
 * severities: silence there would look like peace.
 */
export function narrowReport(report: DriftReport, route: NotifyRoute): DriftReport {
  const isFor = (subject: Subject): boolean => isForRoute(subject, report, route)
  const part = (list: ItemList): DriftItem[] =>
    list === 'resolved' && !route.resolved ? [] : report[list].filter((item) => isFor(subjectOf(item)))
  const chosen = (name: ClusterName): boolean => isLabelled(name, report, route)
  return {
    ...withLists(report, part),
    ongoing: report.ongoing.filter(isFor),
    notCompared: report.notCompared.filter(({ cluster }) => chosen(cluster)),
    comparedAgain: report.comparedAgain.filter(chosen),
  }
}

function withLists(report: DriftReport, part: (list: ItemList) => readonly DriftItem[]): DriftReport {
  return { ...report, ...Object.fromEntries(ITEM_LISTS.map((list) => [list, part(list)])) }
}

function subjectOf({ severity, ref, clusters, owner }: DriftItem): Subject {
  return { severity, namespace: ref?.namespace ?? '', clusters, owner }
}

function isForRoute(
  { severity, namespace, clusters, owner }: Subject,
  report: DriftReport,
  route: NotifyRoute,
): boolean {
  return (
    isAtLeast(severity, route.severity) &&
    (route.namespaces === null || route.namespaces.includes(namespace)) &&
    (route.owners === null || (owner !== null && route.owners.includes(owner))) &&
    clusters.some((name) => isLabelled(name, report, route))
  )
}

function isLabelled(name: ClusterName, { clusters }: DriftReport, { matchLabels }: NotifyRoute): boolean {
  return hasLabels(clusters.find((cluster) => cluster.name === name)?.labels ?? {}, matchLabels)
}

/** One message of a report; `key` tells those of one report apart and is empty where there is one. */
export type MessagePart = { readonly key: string; readonly report: DriftReport }

/**
 * The report cut into one for each cluster, namespace or owner, in the order of their names. An item of several clusters is in the part
 * of each. What is of none, and what could not be compared where the cut is not by cluster, is in the part with the empty key.
 */
export function splitReport(report: DriftReport, by: NotifyRoute['groupBy']): MessagePart[] {
  if (by === 'none') return [{ key: '', report }]
  const keysOf = (subject: Subject): readonly string[] => {
    if (by === 'cluster') return subject.clusters
    return [by === 'namespace' ? subject.namespace : (subject.owner ?? '')]
  }
  const ofCluster = (cluster: ClusterName): string => (by === 'cluster' ? cluster : '')
  const keys = new Set([
    ...ITEM_LISTS.flatMap((list) => report[list].flatMap((item) => keysOf(subjectOf(item)))),
    ...report.ongoing.flatMap(keysOf),
    ...report.notCompared.map(({ cluster }) => ofCluster(cluster)),
    ...report.comparedAgain.map(ofCluster),
  ])
  return [...keys].toSorted().map((key) => ({
    key,
    report: {
      ...withLists(report, (list) => report[list].filter((item) => keysOf(subjectOf(item)).includes(key))),
      // The first line names the targets: that of a part must name its own.
      targets: by === 'cluster' && report.targets.includes(key) ? [key] : report.targets,
      ongoing: report.ongoing.filter((tally) => keysOf(tally).includes(key)),
      notCompared: report.notCompared.filter(({ cluster }) => ofCluster(cluster) === key),
      comparedAgain: report.comparedAgain.filter((cluster) => ofCluster(cluster) === key),
    },
  }))
}
