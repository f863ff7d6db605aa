import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { AppError } from '../model/errors.ts'
import { digString } from '../model/json.ts'
import { targetOf, type ClusterTarget } from './cluster-target.ts'
import { readInCluster, IN_CLUSTER, SERVICE_ACCOUNT } from './in-cluster.ts'
import { readKubeconfig, type Environment, type Kubeconfig } from './kubeconfig-file.ts'
import { nearestNames } from '../model/nearest-names.ts'

export type ContextSummary = {
  readonly name: string
  readonly cluster: string
  /** Scheme, host and port, without credentials and path; null where the cluster is not defined or its server is no URL. */
  readonly server: string | null
  readonly user: string
  readonly namespace: string | null
  readonly current: boolean
}

/** What a kubeconfig offers. Nothing is resolved before a context is asked for, so a broken one does not disturb the others. */
export type Contexts = {
  /** In the order of the files. */
  readonly names: readonly string[]
  readonly current: string | null
  readonly summaries: readonly ContextSummary[]
  /**
   * How to reach the cluster of a context: a new object for each call, shared with nobody.
   * Throws `context-unknown`, `no-clusters` or `kubeconfig-invalid`.
   */
  readonly target: (name: string) => ClusterTarget
}

export type ContextOptions = {
  /** `--kubeconfig`; null: KUBECONFIG or the default file, and the cluster that the process runs in. */
  readonly kubeconfig: string | null
  readonly env: Environment
  readonly home?: string
  readonly serviceAccount?: string
}

/** Reads what can be connected to; see {@link readKubeconfig} for the files. Throws `kubeconfig-invalid` naming file and line. */
export function loadContexts(options: ContextOptions): Contexts {
  const config = withInCluster(readKubeconfig(options.kubeconfig, options.env, options.home ?? homedir()), options)
  const names = [...config.contexts.keys()]
  return {
    names,
    current: config.current,
    summaries: names.map((name) => summaryOf(name, config)),
    target: (name) => {
      const context = config.contexts.get(name)
      if (!context) throw unknownContext(name, config)
      return targetOf(context, config, options.env)
    },
  }
}

function withInCluster(config: Kubeconfig, options: ContextOptions): Kubeconfig {
  const folder = options.serviceAccount ?? SERVICE_ACCOUNT
  const inside = options.env['KUBERNETES_SERVICE_HOST'] && existsSync(`${folder}/token`)
  if (options.kubeconfig !== null || !inside || config.contexts.has(IN_CLUSTER)) return config
  const own = readInCluster(folder, options.env)
  return {
    ...config,
    contexts: new Map([...config.contexts, [IN_CLUSTER, own.context]]),
    clusters: new Map([...config.clusters, [own.cluster.name, own.cluster]]),
    users: new Map([...config.users, [own.user.name, own.user]]),
    current: config.current ?? IN_CLUSTER,
  }
}

function summaryOf(name: string, config: Kubeconfig): ContextSummary {
  const { fields } = config.contexts.get(name)!
  const cluster = digString(fields, 'cluster') ?? ''
  return {
    name,
    cluster,
    server: serverOrigin(digString(config.clusters.get(cluster)?.fields, 'server')),
    user: digString(fields, 'user') ?? '',
    namespace: digString(fields, 'namespace') ?? null,
    current: name === config.current,
  }
}

/** Scheme, host and port of a server, without credentials and path; null where it is no URL. */
export function serverOrigin(server: string | undefined): string | null {
  const url = server === undefined ? null : URL.parse(server)
  return url && url.host !== '' ? `${url.protocol}//${url.host}` : null
}

function unknownContext(name: string, { contexts, files }: Kubeconfig): AppError {
  if (contexts.size === 0) {
    return new AppError('no-clusters', `there is no context ${name}: no kubeconfig was found at ${files.join(', ')}`)
  }
  const known = nearestNames(name, [...contexts.keys()])
  const shown = known.length > 20 ? [...known.slice(0, 20), `and ${known.length - 20} more`] : known
  return new AppError('context-unknown', `there is no context ${name}; there are: ${shown.join(', ')}`)
}
