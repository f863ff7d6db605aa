import { dig, digArray, digString, type Json } from '../model/json.ts'
import { secretsOfChannel } from './channel-secrets.ts'
import { CHANNEL_SECRETS, hookTrouble } from './channel-sources.ts'
import type { Config, Environment } from './config.ts'
import type { Path, Problem } from './problems.ts'
import { readRedisUrl } from './redis-url.ts'
import {
  describeSource,
  fileTrouble,
  hashIn,
  keyBytes,
  NO_HASH,
  NO_KEY,
  readSecret,
  readSecretBytes,
  sourceTrouble,
} from './secret-source.ts'
import { resolvePath, type SecretSource } from './words.ts'

/** Which process reads the configuration: a worker has no use for the server's certificate and the tokens, and may lack them. */
export type Role = 'all' | 'api' | 'worker'

export type SourceOptions = {
  /** What relative paths are against. */
  readonly folder: string
  readonly env: Environment
  readonly role: Role
}

/**
 * Variables and files that the document names and that are not there, or do not hold what they must. Kubeconfigs are left out: a
 * cluster that cannot be reached is told by its snapshots, and each worker has only those of its pool.
 */
export function sourceProblems(document: Json, options: SourceOptions): Problem[] {
  return [
    ...secretsIn(document, options).flatMap(({ path, source, check }) => {
      const trouble = sourceTrouble(source, options.env) ?? check?.(source) ?? null
      const at = [...path, 'env' in source ? 'env' : 'file']
      return trouble === null ? [] : valueProblem(at, `names ${describeSource(source)}, which ${trouble}`)
    }),
    ...filesIn(document, options).flatMap(({ path, file }) => {
      const trouble = fileTrouble(file)
      return trouble === null ? [] : valueProblem(path, `names the file ${file}, which ${trouble}`)
    }),
  ]
}

function valueProblem(path: Path, message: string): Problem {
  return { path, message, place: null }
}

type Named = {
  readonly path: Path
  readonly source: SecretSource
  /** What is wrong with what it holds. */
  readonly check?: (source: SecretSource) => string | null
}

function secretsIn(document: Json, { folder, env, role }: SourceOptions): Named[] {
  const at = (from: Json, path: Path, check?: Named['check']): Named[] => {
    const source = sourceIn(from, path, folder)
    return source === null ? [] : [check ? { path, source, check } : { path, source }]
  }
  const isKey = (source: SecretSource) => (keyBytes(readSecretBytes(source, env)) === null ? NO_KEY : null)
  const isHash = (source: SecretSource) => (hashIn(readSecret(source, env)) === null ? NO_HASH : null)
  const tokens = role === 'worker' ? [] : digArray(document, 'access', 'tokens')
  const channels = role === 'worker' ? [] : digArray(document, 'channels')
  return [
    ...at(document, ['redis', 'urlFrom'], (source) => redisUrlTrouble(readSecret(source, env), document)),
    ...at(document, ['redis', 'sentinels', 'passwordFrom']),
    ...at(document, ['key', 'from'], isKey),
    ...tokens.flatMap((token, index) =>
      at(token, ['sha256From'], isHash).map((named) => ({
        ...named,
        path: ['access', 'tokens', index, ...named.path],
      })),
    ),
    ...channels.flatMap((channel, index) =>
      CHANNEL_SECRETS.flatMap((path) =>
        at(
          channel,
          path,
          path[1] === 'urlFrom' ? (source) => hookTrouble(readSecret(source, env), channel) : undefined,
        ),
      ).map((named) => ({ ...named, path: ['channels', index, ...named.path] })),
    ),
  ]
}

function sourceIn(from: Json, path: Path, folder: string): SecretSource | null {
  const keys = path.map(String)
  const env = digString(from, ...keys, 'env')
  const file = digString(from, ...keys, 'file')
  if (env) return { env }
  return file ? { file: resolvePath(file, folder) } : null
}

/** The URL holds a password: nothing of it is told. */
function redisUrlTrouble(text: string, document: Json): string | null {
  const url = readRedisUrl(text)
  if (url === null) return 'holds no URL of the form redis://[user:password@]host:port[/db] (rediss:// for TLS)'
  const isCluster = dig(document, 'redis', 'cluster') !== undefined
  return isCluster && url.database !== 0 ? 'names a database, and a Redis Cluster has none but 0' : null
}

function filesIn(document: Json, { folder, role }: SourceOptions): { readonly path: Path; readonly file: string }[] {
  const server = role === 'worker' ? [] : ['certFile', 'keyFile'].map((key) => ['server', 'tls', key])
  const redis = ['caFile', 'certFile', 'keyFile'].map((key) => ['redis', 'tls', key])
  return [...redis, ...server].flatMap((path) => {
    const file = digString(document, ...path)
    return file ? { path, file: resolvePath(file, folder) } : []
  })
}

/** The environment for what this process starts (credential plugins): without the variables that hold its own secrets. */
export function withoutSecrets(env: Environment, { redis, key, access, channels }: Config): Environment {
  const sources = [
    redis?.url,
    redis?.sentinels?.password,
    key,
    ...access.tokens.map(({ sha256 }) => sha256),
    ...channels.flatMap(secretsOfChannel),
  ]
  const names = sources.flatMap((source) => (source && typeof source === 'object' && 'env' in source ? source.env : []))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)))
}
