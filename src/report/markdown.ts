import type { ClusterName } from '../model/cluster.ts'
import type { Comparison, Difference } from '../model/comparison.ts'
import { displayRef } from '../model/resource-ref.ts'
import { startsOf } from '../model/elide-values.ts'
import type { RenderOptions } from './formats.ts'
import { diffLines } from './line-diff.ts'
import { code, escapeHtml, escapeMarkdown } from './markdown-text.ts'
import { outlineOf, type Block, type ObjectOutline, type Outline, type RepeatedOutline } from './outline.ts'
import {
  describeChildren,
  describeDerived,
  describeOrigins,
  describePresence,
  describeReading,
  objectCounts,
  placeOf,
  plural,
  severityCounts,
  someNames,
  toSeconds,
  whatWasCompared,
} from './phrases.ts'
import { setAside, type Aside } from './shown.ts'
import { safeText } from './terminal.ts'
import { clustersWithObject, displayValue, groupValues, isLongText } from './values.ts'

/** GitHub takes 65,536 characters in a comment; GitLab more. What does not fit is counted. */
const MAX_LENGTH = 60_000
const MAX_FINDINGS = 20
const MAX_ONE_SIDED = 50
const MAX_NAMES = 6
const MAX_VALUE = 200

/** Fit for a pull-request comment: the summary in view, objects folded, foreign text escaped, never too long to post. */
export function renderMarkdown(comparison: Comparison, { explain }: RenderOptions, aside: Aside): string {
  const outline = outlineOf(comparison)
  const parts = [
    head(comparison, aside),
    clusterTable(comparison),
    findingList(comparison),
    oneSidedList(outline),
    repeatedList(outline, comparison),
    ...outline.objects.map((object) => objectPart(object, comparison)),
    explainedList(aside),
    ...(explain ? [explanationList(comparison)] : []),
  ].filter((part) => part !== '')
  return bounded(parts)
}

function bounded(parts: readonly string[]): string {
  const kept: string[] = []
  let length = 0
  for (const part of parts) {
    if (length + part.length > MAX_LENGTH) break
    kept.push(part)
    length += part.length + 2
  }
  const left = parts.length - kept.length
  const note = left === 0 ? [] : [`_${plural(left, 'more object')} did not fit here._`]
  return `${[...kept, ...note].join('\n\n')}\n`
}

function head(comparison: Comparison, { left }: Aside): string {
  const counts = severityCounts(comparison)
  const sentence = `${escapeMarkdown(whatWasCompared(comparison))}${counts === '' ? '' : `: ${counts}`}`
  const rest = [setAside(comparison), left].filter((part) => part !== '').join('; ')
  return `### flux-compare: ${comparison.verdict}\n\n${sentence}. ${objectCounts(comparison)}.${rest === '' ? '' : `\n\n${rest}.`}`
}

