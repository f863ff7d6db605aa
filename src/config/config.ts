import type { Rule } from '../model/rules.ts'
import type { AccessConfig } from './sections/access.ts'
import type { ChannelConfig } from './sections/channels.ts'
import { resolveClusters, POOL, REQUEST_TIMEOUT, TIMEOUT, type ClusterConfig } from './sections/clusters.ts'
import type { ComparisonConfig } from './sections/comparisons.ts'
import { historySchema, resolveHistory, type HistoryConfig } from './sections/history.ts'
import type { OwnerConfig } from './sections/owners.ts'
import type { RedisConfig } from './sections/redis.ts'
import { resolveServer, serverSchema, type ServerConfig } from './sections/server.ts'
import type { SecretSource } from './words.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What the process is told to be, with every default filled in. Plain data without secrets: of these it says where they are. */
export type Config = {
  /** Path of the file that it was read from; null: there is none. */
  readonly source: string | null
  readonly clusters: readonly ClusterConfig[]
  readonly comparisons: readonly ComparisonConfig[]
  readonly owners: readonly OwnerConfig[]
  readonly rules: readonly Rule[]
  readonly channels: readonly ChannelConfig[]
  readonly server: ServerConfig
  /** Null: the queue runs inside the process. */
  readonly redis: RedisConfig | null
  readonly history: HistoryConfig
  /** Null: the key file beside the history. */
  readonly key: SecretSource | null
  readonly access: AccessConfig
  /** Commands that kubeconfigs may run; null: all (no file: the process is a person's own). */
  readonly execPlugins: readonly string[] | null
}

/**
 * What holds without a file: every context of the kubeconfig is a cluster of that name, with the rights that kubectl gives it.
 * `kubeconfig`: an absolute path (`--kubeconfig`); null: KUBECONFIG, then the default file.
 */
export function defaultConfig(contextNames: readonly string[], kubeconfig: string | null = null): Config {
  const written = contextNames.map((name) => ({
    name,
    context: name,
    ...(kubeconfig === null ? {} : { kubeconfig }),
    labels: {},
    parameters: {},
    pool: POOL,
    requestTimeout: REQUEST_TIMEOUT,
    timeout: TIMEOUT,
    secretCompare: 'equality' as const,
    asGroups: [],
    insecure: true,
  }))
  return {
    source: null,
    clusters: resolveClusters(written, '/'),
    comparisons: [],
    owners: [],
    rules: [],
    channels: [],
    server: resolveServer(serverSchema.parse({}), '/'),
    redis: null,
    history: resolveHistory(historySchema.parse({}), '/'),
    key: null,
    access: { tokens: [] },
    execPlugins: null,
  }
}
