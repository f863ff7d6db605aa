import { runeAt } from './go-bytes.ts'

type Item = { readonly kind: 'any' } | { readonly kind: 'one'; readonly matches: (rune: number) => boolean }
type Source = { readonly runes: readonly string[]; pos: number }

/**
 * Lengths of the prefixes of `bytes` that a shell pattern matches, without the empty one: the shortest and the longest; null where
 * none does or the pattern is malformed. `*` matches slashes too. Both are byte strings (see go-bytes.ts).
 */
export function matchingPrefixes(bytes: string, pattern: string): { shortest: number; longest: number } | null {
  const items = parsePattern(Buffer.from(pattern, 'latin1').toString('utf8'))
  if (items === null) return null
  const found: number[] = []
  let states = close(items, new Set([0]))
  for (let pos = 0; pos < bytes.length && states.size > 0;) {
    const { rune, width } = runeAt(bytes, pos)
    // A prefix may end inside a rune: every byte of it then counts as one that is not valid.
    let cut = states
    for (let inside = 1; inside < width; inside += 1) {
      cut = advance(items, cut, 0xfffd)
      if (cut.has(items.length)) found.push(pos + inside)
    }
    states = advance(items, states, rune)
    pos += width
    if (states.has(items.length)) found.push(pos)
  }
  return found.length === 0 ? null : { shortest: found[0]!, longest: found.at(-1)! }
}

function advance(items: readonly Item[], states: ReadonlySet<number>, rune: number): Set<number> {
  const after = new Set<number>()
  for (const state of states) {
    const item = items[state]
    if (item === undefined) continue
    if (item.kind === 'any') after.add(state)
    else if (item.matches(rune)) after.add(state + 1)
  }
  return close(items, after)
}

/** A `*` may match nothing. */
function close(items: readonly Item[], states: Set<number>): Set<number> {
  for (const state of states) if (items[state]?.kind === 'any') states.add(state + 1)
  return states
}

function parsePattern(pattern: string): Item[] | null {
  const source: Source = { runes: Array.from(pattern), pos: 0 }
  const items: Item[] = []
  while (source.pos < source.runes.length) {
    const item = parseItem(source)
    if (item === null) return null
    items.push(item)
  }
  return items
}

function parseItem(source: Source): Item | null {
  const sign = source.runes[source.pos++]!
  if (sign === '*') return { kind: 'any' }
  if (sign === '?') return { kind: 'one', matches: () => true }
  if (sign === '[') return parseSet(source)
  const literal = sign === '\\' ? source.runes[source.pos++] : sign
  if (literal === undefined) return null
  const code = literal.codePointAt(0)!
  return { kind: 'one', matches: (rune) => rune === code }
}

function parseSet(source: Source): Item | null {
  const negated = source.runes[source.pos] === '^'
  if (negated) source.pos += 1
  const ranges: [number, number][] = []
  while (ranges.length === 0 || source.runes[source.pos] !== ']') {
    const low = parseBound(source)
    if (low === null) return null
    let high: number | null = low
    if (source.runes[source.pos] === '-') {
      source.pos += 1
      high = parseBound(source)
    }
    if (high === null) return null
    ranges.push([low, high])
  }
  source.pos += 1
  return { kind: 'one', matches: (rune) => ranges.some(([low, high]) => low <= rune && rune <= high) !== negated }
}

function parseBound(source: Source): number | null {
  let sign = source.runes[source.pos]
  if (sign === undefined || sign === '-' || sign === ']') return null
  if (sign === '\\') {
    source.pos += 1
    sign = source.runes[source.pos]
  }
  source.pos += 1
  return source.pos < source.runes.length ? (sign?.codePointAt(0) ?? null) : null
}
