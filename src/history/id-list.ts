/**
 * Ids as bytes: the difference of each to the one before it, zigzag-coded, as LEB128 varints. Ids that follow each other take
 * one byte each. Ids and their differences must be safe integers.
 */
export function encodeIds(ids: readonly number[]): Buffer {
  const bytes: number[] = []
  let previous = 0
  for (const id of ids) {
    const difference = id - previous
    let rest = difference < 0 ? -2 * difference - 1 : 2 * difference
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
    bytes.push(rest)
    previous = id
  }
  return Buffer.from(bytes)
}

/** Reverses {@link encodeIds}. */
export function decodeIds(bytes: Uint8Array): number[] {
  const ids: number[] = []
  let previous = 0
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte % 128) * scale
    scale *= 128
    if (byte >= 128) continue
    previous += value % 2 === 1 ? -(value + 1) / 2 : value / 2
    ids.push(previous)
    value = 0
    scale = 1
  }
  return ids
}

/** Ids that are this close are read by one range scan, rows between them included. */
const NEAR = 4

/** The fewest ranges that cover the ids without many others between them. */
export function idSpans(ids: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const spans: [number, number][] = []
  for (const id of Float64Array.from(ids).sort()) {
    const current = spans.at(-1)
    if (current && id - current[1] <= NEAR) current[1] = id
    else spans.push([id, id])
  }
  return spans
}
