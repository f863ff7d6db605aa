import type { Async } from '../../service/async.ts'
import type { Config } from '../../config/config.ts'
import type { Clock } from '../../service/ports.ts'
import type { Log } from '../log.ts'
import type { StoreFunctions } from '../threads/store-functions.ts'

const FIRST_MS = 60_000
const EVERY_MS = 3_600_000

export type RetentionOptions = {
  readonly store: Pick<Async<StoreFunctions>, 'prune'>
  /** As configured now. */
  readonly config: () => Config
  readonly clock: Clock
  readonly log: Log
}

/** Removes what is older than `history.keep`, a minute after the start and every hour. Returns how to stop. */
export function startRetention({ store, config, clock, log }: RetentionOptions): () => void {
  const prune = async (): Promise<void> => {
    const { keepMs, keepLatest } = config().history
    const now = clock.now()
    const before = new Date(now.getTime() - keepMs).toISOString()
    try {
      const report = await store.prune({ now: now.toISOString(), before, keepLatest })
      const { snapshots, comparisons, runs, reports, deliveries, scheduleRecords } = report
      if (snapshots + comparisons + runs + reports + deliveries + scheduleRecords > 0)
        log.info('removed what is older than history.keep', report)
    } catch (error) {
      log.warn('what is older than history.keep could not be removed', {}, error)
    }
  }
  const first = setTimeout(() => void prune(), FIRST_MS).unref()
  const every = setInterval(() => void prune(), EVERY_MS).unref()
  return () => {
    clearTimeout(first)
    clearInterval(every)
  }
}
