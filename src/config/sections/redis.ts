import * as z from 'zod'
import {
  filePath,
  hostPort,
  readHostPort,
  refusedLiteral,
  resolvePath,
  resolveSource,
  secretSource,
  type HostPort,
  type SecretSource,
} from '../words.ts'

export type RedisConfig = {
  /** redis:// or rediss://. With sentinels or a cluster: user, password, database and TLS are taken from it, host and port are not. */
  readonly url: SecretSource | null
  /** Before every key. */
  readonly prefix: string
  readonly tls: {
    /** Null: the authorities that Node knows. */
    readonly caFile: string | null
    readonly certFile: string | null
    readonly keyFile: string | null
    readonly serverName: string | null
  } | null
  readonly sentinels: {
    readonly name: string
    readonly nodes: readonly HostPort[]
    readonly password: SecretSource | null
  } | null
  readonly cluster: { readonly nodes: readonly HostPort[] } | null
}

const nodes = z.array(hostPort('redis-0.example.com:6379')).min(1, 'must name at least one node')
const literal = refusedLiteral('urlFrom: { env: REDIS_URL }')

export const redisSchema = z
  .strictObject({
    url: literal,
    password: literal,
    urlFrom: secretSource('REDIS_URL').optional().meta({
      description:
        'redis://[user:password@]host:port[/db], or rediss:// for TLS. With sentinels or cluster only its user, password, database and scheme count.',
    }),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, ., _ and -')
      .default('flux-compare')
      .meta({ description: 'Before every key, so that several installations can share one Redis.' }),
    tls: z
      .strictObject({
        caFile: filePath('/etc/redis/ca.crt').optional(),
        certFile: filePath('/etc/redis/tls.crt').optional(),
        keyFile: filePath('/etc/redis/tls.key').optional(),
        serverName: z.string().min(1).optional(),
      })
      .optional()
      .meta({ description: 'TLS with an authority or certificate of your own; also switches TLS on.' }),
    sentinels: z
      .strictObject({
        password: refusedLiteral('passwordFrom: { env: SENTINEL_PASSWORD }'),
        name: z
          .string()
          .min(1, 'must not be empty')
          .meta({ examples: ['mymaster'] }),
        nodes,
        passwordFrom: secretSource('SENTINEL_PASSWORD').optional(),
      })
      .optional()
      .meta({ description: 'Find the master by Redis Sentinel.' }),
    cluster: z.strictObject({ nodes }).optional().meta({ description: 'A Redis Cluster.' }),
  })
  .meta({ description: 'The queue. Default: inside the process.' })

export function resolveRedis(written: z.output<typeof redisSchema>, folder: string): RedisConfig {
  const { urlFrom, prefix, tls, sentinels, cluster } = written
  const path = (file: string | undefined): string | null => (file === undefined ? null : resolvePath(file, folder))
  const source = (from: SecretSource | undefined): SecretSource | null =>
    from === undefined ? null : resolveSource(from, folder)
  return {
    url: source(urlFrom),
    prefix,
    tls: tls
      ? {
          caFile: path(tls.caFile),
          certFile: path(tls.certFile),
          keyFile: path(tls.keyFile),
          serverName: tls.serverName ?? null,
        }
      : null,
    sentinels: sentinels
      ? { name: sentinels.name, nodes: nodesOf(sentinels.nodes), password: source(sentinels.passwordFrom) }
      : null,
    cluster: cluster ? { nodes: nodesOf(cluster.nodes) } : null,
  }
}

function nodesOf(written: readonly string[]): HostPort[] {
  return written.map((node) => readHostPort(node)!)
}
