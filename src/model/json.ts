/** Any JSON value. Integers beyond 2^53 are kept as {@link BigNumber}, never as rounded numbers. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }

/** An integer that a double cannot hold, with its digits as they were written. */
export type BigNumber = { readonly $number: string }

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isBigNumber(value: Json | undefined): value is BigNumber & JsonObject {
  return isJsonObject(value) && typeof value['$number'] === 'string' && Object.keys(value).length === 1
}

/** The own property `key`, never one of the prototype (`constructor`, `__proto__`). */
export function own(object: Json | undefined, key: string): Json | undefined {
  if (!isJsonObject(object)) return undefined
  const value: Json | undefined = object[key]
  // What the prototype has are functions and `__proto__`: anything else is own, found by one look instead of two.
  if (typeof value !== 'function' && key !== '__proto__') return value
  return Object.hasOwn(object, key) ? value : undefined
}

/** Follows own properties; undefined as soon as a step is missing. */
export function dig(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  let here = value
  for (const key of keys) here = own(here, key)
  return here
}

export function digString(value: Json | undefined, ...keys: readonly string[]): string | undefined {
  const found = dig(value, ...keys)
  return typeof found === 'string' ? found : undefined
}

export function digArray(value: Json | undefined, ...keys: readonly string[]): readonly Json[] {
  const found = dig(value, ...keys)
  return isJsonArray(found) ? found : []
}

/** Sets an own property even for the key `__proto__`, which plain assignment would swallow. */
export function setOwn<T>(target: Record<string, T>, key: string, value: NoInfer<T>): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  } else target[key] = value
}

/**
 * JSON text with the keys of every map in code-unit order: equal values give equal text.
 * Values whose keys are already sorted (as Go writes them) are stringified natively.
 */
export function canonicalJson(value: Json): string {
  return JSON.stringify(sortKeys(value))
}

/** The value itself where its keys are in order at every depth. */
function sortKeys(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  return isJsonArray(value) ? sortItems(value) : isInOrder(value) ? sortMembers(value) : sortMap(value)
}

function sortItems(items: readonly Json[]): readonly Json[] {
  let copy: Json[] | null = null
  for (const [at, item] of items.entries()) {
    const sorted = sortKeys(item)
    if (sorted !== item) (copy ??= [...items])[at] = sorted
  }
  return copy ?? items
}

function isInOrder(map: JsonObject): boolean {
  let previous: string | undefined
  for (const key in map) {
    if (previous !== undefined && key < previous) return false
    previous = key
  }
  return true
}

function sortMembers(map: JsonObject): JsonObject {
  let copy: Record<string, Json> | null = null
  for (const key in map) {
    const sorted = sortKeys(map[key]!)
    if (sorted !== map[key]) setOwn((copy ??= { ...map }), key, sorted)
  }
  return copy ?? map
}

function sortMap(map: JsonObject): JsonObject {
  const sorted: Record<string, Json> = {}
  for (const key of Object.keys(map).sort()) setOwn(sorted, key, sortKeys(map[key]!))
  return sorted
}

/** Limits on one object; beyond them it becomes a finding instead of a comparison (stack and memory safety). */
export const MAX_DEPTH = 100
export const MAX_NODES = 200_000

/** Whether `value` is nested deeper than {@link MAX_DEPTH} or has more than {@link MAX_NODES} nodes. Stops at the limit, so safe on any depth. */
export function exceedsLimits(value: Json): 'depth' | 'size' | null {
  const count = countNodes(value, 0, 0)
  if (count === Infinity) return 'depth'
  return count > MAX_NODES ? 'size' : null
}

/** `counted` and the nodes of `value`, or Infinity once it is too deep; it stops counting at {@link MAX_NODES}. */
function countNodes(value: Json, depth: number, counted: number): number {
  let count = counted + 1
  if (typeof value !== 'object' || value === null) return count
  // Leaves are counted in these loops: a call for each of them would take most of the time.
  if (isJsonArray(value)) {
    for (const child of value) count = countChild(child, depth, count)
  } else {
    for (const key in value) count = countChild(value[key]!, depth, count)
  }
  return count
}

function countChild(child: Json, depth: number, count: number): number {
  if (depth >= MAX_DEPTH) return Infinity
  if (typeof child !== 'object' || child === null || count > MAX_NODES) return count + 1
  return countNodes(child, depth + 1, count)
}

/** Whether maps and lists in `value` are nested in more than `depth` others. Safe on any depth. */
export function nestsDeeper(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (depth <= 0) return true
  return Object.values(value).some((child) => nestsDeeper(child, depth - 1))
}
