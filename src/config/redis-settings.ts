import { AppError } from '../model/errors.ts'
import type { Environment } from './config.ts'
import { readRedisUrl, type RedisUrl } from './redis-url.ts'
import { describeSource, readSecret } from './secret-source.ts'
import type { RedisConfig } from './sections/redis.ts'
import { writeHostPort, type HostPort } from './words.ts'

/** The section redis with its secrets and files read: what a connection is made of. Never to be logged. */
export type RedisSettings = {
  readonly mode: 'single' | 'sentinel' | 'cluster'
  /**
   * `redis[s]://[user[:password]@]host:port[/database]`: the server, the sentinels (user and password are then those of the sentinels, the
   * database that of the server), or nodes of the cluster. `rediss` where TLS is on.
   */
  readonly urls: readonly string[]
  /** Name of the master that the sentinels watch. */
  readonly master: string | null
  /** Of the server; with `single` they are in the URL. */
  readonly username: string | null
  readonly password: string | null
  /** PEM texts. Null: nothing but what the URL says. */
  readonly tls: {
    readonly ca: string | null
    readonly cert: string | null
    readonly key: string | null
    readonly serverName: string | null
  } | null
}

/** Reads the URL, the passwords and the files of the section. Throws `config-invalid` naming the variable or file. */
export function redisSettings(redis: RedisConfig, env: Environment): RedisSettings {
  const given = redis.url === null ? NO_URL : readUrl(redis.url, env)
  const url = { ...given, tls: given.tls || redis.tls !== null }
  const settings = { master: null, username: url.username, password: url.password, tls: tlsOf(redis) }
  if (redis.sentinels) {
    const { name, nodes, password } = redis.sentinels
    const own = { ...url, username: null, password: password === null ? null : readSecret(password, env) }
    return { ...settings, mode: 'sentinel', urls: nodes.map((node) => writeUrl(node, own)), master: name }
  }
  if (redis.cluster) {
    const own = { ...url, username: null, password: null }
    return { ...settings, mode: 'cluster', urls: redis.cluster.nodes.map((node) => writeUrl(node, own)) }
  }
  return { ...settings, mode: 'single', urls: [writeUrl(url, url)], username: null, password: null }
}

const NO_URL: RedisUrl = { tls: false, host: '', port: 0, username: null, password: null, database: 0 }

function readUrl(source: NonNullable<RedisConfig['url']>, env: Environment): RedisUrl {
  const url = readRedisUrl(readSecret(source, env))
  if (url) return url
  throw new AppError('config-invalid', `${describeSource(source)} holds no Redis URL`)
}

function writeUrl(node: HostPort, url: Omit<RedisUrl, 'host' | 'port'>): string {
  const password = url.password === null ? '' : `:${encodeURIComponent(url.password)}`
  const user = encodeURIComponent(url.username ?? '') + password
  const database = url.database === 0 ? '' : `/${url.database}`
  return `${url.tls ? 'rediss' : 'redis'}://${user === '' ? '' : `${user}@`}${writeHostPort(node)}${database}`
}

function tlsOf({ tls }: RedisConfig): RedisSettings['tls'] {
  if (tls === null) return null
  const pem = (file: string | null): string | null => (file === null ? null : readSecret({ file }, {}))
  return { ca: pem(tls.caFile), cert: pem(tls.certFile), key: pem(tls.keyFile), serverName: tls.serverName }
}
