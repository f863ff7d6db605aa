import type { PerCluster } from './comparison.ts'
import { setOwn, type Json } from './json.ts'

/** How much of what they share is left before what differs. */
const SHARED_CONTEXT = 16

/**
 * Texts cut to so many signs. What all of them share in front goes first: cut at their ends alone, two different values could look the
 * same. What is no text stays as it is.
 */
export function elideValues(values: PerCluster<Json>, most: number): PerCluster<Json> {
  const texts = [...new Set(Object.values(values).filter((value) => typeof value === 'string'))]
  const isLong = texts.some((text) => text.length > most)
  const cut = isLong && texts.length > 1 ? wholeSigns(texts[0]!, sharedPrefix(texts) - SHARED_CONTEXT) : 0
  const elided: Record<string, Json> = {}
  for (const [name, value] of Object.entries(values)) {
    setOwn(elided, name, typeof value === 'string' ? elide(value, cut, most) : value)
  }
  return elided
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

function sharedPrefix([first, ...others]: readonly string[]): number {
  let length = first?.length ?? 0
  for (const other of others) {
    let same = 0
    while (same < length && other[same] === first![same]) same += 1
    length = same
  }
  return length
}
