import type { Comparison, Explanation, Finding, Severity } from '../model/comparison.ts'
import { displayRef } from '../model/resource-ref.ts'
import type { RenderOptions } from './formats.ts'
import {
  outlineOf,
  titleOf,
  type ObjectOutline,
  type OneSidedOutline,
  type Outline,
  type RepeatedOutline,
} from './outline.ts'
import {
  countKinds,
  describeChildren,
  describeDerived,
  describePresence,
  describeReading,
  objectCounts,
  plural,
  severityCounts,
  toSeconds,
  whatWasCompared,
} from './phrases.ts'
import { setAsideParts, type Aside } from './shown.ts'
import { painter, padEnd, safeLine, widthOf, wrap, type Paint, type Style } from './terminal.ts'
import { fingerprintNote, renderBlock, renderChange, type TextContext } from './text-values.ts'
import { clustersWithObject } from './values.ts'

const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  critical: ['bold', 'red'],
  high: 'red',
  medium: 'yellow',
  low: 'gray',
}
const LABEL = 'critical'.length + 2
const INDENT = LABEL + 2
/** Of one code; `wide` shows all. */
const MAX_FINDINGS = 3
/** More names than these are listed by -o wide. */
const MAX_NAMES = 6
const MAX_ONE_SIDED = 12

export type TextStyle = Aside & { readonly wide: boolean }

/**
 * For people: verdict, clusters and findings first, then what is on one side only (children under their cause), changes that
 * repeat, and objects by severity. `wide` shows every object, pointer and hint.
 */
export function renderText(comparison: Comparison, options: RenderOptions, style: TextStyle): string {
  const { wide, explained, left } = style
  const outline = outlineOf(comparison)
  const context: TextContext = { comparison, width: options.width, paint: painter(options.color), wide }
  const sections = [
    headline(context),
    clusterTable(context),
    findings(context),
    oneSided(outline, context),
    repeated(outline, context),
    objects(outline, options.maxObjects, context),
    explainedLines(explained, context),
    options.explain ? explanations(comparison.explanations ?? [], context) : [],
    footer({ left, explainedShown: explained.length > 0 }, options, context),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join(''))
    .join('\n')
}

function headline({ comparison, paint }: TextContext): string[] {
  const style: Style = { 'in-sync': 'green', drifted: 'yellow', incomplete: 'magenta' }[comparison.verdict] as Style
  const counts = severityCounts(comparison)
  const verdict = paint(['bold', style].flat() as Style, comparison.verdict)
  const compared = safeLine(whatWasCompared(comparison))
  return [`${verdict}  ${compared}${counts === '' ? '' : `: ${counts}`}`, objectCounts(comparison)]
}

function clusterTable({ comparison, paint }: TextContext): string[] {
  const rows = comparison.clusters.map((cluster) => [
    safeLine(cluster.name) + (cluster.name === comparison.baseline ? ' (baseline)' : ''),
    safeLine(cluster.flux ?? '-'),
    safeLine(cluster.kubernetes ?? '-'),
    toSeconds(cluster.takenAt),
    safeLine(describeReading(cluster)),
  ])
  const table = [['CLUSTER', 'FLUX', 'KUBERNETES', 'TAKEN', 'READ'], ...rows]
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => widthOf(row[column]!))))
  const lines = table.map((row) => row.map((cell, column) => padEnd(cell, widths[column]!)).join('   '))
  return [paint('bold', lines[0]!), ...lines.slice(1)]
}

function findings(context: TextContext): string[] {
  const { comparison, paint, wide } = context
  if (comparison.findings.length === 0) return []
  const groups = [...Map.groupBy(comparison.findings, ({ code, severity }) => `${severity} ${code}`).values()]
  const lines = groups.flatMap((group) => {
    const shown = wide ? group : group.slice(0, MAX_FINDINGS)
    const rest = group.length - shown.length
    return [
      ...shown.flatMap((finding) => findingLines(finding, context)),
      ...(rest > 0 ? [moreLine(`and ${rest} more of the kind ${group[0]!.code}: -o wide shows all`, paint)] : []),
    ]
  })
  return [paint('bold', 'FINDINGS'), ...lines]
}

