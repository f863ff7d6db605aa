import { SEVERITIES } from '../../model/comparison.ts'
import type { DriftItem, DriftReport, OngoingTally, SetAside } from '../../model/drift-report.ts'
import type { Severity } from '../../model/comparison.ts'
import { compareText } from '../../model/resource-ref.ts'
import type { DriftNews, DriftRecord } from './ledger-store.ts'
import { isAboutReading, itemKeyOf } from './ledger-item.ts'
import { isMuted } from './notes.ts'

/** The part of a drift report that the ledger knows. */
export type ReportedDrift = Pick<DriftReport, 'fresh' | 'worsened' | 'reopened' | 'resolved' | 'ongoing'> & {
  readonly aside: Pick<SetAside, 'acknowledged' | 'muted' | 'settling'>
}

export type ReportTask = {
  /** RFC 3339, UTC. */
  readonly now: string
  /** Who owns a namespace; null: nobody is known to. */
  readonly ownerOf: (namespace: string) => string | null
  /** Left out: nothing is known from elsewhere. */
  readonly known?: KnownDrift | null
}

/**
 * What was open under another definition of the same name. A definition with a cluster more is another one, and finds all anew: what was
 * open and was found again by `until` (RFC 3339, UTC: the first report of the new one) goes on.
 */
export type KnownDrift = { readonly items: ReadonlySet<string>; readonly until: string }

type Told = 'fresh' | 'worsened' | 'reopened' | 'resolved' | 'ongoing' | keyof ReportedDrift['aside'] | 'nothing'

/**
 * What has changed since the report before. `records`: all of a definition that are not resolved, and those that `news` names; `news`: its
 * events since then, in their order. What came and went in between is nothing; what is muted, acknowledged or settling is only counted.
 * Clusters and kinds that could not be read are told as not compared, not as findings.
 */
export function reportedDrift(
  records: readonly DriftRecord[],
  news: readonly DriftNews[],
  { now, ownerOf, known = null }: ReportTask,
): ReportedDrift {
  const eventsOf = Map.groupBy(news, ({ drift }) => drift)
  const told = records
    .filter(({ item }) => !isAboutReading(item))
    .map((record) => {
      const events = eventsOf.get(record.id) ?? []
      const as = toldAs(record, events, now)
      const isNew = as === 'fresh' || as === 'reopened'
      return { record, events, as: isNew && isKnown(record, known) ? ('ongoing' as const) : as }
    })
  const of = (as: Told) => told.filter((one) => one.as === as)
  const items = (as: Told): readonly DriftItem[] =>
    of(as)
      .map(({ record, events }) => ({
        ...itemOf(record, as === 'worsened' ? severityBefore(events) : null, ownerOf),
        ...(as === 'resolved' ? uncountedOf(events) : {}),
      }))
      .sort(compareItems)
  return {
    fresh: items('fresh'),
    worsened: items('worsened'),
    reopened: items('reopened'),
    resolved: items('resolved'),
    ongoing: tally(
      of('ongoing').map(({ record }) => record),
      ownerOf,
    ),
    aside: {
      acknowledged: of('acknowledged').length,
      muted: of('muted').length,
      settling: of('settling').length,
    },
  }
}

function isKnown({ item, since }: DriftRecord, known: KnownDrift | null): boolean {
  return known !== null && known.items.has(itemKeyOf(item)) && Date.parse(since.at) <= Date.parse(known.until)
}

function toldAs(record: DriftRecord, events: readonly DriftNews[], now: string): Told {
  const kinds = events.map(({ kind }) => kind).filter((kind) => STEPS.has(kind))
  if (isMuted(record, now)) return record.state === 'resolved' ? 'nothing' : 'muted'
  // Also where it settles anew: should it go before it counts, nothing would ever tell that it was resolved.
  if (record.state !== 'open' && kinds.at(-1) === 'resolved' && wasOpen(kinds)) return 'resolved'
  if (record.state !== 'open') return record.state === 'settling' ? 'settling' : 'nothing'
  if (record.acknowledged !== null) return 'acknowledged'
  if (kinds.includes('reopened')) return 'reopened'
  if (kinds.includes('appeared')) return 'fresh'
  return isWorse(record.severity, severityBefore(events)) ? 'worsened' : 'ongoing'
}

const STEPS: ReadonlySet<string> = new Set(['appeared', 'reopened', 'resolved'])

/** Whether it counted when the report before was made: it then went before it could come. */
function wasOpen([first]: readonly string[]): boolean {
  return first === 'resolved'
}

function severityBefore(events: readonly DriftNews[]): Severity | null {
  return events.find(({ kind }) => kind === 'worsened')?.previousSeverity ?? null
}

function isWorse(severity: Severity, before: Severity | null): boolean {
  return before !== null && SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(before)
}

function uncountedOf(events: readonly DriftNews[]): Pick<DriftItem, 'uncounted'> {
  const resolution = events.findLast(({ kind }) => kind === 'resolved')?.resolution ?? null
  return resolution === null || resolution === 'gone' ? {} : { uncounted: resolution }
}

function itemOf(
  { fingerprint, severity, item, firstSeen, since }: DriftRecord,
  previousSeverity: Severity | null,
  ownerOf: ReportTask['ownerOf'],
): DriftItem {
  const owner = ownerOf(item.ref?.namespace ?? '')
  return { ...item, fingerprint, severity, previousSeverity, firstSeen, revisions: since.revisions, owner }
}

function compareItems(a: DriftItem, b: DriftItem): number {
  const order = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
  return order || compareText(a.fingerprint, b.fingerprint)
}

function tally(records: readonly DriftRecord[], ownerOf: ReportTask['ownerOf']): readonly OngoingTally[] {
  const groups = Map.groupBy(records, ({ severity, item: { ref, clusters } }) =>
    JSON.stringify([SEVERITIES.indexOf(severity), ref?.namespace ?? '', clusters.toSorted(compareText)]),
  )
  const sorted = [...groups].sort(([a], [b]) => compareText(a, b))
  return sorted.map(([, group]) => {
    const { severity, item } = group[0]!
    const namespace = item.ref?.namespace ?? ''
    const clusters = item.clusters.toSorted(compareText)
    return { severity, namespace, clusters, owner: ownerOf(namespace), count: group.length }
  })
}
