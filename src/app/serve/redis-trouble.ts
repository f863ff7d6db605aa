import type { Log } from '../log.ts'

/** Every connection tries again each second, and there are a dozen of them: an outage of an hour must not fill the log. */
const QUIET_MS = 30_000

/** Logs what is wrong with Redis, the same reason once in half a minute. `now` tells milliseconds that only grow. */
export function redisTrouble(log: Log, now: () => number): (reason: string) => void {
  const told = new Map<string, number>()
  return (reason) => {
    const at = now()
    if (at - (told.get(reason) ?? -Infinity) < QUIET_MS) return
    told.set(reason, at)
    log.warn('Redis does not work as it should', { reason })
  }
}
