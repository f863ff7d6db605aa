import type { Value, ValueMap } from './truth-fleet.ts'

/** A leaf at which two objects differ as plain JSON. `list` is the innermost list without names on the way, by its pointers. */
export type NaiveDifference = {
  readonly a: { readonly pointer: string; readonly value: Value } | null
  readonly b: { readonly pointer: string; readonly value: Value } | null
  readonly lists: readonly string[]
}

type Place = { readonly a: string; readonly b: string; readonly lists: readonly string[] }

/** Compares as JSON: maps by key, lists by unique `name`, all others by index. No defaults, no forms, no documents inside of text. */
export function naiveDifferences(a: Value | undefined, b: Value | undefined, place: Place): NaiveDifference[] {
  if (a === undefined || b === undefined) return oneSided(a, b, place)
  if (isMap(a) && isMap(b)) return ofMaps(a, b, place)
  if (Array.isArray(a) && Array.isArray(b)) return ofLists(a, b, place)
  if (isLeaf(a) && isLeaf(b) && a === b) return []
  if (!isLeaf(a) || !isLeaf(b)) {
    if (isEmpty(a) && isEmpty(b) && Array.isArray(a) === Array.isArray(b)) return []
  }
  return [
    {
      a: { pointer: place.a, value: a },
      b: { pointer: place.b, value: b },
      lists: place.lists,
    },
  ]
}

function oneSided(a: Value | undefined, b: Value | undefined, { a: left, b: right, lists }: Place): NaiveDifference[] {
  if (a !== undefined) return leavesOf(a, left).map((leaf) => ({ a: leaf, b: null, lists }))
  if (b !== undefined) return leavesOf(b, right).map((leaf) => ({ a: null, b: leaf, lists }))
  return []
}

function ofMaps(a: ValueMap, b: ValueMap, place: Place): NaiveDifference[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return keys.flatMap((key) => naiveDifferences(at(a, key), at(b, key), below(place, key, key)))
}

function ofLists(a: Value[], b: Value[], place: Place): NaiveDifference[] {
  const [left, right] = [namesOf(a), namesOf(b)]
  const lists = [...place.lists, place.a]
  if (left === null || right === null) {
    return Array.from({ length: Math.max(a.length, b.length) }).flatMap((_, index) =>
      naiveDifferences(a[index], b[index], { ...below(place, String(index), String(index)), lists }),
    )
  }
  const shared = left.filter((name) => right.includes(name))
  const moved = shared.join('\0') !== right.filter((name) => left.includes(name)).join('\0')
  const order = moved ? [{ a: { pointer: place.a, value: a }, b: { pointer: place.b, value: b }, lists }] : []
  const pairs = shared.map((name) => [left.indexOf(name), right.indexOf(name)] as const)
  const items = pairs.flatMap(([i, j]) =>
    naiveDifferences(a[i], b[j], { ...below(place, String(i), String(j)), lists: place.lists }),
  )
  const renamed = ofRenamed(a, b, { left, right, shared }, { ...place, lists })
  return [...order, ...items, ...renamed]
}

type Names = { readonly left: string[]; readonly right: string[]; readonly shared: string[] }

/** Items whose names are on one side only, in their order: something else than a name may tell that two of them are one. */
function ofRenamed(a: Value[], b: Value[], { left, right, shared }: Names, place: Place): NaiveDifference[] {
  const rest = (names: string[]): number[] => names.flatMap((name, index) => (shared.includes(name) ? [] : [index]))
  const [gone, come] = [rest(left), rest(right)]
  return Array.from({ length: Math.max(gone.length, come.length) }).flatMap((_, index) => {
    const [i, j] = [gone[index] ?? -1, come[index] ?? -1]
    return naiveDifferences(a[i], b[j], { ...below(place, String(i), String(j)), lists: place.lists })
  })
}

/** The leaves of a tree: scalars, empty maps and empty lists. */
export function leavesOf(value: Value, pointer: string): { pointer: string; value: Value }[] {
  if (isLeaf(value) || isEmpty(value)) return [{ pointer, value }]
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, `${pointer}/${index}`))
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, `${pointer}/${escape(key)}`))
}

/** What stands at a pointer (RFC 6901); undefined where there is nothing. */
export function resolvePointer(value: Value, pointer: string): Value | undefined {
  if (pointer === '') return value
  let here: Value | undefined = value
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (Array.isArray(here)) here = here[Number(key)]
    else if (here !== undefined && isMap(here)) here = at(here, key)
    else return undefined
  }
  return here
}

function below({ a, b, lists }: Place, left: string, right: string): Place {
  return { a: `${a}/${escape(left)}`, b: `${b}/${escape(right)}`, lists }
}

function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function at(map: ValueMap, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

function namesOf(items: Value[]): string[] | null {
  const names = items.map((item) => (isMap(item) ? at(item, 'name') : undefined))
  if (!names.every((name) => typeof name === 'string')) return null
  return new Set(names).size === names.length ? names : null
}

export function isMap(value: Value): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLeaf(value: Value): value is null | boolean | number | bigint | string {
  return typeof value !== 'object' || value === null
}

function isEmpty(value: Value): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
