import type { ClusterName } from '../model/cluster.ts'
import { SEVERITIES, type Severity } from '../model/comparison.ts'
import {
  countOngoing,
  ITEM_LISTS,
  severityOf,
  sumCounts,
  type DriftItem,
  type DriftReport,
  type ItemList,
  type NotCompared,
  type SeverityCounts,
  type Uncounted,
} from '../model/drift-report.ts'
import { plural } from './phrases.ts'
import { clip, safeLine } from './terminal.ts'

/** How each list of items is told: in the first line, and above its section. */
export const LIST_WORDS: Readonly<Record<ItemList, { readonly word: string; readonly title: string }>> = {
  fresh: { word: 'new', title: 'New' },
  worsened: { word: 'worsened', title: 'Worsened' },
  reopened: { word: 'reopened', title: 'Reopened' },
  resolved: { word: 'resolved', title: 'Resolved' },
}

/** Why a resolved item, which may still be there, does not count any more. */
export const UNCOUNTED_WORDS: Readonly<Record<Uncounted, string>> = {
  explained: 'expected or parametric now',
  'rules-changed': 'not told since the rules changed',
  'not-compared': 'no longer compared',
}

const NAME_WIDTH = 40
const MAX_NAMES = 3

/**
 * Foreign text on one line, with what is invisible made visible, at most so wide and, which a text full of combining signs would not be
 * otherwise, at most so many UTF-16 units long.
 */
export function safeClip(text: string, width: number): string {
  // Measuring cells is slow: what cannot fit anyway is not measured, and plain text needs no measure.
  const safe = safeLine(text.slice(0, 4 * width))
  if (/^[\x20-\x7e]*$/.test(safe)) return safe.length <= width ? safe : `${safe.slice(0, width - 1)}…`
  const narrow = clip(safe, width)
  if (narrow.length <= width) return narrow
  let cut = ''
  for (const sign of narrow) {
    if (cut.length + sign.length > width - 1) break
    cut += sign
  }
  return `${cut}…`
}

/** `a, b, c and 4 more`, each name made safe and cut. */
export function nameList(names: readonly string[], width = NAME_WIDTH): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => safeClip(name, width))
  const rest = names.length - shown.length
  return rest === 0 ? shown.join(', ') : `${shown.join(', ')} and ${rest} more`
}

/** `production vs staging`, or all clusters where there is no baseline. */
export function subjectOf({ baseline, targets, clusters }: DriftReport): string {
  if (baseline === null) return nameList(clusters.map(({ name }) => name))
  return `${nameList(targets)} vs ${safeClip(baseline, NAME_WIDTH)}`
}

/**
 * The first line of every message: `prod vs staging: 3 new, 1 resolved, 12 ongoing (2 high)`. Severities are named from high on, but where
 * the names of clusters would have no room in `width` beside them. There the names are cut, never the counts. Clusters that could not be
 * compared are always told.
 */
export function headlineOf(report: DriftReport, width = 400): string {
  const subject = subjectOf(report)
  const counts = countsWithin(report, width - Math.min(subject.length, NAME_WIDTH))
  return `${safeClip(subject, Math.max(20, width - counts.length))}${counts}`
}

function countsWithin(report: DriftReport, width: number): string {
  const readings = notComparedText(report)
  const whole = `: ${[countsText(report, severe), ...readings, ...comparedAgainText(report)].join('; ')}`
  return whole.length <= width ? whole : `: ${[countsText(report, () => ''), ...readings].join('; ')}`
}

function countsText(report: DriftReport, severities: (counts: SeverityCounts) => string): string {
  const lists = ITEM_LISTS.filter((list) => report[list].length > 0).map(
    (list) =>
      `${report[list].length} ${LIST_WORDS[list].word}${list === 'resolved' ? uncountedText(report[list]) : severities(tally(report[list]))}`,
  )
  const ongoing = countOngoing(report)
  const open = sumCounts(ongoing)
  const parts = [...lists, ...(open === 0 ? [] : [`${open} ongoing${severities(ongoing)}`])]
  if (parts.length > 0) return parts.join(', ')
  return report.verdict === 'in-sync' ? 'in sync' : 'no change'
}

