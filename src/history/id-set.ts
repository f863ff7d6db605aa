/** A set of row ids at one bit each: millions of them in a few hundred kilobytes. */
export type IdSet = {
  readonly has: (id: number) => boolean
  /** Whether it was not in the set before. */
  readonly add: (id: number) => boolean
}

export function createIdSet(): IdSet {
  let bits = new Uint8Array(1024)
  const has = (id: number): boolean => ((bits[Math.floor(id / 8)] ?? 0) & (1 << (id % 8))) !== 0
  return {
    has,
    add: (id) => {
      if (has(id)) return false
      const byte = Math.floor(id / 8)
      if (byte >= bits.length) {
        const larger = new Uint8Array(Math.max(byte + 1, bits.length * 2))
        larger.set(bits)
        bits = larger
      }
      bits[byte] = bits[byte]! | (1 << (id % 8))
      return true
    },
  }
}
