import { AppError } from '../model/errors.ts'

export type HandoverLimits = {
  /** Bytes of one handover, all parts together. */
  readonly maxBytes: number
  /** Milliseconds after which one that nobody took over is gone. */
  readonly ttlMs: number
}

/**
 * 64 MiB compressed is many times the largest cluster of the benchmarks. An hour is longer than any job waits for the recorder while both
 * work; after it the snapshot is taken again, which is better than an old one.
 */
export const HANDOVER_LIMITS: HandoverLimits = { maxBytes: 64 * 1024 * 1024, ttlMs: 3_600_000 }

/** Throws `snapshot-too-large` where the parts are more than the queue carries. */
export function checkHandoverSize(parts: readonly Uint8Array[], limits: HandoverLimits): void {
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0)
  if (bytes <= limits.maxBytes) return
  const size = `${bytes} bytes compressed, and the queue carries at most ${limits.maxBytes}`
  throw new AppError('snapshot-too-large', `the snapshot has ${size}`)
}