function moreLine(sentence: string, paint: Paint): string {
  return ' '.repeat(LABEL) + paint('gray', sentence)
}

function findingLines(finding: Finding, { width, paint, wide }: TextContext): string[] {
  const hint = wide || finding.severity === 'critical' || finding.severity === 'high' ? finding.hint : ''
  return [
    ...labelled(finding.severity, safeLine(finding.message), width, paint),
    ...(hint === '' ? [] : wrap(safeLine(hint), width - LABEL).map((line) => ' '.repeat(LABEL) + paint('gray', line))),
  ]
}

function labelled(severity: Severity, text: string, width: number, paint: Paint): string[] {
  const [first, ...rest] = wrap(text, Math.max(20, width - LABEL))
  return [label(severity, paint) + first, ...rest.map((line) => ' '.repeat(LABEL) + line)]
}

function label(severity: Severity, paint: Paint): string {
  return paint(SEVERITY_STYLE[severity], severity) + ' '.repeat(LABEL - severity.length)
}

function oneSided(outline: Outline, { paint, width, wide }: TextContext): string[] {
  if (outline.oneSided.length === 0) return []
  const shown = wide ? outline.oneSided : outline.oneSided.slice(0, MAX_ONE_SIDED)
  const left = outline.oneSided
    .slice(shown.length)
    .flatMap(({ drift, children }) => [...(drift ? [drift] : []), ...children])
  const lines = shown.flatMap((group) => [
    ...labelled(group.severity, oneSidedSentence(group, wide ? Number.POSITIVE_INFINITY : MAX_NAMES), width, paint),
    ...(wide && group.drift ? [moreLine(fingerprintNote(group.drift.differences[0]!), paint)] : []),
  ])
  const rest =
    left.length === 0 ? [] : [moreLine(`and ${left.length} more: ${countKinds(left)}: -o wide shows all`, paint)]
  return [paint('bold', 'ON ONE SIDE ONLY'), ...lines, ...rest]
}

function oneSidedSentence(group: OneSidedOutline, most: number): string {
  const children = safeLine(describeChildren(group, most))
  if (!group.drift) return children
  return `${safeLine(titleOf(group.drift.ref))} ${safeLine(describePresence(group.drift, most))}${children === '' ? '' : `, ${children}`}`
}

function repeated(outline: Outline, context: TextContext): string[] {
  if (outline.repeated.length === 0) return []
  const lines = outline.repeated.flatMap((group) => repeatedLines(group, context))
  return [context.paint('bold', 'THE SAME CHANGE IN SEVERAL OBJECTS'), ...lines]
}

function repeatedLines({ kind, difference, presence, refs }: RepeatedOutline, context: TextContext): string[] {
  const { paint, width, wide } = context
  const shown = wide ? refs : refs.slice(0, 3)
  const rest = refs.length - shown.length
  const names = shown.map(({ namespace, name }) => `${namespace}/${name}`).join(', ')
  const sentence = `${refs.length} ${kind}: ${safeLine(names)}${rest > 0 ? ` and ${rest} more` : ''}`
  const change = renderChange(difference, LABEL, {
    ...context,
    names: clustersWithObject(context.comparison, presence),
  })
  return [
    label(difference.severity, paint) + change[0]!.slice(LABEL),
    ...change.slice(1),
    ...wrap(sentence, width - LABEL - 2).map((line) => ' '.repeat(LABEL + 2) + paint('gray', line)),
  ]
}

function objects(outline: Outline, max: number | null, context: TextContext): string[] {
  if (outline.objects.length === 0) return []
  const shown = max === null ? outline.objects : outline.objects.slice(0, max)
  const left = outline.objects.slice(shown.length)
  const lines = shown.flatMap((object) => objectLines(object, context))
  return [context.paint('bold', `DIFFERENCES${direction(context)}`), ...lines, ...remainder(left, context)]
}

