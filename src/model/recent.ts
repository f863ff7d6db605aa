/** What was made of the last few keys that were asked for, so that what many share is made once, and memory stays bounded. */
export type Recent<Key, Made> = (key: Key, make: (key: Key) => Made) => Made

export function createRecent<Key, Made>(size: number): Recent<Key, Made> {
  const kept = new Map<Key, Made>()
  return (key, make) => {
    const known = kept.get(key)
    const made = known === undefined ? make(key) : known
    kept.delete(key)
    kept.set(key, made)
    if (kept.size > size) kept.delete(kept.keys().next().value!)
    return made
  }
}
