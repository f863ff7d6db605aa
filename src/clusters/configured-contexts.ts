import { AppError } from '../model/errors.ts'
import type { ClusterName } from '../model/cluster.ts'
import type { ClusterTarget } from './cluster-target.ts'
import { targetOf } from './cluster-target.ts'
import { printable } from './exec-plugin.ts'
import { IN_CLUSTER, readInCluster, SERVICE_ACCOUNT } from './in-cluster.ts'
import { loadContexts, serverOrigin, type Contexts, type ContextSummary } from './kubeconfig.ts'
import type { Environment } from './kubeconfig-file.ts'
import { mountedTarget } from './mounted-kubeconfig.ts'
import { nearestNames } from '../model/nearest-names.ts'

/** How a configured cluster is reached. Paths are absolute. */
export type Connection =
  | { readonly by: 'context'; readonly context: string; readonly kubeconfig: string | null }
  /** A self-contained kubeconfig: a file, or a folder with `value` or `value.yaml`. */
  | { readonly by: 'kubeconfig'; readonly path: string }
  | { readonly by: 'in-cluster' }

export type ConfiguredConnection = {
  readonly name: ClusterName
  readonly connection: Connection
  /** Whether TLS may go unverified, or be missing. */
  readonly insecure: boolean
}

export type ConfiguredOptions = {
  readonly env: Environment
  /** Credential plugins that may run, as kubeconfigs name them; null: all. */
  readonly execPlugins: readonly string[] | null
  readonly home?: string
  readonly serviceAccount?: string
}

/**
 * Configured clusters by their names. Files are read anew for each target: credentials in them rotate. What is wrong with one
 * cluster does not disturb the others: its `target` throws `kubeconfig-invalid` or `credential-plugin-failed`, naming the cluster.
 * A name that is not configured is `context-unknown`.
 */
export function configuredContexts(clusters: readonly ConfiguredConnection[], options: ConfiguredOptions): Contexts {
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]))
  const names = [...byName.keys()]
  const target = (name: string): ClusterTarget => {
    const cluster = byName.get(name)
    if (!cluster) throw unknownCluster(name, names)
    const found = named(name, () => connectionTarget(cluster.connection, options))
    return permitted(found, cluster, options)
  }
  return {
    names,
    current: null,
    get summaries() {
      return names.map((name) => summaryOf(name, target))
    },
    target,
  }
}

function unknownCluster(name: string, names: readonly string[]): AppError {
  const near = nearestNames(name, names).slice(0, 20)
  return new AppError(
    'context-unknown',
    `there is no cluster ${name} in the configuration; there are: ${near.join(', ')}`,
    {
      hint: 'Name one of them, or add the cluster to the configuration.',
    },
  )
}

function connectionTarget(connection: Connection, options: ConfiguredOptions): ClusterTarget {
  switch (connection.by) {
    case 'context':
      return loadContexts({ ...options, kubeconfig: connection.kubeconfig }).target(connection.context)
    case 'kubeconfig':
      return mountedTarget(connection.path, options.env)
    case 'in-cluster':
      return ownCluster(options)
  }
}

function ownCluster({ env, serviceAccount = SERVICE_ACCOUNT }: ConfiguredOptions): ClusterTarget {
  if (!env['KUBERNETES_SERVICE_HOST']) {
    throw new AppError('kubeconfig-invalid', 'inCluster is set, but the process does not run in a pod', {
      hint: 'Run it in the cluster, or write context: NAME or kubeconfig: PATH for this cluster.',
    })
  }
  const { context, cluster, user } = readInCluster(serviceAccount, env)
  const entries = {
    contexts: new Map(),
    clusters: new Map([[IN_CLUSTER, cluster]]),
    users: new Map([[IN_CLUSTER, user]]),
  }
  return targetOf(context, { ...entries, current: IN_CLUSTER, files: [serviceAccount] }, env)
}

/** Errors name the cluster as it is configured; a context that is missing is a fault of this one cluster, not of the question. */
function named<T>(name: ClusterName, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const code = error.code === 'context-unknown' || error.code === 'no-clusters' ? 'kubeconfig-invalid' : error.code
    // Names in a mounted kubeconfig come from whoever may write it, and go to terminals and logs.
    const message = error.message.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    throw new AppError(code, `cluster ${name}: ${message}`, { hint: error.hint, cause: error })
  }
}

/** What kubectl does for its user is not done for everyone who reaches a service. */
function permitted(target: ClusterTarget, cluster: ConfiguredConnection, options: ConfiguredOptions): ClusterTarget {
  const { name, insecure } = cluster
  if (!insecure && (target.tls.insecure || target.server.startsWith('http:'))) {
    const what = target.tls.insecure ? 'switches off the verification of certificates' : 'names a server without TLS'
    throw new AppError('kubeconfig-invalid', `cluster ${name}: its kubeconfig ${what}`, {
      hint: 'Give it certificate-authority-data and an https server, or write insecure: true for this cluster in the configuration.',
    })
  }
  const command = target.identity.exec?.command
  if (command === undefined || options.execPlugins === null || options.execPlugins.includes(command)) return target
  throw new AppError(
    'credential-plugin-failed',
    `cluster ${name}: its kubeconfig runs the credential plugin ${printable(command)}, which is not allowed`,
    {
      hint:
        `Use a kubeconfig with a service-account token, or the identity of the pod (inCluster: true, or workload identity), ` +
        `or install the plugin and write execPlugins: [${printable(command)}] in the configuration.`,
    },
  )
}

function summaryOf(name: ClusterName, target: (name: string) => ClusterTarget): ContextSummary {
  const summary = { name, cluster: name, user: '', namespace: null, current: false }
  try {
    return { ...summary, server: serverOrigin(target(name).server) }
  } catch (error) {
    if (error instanceof AppError) return { ...summary, server: null }
    throw error
  }
}
