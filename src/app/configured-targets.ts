import type { ConfiguredTarget } from '../clusters/configured-source.ts'
import type { Config } from '../config/config.ts'
import type { ClusterConfig } from '../config/sections/clusters.ts'
import type { ConnectionSettings } from './settings.ts'

/**
 * The clusters of the configuration as one command reads them. What its flags say goes before what is configured, but for what may be
 * read: namespaces and secrets stay as narrow as they are. `--kubeconfig` stands in the place of KUBECONFIG.
 */
export function configuredTargets({ clusters }: Config, connection: ConnectionSettings): ConfiguredTarget[] {
  return clusters.map((cluster) => ({
    ...cluster,
    connection: connectionOf(cluster, connection.kubeconfig),
    ...identityOf(cluster, connection),
    requestTimeoutMs: connection.requestTimeoutMs ?? cluster.requestTimeoutMs,
    timeoutMs: connection.clusterTimeoutMs ?? cluster.timeoutMs,
  }))
}

function connectionOf({ connection }: ClusterConfig, kubeconfig: string | null): ClusterConfig['connection'] {
  const isOpen = connection.by === 'context' && connection.kubeconfig === null
  return isOpen ? { ...connection, kubeconfig } : connection
}

/** The groups of the configured user are not those of another one. */
function identityOf(
  cluster: ClusterConfig,
  { as, asGroups }: ConnectionSettings,
): Pick<ClusterConfig, 'as' | 'asGroups'> {
  if (as !== null) return { as, asGroups }
  return { as: cluster.as, asGroups: asGroups.length > 0 ? asGroups : cluster.asGroups }
}
