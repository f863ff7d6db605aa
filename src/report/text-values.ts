import type { ClusterName } from '../model/cluster.ts'
import type { Comparison, Difference } from '../model/comparison.ts'
import { startsOf } from '../model/elide-values.ts'
import type { Json } from '../model/json.ts'
import { describeSizes, diffLines } from './line-diff.ts'
import type { Block } from './outline.ts'
import { describeOrigins, placeOf, pointersOf } from './phrases.ts'
import { clip, safeLine, safeText, widthOf, wrap, type Paint } from './terminal.ts'
import { displayValue, groupValues, isLongText, type ValueGroup } from './values.ts'

export type TextContext = {
  readonly comparison: Comparison
  readonly width: number
  readonly paint: Paint
  readonly wide: boolean
}

/** A context for one object: `names` are the clusters that have it. */
export type ObjectContext = TextContext & { readonly names: readonly ClusterName[] }

const ABSENT = '(absent)'

/** One block below its object: a single leaf as a change, several leaves of a one-sided item as a list. */
export function renderBlock(block: Block, indent: number, context: ObjectContext): string[] {
  if (block.differences.length === 1) return renderChange(block.differences[0]!, indent, context)
  const [first] = block.differences
  const groups = groupValues(first!, context.names)
  const present = groups.filter(({ value }) => value !== undefined).flatMap(({ clusters }) => clusters)
  const head = `${safeLine(placeOf({ ...first!, path: block.path }))}  ${context.paint('gray', `only in ${safeLine(present.join(', '))}`)}`
  return [
    ' '.repeat(indent) + head,
    ...block.differences.map((leaf) => leafLine(leaf, block.path, indent + 2, context)),
    ...noteLinesOf(block, indent + 2, context),
  ]
}

/** What all leaves of a block have in common besides their place. */
function noteLinesOf({ differences }: Block, indent: number, context: ObjectContext): string[] {
  const notes = differences.flatMap((leaf) => [describeOrigins(leaf, context.names), leaf.explanation])
  const distinct = [...new Set(notes)].filter((note) => note !== null)
  return distinct.flatMap((note) => noteLines(note, indent, context))
}

function leafLine(leaf: Difference, container: string, indent: number, context: ObjectContext): string {
  const value = Object.values(leaf.values)[0]
  const added = Object.values(leaf.changes).includes('added')
  const rest = leaf.path.startsWith(container) ? leaf.path.slice(container.length).replace(/^\./, '') : leaf.path
  const text = `${added ? '+' : '-'} ${safeLine(rest)}: ${safeLine(value === undefined ? '' : displayValue(value, leaf))}`
  const line = ' '.repeat(indent) + context.paint(added ? 'green' : 'red', fit(text, context.width - indent, context))
  return context.wide ? `${line}  ${context.paint('gray', fingerprintNote(leaf))}` : line
}

/** As much of its fingerprint as `flux-compare rules add` needs to know it again. */
export function fingerprintNote({ fingerprint }: Difference): string {
  return `fingerprint ${fingerprint.slice(0, 12)}`
}

/** A leaf: `path  old → new` on a line where it fits, lines below it where not; every cluster by name where there are more than two. */
export function renderChange(difference: Difference, indent: number, context: ObjectContext): string[] {
  const groups = groupValues(difference, context.names)
  const path = safeLine(placeOf(difference))
  const lines = linesOf(path, difference, groups, { indent, context })
  const notes = [
    describeOrigins(difference, context.names),
    difference.explanation,
    context.wide ? pointersOf(difference) : null,
    context.wide ? fingerprintNote(difference) : null,
  ].filter((note) => note !== null && note !== '')
  return [...lines, ...notes.flatMap((note) => noteLines(note ?? '', indent + 2, context))]
}

function noteLines(note: string, indent: number, { width, paint }: TextContext): string[] {
  return wrap(safeLine(note), Math.max(20, width - indent)).map((line) => ' '.repeat(indent) + paint('gray', line))
}

type Place = { readonly indent: number; readonly context: ObjectContext }

function linesOf(path: string, difference: Difference, groups: readonly ValueGroup[], place: Place): string[] {
  if (Object.values(difference.changes).includes('moved')) return [moveLine(path, difference, place)]
  return isPair(groups, place.context)
    ? pairLines(path, difference, groups, place)
    : manyLines(path, difference, groups, place)
}

/** The values of a move are positions, which say nothing by themselves. */
function moveLine(path: string, { changes }: Difference, { indent, context }: Place): string {
  const where = context.comparison.clusters.length > 2 ? ` on ${Object.keys(changes).map(safeLine).join(', ')}` : ''
  return `${' '.repeat(indent)}${path}  ${context.paint('gray', `moved${where}: the order differs`)}`
}

function isPair(groups: readonly ValueGroup[], { comparison }: ObjectContext): boolean {
  return (
    comparison.clusters.length === 2 && comparison.baseline !== null && groups.every(({ unknown }) => unknown === null)
  )
}

