import type { ConnectionOptions } from 'node:tls'
import { AppError } from '../model/errors.ts'

/** PEM texts. `ca` null: the authorities of Node; `serverName` null: the host of the URL. */
export type RedisTls = {
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  readonly serverName: string | null
}

/** Which Redis, as it is configured. */
export type RedisTarget = {
  readonly mode: 'single' | 'sentinel' | 'cluster'
  /**
   * `redis[s]://[user[:password]@]host[:port][/db]`: the server, the sentinels, or some nodes of the cluster. A user and password in the
   * URL of a sentinel are those of the sentinel. With `rediss` TLS is used, with the sentinels too.
   */
  readonly urls: readonly string[]
  /** Name of the master that the sentinels watch. */
  readonly master: string | null
  /** Of the server, where its URL names none. */
  readonly username: string | null
  readonly password: string | null
  readonly tls: RedisTls | null
}

type Address = { readonly host: string; readonly port: number }

type Credentials = { readonly username?: string; readonly password?: string; readonly tls?: ConnectionOptions }

/** One server, or the one that the sentinels name, in the words of ioredis. */
export type ServerOptions = Credentials & { readonly db: number } & (
    | Address
    | {
        readonly sentinels: Address[]
        readonly name: string
        readonly sentinelUsername?: string
        readonly sentinelPassword?: string
        readonly sentinelTLS?: ConnectionOptions
        readonly enableTLSForSentinelMode?: boolean
      }
  )

/** Where ioredis is to connect; how it behaves when it cannot is no matter of the target. */
export type RedisAddress =
  | { readonly mode: 'server'; readonly options: ServerOptions }
  | { readonly mode: 'cluster'; readonly nodes: Address[]; readonly redisOptions: Credentials }

/** A target for one URL. */
export function redisAt(url: string, given: Partial<RedisTarget> = {}): RedisTarget {
  return { mode: 'single', urls: [url], master: null, username: null, password: null, tls: null, ...given }
}

/**
 * Reads a target. Throws `input-invalid` without the text of a URL, which may hold a password. A query is refused: ioredis would take
 * its own options from it.
 */
export function addressOf(target: RedisTarget): RedisAddress {
  const urls = target.urls.map(parseRedisUrl)
  const [first] = urls
  if (first === undefined) throw invalid('no Redis URL is given')
  if (urls.some((url) => url.tls !== first.tls)) throw invalid('some Redis URLs are rediss:// and others are not')
  const tls = first.tls ? { tls: tlsOptions(target.tls) } : {}
  const credentials = credentialsOf(target.username ?? first.username, target.password ?? first.password)
  if (target.mode === 'cluster') {
    if (first.db !== 0) throw invalid('a Redis cluster has no database but 0')
    return { mode: 'cluster', nodes: urls.map(hostAndPort), redisOptions: { ...credentials, ...tls } }
  }
  if (target.mode === 'sentinel') return { mode: 'server', options: sentinelOptions(target, first, urls) }
  if (urls.length > 1) throw invalid('several Redis URLs are given, but neither sentinels nor a cluster')
  return { mode: 'server', options: { ...hostAndPort(first), db: first.db, ...credentials, ...tls } }
}

type ParsedUrl = Address & {
  readonly tls: boolean
  readonly db: number
  readonly username: string | null
  readonly password: string | null
}

function parseRedisUrl(text: string): ParsedUrl {
  const url = URL.parse(text)
  const scheme = url?.protocol
  if (url === null || (scheme !== 'redis:' && scheme !== 'rediss:') || url.hostname === '') {
    throw invalid('a Redis URL is not redis://HOST:PORT or rediss://HOST:PORT')
  }
  if (url.search !== '' || url.hash !== '') throw invalid('a Redis URL has a query, which is not read')
  const db = /^\/?(\d{0,4})$/.exec(url.pathname)
  if (db === null) throw invalid('the path of a Redis URL is not the number of a database')
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    tls: scheme === 'rediss:',
    db: Number(db[1]),
    username: decoded(url.username),
    password: decoded(url.password),
  }
}

function decoded(text: string): string | null {
  if (text === '') return null
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('the user or password in a Redis URL is not percent-encoded')
  }
}

function sentinelOptions(target: RedisTarget, first: ParsedUrl, urls: readonly ParsedUrl[]): ServerOptions {
  if (target.master === null) throw invalid('the name of the master that the Redis sentinels watch is not given')
  const tls = first.tls ? tlsOptions(target.tls) : null
  return {
    sentinels: urls.map(hostAndPort),
    name: target.master,
    db: first.db,
    ...credentialsOf(target.username, target.password),
    ...(first.username === null ? {} : { sentinelUsername: first.username }),
    ...(first.password === null ? {} : { sentinelPassword: first.password }),
    ...(tls === null ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
  }
}

function credentialsOf(username: string | null, password: string | null): Credentials {
  return { ...(username === null ? {} : { username }), ...(password === null ? {} : { password }) }
}

function hostAndPort({ host, port }: Address): Address {
  return { host, port }
}

function tlsOptions(tls: RedisTls | null): ConnectionOptions {
  if (tls === null) return {}
  const { ca, cert, key, serverName } = tls
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(serverName === null ? {} : { servername: serverName }),
  }
}

function invalid(message: string): AppError {
  return new AppError('input-invalid', message, { hint: 'Correct the section redis of the configuration.' })
}
