import { configuredContexts } from '../clusters/configured-contexts.ts'
import type { Config, Environment } from '../config/config.ts'
import { readConfigFile } from '../config/load-config.ts'
import type { Problem } from '../config/problems.ts'
import type { Role } from '../config/source-problems.ts'
import { expressionProblems } from './expression-problems.ts'
import { AppError } from '../model/errors.ts'

export type CheckOptions = {
  readonly path: string
  readonly env: Environment
  readonly role: Role
}

/**
 * Reads a configuration as `serve` would, and besides asks of each cluster whether its kubeconfig is there, has the context and is
 * allowed; no cluster is connected to, no plugin is run. Throws one `config-invalid` with every problem.
 */
export function checkConfig({ path, env, role }: CheckOptions): Config {
  const { config, document } = readConfigFile(path, { env, role })
  const problems = [...expressionProblems(config), ...connectionProblems(config, env)]
  if (problems.length > 0) throw document.invalid(problems)
  return config
}

function connectionProblems({ clusters, execPlugins }: Config, env: Environment): Problem[] {
  const contexts = configuredContexts(clusters, { env, execPlugins })
  return clusters.flatMap(({ name, connection }, index) => {
    // Whether a pod has a service account cannot be told from outside of it.
    if (connection.by === 'in-cluster' && !env['KUBERNETES_SERVICE_HOST']) return []
    const key = { context: 'context', kubeconfig: 'kubeconfig', 'in-cluster': 'inCluster' }[connection.by]
    const trouble = troubleOf(() => contexts.target(name))
    return trouble === null ? [] : { path: ['clusters', index, key], message: trouble, place: null }
  })
}

function troubleOf(work: () => unknown): string | null {
  try {
    work()
    return null
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `does not lead to a cluster: ${error.message}. ${error.hint}`
  }
}
