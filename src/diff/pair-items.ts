import type { ListOrder } from '../flux/field.ts'
import { comesFirst, commonSubsequence, inOrder, movedPairs, type IndexPair } from './sequence.ts'

/**
 * - `pairs`: items that belong together, sorted by `from`;
 * - `loose`: those of them that are one item by position alone, so that they have no common identity;
 * - `moved`: the fewest of them that are out of order;
 * - `fromOnly`, `toOnly`: the rest; `repeats`: items of a set that stood in it before.
 */
export type Pairing = {
  readonly pairs: readonly IndexPair[]
  readonly loose: ReadonlySet<IndexPair>
  readonly moved: ReadonlySet<IndexPair>
  readonly fromOnly: readonly number[]
  readonly toOnly: readonly number[]
  readonly repeats: boolean
}

/** Lists in which more pairs of names would have to be tried are not searched for renamed references. */
const MAX_CHECKS = 10_000

type Rules = { readonly order: ListOrder; readonly weak: boolean }
type Ids = {
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** Whether two items with different ids are one by the name of what they refer to. */
  readonly same: ((from: number, to: number) => boolean) | null
}

/** Pairs items by their ids. In a set an id may be repeated; elsewhere it is unique. */
export function pairById(ids: Ids, rules: Rules): Pairing {
  const places = new Map(ids.to.map((id, index) => [id, index] as const).reverse())
  const pairs: IndexPair[] = []
  const seen = new Set<string>()
  ids.from.forEach((id, index) => {
    const place = places.get(id)
    if (place !== undefined && !seen.has(id)) pairs.push([index, place])
    seen.add(id)
  })
  const known = new Set(ids.to)
  const fromOnly = firstOnly(ids.from).filter((index) => !known.has(ids.from[index] ?? ''))
  const toOnly = firstOnly(ids.to).filter((index) => !seen.has(ids.to[index] ?? ''))
  const repeats = seen.size < ids.from.length || known.size < ids.to.length
  const byName = pairRenamed(fromOnly, toOnly, ids.same)
  return finish(ids, { pairs: [...pairs, ...byName], fromOnly, toOnly, repeats }, rules)
}

/** Indexes of the first item of each id. */
function firstOnly(ids: readonly string[]): number[] {
  const seen = new Set<string>()
  return [...ids.keys()].filter((index) => {
    const id = ids[index] ?? ''
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })
}

function pairRenamed(from: readonly number[], to: readonly number[], same: Ids['same']): IndexPair[] {
  const pairs: IndexPair[] = []
  if (same === null || from.length * to.length > MAX_CHECKS) return pairs
  const free = new Set(to)
  for (const a of from) {
    const b = [...free].find((index) => same(a, index))
    if (b === undefined) continue
    free.delete(b)
    pairs.push([a, b])
  }
  return pairs
}

type Texts = {
  readonly from: readonly string[]
  readonly to: readonly string[]
  readonly fromHints: readonly (string | null)[] | null
  readonly toHints: readonly (string | null)[] | null
}

/** Pairs items that have no identity: equal ones, then those with an equal hint, then by position. */
export function pairByContent(texts: Texts, rules: Rules): Pairing {
  const equal = rules.order === 'keyed' ? commonSubsequence(texts.from, texts.to) : equalPairs(texts.from, texts.to)
  const hinted = texts.fromHints && texts.toHints ? hintedPairs(equal, texts.fromHints, texts.toHints) : []
  const pairs = [...equal, ...hinted]
  const rest = { pairs, fromOnly: [...texts.from.keys()], toOnly: [...texts.to.keys()], repeats: false }
  return finish(texts, rest, { ...rules, weak: true })
}

/** The n-th item of a text belongs to the n-th of the same text. */
function equalPairs(from: readonly string[], to: readonly string[]): IndexPair[] {
  const places = new Map<string, number[]>()
  to.forEach((text, index) => {
    const list = places.get(text)
    if (list) list.push(index)
    else places.set(text, [index])
  })
  for (const list of places.values()) list.reverse()
  const pairs: IndexPair[] = []
  from.forEach((text, index) => {
    const place = places.get(text)?.pop()
    if (place !== undefined) pairs.push([index, place])
  })
  return pairs
}

function hintedPairs(
  taken: readonly IndexPair[],
  from: readonly (string | null)[],
  to: readonly (string | null)[],
): IndexPair[] {
  const a = uniqueHints(from, new Set(taken.map((pair) => pair[0])))
  const b = uniqueHints(to, new Set(taken.map((pair) => pair[1])))
  const pairs: IndexPair[] = []
  for (const [hint, index] of a) {
    const other = b.get(hint)
    if (index !== null && other !== undefined && other !== null) pairs.push([index, other])
  }
  return pairs
}