/** A rule that explains forty differences has mended none of them. */
function uncountedText(items: readonly DriftItem[]): string {
  const count = items.filter(({ uncounted }) => uncounted !== undefined).length
  return count === 0 ? '' : ` (${count} only no longer counted)`
}

function tally(items: readonly DriftItem[]): SeverityCounts {
  const count = (severity: Severity): number => items.filter((item) => item.severity === severity).length
  return { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') }
}

function severe({ critical, high }: SeverityCounts): string {
  const parts = [...(critical > 0 ? [`${critical} critical`] : []), ...(high > 0 ? [`${high} high`] : [])]
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function notComparedText({ notCompared }: DriftReport): string[] {
  if (notCompared.length === 0) return []
  const whole = notCompared.some(({ kinds }) => kinds.length === 0)
  return [`not ${whole ? '' : 'fully '}compared: ${oneOrCount(notCompared.map(({ cluster }) => cluster))}`]
}

function comparedAgainText({ comparedAgain }: DriftReport): string[] {
  return comparedAgain.length === 0 ? [] : [`compared again: ${oneOrCount(comparedAgain)}`]
}

function oneOrCount(clusters: readonly ClusterName[]): string {
  const distinct = [...new Set(clusters)]
  return distinct.length === 1 ? nameList(distinct, 24) : `${distinct.length} clusters`
}

/** What a notification shows without being opened: `[high] prod vs staging: 3 new (1 high)`. */
export function fallbackOf(report: DriftReport): string {
  const severity = severityOf(report)
  return `${severity === null ? '' : `[${severity}] `}${headlineOf(report)}`
}

/** `12 ongoing: 2 high, 7 medium, 3 low`; null where there is none. */
export function ongoingText(report: DriftReport): string | null {
  const counts = countOngoing(report)
  const open = sumCounts(counts)
  if (open === 0) return null
  const parts = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${counts[severity]} ${severity}`,
  )
  return `${open} ongoing: ${parts.join(', ')}`
}

/** `acknowledged 3, muted 1`: only what there is; empty where there is nothing. */
export function asideText({ aside }: DriftReport): string {
  const parts: [string, number][] = [
    ['acknowledged', aside.acknowledged],
    ['muted', aside.muted],
    ['settling', aside.settling],
    ['hidden by rules', aside.hiddenByRules],
    ['expected', aside.expected],
    ['parametric', aside.parametric],
  ]
  return parts
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ')
}

/** `edge: nothing could be read (cluster-unreachable)`, or the kinds that could not. */
export function notComparedLine({ cluster, kinds, reason }: NotCompared): string {
  const what = kinds.length === 0 ? 'nothing could be read' : `${nameList(kinds)} could not be read`
  return `${safeClip(cluster, NAME_WIDTH)}: ${what} (${safeClip(reason, NAME_WIDTH)})`
}

/**
 * `staging 5 min, production 2 h`: how old each snapshot was when the report was made. Clusters of which nothing could be read have none;
 * empty where all are such.
 */
export function agesText({ clusters, notCompared, at }: DriftReport, max: number): string {
  const unread = new Set(notCompared.filter(({ kinds }) => kinds.length === 0).map(({ cluster }) => cluster))
  const read = clusters.filter(({ name }) => !unread.has(name))
  const shown = read.slice(0, max).map(({ name, takenAt }) => `${safeClip(name, NAME_WIDTH)} ${ageText(at, takenAt)}`)
  const rest = read.length - shown.length
  const more = rest === 0 ? [] : [plural(rest, 'more cluster')]
  return [...shown, ...more].join(', ')
}

const MINUTE = 60_000

/** How long ago `takenAt` was at `at`: `5 min`, `3 h`, `12 d`. */
export function ageText(at: string, takenAt: string): string {
  const minutes = Math.max(0, Math.floor((Date.parse(at) - Date.parse(takenAt)) / MINUTE))
  if (Number.isNaN(minutes)) return 'of unknown age'
  if (minutes < 1) return 'under a minute'
  if (minutes < 120) return `${minutes} min`
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`
}
