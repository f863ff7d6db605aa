/** How to reach clusters; times in milliseconds. */
export type ConnectionSettings = {
  readonly kubeconfig: string | null
  readonly as: string | null
  readonly asGroups: readonly string[]
  /** Null: as configured, else {@link REQUEST_TIMEOUT_MS}. */
  readonly requestTimeoutMs: number | null
  /** Null: as configured, else {@link CLUSTER_TIMEOUT_MS}. */
  readonly clusterTimeoutMs: number | null
}

export const REQUEST_TIMEOUT_MS = 30_000
export const CLUSTER_TIMEOUT_MS = 120_000

/** How a cluster that no configuration names is read. */
export function readingOf({ as, asGroups, requestTimeoutMs, clusterTimeoutMs }: ConnectionSettings) {
  return {
    as,
    asGroups,
    requestTimeoutMs: requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    clusterTimeoutMs: clusterTimeoutMs ?? CLUSTER_TIMEOUT_MS,
  }
}

export type Environment = Readonly<Record<string, string | undefined>>
