import { stringify } from 'yaml'
import type { Json } from '../model/json.ts'
import type { Rule } from '../model/rules.ts'
import type { Config } from './config.ts'
import { channelDocument } from './print-channel.ts'
import { comparisonDocument } from './print-comparison.ts'
import { writeDuration, writeLongDuration } from './durations.ts'
import { API_VERSION } from './schema.ts'
import type { TokenConfig } from './sections/access.ts'
import type { ClusterConfig, ClusterConnection } from './sections/clusters.ts'
import type { RedisConfig } from './sections/redis.ts'
import { writeHostPort } from './words.ts'

/**
 * The effective configuration as YAML: defaults written out, paths absolute. Of secrets it says where they are; the configuration has
 * nothing else of them. Read again, it gives the same configuration.
 */
export function printConfig(config: Config): string {
  return stringify(withoutMissing(documentOf(config)), { lineWidth: 120, aliasDuplicateObjects: false })
}

type Written = { readonly [key: string]: Written | readonly Written[] | Json | undefined }

function documentOf({
  clusters,
  comparisons,
  owners,
  rules,
  channels,
  server,
  redis,
  history,
  key,
  access,
  execPlugins,
}: Config): Written {
  return {
    apiVersion: API_VERSION,
    kind: 'Config',
    clusters: clusters.map(clusterOf),
    comparisons: comparisons.map(comparisonDocument) as Json[],
    owners: owners.map(({ owner, namespaces }) => ({ owner, namespaces })),
    rules: rules.map(ruleOf),
    channels: channels.map(channelDocument) as Json[],
    server: {
      listen: writeHostPort(server.listen),
      basePath: server.basePath || '/',
      publicUrl: server.publicUrl ?? undefined,
      tls: server.tls ?? undefined,
      rateLimit: { requests: server.rateLimit.requests, per: writeDuration(server.rateLimit.perMs) },
    },
    redis: redis === null ? undefined : redisOf(redis),
    history: {
      path: history.path ?? undefined,
      keep: writeLongDuration(history.keepMs),
      keepLatest: history.keepLatest,
    },
    key: key === null ? undefined : { from: key },
    access: { tokens: access.tokens.map(tokenOf) },
    execPlugins: execPlugins ?? undefined,
  }
}

/** What was called by its place is so again. */
function ruleOf(rule: Rule): Written {
  const { id, ...rest } = rule
  return id.includes(':') ? rest : { id, ...rest }
}

function clusterOf(cluster: ClusterConfig): Written {
  return {
    name: cluster.name,
    slug: cluster.slug,
    ...connectionOf(cluster.connection),
    labels: cluster.labels,
    parameters: cluster.parameters,
    namespaces: cluster.namespaces ?? undefined,
    pool: cluster.pool,
    requestTimeout: writeDuration(cluster.requestTimeoutMs),
    timeout: writeDuration(cluster.timeoutMs),
    secretCompare: cluster.secretCompare,
    as: cluster.as ?? undefined,
    asGroups: cluster.asGroups,
    insecure: cluster.insecure,
  }
}

function connectionOf(connection: ClusterConnection): Written {
  switch (connection.by) {
    case 'context':
      return { context: connection.context, kubeconfig: connection.kubeconfig ?? undefined }
    case 'kubeconfig':
      return { kubeconfig: connection.path }
    case 'in-cluster':
      return { inCluster: true }
  }
}

function redisOf({ url, prefix, tls, sentinels, cluster }: RedisConfig): Written {
  return {
    urlFrom: url ?? undefined,
    prefix,
    tls:
      tls === null
        ? undefined
        : Object.fromEntries(Object.entries(tls).map(([name, value]) => [name, value ?? undefined])),
    sentinels:
      sentinels === null
        ? undefined
        : {
            name: sentinels.name,
            nodes: sentinels.nodes.map(writeHostPort),
            passwordFrom: sentinels.password ?? undefined,
          },
    cluster: cluster === null ? undefined : { nodes: cluster.nodes.map(writeHostPort) },
  }
}

function tokenOf({ name, sha256, scopes, clusters, namespaces, expires }: TokenConfig): Written {
  return {
    name,
    ...(typeof sha256 === 'string' ? { sha256 } : { sha256From: sha256 }),
    scopes,
    clusters: clusters ?? undefined,
    namespaces: namespaces ?? undefined,
    expires: expires ?? undefined,
  }
}

function withoutMissing(value: Written): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
