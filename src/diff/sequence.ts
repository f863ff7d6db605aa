/** Beyond this many cells, lists are paired by position: the table of a longest common subsequence would cost too much. */
const MAX_CELLS = 250_000

export type IndexPair = readonly [from: number, to: number]

/**
 * Pairs of equal texts in a longest common subsequence, in order. The same pairs, swapped, for swapped arguments.
 * Lists whose differing middle is too large give only their common head and tail.
 */
export function commonSubsequence(from: readonly string[], to: readonly string[]): IndexPair[] {
  const head = commonHead(from, to)
  const tail = commonTail(from, to, head)
  const middleFrom = from.slice(head, from.length - tail)
  const middleTo = to.slice(head, to.length - tail)
  const pairs: IndexPair[] = []
  for (let n = 0; n < head; n += 1) pairs.push([n, n])
  for (const [a, b] of middlePairs(middleFrom, middleTo)) pairs.push([a + head, b + head])
  for (let n = tail; n > 0; n -= 1) pairs.push([from.length - n, to.length - n])
  return pairs
}

function commonHead(from: readonly string[], to: readonly string[]): number {
  const limit = Math.min(from.length, to.length)
  let head = 0
  while (head < limit && from[head] === to[head]) head += 1
  return head
}

function commonTail(from: readonly string[], to: readonly string[], head: number): number {
  const limit = Math.min(from.length, to.length) - head
  let tail = 0
  while (tail < limit && from[from.length - 1 - tail] === to[to.length - 1 - tail]) tail += 1
  return tail
}

function middlePairs(from: readonly string[], to: readonly string[]): IndexPair[] {
  if (from.length * to.length > MAX_CELLS || from.length === 0 || to.length === 0) return []
  if (comesFirst(from, to)) return tablePairs(from, to)
  return tablePairs(to, from).map(([a, b]) => [b, a])
}

/** An order of the two lists that does not depend on which of them is `from`. */
export function comesFirst(from: readonly string[], to: readonly string[]): boolean {
  if (from.length !== to.length) return from.length < to.length
  const at = from.findIndex((text, index) => text !== to[index])
  return at < 0 || (from[at] ?? '') < (to[at] ?? '')
}

function tablePairs(from: readonly string[], to: readonly string[]): IndexPair[] {
  const width = to.length + 1
  const lengths = new Uint16Array((from.length + 1) * width)
  const at = (a: number, b: number) => lengths[a * width + b] ?? 0
  for (let a = from.length - 1; a >= 0; a -= 1) {
    for (let b = to.length - 1; b >= 0; b -= 1) {
      lengths[a * width + b] = from[a] === to[b] ? at(a + 1, b + 1) + 1 : Math.max(at(a + 1, b), at(a, b + 1))
    }
  }
  const pairs: IndexPair[] = []
  for (let a = 0, b = 0; a < from.length && b < to.length;) {
    if (from[a] === to[b]) {
      pairs.push([a, b])
      a += 1
      b += 1
    } else if (at(a + 1, b) >= at(a, b + 1)) a += 1
    else b += 1
  }
  return pairs
}

/** Whether the pairs, sorted by `from`, are in the order of `to` as well. */
export function inOrder(pairs: readonly IndexPair[]): boolean {
  return pairs.every((pair, index) => index === 0 || (pairs[index - 1]?.[1] ?? -1) < pair[1])
}

/** The fewest pairs (sorted by `from`) that have to move for the rest to be in order: all but a longest increasing run. */
export function movedPairs(pairs: readonly IndexPair[]): Set<IndexPair> {
  const ends: number[] = []
  const before: number[] = []
  pairs.forEach((pair, index) => {
    const place = firstNotBelow(ends, pairs, pair[1])
    before[index] = place === 0 ? -1 : (ends[place - 1] ?? -1)
    ends[place] = index
  })
  const moved = new Set(pairs)
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) {
    const pair = pairs[index]
    if (pair) moved.delete(pair)
  }
  return moved
}

function firstNotBelow(ends: readonly number[], pairs: readonly IndexPair[], to: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < to) low = middle + 1
    else high = middle
  }
  return low
}
