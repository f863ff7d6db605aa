import type { Change, Severity } from '../model/comparison.ts'
import { ITEM_LISTS, type DriftItem, type DriftReport, type ItemList } from '../model/drift-report.ts'
import { canonicalJson } from '../model/json.ts'
import { elideTexts } from '../model/elide-values.ts'
import { compareRefs, compareText, displayRef, type ResourceRef } from '../model/resource-ref.ts'
import { groupItems, type ItemGroup } from './drift-report-groups.ts'
import { LIST_WORDS, nameList, safeClip, UNCOUNTED_WORDS } from './drift-report-words.ts'
import { rank } from './outline.ts'
import { displayValue, groupValues, type ValueGroup } from './values.ts'

/** A piece of a line: our own words, a foreign value (shown as code), or foreign prose and names. All are safe on one line, and cut. */
export type Part = { readonly kind: 'words' | 'value' | 'foreign'; readonly text: string }

export type ItemLine = {
  /** How many items it tells of. */
  readonly count: number
  readonly severity: Severity
  /** `HelmRelease/apps/podinfo`, or the code of a finding; `12 HelmRelease` where the same became of so many. */
  readonly title: string
  /** Empty for presence and findings. */
  readonly path: string
  readonly detail: readonly Part[]
}

/** One list of a report: at most `cap` lines, and how many are left out. */
export type ItemSection = {
  readonly list: ItemList
  readonly title: string
  readonly total: number
  readonly lines: readonly ItemLine[]
  readonly left: number
}

const TITLE_WIDTH = 140
const PATH_WIDTH = 120
const NAME_WIDTH = 60
const VALUE_WIDTH = 80
const MESSAGE_WIDTH = 240
const CAUSE_WIDTH = 120

const NAMES = 3

/**
 * The lists that have items, the most severe first; of each at most `cap` lines. What is part of one thing, or is the same in many objects,
 * is one line, with at most `names` objects by their names.
 */
export function sectionsOf(report: DriftReport, cap: number, names = NAMES): ItemSection[] {
  return ITEM_LISTS.filter((list) => report[list].length > 0).map((list) => {
    const items = report[list]
    const groups = groupItems(items.toSorted(compareItems), list)
    const lines = groups.slice(0, cap).map((group) => lineOf(group, list, names))
    return cutSection({ list, title: LIST_WORDS[list].title, total: items.length, lines, left: 0 }, cap)
  })
}

function cutSection(section: ItemSection, cap: number): ItemSection {
  const lines = section.lines.slice(0, cap)
  const told = lines.reduce((sum, { count }) => sum + count, 0)
  return { ...section, lines, left: section.total - told }
}

function compareItems(a: DriftItem, b: DriftItem): number {
  return (
    rank(a.severity) - rank(b.severity) ||
    (a.ref && b.ref ? compareRefs(a.ref, b.ref) : Number(a.ref !== null) - Number(b.ref !== null)) ||
    compareText(a.path, b.path) ||
    compareText(a.fingerprint, b.fingerprint)
  )
}

function lineOf({ items, as }: ItemGroup, list: ItemList, names: number): ItemLine {
  const [item] = items
  const isFinding = item.layer === 'finding'
  const title = item.ref === null ? safeClip(item.path, TITLE_WIDTH) : clipRef(item.ref)
  const line = { count: items.length, severity: item.severity, title, path: isFinding ? '' : item.path }
  const rest = besides(sharedBy(items), list)
  if (as === 'part') return clipPath({ ...line, path: item.within ?? '', detail: [...sidesOf(items), ...rest] })
  const detail = [...whatOf(item), ...rest]
  if (as === 'one') return clipPath({ ...line, detail })
  return clipPath({ ...line, title: severalTitle(items), detail: [...detail, ...namesOf(items, names)] })
}

/** `12 HelmRelease`; of several kinds, `12 objects`. */
function severalTitle(items: ItemGroup['items']): string {
  const [{ ref }] = items
  return `${items.length} ${areOfOneKind(items) && ref !== null ? safeClip(ref.kind, TITLE_WIDTH) : 'objects'}`
}

function areOfOneKind([first, ...others]: ItemGroup['items']): boolean {
  return others.every(({ ref }) => ref?.kind === first.ref?.kind)
}

function clipPath(line: ItemLine): ItemLine {
  return { ...line, path: safeClip(line.path, PATH_WIDTH) }
}

/** Of a part that only some clusters have: what is in it stands in the comparison. */
function sidesOf(items: ItemGroup['items']): Part[] {
  const [{ among, values, unknown }] = items
  const has = among.filter((name) => Object.hasOwn(values, name))
  const not = among.filter((name) => !Object.hasOwn(values, name) && !Object.hasOwn(unknown, name))
  return [
    words(`${items.length} fields only in `),
    names(has),
    ...(not.length > 0 ? [words(', not in '), names(not)] : []),
  ]
}

function namesOf(items: ItemGroup['items'], most: number): Part[] {
  const nameOf = areOfOneKind(items) ? shortName : clipRef
  const told = items.slice(0, most).flatMap(({ ref }) => (ref === null ? [] : nameOf(ref)))
  const left = items.length - told.length
  const between = items[0].cause === null ? ': ' : '; these are '
  return [words(between), foreign(told.join(', ')), ...(left > 0 ? [words(` and ${left} more`)] : [])]
}

function shortName({ namespace, name }: ResourceRef): string {
  return safeClip(namespace === '' ? name : `${namespace}/${name}`, NAME_WIDTH)
}

function clipRef(ref: ResourceRef): string {
  return safeClip(displayRef(ref), TITLE_WIDTH)
}

