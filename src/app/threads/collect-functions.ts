import type { ConfiguredTarget } from '../../clusters/configured-source.ts'
import type { Digest } from '../../model/snapshot.ts'
import type { TakenSnapshot } from '../../workers/snapshot-taker.ts'
import type { Progress } from '../../service/ports.ts'
import type { LogLevel } from '../log.ts'
import type { Environment } from '../settings.ts'

export type CollectThreadData = {
  readonly key: Uint8Array
  readonly env: Environment
  readonly clusters: CollectedClusters
  readonly logLevel: LogLevel
}

/** What can be read, and which credential plugins may run for it; null: all. */
export type CollectedClusters = {
  readonly targets: readonly ConfiguredTarget[]
  readonly execPlugins: readonly string[] | null
}

export type CollectFunctions = {
  /** `call` tells the snapshots of one thread apart: progress and cancelling name it. */
  readonly take: (call: number, cluster: string, base: Digest | null) => Promise<TakenSnapshot>
  readonly cancel: (call: number) => void
  /** From now on. Snapshots that are being taken end as they began. */
  readonly setClusters: (clusters: CollectedClusters) => void
}

/** How many requests to a cluster were answered so. `code`: the HTTP status, or `none` where no answer came. */
export type RequestCount = { readonly cluster: string; readonly code: string; readonly count: number }

/** What the thread says without being asked. */
export type CollectNotice =
  | { readonly call: number; readonly progress: Progress }
  | { readonly requests: readonly RequestCount[] }
