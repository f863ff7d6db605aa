import type { Json } from '../../model/json.ts'
import { sameJson } from '../same-json.ts'
import { isWordAt } from './replacer.ts'
import type { Replacer } from './replacer.ts'

/** A value with the parameters of its cluster. */
export type Own<T> = { readonly value: T; readonly replacer: Replacer }

/** Texts beyond this are compared with all their parameters replaced; a search for the ones that matter would cost too much. */
const MAX_LENGTH = 20_000

/**
 * The parameters whose values, each put in the place of the other cluster's, make two values the same; null where none do. A word that
 * happens to be a value (`1` in `1.0.0`) need not be meant as one, so it may also stand for itself.
 */
export function explainValues(from: Own<Json>, to: Own<Json>): string[] | null {
  const [a, b] = [from.value, to.value]
  if (sameJson(a, b)) return []
  if (typeof a === 'string' && typeof b === 'string') {
    return explainTexts({ value: a, replacer: from.replacer }, { value: b, replacer: to.replacer })
  }
  if (typeof a !== 'number' || typeof b !== 'number') return null
  const name = sharedNames(from.replacer, to.replacer).find(
    ([, own, other]) => own === String(a) && other === String(b),
  )
  return name === undefined ? null : [name[0]]
}

type Shared = readonly [name: string, from: string, to: string]

function sharedNames(from: Replacer, to: Replacer): Shared[] {
  return [...from.words].flatMap(([name, value]) => {
    const other = to.words.get(name)
    return other === undefined ? [] : [[name, value, other] as const]
  })
}

/** How far both texts were read, and the parameters that were needed for it. */
type Reached = { readonly a: number; readonly b: number; readonly names: readonly string[] }

/** Reads both texts side by side, always going on from the place that is least far, so that no pair of positions is met twice. */
function explainTexts(from: Own<string>, to: Own<string>): string[] | null {
  const shared = sharedNames(from.replacer, to.replacer)
  if (from.value.length > MAX_LENGTH || to.value.length > MAX_LENGTH || shared.length === 0) return null
  let front = new Map<number, Reached>([[0, { a: 0, b: 0, names: [] }]])
  const later = new Map<number, Map<number, Reached>>()
  for (let a = 0; a <= from.value.length; a += 1) {
    front = later.get(a) ?? (a === 0 ? front : new Map())
    later.delete(a)
    for (const reached of front.values()) {
      if (a === from.value.length && reached.b === to.value.length) return [...new Set(reached.names)]
      for (const next of nextOf(reached, { from: from.value, to: to.value, shared })) add(later, next)
    }
  }
  return null
}

function add(later: Map<number, Map<number, Reached>>, reached: Reached): void {
  const there = later.get(reached.a) ?? new Map<number, Reached>()
  if (!there.has(reached.b)) there.set(reached.b, reached)
  later.set(reached.a, there)
}

type Texts = { readonly from: string; readonly to: string; readonly shared: readonly Shared[] }

/** Longer values first: where two would do, the longer one is what was meant. */
function nextOf({ a, b, names }: Reached, { from, to, shared }: Texts): Reached[] {
  const words = shared.filter(([, own, other]) => isWordAt(from, a, own) && isWordAt(to, b, other))
  const next = words
    .toSorted((x, y) => y[1].length - x[1].length)
    .map(([name, own, other]) => ({ a: a + own.length, b: b + other.length, names: [...names, name] }))
  const same = a < from.length && from[a] === to[b]
  return same ? [...next, { a: a + 1, b: b + 1, names }] : next
}
