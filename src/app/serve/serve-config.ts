import { resolve } from 'node:path'
import { loadContexts } from '../../clusters/kubeconfig.ts'
import { defaultConfig, type Config } from '../../config/config.ts'
import { findConfigFile, withListen } from '../../config/load-config.ts'
import { AppError } from '../../model/errors.ts'
import { loadRightConfig } from '../load-right-config.ts'
import type { Environment } from '../settings.ts'

export type ServeRole = 'all' | 'api' | 'worker'

/** What the command line says; the rest is in the configuration. */
export type ServeFlags = {
  readonly config: string | null
  readonly listen: string | null
  readonly role: ServeRole
  /** Null: for a worker the pool `default`; for `all` every pool that is configured. */
  readonly pool: string | null
  readonly kubeconfig: string | null
}

/**
 * The configuration of the process: the file, or without one every context of the kubeconfig. Throws `config-invalid` with every
 * problem, or `no-clusters` where there is nothing that could be compared.
 */
export function readServeConfig(flags: ServeFlags, env: Environment, folder: string): Config {
  const file = findConfigFile(flags.config, env, folder)
  const config = file === null ? withoutFile(flags, env) : loadRightConfig({ path: file, env, role: flags.role })
  requireWork(flags, config)
  return flags.listen === null ? config : withListen(config, flags.listen)
}

/** Without Redis a worker has nobody to work for, and an API nobody who works for it; in a pool without clusters there is nothing to do. */
function requireWork({ role, pool }: ServeFlags, { redis, clusters }: Config): void {
  if (role !== 'all' && redis === null) {
    throw new AppError('input-invalid', `--role ${role} needs Redis, and none is configured`, {
      hint: 'Write redis: { urlFrom: { env: REDIS_URL } } into the configuration, or leave --role out: one process then does everything.',
    })
  }
  const pools = [...new Set(clusters.map((cluster) => cluster.pool))]
  const wanted = role === 'worker' ? (pool ?? 'default') : pool
  if (role === 'api' || wanted === null || pools.includes(wanted)) return
  throw new AppError('input-invalid', `no cluster of the configuration is in the pool ${wanted}`, {
    hint: `Name one with --pool: ${pools.join(', ')}. Or write pool: ${wanted} for the clusters that this process is to read.`,
  })
}

function withoutFile({ kubeconfig }: ServeFlags, env: Environment): Config {
  const { names } = loadContexts({ kubeconfig, env })
  if (names.length > 0) return defaultConfig(names, kubeconfig === null ? null : resolve(kubeconfig))
  throw new AppError('no-clusters', 'there is no configuration file, and the kubeconfig has no context', {
    hint: 'Name a kubeconfig with KUBECONFIG or a configuration with --config (docs/config.md), or try: flux-compare demo --serve',
  })
}
