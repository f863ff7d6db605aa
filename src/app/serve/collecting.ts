import type { Config } from '../../config/config.ts'
import { withoutSecrets } from '../../config/source-problems.ts'
import type { AppError } from '../../model/errors.ts'
import type { Consumer, JobQueue } from '../../service/job-queue.ts'
import { snapshotLane } from '../../service/lanes.ts'
import type { Progress } from '../../service/ports.ts'
import { createCollector } from '../../workers/collector.ts'
import type { TakeSnapshot } from '../../workers/snapshot-taker.ts'
import type { Log, LogLevel } from '../log.ts'
import type { Environment } from '../settings.ts'
import type {
  CollectedClusters,
  CollectFunctions,
  CollectNotice,
  CollectThreadData,
  RequestCount,
} from '../threads/collect-functions.ts'
import { startThread, type RunningThread } from '../threads/start-thread.ts'

export type CollectingOptions = {
  readonly config: Config
  readonly queue: JobQueue
  readonly key: Uint8Array
  readonly env: Environment
  /** Null: all that are configured. */
  readonly pool: string | null
  readonly log: Log
  readonly logLevel: LogLevel
  readonly onDeath: (error: AppError) => void
  /** Hears how requests to clusters were answered, once a snapshot is taken. */
  readonly onRequests: (requests: readonly RequestCount[]) => void
}

export type Collecting = {
  readonly setConfig: (config: Config) => Promise<void>
  readonly close: (graceMs: number) => Promise<void>
}

/** Clusters that are read at once. Waiting for them is most of it; parsing is one at a time. */
const CONCURRENCY = 4

/** Takes the snapshot jobs of its pools, in a thread that reads clusters. */
export async function startCollecting(options: CollectingOptions): Promise<Collecting> {
  const { queue, key, env, log, logLevel, onDeath } = options
  const progress = new Map<number, (progress: Progress) => void>()
  const thread = await startThread<CollectFunctions>(
    'collect-thread',
    {
      key,
      env: withoutSecrets(env, options.config),
      clusters: clustersOf(options.config),
      logLevel,
    } satisfies CollectThreadData,
    {
      onDeath,
      onNotice: (notice) => {
        const said = notice as CollectNotice
        if ('requests' in said) options.onRequests(said.requests)
        else progress.get(said.call)?.(said.progress)
      },
    },
  )
  const handle = createCollector({ take: takeIn(thread, progress), queue })
  const consumers = new Map<string, Consumer>()
  const consume = async (config: Config): Promise<void> => {
    for (const pool of poolsOf(config, options.pool)) {
      if (consumers.has(pool)) continue
      consumers.set(pool, await queue.consume(snapshotLane(pool), CONCURRENCY, handle))
      log.info('taking snapshot jobs', { pool })
    }
  }
  await consume(options.config)
  return {
    setConfig: async (config) => {
      await thread.functions.setClusters(clustersOf(config))
      await consume(config)
    },
    close: async (graceMs) => {
      await Promise.all([...consumers.values()].map((consumer) => consumer.close(graceMs)))
      await thread.end()
    },
  }
}

function takeIn(
  { functions }: RunningThread<CollectFunctions>,
  listeners: Map<number, (progress: Progress) => void>,
): TakeSnapshot {
  let calls = 0
  return async (cluster, base, signal, progress) => {
    calls += 1
    const call = calls
    // Where the thread is gone there is nothing to cancel.
    const cancel = (): void => void functions.cancel(call).catch(() => undefined)
    listeners.set(call, progress)
    signal.addEventListener('abort', cancel, { once: true })
    try {
      return await functions.take(call, cluster, base)
    } finally {
      listeners.delete(call)
      signal.removeEventListener('abort', cancel)
    }
  }
}

function clustersOf({ clusters, execPlugins }: Config): CollectedClusters {
  return { targets: clusters, execPlugins }
}

export function poolsOf({ clusters }: Config, pool: string | null): readonly string[] {
  return pool === null ? [...new Set(clusters.map((cluster) => cluster.pool))] : [pool]
}
