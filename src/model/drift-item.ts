import type { ClusterName } from './cluster.ts'
import type { Comparison, Difference, Drift, Finding, PerCluster } from './comparison.ts'
import { isUnread } from './coverage.ts'
import type { DriftItem, NotCompared } from './drift-report.ts'
import type { Json } from './json.ts'
import { compareText } from './resource-ref.ts'

/** What the ledger adds to a difference or finding. */
export type Since = Pick<DriftItem, 'firstSeen' | 'revisions' | 'previousSeverity' | 'owner'>

/** Characters of a text value that a report keeps. */
export const MAX_VALUE = 80
const SHARED_CONTEXT = 16

/** The item of one difference of one object. */
export function itemOfDifference(
  comparison: Comparison,
  drift: Drift,
  difference: Difference,
  since: Since,
): DriftItem {
  const { layer, path, severity, changes, unknown, fingerprint } = difference
  return {
    fingerprint,
    ref: drift.ref,
    layer,
    path,
    message: null,
    severity,
    clusters: Object.keys(changes),
    among: holders(comparison, drift),
    changes,
    values: elideValues(difference.values),
    unknown,
    usedBy: drift.usedBy,
    cause: drift.cause?.message ?? null,
    ...since,
  }
}

export function itemOfFinding(finding: Finding, since: Since): DriftItem {
  const { fingerprint, ref, code, message, severity, clusters } = finding
  const nothing = { among: [], changes: {}, values: {}, unknown: {}, usedBy: [], cause: null }
  return { fingerprint, ref, layer: 'finding', path: code, message, severity, clusters, ...nothing, ...since }
}

/** For presence every cluster counts; below it only those that have the object. */
function holders({ baseline, clusters }: Comparison, { presence }: Drift): ClusterName[] {
  const names = clusters.map(({ name }) => name).filter((name) => presence[name] !== 'absent')
  return baseline === null || !names.includes(baseline)
    ? names
    : [baseline, ...names.filter((name) => name !== baseline)]
}

/**
 * Long texts cut to {@link MAX_VALUE} characters. What all of them share in front goes first: cut at their ends alone, two different
 * values could look the same.
 */
export function elideValues(values: PerCluster<Json>): PerCluster<Json> {
  const texts = [...new Set(Object.values(values).filter((value) => typeof value === 'string'))]
  const isLong = texts.some((text) => text.length > MAX_VALUE)
  const cut = isLong && texts.length > 1 ? Math.max(0, sharedPrefix(texts) - SHARED_CONTEXT) : 0
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? elide(value, cut) : value]),
  )
}

function elide(text: string, cut: number): string {
  const rest = cut > 1 ? `…${text.slice(cut)}` : text
  const signs = Array.from(rest)
  return signs.length > MAX_VALUE ? `${signs.slice(0, MAX_VALUE - 1).join('')}…` : rest
}

function sharedPrefix([first, ...others]: readonly string[]): number {
  let length = first?.length ?? 0
  for (const other of others) {
    let same = 0
    while (same < length && other[same] === first![same]) same += 1
    length = same
  }
  return length
}

/**
 * What the comparison could not read, per cluster and reason, with whether it is news: `previous` is the same of the report before
 * (null: there is none, so that all of it is news).
 */
export function notComparedOf({ clusters }: Comparison, previous: readonly NotCompared[] | null): NotCompared[] {
  const known = new Set((previous ?? []).map(keyOf))
  return clusters.flatMap(({ name, error, coverage }) => {
    if (error) return [news({ cluster: name, kinds: [], reason: error.code }, known)]
    const unread = coverage.filter(({ status }) => isUnread(status))
    const reasons = Map.groupBy(unread, ({ status }) => status)
    return [...reasons]
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([reason, kinds]) =>
        news({ cluster: name, kinds: kinds.map(({ kind }) => kind).toSorted(compareText), reason }, known),
      )
  })
}

function news(entry: Omit<NotCompared, 'fresh'>, known: ReadonlySet<string>): NotCompared {
  return { ...entry, fresh: !known.has(keyOf(entry)) }
}

/** The reason is left out: a cluster that times out today and refused yesterday is the same news. */
function keyOf({ cluster, kinds }: Omit<NotCompared, 'fresh'>): string {
  return JSON.stringify([cluster, kinds])
}

/** Clusters with an entry in `before` and none in `now`. */
export function comparedAgain(before: readonly NotCompared[], now: readonly NotCompared[]): ClusterName[] {
  const open = new Set(now.map(({ cluster }) => cluster))
  return [...new Set(before.map(({ cluster }) => cluster))]
    .filter((cluster) => !open.has(cluster))
    .toSorted(compareText)
}