function words(text: string): Part {
  return { kind: 'words', text }
}

function foreign(text: string): Part {
  return { kind: 'foreign', text }
}

function whatOf(item: DriftItem): Part[] {
  const { layer, cause, changes } = item
  if (layer === 'finding') return [foreign(safeClip(ownMessage(item), MESSAGE_WIDTH))]
  if (layer === 'presence') {
    const why = cause === null ? [] : [words(': '), foreign(safeClip(cause, CAUSE_WIDTH))]
    return [...presenceParts(item), ...why]
  }
  if (Object.values(changes).includes('moved')) return [words('order differs in '), names(item.clusters)]
  return valueParts(item)
}

/** The object stands before it already: many messages begin with it. */
function ownMessage({ ref, message }: DriftItem): string {
  const text = message ?? ''
  const name = ref === null ? null : displayRef(ref)
  if (name === null || !text.startsWith(name)) return text
  return /^(?:: | )/.test(text.slice(name.length)) ? text.slice(name.length).replace(/^:? /, '') : text
}

function presenceParts({ changes, unknown }: DriftItem): Part[] {
  const having = (change: Change): string[] => Object.keys(changes).filter((name) => changes[name] === change)
  const missing = having('missing')
  const extra = having('extra')
  const open = Object.keys(unknown)
  return [
    ...(missing.length > 0 ? [words('missing in '), names(missing)] : []),
    ...(missing.length > 0 && extra.length > 0 ? [words(', ')] : []),
    ...(extra.length > 0 ? [words('only in '), names(extra)] : []),
    ...(open.length > 0 ? [words(', not known in '), names(open)] : []),
  ]
}

function names(list: readonly string[]): Part {
  return foreign(nameList(list))
}

function valueParts(item: DriftItem): Part[] {
  const groups = groupValues(item, item.among)
  // What is shown is cut, not the values: what tells two secrets apart stands behind their texts.
  const shown = elideTexts(
    groups.map(({ value }) => (value === undefined ? '' : displayValue(value, item))),
    VALUE_WIDTH,
  )
  const between = words(groups.length === 2 ? ' → ' : ', ')
  return groups.flatMap((group, index) => [
    ...(index === 0 ? [] : [between]),
    ...shownValue(group, shown[index]!),
    words(' ('),
    names(group.clusters),
    words(')'),
  ])
}

function shownValue({ value, unknown }: ValueGroup, text: string): Part[] {
  if (unknown !== null) return [words('not known: '), foreign(safeClip(unknown, VALUE_WIDTH))]
  if (value === undefined) return [words('absent')]
  return [{ kind: 'value', text: safeClip(text, VALUE_WIDTH) }]
}

/** An item with what is true of all of them. */
function sharedBy([first, ...others]: ItemGroup['items']): DriftItem {
  const isShared = (key: 'revisions' | 'usedBy'): boolean =>
    others.every((item) => canonicalJson({ it: item[key] }) === canonicalJson({ it: first[key] }))
  return {
    ...first,
    revisions: isShared('revisions') ? first.revisions : {},
    usedBy: isShared('usedBy') ? first.usedBy : [],
  }
}

/** What helps to find where it comes from: the commit for what is new, the age for what is not. */
function besides(item: DriftItem, list: ItemList): Part[] {
  const was = item.previousSeverity === null ? [] : [words(`, was ${item.previousSeverity}`)]
  const [user, ...users] = item.usedBy
  const more = users.length === 0 ? [] : [words(` and ${users.length} more`)]
  const used = user ? [words(', used by '), foreign(clipRef(user)), ...more] : []
  const since = list === 'fresh' ? revisionParts(item) : [words(`, since ${item.firstSeen.slice(0, 10)}`)]
  const why = item.uncounted === undefined ? [] : [words(`, ${UNCOUNTED_WORDS[item.uncounted]}`)]
  return [...(list === 'worsened' ? was : []), ...used, ...since, ...why]
}

function revisionParts({ revisions, clusters }: DriftItem): Part[] {
  const known = clusters.filter((name) => Object.hasOwn(revisions, name)).slice(0, 2)
  return known.flatMap((name) => [
    words(', '),
    names([name]),
    words(' at '),
    { kind: 'value' as const, text: safeClip(shortRevision(revisions[name]!), 60) },
  ])
}

/** `main@sha1:1a2b3c4d`: as `flux get` shows a revision, with eight digits of its hash. */
export function shortRevision(revision: string): string {
  return revision.replace(/(sha\d+:[0-9a-f]{8})[0-9a-f]+/, '$1')
}

const CAPS = [500, 200, 100, 50, 40, 30, 25, 20, 16, 12, 10, 8, 6, 5, 4, 3, 2, 1, 0]

/**
 * The rendering with the most items that a channel takes, by its own limits; with none where no number fits. `render` gets how many
 * items of each list it may show, and counts the rest.
 */
export function largestFitting<T>(most: number, render: (cap: number) => T, fits: (rendered: T) => boolean): T {
  for (const cap of CAPS) {
    if (cap > most) continue
    const rendered = render(cap)
    if (cap === 0 || fits(rendered)) return rendered
  }
  return render(0)
}

/** As {@link largestFitting}, over the sections of a report: their lines are made once. */
export function fitSections<T>(
  report: DriftReport,
  most: number,
  render: (sections: readonly ItemSection[]) => T,
  fits: (rendered: T) => boolean,
): T {
  const all = sectionsOf(report, most)
  const cut = (cap: number): ItemSection[] => all.map((section) => cutSection(section, cap))
  return largestFitting(most, (cap) => render(cut(cap)), fits)
}