function direction({ comparison }: TextContext): string {
  const [first, second, third] = comparison.clusters
  if (!first || !second || third || comparison.baseline !== first.name) return ''
  return ` (${safeLine(first.name)} → ${safeLine(second.name)})`
}

function objectLines(object: ObjectOutline, context: TextContext): string[] {
  const { drift, severity, blocks, derived } = object
  const own = { ...context, names: clustersWithObject(context.comparison, drift.presence) }
  const users = drift.usedBy.length === 0 ? '' : `used by ${drift.usedBy.map(displayRef).join(', ')}`
  const used = users === '' ? [] : wrap(safeLine(users), context.width - INDENT)
  return [
    (blocks.length === 0 ? ' '.repeat(LABEL) : label(severity, context.paint)) +
      context.paint('bold', safeLine(titleOf(drift.ref))),
    ...used.map((line) => ' '.repeat(INDENT) + context.paint('gray', line)),
    ...blocks.flatMap((block) => renderBlock(block, INDENT, own)),
    ...derivedLines(object, own),
    ...(context.wide ? derived.flatMap((block) => renderBlock(block, INDENT + 2, own)) : []),
  ]
}

function derivedLines(object: ObjectOutline, { paint, wide, width }: TextContext): string[] {
  const own = object.derived.length > 0 && wide ? 'values: what follows from spec.values' : null
  const sentence = describeDerived(object) ?? own
  if (sentence === null) return []
  return wrap(safeLine(sentence), width - INDENT).map((line) => ' '.repeat(INDENT) + paint('gray', line))
}

function remainder(left: readonly ObjectOutline[], { paint }: TextContext): string[] {
  if (left.length === 0) return []
  const differences = left.reduce(
    (sum, { blocks }) => sum + blocks.reduce((n, block) => n + block.differences.length, 0),
    0,
  )
  const more = left.filter(({ blocks }) => blocks.length > 0).length
  if (more === 0) return []
  const sentence = `and ${plural(differences, 'difference')} in ${plural(more, 'more object')}, none of them more severe: -o wide shows all`
  return [paint('gray', sentence)]
}

function explanations(list: readonly Explanation[], context: TextContext): string[] {
  const lines = list.map(({ ref, path, because, detail }) => {
    const reason = `${because}${detail === '' ? '' : `: ${detail}`}`
    return `${safeLine(displayRef(ref))}  ${safeLine(path)}  ${context.paint('gray', safeLine(reason))}`
  })
  return [context.paint('bold', 'NOT COUNTED AS DIFFERENCES'), ...(lines.length === 0 ? ['nothing'] : lines)]
}

function explainedLines(list: TextStyle['explained'], { paint }: TextContext): string[] {
  if (list.length === 0) return []
  const lines = list.map(
    ({ title, path, detail }) => `${safeLine(title)}  ${safeLine(path)}  ${paint('gray', safeLine(detail))}`,
  )
  return [paint('bold', 'DIFFERENT ON PURPOSE'), ...lines]
}

type Left = { readonly left: string; readonly explainedShown: boolean }

/** What is not listed, and the flag that lists it. */
function footer(
  { left, explainedShown }: Left,
  options: RenderOptions,
  { comparison, paint, width }: TextContext,
): string[] {
  const { explained, hidden } = setAsideParts(comparison)
  const aside = [
    ...(explained === '' ? [] : [explained + (explainedShown ? '' : ' (--show-parametric lists them)')]),
    ...(hidden === '' ? [] : [hidden + (options.explain ? '' : ' (--explain lists them)')]),
  ]
  const lines = [...aside, ...(left === '' ? [] : [left])]
  return lines.flatMap((line) => wrap(line, width)).map((line) => paint('gray', line))
}
