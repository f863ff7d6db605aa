import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'
import { isLoopback } from './sections/server.ts'

export type RefusedChange = {
  /** Of the section or key: `server.listen`. */
  readonly path: string
  readonly reason: string
}

/** What changes with another configuration while the process runs. */
export type ConfigChange = {
  /** What holds from now on: the new configuration, but for what is refused. */
  readonly config: Config
  /** By name. `changed`: anything of it differs. */
  readonly clusters: {
    readonly added: readonly string[]
    readonly removed: readonly string[]
    readonly changed: readonly string[]
  }
  /** Other parts that differ and are applied, sorted. */
  readonly applied: readonly string[]
  readonly refused: readonly RefusedChange[]
}

const RESTART = 'restart to change it'

/**
 * Compares the running configuration with a new one. Clusters, comparisons, owners, rules, channels, access, execPlugins,
 * server.rateLimit, server.publicUrl, history.keep and history.keepLatest change at once; what the process was built on (address, TLS,
 * Redis, the database, the key) stays until it is started again.
 */
export function diffConfig(running: Config, next: Config): ConfigChange {
  const refused: RefusedChange[] = []
  /** The running value, with the refusal noted, where the two differ. */
  const fixed = <T>(path: string, old: T, wanted: T): T => {
    if (!isDeepStrictEqual(old, wanted)) refused.push({ path, reason: RESTART })
    return old
  }
  const kept: Config = {
    ...next,
    server: {
      ...next.server,
      listen: fixed('server.listen', running.server.listen, next.server.listen),
      basePath: fixed('server.basePath', running.server.basePath, next.server.basePath),
      tls: fixed('server.tls', running.server.tls, next.server.tls),
    },
    redis: fixed('redis', running.redis, next.redis),
    history: { ...next.history, path: fixed('history.path', running.history.path, next.history.path) },
    key: fixed('key', running.key, next.key),
  }
  const config = guarded(kept, running, refused)
  return { config, clusters: clusterChanges(running, config), applied: appliedParts(running, config), refused }
}

/** The new file may do without tokens because it listens on loopback; the running process may still listen elsewhere. */
function guarded(config: Config, running: Config, refused: RefusedChange[]): Config {
  if (config.access.tokens.length > 0 || isLoopback(config.server.listen)) return config
  if (running.access.tokens.length === 0) return config
  refused.push({ path: 'access', reason: 'the service listens on more than loopback: restart to do without tokens' })
  return { ...config, access: running.access }
}

function clusterChanges(running: Config, next: Config): ConfigChange['clusters'] {
  const before = new Map(running.clusters.map((cluster) => [cluster.name, cluster]))
  const after = new Set(next.clusters.map(({ name }) => name))
  return {
    added: next.clusters.flatMap(({ name }) => (before.has(name) ? [] : name)),
    removed: running.clusters.flatMap(({ name }) => (after.has(name) ? [] : name)),
    changed: next.clusters.flatMap((cluster) => {
      const old = before.get(cluster.name)
      return old === undefined || isDeepStrictEqual(old, cluster) ? [] : cluster.name
    }),
  }
}

function appliedParts(running: Config, next: Config): string[] {
  const parts: readonly (readonly [string, unknown, unknown])[] = [
    ['access', running.access, next.access],
    ['channels', running.channels, next.channels],
    ['comparisons', running.comparisons, next.comparisons],
    ['execPlugins', running.execPlugins, next.execPlugins],
    ['history.keep', running.history.keepMs, next.history.keepMs],
    ['history.keepLatest', running.history.keepLatest, next.history.keepLatest],
    ['owners', running.owners, next.owners],
    ['rules', running.rules, next.rules],
    ['server.publicUrl', running.server.publicUrl, next.server.publicUrl],
    ['server.rateLimit', running.server.rateLimit, next.server.rateLimit],
  ]
  return parts.flatMap(([path, old, wanted]) => (isDeepStrictEqual(old, wanted) ? [] : path))
}
