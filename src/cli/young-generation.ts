import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Bytes of both halves. V8 lets it grow to 128 MiB for whoever keeps much of what was just made, as every comparison does. */
const WANTED = 32 * 1024 * 1024
/** At first only one half is there. */
const SMALLEST = 2 * 1024 * 1024

/**
 * Keeps V8's young generation at a quarter of what it grows to by itself: a comparison of large clusters takes a quarter less memory in
 * the same time (docs/decisions/0015). Not for processes with threads: the flag is one for all of them, and theirs would stay at the size
 * they start with. It is known to hold for Node 24, so nothing is done under another version.
 */
export function limitYoungGeneration(version = process.versions.node): void {
  if (!version.startsWith('24.') || limitGrowth()) return
  const observer = new PerformanceObserver(() => {
    if (limitGrowth()) observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}

/** Lets it grow to the wanted size at once, and no further when it has that: then true. */
function limitGrowth(): boolean {
  const size = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? WANTED
  setFlagsFromString(`--semi-space-growth-factor=${Math.max(1, Math.floor(WANTED / Math.max(size, SMALLEST)))}`)
  return size >= WANTED
}