/** Index by hint of the items that are not taken; null where several have it. */
function uniqueHints(hints: readonly (string | null)[], taken: ReadonlySet<number>): Map<string, number | null> {
  const found = new Map<string, number | null>()
  hints.forEach((hint, index) => {
    if (hint !== null && !taken.has(index)) found.set(hint, found.has(hint) ? null : index)
  })
  return found
}

type Rest = {
  readonly pairs: readonly IndexPair[]
  readonly fromOnly: readonly number[]
  readonly toOnly: readonly number[]
  readonly repeats: boolean
}

/** Finds what moved, and pairs by position what is left of items that may have changed their identity. */
function finish(texts: Pick<Texts, 'from' | 'to'>, rest: Rest, rules: Rules): Pairing {
  const pairs = rest.pairs.toSorted((a, b) => a[0] - b[0])
  const moved = outOfOrder(texts, pairs)
  const usedFrom = new Set(pairs.map((pair) => pair[0]))
  const usedTo = new Set(pairs.map((pair) => pair[1]))
  const fromOnly = rest.fromOnly.filter((index) => !usedFrom.has(index))
  const toOnly = rest.toOnly.filter((index) => !usedTo.has(index))
  const backbone = pairs.filter((pair) => !moved.has(pair))
  const loose = rules.weak ? pairRest(texts, backbone, { fromOnly, toOnly }, rules.order) : []
  const looseFrom = new Set(loose.map((pair) => pair[0]))
  const looseTo = new Set(loose.map((pair) => pair[1]))
  return {
    pairs: [...pairs, ...loose].sort((a, b) => a[0] - b[0]),
    loose: new Set(loose),
    moved,
    fromOnly: fromOnly.filter((index) => !looseFrom.has(index)),
    toOnly: toOnly.filter((index) => !looseTo.has(index)),
    repeats: rest.repeats,
  }
}

/** The same items whichever side is `from`: the search for the longest run in order starts from the same list in both cases. */
function outOfOrder(texts: Pick<Texts, 'from' | 'to'>, pairs: readonly IndexPair[]): Set<IndexPair> {
  if (inOrder(pairs)) return new Set()
  if (comesFirst(texts.from, texts.to)) return movedPairs(pairs)
  const byTo = pairs.toSorted((a, b) => a[1] - b[1])
  const swapped = byTo.map((pair): IndexPair => [pair[1], pair[0]])
  const moved = movedPairs(swapped)
  return new Set(byTo.filter((_, index) => moved.has(swapped[index] ?? [-1, -1])))
}

type Left = { readonly fromOnly: readonly number[]; readonly toOnly: readonly number[] }

function pairRest(
  texts: Pick<Texts, 'from' | 'to'>,
  backbone: readonly IndexPair[],
  left: Left,
  order: ListOrder,
): IndexPair[] {
  if (order === 'set') {
    const from = left.fromOnly.toSorted((a, b) => compareAt(texts.from, a, b))
    const to = left.toOnly.toSorted((a, b) => compareAt(texts.to, a, b))
    return zip(from, to)
  }
  const gaps = (side: 0 | 1, indexes: readonly number[]) => byGap(backbone, side, indexes)
  const from = gaps(0, left.fromOnly)
  const to = gaps(1, left.toOnly)
  return [...from].flatMap(([gap, indexes]) => zip(indexes, to.get(gap) ?? []))
}

function compareAt(texts: readonly string[], a: number, b: number): number {
  const left = texts[a] ?? ''
  const right = texts[b] ?? ''
  return left < right ? -1 : left > right ? 1 : 0
}

/** Indexes by the number of backbone items before them. */
function byGap(backbone: readonly IndexPair[], side: 0 | 1, indexes: readonly number[]): Map<number, number[]> {
  const gaps = new Map<number, number[]>()
  let gap = 0
  for (const index of indexes) {
    while ((backbone[gap]?.[side] ?? Infinity) < index) gap += 1
    const list = gaps.get(gap)
    if (list) list.push(index)
    else gaps.set(gap, [index])
  }
  return gaps
}

function zip(from: readonly number[], to: readonly number[]): IndexPair[] {
  const pairs: IndexPair[] = []
  const length = Math.min(from.length, to.length)
  for (let n = 0; n < length; n += 1) pairs.push([from[n] ?? 0, to[n] ?? 0])
  return pairs
}
