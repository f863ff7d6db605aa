/** Remembers what was used last, up to a total weight. What is heavier than that by itself is not remembered. */
export type Lru<T> = {
  readonly get: (key: string) => T | undefined
  readonly set: (key: string, value: T) => void
}

export function createLru<T>(capacity: number, weightOf: (value: T) => number): Lru<T> {
  // A Map keeps the order of insertion: the first entry is the one that was not used for the longest time.
  const entries = new Map<string, { readonly value: T; readonly weight: number }>()
  let total = 0
  const drop = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }
  return {
    get: (key) => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set: (key, value) => {
      drop(key)
      const weight = weightOf(value)
      if (weight > capacity) return
      entries.set(key, { value, weight })
      total += weight
      for (const oldest of entries.keys()) {
        if (total <= capacity) break
        drop(oldest)
      }
    },
  }
}
