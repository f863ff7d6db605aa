/** Where a string was found in a text: [start, end). */
export type Span = readonly [start: number, end: number]

/**
 * Finds thousands of strings in a text in one pass. A shift hash over six characters (5 bits each) is looked up in a bitmap;
 * only at a hit are the candidates of that hash compared.
 */
export type NeedleIndex = {
  /**
   * Whether the text may hold a stem (1), a needle (2, certain), or both (3). Stems are four characters, any case; a URL
   * with user information or a query counts as one.
   */
  readonly scan: (text: string) => number
  readonly spans: (text: string) => Span[]
}

/** A string to find. `tail` characters that follow a hit belong to it: the rest of a base64 run, or of the text. */
export type Needle = { readonly text: string; readonly tail: 'none' | 'base64' | 'rest' }

export const STEM_HIT = 1
export const NEEDLE_HIT = 2
export const SHORTEST_NEEDLE = 6

type Anchored = { readonly needle: Needle; readonly offset: number }
type Tables = {
  /** By the hash of four characters: whether they may be a stem or end the window of a needle. Nearly every place is settled by it. */
  readonly ends: Uint8Array
  readonly stemEnds: Uint8Array
  readonly words: ReadonlySet<string>
  readonly bits: Uint8Array
  readonly shift: number
  readonly buckets: ReadonlyMap<number, Anchored[]>
}

const WINDOW = 0x3fffffff
const STEM_WINDOW = 0xfffff
const END_BYTES = (STEM_WINDOW + 1) >>> 3
const MIX = 0x9e3779b1
const AT_SIGN = 64
const QUESTION_MARK = 63

/** `needles` are of {@link SHORTEST_NEEDLE} characters or more; shorter ones are left out. `stems` have four characters. */
export function createNeedleIndex(needles: readonly Needle[], stems: readonly string[]): NeedleIndex {
  const usable = needles.filter((needle) => needle.text.length >= SHORTEST_NEEDLE)
  const buckets = anchor(usable)
  const size = Math.max(13, Math.ceil(Math.log2((buckets.size + 1) * 64)))
  const shift = 32 - size
  const bits = new Uint8Array(2 ** (size - 3))
  const stemEnds = stemTable(stems)
  const ends = Uint8Array.from(stemEnds)
  for (const hash of buckets.keys()) {
    setBit(bits, Math.imul(hash, MIX) >>> shift)
    setBit(ends, hash & STEM_WINDOW)
  }
  const tables: Tables = { ends, stemEnds, words: new Set(stems), bits, shift, buckets }
  return {
    scan: (text) => scan(tables, text, null),
    spans: (text) => {
      const found: Span[] = []
      scan(tables, text, found)
      return merge(found)
    },
  }
}

function scan(tables: Tables, text: string, found: Span[] | null): number {
  const { ends } = tables
  let hash = 0
  let hits = 0
  let marked = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === AT_SIGN || code === QUESTION_MARK) marked = true
    hash = ((hash << 5) ^ (code | 0x20)) & WINDOW
    if (!hasBit(ends, hash & STEM_WINDOW)) continue
    if (hasBit(tables.stemEnds, hash & STEM_WINDOW) && isStem(tables, text, at)) hits |= STEM_HIT
    if (endsWindow(tables, hash, at) && compare(tables.buckets.get(hash), text, at - 5, found)) hits |= NEEDLE_HIT
  }
  return marked && /:\/\/|\?/.test(text) ? hits | STEM_HIT : hits
}

function endsWindow({ bits, shift }: Tables, hash: number, at: number): boolean {
  return at >= SHORTEST_NEEDLE - 1 && hasBit(bits, Math.imul(hash, MIX) >>> shift)
}

function hasBit(table: Uint8Array, bit: number): boolean {
  return (table[bit >>> 3]! & (1 << (bit & 7))) !== 0
}

function setBit(table: Uint8Array, bit: number): void {
  table[bit >>> 3]! |= 1 << (bit & 7)
}

/** The shift hash lets a few other texts through (`sent` for `sg.t`). */
function isStem(tables: Tables, text: string, last: number): boolean {
  return tables.words.has(text.slice(Math.max(0, last - 3), last + 1).toLowerCase())
}

function compare(candidates: readonly Anchored[] | undefined, text: string, at: number, found: Span[] | null): boolean {
  let hit = false
  for (const { needle, offset } of candidates ?? []) {
    if (at < offset || !text.startsWith(needle.text, at - offset)) continue
    hit = true
    if (found === null) return true
    found.push([at - offset, endOf(text, at - offset + needle.text.length, needle.tail)])
  }
  return hit
}

function endOf(text: string, end: number, tail: Needle['tail']): number {
  if (tail === 'rest') return text.length
  if (tail === 'none') return end
  let here = end
  while (here < text.length && /[A-Za-z0-9+/_=-]/.test(text[here]!)) here += 1
  return here
}

function merge(spans: Span[]): Span[] {
  const merged: [number, number][] = []
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
    else merged.push([start, end])
  }
  return merged
}

/** Each needle is filed under its least crowded window, so that common beginnings (`https:`, `eyJhbG`) make no long lists. */
function anchor(needles: readonly Needle[]): Map<number, Anchored[]> {
  const buckets = new Map<number, Anchored[]>()
  for (const needle of needles) {
    let best = { offset: 0, hash: windowHash(needle.text, 0), crowd: Number.POSITIVE_INFINITY }
    for (let offset = 0; offset + SHORTEST_NEEDLE <= Math.min(needle.text.length, 64); offset += 3) {
      const hash = windowHash(needle.text, offset)
      const crowd = buckets.get(hash)?.length ?? 0
      if (crowd < best.crowd) best = { offset, hash, crowd }
      if (crowd === 0) break
    }
    const bucket = buckets.get(best.hash)
    if (bucket === undefined) buckets.set(best.hash, [{ needle, offset: best.offset }])
    else bucket.push({ needle, offset: best.offset })
  }
  return buckets
}

function windowHash(text: string, offset: number): number {
  let hash = 0
  for (let at = offset; at < offset + SHORTEST_NEEDLE; at += 1) {
    hash = ((hash << 5) ^ (text.charCodeAt(at) | 0x20)) & WINDOW
  }
  return hash
}

function stemTable(stems: readonly string[]): Uint8Array {
  const table = new Uint8Array(END_BYTES)
  for (const stem of stems) {
    let hash = 0
    for (let at = 0; at < 4; at += 1) hash = ((hash << 5) ^ (stem.charCodeAt(at) | 0x20)) & STEM_WINDOW
    setBit(table, hash)
  }
  return table
}
