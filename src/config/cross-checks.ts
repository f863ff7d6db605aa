import { dig, digArray, digString, isJsonArray, isJsonObject, own, type Json } from '../model/json.ts'
import { channelProblems } from './channel-checks.ts'
import { comparisonProblems } from './comparison-checks.ts'
import { problemAt, type Path, type Problem } from './problems.ts'
import { isLoopback, LISTEN } from './sections/server.ts'
import { readHostPort } from './words.ts'

/**
 * What no single value shows: names given twice, one cluster under two names, tokens for clusters that there are not. Reads the
 * document as it is written, whatever else is wrong with it, so that all problems are told at once.
 */
export function crossProblems(document: Json): Problem[] {
  const clusters = digArray(document, 'clusters')
  const tokens = digArray(document, 'access', 'tokens')
  const names = new Set(clusters.flatMap((cluster) => digString(cluster, 'name') ?? []))
  return [
    ...twice(clusters, 'name', ['clusters']),
    ...twice(clusters, 'slug', ['clusters']),
    ...twice(digArray(document, 'channels'), 'name', ['channels']),
    ...twice(digArray(document, 'comparisons'), 'name', ['comparisons']),
    ...twice(tokens, 'name', ['access', 'tokens']),
    ...clusters.flatMap((cluster, index) => connectionProblems(cluster, ['clusters', index])),
    ...sameCluster(clusters),
    ...tokens.flatMap((token, index) => tokenProblems(token, ['access', 'tokens', index], names)),
    ...channelProblems(document),
    ...comparisonProblems(document),
    ...redisProblems(document),
    ...exposure(document),
  ]
}

function twice(items: readonly Json[], key: string, above: Path): Problem[] {
  const first = new Map<string, number>()
  return items.flatMap((item, index) => {
    const value = digString(item, key)
    const earlier = value === undefined ? undefined : first.get(value)
    if (value !== undefined && earlier === undefined) first.set(value, index)
    if (earlier === undefined) return []
    return problemAt([...above, index, key], `is that of ${above.join('.')}[${earlier}] too; give each its own`)
  })
}

function connectionProblems(cluster: Json, path: Path): Problem[] {
  if (!isJsonObject(cluster)) return []
  const has = (key: string): boolean => own(cluster, key) !== undefined
  if (!has('context') && !has('kubeconfig') && !has('inCluster')) {
    return [
      problemAt(
        path,
        'does not say how the cluster is reached; write context: NAME, kubeconfig: PATH or inCluster: true',
      ),
    ]
  }
  const problems: Problem[] = []
  if (has('inCluster') && (has('context') || has('kubeconfig'))) {
    problems.push(problemAt([...path, 'inCluster'], 'excludes context and kubeconfig; keep one way to the cluster'))
  }
  if (digArray(cluster, 'asGroups').length > 0 && !has('as')) {
    problems.push(problemAt([...path, 'asGroups'], 'needs the user to impersonate; write as: NAME'))
  }
  return problems
}

/** One connection with the same namespaces twice would compare a thing with itself. */
function sameCluster(clusters: readonly Json[]): Problem[] {
  const first = new Map<string, number>()
  return clusters.flatMap((cluster, index) => {
    const connection = ['context', 'kubeconfig', 'inCluster'].map((key) => own(cluster, key) ?? null)
    if (connection.every((value) => value === null)) return []
    const namespaces = new Set(digArray(cluster, 'namespaces').filter((name) => typeof name === 'string'))
    const id = JSON.stringify([connection, [...namespaces].toSorted()])
    const earlier = first.get(id)
    if (earlier === undefined) first.set(id, index)
    if (earlier === undefined) return []
    return problemAt(
      ['clusters', index],
      `is the same cluster with the same namespaces as clusters[${earlier}]; remove one, or give them different namespaces`,
    )
  })
}

function tokenProblems(token: Json, path: Path, known: ReadonlySet<string>): Problem[] {
  if (!isJsonObject(token)) return []
  const hashes = ['sha256', 'sha256From'].filter((key) => own(token, key) !== undefined)
  const unknown = digArray(token, 'clusters').flatMap((name, index) =>
    typeof name !== 'string' || known.has(name)
      ? []
      : problemAt([...path, 'clusters', index], 'is no cluster of this file; write the name of one'),
  )
  if (hashes.length === 1) return unknown
  const what = hashes.length === 0 ? 'has no hash' : 'has two hashes'
  return [...unknown, problemAt(path, `${what}; write sha256: HASH or sha256From: { env: NAME }, not both`)]
}

function redisProblems(document: Json): Problem[] {
  const redis = own(document, 'redis')
  if (!isJsonObject(redis)) return []
  const has = (key: string): boolean => own(redis, key) !== undefined
  const problems: Problem[] = []
  if (!has('urlFrom') && !has('sentinels') && !has('cluster')) {
    problems.push(problemAt(['redis'], 'does not say where Redis is; write urlFrom: { env: REDIS_URL }'))
  }
  if (has('sentinels') && has('cluster')) {
    problems.push(problemAt(['redis', 'cluster'], 'excludes sentinels; keep one of the two'))
  }
  const tls = own(redis, 'tls')
  if (isJsonObject(tls) && (own(tls, 'certFile') === undefined) !== (own(tls, 'keyFile') === undefined)) {
    problems.push(
      problemAt(
        ['redis', 'tls'],
        'has a client certificate without its key, or the reverse; write certFile and keyFile',
      ),
    )
  }
  return problems
}

function exposure(document: Json): Problem[] {
  const written = dig(document, 'server', 'listen') ?? LISTEN
  const listen = typeof written === 'string' ? readHostPort(written) : null
  const tokens = dig(document, 'access', 'tokens')
  const protectedByTokens = isJsonArray(tokens) && tokens.length > 0
  if (listen === null || isLoopback(listen) || protectedByTokens) return []
  return [problemAt(['server', 'listen'], OPEN_TO_ALL)]
}

/** Why a service does not start: without tokens, all who reach it may read all. */
export const OPEN_TO_ALL = 'is no loopback address, so access.tokens is needed; or write 127.0.0.1 with the port'
