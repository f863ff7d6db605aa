import deepDiff from 'deep-diff'

/** What deep-diff is given to compare: maps of maps of texts. Lists, masks and numbers were turned into these before. */
export type Normal = string | { readonly [key: string]: Normal }
type NormalMap = { readonly [key: string]: Normal }

/** One place at which two normal trees differ: the keys that lead to it. */
export type NormalDifference = readonly string[]

/** deep-diff's time grows with the square of the width of a map; wider ones are handed over in parts. */
export const MAX_WIDTH = 256
/** Deeper trees are compared as text: deep-diff is recursive. */
export const MAX_LEVELS = 400

type Library = (from: Normal, to: Normal) => readonly { readonly path?: readonly unknown[] | undefined }[]

const library: Library = (from, to) => deepDiff.diff(from, to) ?? []

/**
 * deep-diff's only door: where two normal trees differ, at the uppermost keys that do, sorted.
 *
 * Its traps are fenced off here: keys go in with a prefix, so that none is '' (it misses an added one), `__proto__` or `constructor`; no
 * map goes in wider than {@link MAX_WIDTH}; no list goes in at all (it compares them by index); its `applyChange`, which pollutes prototypes,
 * is not let out.
 */
export function findDifferences(from: Normal, to: Normal, compare: Library = library): NormalDifference[] {
  const [a, b] = fence(from, to, 0)
  const found = compare(a, b).map((difference) => unfence(difference.path ?? []))
  return found.sort(comparePaths)
}

function fence(from: Normal, to: Normal, level: number): [Normal, Normal] {
  if (typeof from === 'string' || typeof to === 'string') return [flat(from), flat(to)]
  if (level >= MAX_LEVELS) return [flat(from), flat(to)]
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  if (keys.length <= MAX_WIDTH) return fencePart(from, to, keys, level)
  return fenceParts(from, to, keys, level)
}

/** A map against a text is different by kind alone; its content does not matter. */
function flat(value: Normal): string {
  return typeof value === 'string' ? `=${value}` : `{${JSON.stringify(value)}`
}

function fencePart(from: NormalMap, to: NormalMap, keys: readonly string[], level: number): [NormalMap, NormalMap] {
  const a: Record<string, Normal> = {}
  const b: Record<string, Normal> = {}
  for (const key of keys) {
    const left = Object.hasOwn(from, key) ? from[key] : undefined
    const right = Object.hasOwn(to, key) ? to[key] : undefined
    if (left === undefined) b[`:${key}`] = flat(right ?? '')
    else if (right === undefined) a[`:${key}`] = flat(left)
    else [a[`:${key}`], b[`:${key}`]] = fence(left, right, level + 1)
  }
  return [a, b]
}

/** Splits a wide map into numbered parts, evenly and on both sides alike, so that a part never stands on one side only. */
function fenceParts(from: NormalMap, to: NormalMap, keys: readonly string[], level: number): [NormalMap, NormalMap] {
  const size = Math.max(MAX_WIDTH, Math.ceil(keys.length / MAX_WIDTH))
  const a: Record<string, Normal> = {}
  const b: Record<string, Normal> = {}
  for (let start = 0; start < keys.length; start += size) {
    const part = keys.slice(start, start + size)
    const parts = part.length > MAX_WIDTH ? fenceParts(from, to, part, level) : fencePart(from, to, part, level)
    ;[a[`#${start}`], b[`#${start}`]] = parts
  }
  return [a, b]
}

function unfence(path: readonly unknown[]): NormalDifference {
  const keys: string[] = []
  for (const key of path) if (typeof key === 'string' && key.startsWith(':')) keys.push(key.slice(1))
  return keys
}

function comparePaths(a: NormalDifference, b: NormalDifference): number {
  const shared = Math.min(a.length, b.length)
  for (let n = 0; n < shared; n += 1) {
    const left = a[n] ?? ''
    const right = b[n] ?? ''
    if (left !== right) return left < right ? -1 : 1
  }
  return a.length - b.length
}
