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
  return isJsonObject(object) && Object.hasOwn(object, key) ? object[key] : undefined
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
export function setOwn(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  } else target[key] = value
}

/**
 * JSON text with the keys of every map in code-unit order: equal values give equal text.
 * Values whose keys are already sorted (as Go writes them) are stringified natively.
 */
export function canonicalJson(value: Json): string {
  return JSON.stringify(isSorted(value) ? value : sortKeys(value))
}

function isSorted(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (isJsonArray(value)) return value.every(isSorted)
  let previous: string | undefined
  for (const key in value) {
    if (previous !== undefined && key < previous) return false
    if (!isSorted(value[key]!)) return false
    previous = key
  }
  return true
}

function sortKeys(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isJsonArray(value)) return value.map(sortKeys)
  const sorted: Record<string, Json> = {}
  for (const key of Object.keys(value).sort()) setOwn(sorted, key, sortKeys(value[key]!))
  return sorted
}

/** Limits on one object; beyond them it becomes a finding instead of a comparison (stack and memory safety). */
export const MAX_DEPTH = 100
export const MAX_NODES = 200_000

/** Whether `value` is nested deeper than {@link MAX_DEPTH} or has more than {@link MAX_NODES} nodes. Iterative, so safe on any depth. */
export function exceedsLimits(value: Json): 'depth' | 'size' | null {
  const stack: { value: Json; depth: number }[] = [{ value, depth: 0 }]
  let nodes = 0
  for (let top = stack.pop(); top; top = stack.pop()) {
    nodes += 1
    if (top.depth > MAX_DEPTH) return 'depth'
    if (nodes > MAX_NODES) return 'size'
    if (typeof top.value !== 'object' || top.value === null) continue
    for (const child of Object.values(top.value)) stack.push({ value: child, depth: top.depth + 1 })
  }
  return null
}
