import type { Severity, Verdict } from '../model/comparison.ts'
import {
  countOngoing,
  ITEM_LISTS,
  severityOf,
  type DriftItem,
  type DriftReport,
  type ItemList,
  type NotCompared,
  type SetAside,
  type SeverityCounts,
} from '../model/drift-report.ts'
import { elideTexts } from '../model/elide-values.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import { largestFitting } from './drift-report-lines.ts'
import { headlineOf, safeClip } from './drift-report-words.ts'
import { rank } from './outline.ts'
import { displayValue } from './values.ts'

/** Signs of a value: the whole stands in the comparison. */
const MAX_VALUE = 100

/** One item as receivers get it: values are texts for people, and of a secret only whether it is equal (`(secret A)`). */
export type WebhookItem = {
  readonly fingerprint: string
  readonly ref: ResourceRef | null
  readonly layer: string
  readonly path: string
  readonly message: string | null
  readonly severity: Severity
  readonly previousSeverity: Severity | null
  readonly clusters: readonly string[]
  readonly changes: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, string>>
  readonly unknown: Readonly<Record<string, string>>
  readonly firstSeen: string
  readonly revisions: Readonly<Record<string, string>>
  readonly owner: string | null
}

/** The body of a generic webhook, in the form that Standard Webhooks recommends: `type`, `timestamp`, `data`. */
export type WebhookPayload = {
  readonly type: 'drift.report'
  readonly timestamp: string
  readonly data: {
    readonly apiVersion: 'flux-compare.dev/v1'
    readonly id: string
    readonly name: string
    readonly comparison: string
    readonly previous: string | null
    readonly headline: string
    readonly verdict: Verdict
    readonly severity: Severity | null
    readonly link: string | null
    readonly baseline: string | null
    readonly targets: readonly string[]
    readonly clusters: readonly { readonly name: string; readonly snapshot: string; readonly takenAt: string }[]
    /** Whole numbers, also of what `items` leaves out. */
    readonly counts: Readonly<Record<ItemList, number>> & { readonly ongoing: SeverityCounts }
    readonly items: Readonly<Record<ItemList, readonly WebhookItem[]>>
    /** How many of each list are left out; `link` has them. */
    readonly omitted: Readonly<Record<ItemList, number>>
    readonly notCompared: readonly NotCompared[]
    readonly comparedAgain: readonly string[]
    readonly aside: SetAside
  }
}

/** Receivers commonly take a megabyte; this is well below it. */
export const WEBHOOK_BUDGET = 256 * 1024

/** The report as the JSON of a generic webhook; what does not fit is counted in `omitted`. */
export function webhookPayload(report: DriftReport): WebhookPayload {
  return largestFitting(
    500,
    (cap) => payloadOf(report, cap),
    (payload) => JSON.stringify(payload).length <= WEBHOOK_BUDGET,
  )
}

function payloadOf(report: DriftReport, cap: number): WebhookPayload {
  const shown = listed((list) => worstFirst(report[list]).slice(0, cap).map(itemOf))
  return {
    type: 'drift.report',
    timestamp: report.at,
    data: {
      apiVersion: report.apiVersion,
      id: report.id,
      name: report.name,
      comparison: report.comparison,
      previous: report.previous,
      headline: headlineOf(report),
      verdict: report.verdict,
      severity: severityOf(report),
      link: report.link,
      baseline: report.baseline,
      targets: report.targets,
      clusters: report.clusters.map(({ name, snapshot, takenAt }) => ({ name, snapshot, takenAt })),
      counts: { ...listed((list) => report[list].length), ongoing: countOngoing(report) },
      items: shown,
      omitted: listed((list) => report[list].length - shown[list].length),
      notCompared: report.notCompared,
      comparedAgain: report.comparedAgain,
      aside: report.aside,
    },
  }
}

function listed<T>(of: (list: ItemList) => T): Record<ItemList, T> {
  return Object.fromEntries(ITEM_LISTS.map((list) => [list, of(list)])) as Record<ItemList, T>
}

function worstFirst(items: readonly DriftItem[]): DriftItem[] {
  return items.toSorted((a, b) => rank(a.severity) - rank(b.severity))
}

function itemOf(item: DriftItem): WebhookItem {
  const { fingerprint, ref, layer, path, message, severity, previousSeverity, clusters } = item
  const { changes, unknown, firstSeen, revisions, owner } = item
  const names = Object.keys(item.values)
  const texts = elideTexts(
    Object.values(item.values).map((value) => displayValue(value, item)),
    MAX_VALUE,
  )
  const values = Object.fromEntries(names.map((name, at) => [name, safeClip(texts[at]!, MAX_VALUE)]))
  const told = { fingerprint, ref, layer, path, message, severity, previousSeverity, clusters }
  return { ...told, changes, values, unknown, firstSeen, revisions, owner }
}