function pairLines(
  path: string,
  difference: Difference,
  groups: readonly ValueGroup[],
  { indent, context }: Place,
): string[] {
  const [from, to] = sides(groups, context.names)
  const pad = ' '.repeat(indent)
  if (isLongText(from) && isLongText(to) && `${from}${to}`.includes('\n'))
    return [pad + path, ...longText(from, to, indent + 2, context)]
  const old = show(from, difference)
  const now = show(to, difference)
  const line = `${path}  ${context.paint('red', safeLine(old))} → ${context.paint('green', safeLine(now))}`
  if (indent + widthOf(path) + widthOf(old) + widthOf(now) + 5 <= context.width && !/\n/.test(old + now))
    return [pad + line]
  const [shortOld = old, shortNow = now] = context.wide ? [] : elideCommon([old, now], context.width - indent - 4)
  return [
    pad + path,
    ...(from === undefined ? [] : sideLines('-', shortOld, indent + 2, context)),
    ...(to === undefined ? [] : sideLines('+', shortNow, indent + 2, context)),
  ]
}

/** What baseline and target have; a single group means that both have the same (a move). */
function sides(
  groups: readonly ValueGroup[],
  [baseline, target]: readonly string[],
): [Json | undefined, Json | undefined] {
  const valueOf = (name: string | undefined): Json | undefined =>
    groups.find(({ clusters }) => clusters.includes(name ?? ''))?.value
  return [valueOf(baseline), valueOf(target)]
}

function show(value: Json | undefined, difference: Difference): string {
  return value === undefined ? ABSENT : displayValue(value, difference)
}

/**
 * Long lines of which some begin alike: what a line shares in front with the one that is most like it becomes an ellipsis, so that
 * clipping leaves what differs.
 */
function elideCommon(texts: readonly string[], width: number): string[] {
  if (texts.every((text) => widthOf(text) <= width)) return [...texts]
  const starts = startsOf([...new Set(texts)])
  return texts.map((text) => {
    const start = starts.get(text) ?? 0
    return start === 0 || text.slice(0, start).includes('\n') ? text : `…${text.slice(start)}`
  })
}

const MAX_LINES = 12

function sideLines(sign: '-' | '+', text: string, indent: number, context: ObjectContext): string[] {
  const lines = safeText(text).split('\n')
  const shown = context.wide ? lines : lines.slice(0, MAX_LINES)
  const rest = lines.length - shown.length
  const style = sign === '-' ? 'red' : 'green'
  return [
    ...shown.map(
      (line) => ' '.repeat(indent) + context.paint(style, fit(`${sign} ${line}`, context.width - indent, context)),
    ),
    ...(rest > 0 ? [`${' '.repeat(indent)}${context.paint('gray', `${sign} and ${rest} more lines`)}`] : []),
  ]
}

function longText(from: string, to: string, indent: number, context: ObjectContext): string[] {
  const pad = ' '.repeat(indent)
  const lines = diffLines(from, to)
  if (lines === null) return [pad + context.paint('gray', `the texts differ throughout: ${describeSizes(from, to)}`)]
  const shown = context.wide ? lines : lines.slice(0, MAX_LINES * 2)
  const rest = lines.length - shown.length
  return [
    ...shown.map(({ sign, text }) => {
      if (sign === '@') return `${pad}${context.paint('gray', '…')}`
      const line = fit(`${sign} ${safeLine(text)}`, context.width - indent, context)
      return pad + (sign === ' ' ? line : context.paint(sign === '-' ? 'red' : 'green', line))
    }),
    ...(rest > 0 ? [pad + context.paint('gray', `and ${rest} more lines: -o wide shows all`)] : []),
  ]
}

function manyLines(
  path: string,
  difference: Difference,
  groups: readonly ValueGroup[],
  { indent, context }: Place,
): string[] {
  const pad = ' '.repeat(indent)
  const most = context.wide ? Number.POSITIVE_INFINITY : Math.max(24, Math.floor((context.width - indent) / 2))
  const shown = groups.map((group) => ({
    clusters: namesWithin(group.clusters.map(safeLine), most),
    value: safeLine(group.unknown === null ? show(group.value, difference) : `not known: ${group.unknown}`),
  }))
  const width = Math.max(...shown.map(({ clusters }) => widthOf(clusters)))
  const values = shown.map(({ value }) => value)
  const short = context.wide ? values : elideCommon(values, context.width - indent - width - 4)
  return [
    pad + path,
    ...shown.map(({ clusters }, at) => {
      const gap = ' '.repeat(width - widthOf(clusters))
      const line = fit(`${clusters}${gap}  ${short[at]}`, context.width - indent - 2, context)
      return `${pad}  ${line}`
    }),
  ]
}

/** As many of the names as fit into `most` cells, at least one, and how many more there are: the value beside them must stay in view. */
function namesWithin(names: readonly string[], most: number): string {
  for (let count = names.length; count > 1; count -= 1) {
    const more = names.length - count
    const text = names.slice(0, count).join(', ') + (more === 0 ? '' : ` and ${more} more`)
    if (widthOf(text) <= most) return text
  }
  return names.length === 1 ? names[0]! : `${names[0]} and ${names.length - 1} more`
}

function fit(text: string, width: number, { wide }: TextContext): string {
  return wide ? text : clip(text, Math.max(20, width))
}
