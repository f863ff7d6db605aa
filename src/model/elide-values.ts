import type { PerCluster } from './comparison.ts'
import { setOwn, type Json } from './json.ts'
import { compareText } from './resource-ref.ts'

/** How much of what two texts share is left before what differs. */
const SHARED_CONTEXT = 16

/**
 * Texts cut to so many signs. What a text shares in front with the one that is most like it goes first: cut at their ends alone, two
 * different ones could look the same.
 */
export function elideTexts(texts: readonly string[], most: number): string[] {
  const starts = texts.some((text) => text.length > most) ? startsOf([...new Set(texts)]) : null
  return texts.map((text) => elide(text, starts?.get(text) ?? 0, most))
}

/** As {@link elideTexts}; what is no text stays as it is. */
export function elideValues(values: PerCluster<Json>, most: number): PerCluster<Json> {
  const texts = Object.values(values).filter((value) => typeof value === 'string')
  const shown = new Map(elideTexts(texts, most).map((text, at) => [texts[at], text]))
  const elided: Record<string, Json> = {}
  for (const [name, value] of Object.entries(values)) {
    setOwn(elided, name, typeof value === 'string' ? (shown.get(value) ?? value) : value)
  }
  return elided
}

/**
 * Where each of several different texts may begin so that it is still told from the others: shortly before the first sign in which it
 * differs from the one that is most like it.
 */
export function startsOf(texts: readonly string[]): Map<string, number> {
  // In order, the text that is most like another stands beside it.
  const sorted = texts.toSorted(compareText)
  const shared = sorted.map((text, at) => (at === 0 ? 0 : sharedPrefix(sorted[at - 1]!, text)))
  return new Map(
    sorted.map((text, at) => {
      const start = Math.max(shared[at]!, shared[at + 1] ?? 0) - SHARED_CONTEXT
      return [text, start > 1 ? wholeSigns(text, start) : 0]
    }),
  )
}

function elide(text: string, cut: number, most: number): string {
  const rest = cut > 1 ? `…${text.slice(cut)}` : text
  const signs = rest.length > most ? Array.from(rest.slice(0, 2 * most + 2)) : null
  return signs !== null && signs.length > most ? `${signs.slice(0, most - 1).join('')}…` : rest
}

/** Half of a sign would be shown as none. */
function wholeSigns(text: string, length: number): number {
  const isInside = length > 0 && /^[\udc00-\udfff]/.test(text.slice(length, length + 1))
  return Math.max(0, isInside ? length - 1 : length)
}

function sharedPrefix(a: string, b: string): number {
  let length = 0
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length += 1
  return length
}