function clusterTable(comparison: Comparison): string {
  const rows = comparison.clusters.map((cluster) => {
    const name = code(cluster.name).replaceAll('|', '\\|') + (cluster.name === comparison.baseline ? ' (baseline)' : '')
    const cells = [
      name,
      cluster.flux ?? '-',
      cluster.kubernetes ?? '-',
      toSeconds(cluster.takenAt),
      describeReading(cluster),
    ]
    return `| ${cells.map((cell, column) => (column === 0 ? cell : escapeMarkdown(cell))).join(' | ')} |`
  })
  return ['| Cluster | Flux | Kubernetes | Taken | Read |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function findingList({ findings }: Comparison): string {
  if (findings.length === 0) return ''
  const shown = findings.slice(0, MAX_FINDINGS)
  const rest = findings.length - shown.length
  const lines = shown.map(
    ({ severity, message, hint }) =>
      `- **${severity}** ${escapeMarkdown(hint === '' ? message : `${message}. ${hint}`)}`,
  )
  return ['**Findings**', '', ...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n')
}

function oneSidedList({ oneSided }: Outline): string {
  if (oneSided.length === 0) return ''
  const shown = oneSided.slice(0, MAX_ONE_SIDED)
  const rest = oneSided.length - shown.length
  const lines = shown.map((group) => {
    const own = group.drift
      ? `${code(displayRef(group.drift.ref))} ${escapeMarkdown(describePresence(group.drift, MAX_NAMES))}`
      : ''
    const children = escapeMarkdown(describeChildren(group, MAX_NAMES))
    return `- **${group.severity}** ${[own, children].filter((part) => part !== '').join(', ')}`
  })
  return ['**On one side only**', '', ...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n')
}

function repeatedList({ repeated }: Outline, comparison: Comparison): string {
  if (repeated.length === 0) return ''
  const lines = repeated.map((group) => repeatedLine(group, comparison))
  return ['**The same change in several objects**', '', ...lines].join('\n')
}

function repeatedLine({ kind, difference, presence, refs }: RepeatedOutline, comparison: Comparison): string {
  const shown = refs.slice(0, 5).map(({ namespace, name }) => code(`${namespace}/${name}`))
  const rest = refs.length - shown.length
  const more = rest > 0 ? ` and ${rest} more` : ''
  return `- **${difference.severity}** ${code(placeOf(difference))} ${valuesInline(difference, clustersWithObject(comparison, presence))} in ${refs.length} ${kind}: ${shown.join(', ')}${more}`
}

function objectPart(object: ObjectOutline, comparison: Comparison): string {
  const { drift, severity, blocks } = object
  const count = blocks.reduce((sum, block) => sum + block.differences.length, 0)
  const named = `<code>${escapeHtml(displayRef(drift.ref))}</code>`
  const derived = describeDerived(object)
  const follows = derived === null ? [] : [`- ${escapeMarkdown(derived)}`]
  if (blocks.length === 0) return derived === null ? '' : `${named} ${escapeMarkdown(derived)}`
  const title = `<summary><b>${severity}</b> ${named} ${plural(count, 'difference')}</summary>`
  const lines = blocks.flatMap((block) => blockLines(block, clustersWithObject(comparison, drift.presence)))
  return ['<details>', title, '', ...lines, ...follows, '', '</details>'].join('\n')
}

function blockLines(block: Block, names: readonly ClusterName[]): string[] {
  return block.differences.flatMap((difference) => {
    const long = longText(difference)
    const notes = [describeOrigins(difference, names), difference.explanation].filter((note) => note !== null)
    const note = notes.map((text) => `; ${escapeMarkdown(text)}`).join('')
    if (long) return [`- ${code(placeOf(difference))}${note}`, '', ...fence(long), '']
    return [`- ${code(placeOf(difference))} ${valuesInline(difference, names)}${note}`]
  })
}

function valuesInline(difference: Difference, names: readonly ClusterName[]): string {
  if (Object.values(difference.changes).includes('moved')) return 'moved'
  const groups = groupValues(difference, names)
  const texts = groups.map(({ value }) => (value === undefined ? '' : displayValue(value, difference)))
  const isLong = texts.some((text) => text.length > MAX_VALUE)
  const starts = isLong ? startsOf([...new Set(texts)]) : new Map<string, number>()
  return groups
    .map(({ clusters, value, unknown }, at) => {
      const text = texts[at]!
      const known = value === undefined ? 'absent' : code(clipText(text, starts.get(text) ?? 0))
      const shown = unknown === null ? known : 'not known'
      return `${shown} (${someNames(clusters.map(escapeMarkdown), MAX_NAMES)})`
    })
    .join(', ')
}

function longText({ values }: Difference): string | null {
  const texts = Object.values(values)
  const [from, to] = texts
  if (texts.length !== 2 || !isLongText(from) || !isLongText(to)) return null
  const lines = diffLines(from, to)
  return lines === null ? null : lines.map(({ sign, text }) => `${sign}${safeText(text)}`).join('\n')
}

function fence(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const ticks = '`'.repeat(longest + 1)
  return [`${ticks}diff`, ...text.split('\n'), ticks]
}

function explainedList({ explained }: Aside): string {
  const lines = explained.map(({ title, path, detail }) => `- ${code(`${title} ${path}`)} ${escapeMarkdown(detail)}`)
  return lines.length === 0 ? '' : ['**Different on purpose**', '', ...lines].join('\n')
}

function explanationList({ explanations }: Comparison): string {
  const lines = (explanations ?? []).map(
    ({ ref, path, because, detail }) =>
      `- ${code(`${displayRef(ref)} ${path}`)} ${escapeMarkdown(`${because}: ${detail}`)}`,
  )
  return lines.length === 0 ? '' : ['**Not counted as differences**', '', ...lines].join('\n')
}

/** From where it begins to differ from the others, and no longer than fits a line. */
function clipText(text: string, start: number): string {
  const rest = start === 0 ? text : `…${text.slice(start)}`
  return rest.length > MAX_VALUE ? `${rest.slice(0, MAX_VALUE - 1)}…` : rest
}
