import { AppError } from '../model/errors.ts'
import { parsePointer } from './pointer.ts'
import type { Step } from './tree-types.ts'

export type KeyedPart =
  | { readonly key: string }
  | { readonly item: readonly (readonly [field: string, value: string])[] }
  /** `*`: one step, `**`: any number of them, `[*]`: one list item. */
  | { readonly any: 'step' | 'steps' | 'item' }

/** A place, and all below it, in any object. */
export type PathPattern =
  | { readonly form: 'pointer'; readonly tokens: readonly string[] }
  | { readonly form: 'keyed'; readonly parts: readonly KeyedPart[] }

const WILDCARDS: ReadonlyMap<string, KeyedPart> = new Map([
  ['*', { any: 'step' }],
  ['**', { any: 'steps' }],
])
const LIST_INDEX = /^(?:0|[1-9]\d*|-)$/

/**
 * Reads a path of `--ignore`: a JSON pointer into the object if it starts with `/`, else a keyed path as reports show them, with `*` for
 * one step, `**` for any number and `[*]` for any list item. Throws `input-invalid`, naming the position; list indexes are refused, because
 * they name something else as soon as an item is inserted.
 */
export function parsePathPattern(text: string): PathPattern {
  if (text.startsWith('/')) return { form: 'pointer', tokens: pointerTokens(text) }
  const parts: KeyedPart[] = []
  let at = 0
  while (at < text.length) {
    const [part, next] = text[at] === '[' ? readBracket(text, at) : readKey(text, at, parts.length === 0)
    parts.push(part)
    at = next
  }
  if (parts.length === 0) throw invalid(text, 0, 'it is empty')
  return { form: 'keyed', parts }
}

function pointerTokens(text: string): string[] {
  const tokens = parsePointer(text)
  if (tokens === null) throw invalid(text, text.search(/~(?![01])/), '"~" must be followed by 0 or 1')
  const index = tokens.findIndex((token) => LIST_INDEX.test(token))
  if (index >= 0) throw indexRefused(text, tokens.slice(0, index).join('/').length + 1)
  return tokens
}

function indexRefused(text: string, at: number): AppError {
  return new AppError('input-invalid', `path ${show(text)}: list index at position ${at + 1}`, {
    hint: 'Name the item, as in spec.valuesFrom[name=common], or take any with [*]. A map key of digits is written ["8080"].',
  })
}

function invalid(text: string, at: number, why: string): AppError {
  return new AppError('input-invalid', `path ${show(text)}: ${why} at position ${at + 1}`)
}

function show(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text)
}

function readKey(text: string, start: number, first: boolean): [KeyedPart, number] {
  const dotted = text[start] === '.'
  if (!first && !dotted) throw invalid(text, start, 'expected "." or "["')
  const from = dotted ? start + 1 : start
  let end = from
  while (end < text.length && !'.[]'.includes(text[end] ?? '')) end += 1
  const key = text.slice(from, end)
  if (key === '' || (first && dotted)) throw invalid(text, from, 'expected a key')
  if (LIST_INDEX.test(key)) throw indexRefused(text, from)
  return [WILDCARDS.get(key) ?? { key }, end]
}

function readBracket(text: string, start: number): [KeyedPart, number] {
  const at = start + 1
  if (text.startsWith('*]', at)) return [{ any: 'item' }, at + 2]
  if (text[at] === '"') {
    const [key, next] = readQuoted(text, at)
    if (text[next] === ']') return [{ key }, next + 1]
  }
  return readItem(text, start)
}

function readItem(text: string, start: number): [KeyedPart, number] {
  const item: [string, string][] = []
  let at = start + 1
  for (;;) {
    const [field, equals] = readText(text, at)
    if (text[equals] !== '=') throw notAnItem(text, start, field)
    const [value, next] = readText(text, equals + 1)
    item.push([field, value])
    if (text[next] === ']') return [{ item }, next + 1]
    if (text[next] !== ',') throw invalid(text, next, 'expected "," or "]"')
    at = next + 1
  }
}

function notAnItem(text: string, start: number, field: string): AppError {
  if (/^\+?\d+$/.test(field)) return indexRefused(text, start + 1)
  return invalid(text, start + 1, 'expected [key=value], [*] or ["key"]')
}

function readText(text: string, start: number): [string, number] {
  if (text[start] === '"') return readQuoted(text, start)
  let end = start
  while (end < text.length && !'=,]'.includes(text[end] ?? '')) end += 1
  return [text.slice(start, end), end]
}

function readQuoted(text: string, start: number): [string, number] {
  const found = /^"(?:[^"\\]|\\.)*"/.exec(text.slice(start))
  if (!found) throw invalid(text, start, 'the quote is not closed')
  try {
    return [String(JSON.parse(found[0])), start + found[0].length]
  } catch {
    throw invalid(text, start, 'this is no JSON string')
  }
}

/** The steps of a pattern. A pointer leads through maps alone, since list indexes are refused. */
export function partsOf(pattern: PathPattern): readonly KeyedPart[] {
  return pattern.form === 'keyed' ? pattern.parts : pattern.tokens.map((key) => ({ key }))
}

/** Whether a pattern may end at or below the keys, or above them. */
export function mayLeadBelow(pattern: PathPattern, keys: readonly string[]): boolean {
  const parts = partsOf(pattern)
  let places = startOf(parts)
  for (const key of keys) {
    if (places.has(parts.length)) return true
    places = follow(parts, places, { key })
  }
  return places.size > 0
}

/** The steps to the first wildcard of a pattern; `whole`: it has none. */
export function plainSteps(pattern: PathPattern): { readonly steps: readonly Step[]; readonly whole: boolean } {
  const steps: Step[] = []
  for (const part of partsOf(pattern)) {
    if ('any' in part) return { steps, whole: false }
    steps.push(part)
  }
  return { steps, whole: true }
}

/** Whether a difference stands at the place of the pattern or below it; steps are rooted where the pattern is. */
export function matchesPath(pattern: PathPattern, steps: readonly Step[]): boolean {
  const parts = partsOf(pattern)
  let places = startOf(parts)
  if (places.has(parts.length)) return true
  for (const step of steps) {
    places = follow(parts, places, step)
    if (places.has(parts.length)) return true
  }
  return false
}

/** The places in a pattern, as positions of its parts, at which no step at all may have arrived. */
export function startOf(parts: readonly KeyedPart[]): Set<number> {
  return spread(parts, new Set([0]))
}

/**
 * The places in a pattern at which one more step may have arrived; the length of the pattern is its end. All of them are followed at once, so
 * that several `**` cost no more than their number times the steps.
 */
export function follow(parts: readonly KeyedPart[], places: ReadonlySet<number>, step: Step): Set<number> {
  const next = new Set<number>()
  for (const place of places) {
    const part = parts[place]
    if (part && 'any' in part && part.any === 'steps') next.add(place)
    else if (part && matchesStep(part, step)) next.add(place + 1)
  }
  return spread(parts, next)
}

/** `**` also stands for no step at all. */
function spread(parts: readonly KeyedPart[], places: ReadonlySet<number>): Set<number> {
  const all = new Set(places)
  for (const place of all) {
    const part = parts[place]
    if (part && 'any' in part && part.any === 'steps') all.add(place + 1)
  }
  return all
}

function matchesStep(part: KeyedPart, step: Step): boolean {
  if ('any' in part) return part.any === 'step' || (part.any === 'item' && !('key' in step))
  if ('key' in part) return 'key' in step && step.key === part.key
  if (!('item' in step)) return false
  return part.item.every(([field, value]) => step.item.some((entry) => entry[0] === field && entry[1] === value))
}
