import type { ClusterName } from '../model/cluster.ts'
import { AppError } from '../model/errors.ts'
import type { SecretCompare } from '../model/mask.ts'
import type { CollectScope, SnapshotSource } from '../service/ports.ts'
import { createClusterSource, type ClusterSettings, type ClusterSourceOptions } from './collect.ts'
import {
  configuredContexts,
  type ConfiguredConnection,
  type ConfiguredOptions,
  type Connection,
} from './configured-contexts.ts'

/** A cluster of the configuration, with all that says how it is read. Times in milliseconds. */
export type ConfiguredTarget = ConfiguredConnection & {
  /** Null: all. */
  readonly namespaces: readonly string[] | null
  readonly secretCompare: SecretCompare
  readonly requestTimeoutMs: number
  readonly timeoutMs: number
  readonly as: string | null
  readonly asGroups: readonly string[]
}

export type ConfiguredSourceOptions = ConfiguredOptions &
  Omit<ClusterSourceOptions, 'contexts' | 'perCluster' | keyof ClusterSettings>

/**
 * Reads configured clusters, each with its own settings. However widely it is asked, no more is read of a cluster than the
 * configuration allows: its namespaces, and its way to compare secrets. Rejects with `context-unknown` for a name that is not
 * configured, and with `input-invalid` where only other namespaces are asked for.
 */
export function createConfiguredSource(
  clusters: readonly ConfiguredTarget[],
  options: ConfiguredSourceOptions,
): SnapshotSource {
  const byName = new Map<ClusterName, ConfiguredTarget>(clusters.map((cluster) => [cluster.name, cluster]))
  const source = createClusterSource({
    ...options,
    contexts: configuredContexts(clusters, options),
    ...NO_SETTINGS,
    perCluster: (name) => settingsOf(byName.get(name)),
  })
  return {
    collect: async (request) => {
      const cluster = byName.get(request.cluster)
      const scope = cluster ? narrowedScope(request.scope, cluster) : request.scope
      return source.collect({ ...request, scope })
    },
  }
}

/** For names that are not configured; they are refused before anything is read. */
const NO_SETTINGS: ClusterSettings = { as: null, asGroups: [], requestTimeoutMs: 30_000, clusterTimeoutMs: 120_000 }

function settingsOf(cluster: ConfiguredTarget | undefined): ClusterSettings {
  if (!cluster) return NO_SETTINGS
  const { as, asGroups, requestTimeoutMs, timeoutMs, connection } = cluster
  return { as, asGroups, requestTimeoutMs, clusterTimeoutMs: timeoutMs, kubectl: kubectlOf(connection) }
}

function kubectlOf(connection: Connection): string {
  switch (connection.by) {
    case 'context': {
      const file = connection.kubeconfig === null ? '' : `--kubeconfig ${connection.kubeconfig} `
      return `kubectl ${file}--context ${connection.context}`
    }
    case 'kubeconfig':
      return `kubectl --kubeconfig ${connection.path}`
    case 'in-cluster':
      return 'kubectl'
  }
}

const STRICTNESS: readonly SecretCompare[] = ['equality', 'presence', 'off']

function narrowedScope(scope: CollectScope, { name, namespaces, secretCompare }: ConfiguredTarget): CollectScope {
  const stricter = Math.max(STRICTNESS.indexOf(scope.secrets), STRICTNESS.indexOf(secretCompare))
  return { ...scope, namespaces: common(scope.namespaces, namespaces, name), secrets: STRICTNESS[stricter]! }
}

function common(
  asked: readonly string[] | null,
  allowed: readonly string[] | null,
  name: ClusterName,
): readonly string[] | null {
  if (asked === null || allowed === null) return asked ?? allowed
  const both = asked.filter((namespace) => allowed.includes(namespace))
  if (both.length > 0) return both
  throw new AppError('input-invalid', `cluster ${name} is configured without the namespaces ${asked.join(', ')}`, {
    hint: `It has: ${allowed.join(', ')}`,
  })
}
