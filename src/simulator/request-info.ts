import { nameInFieldSelector } from './selectors.ts'

/** A request as the API server's authoriser sees it (Kubernetes' RequestInfo). */
export type RequestInfo = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case. */
  readonly verb: string
  /** What is asked for under /api/VERSION or /apis/GROUP/VERSION; null for discovery, /version and the like. */
  readonly target: Target | null
}

export type Target = {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** Empty: all namespaces, or a cluster-scoped resource. */
  readonly namespace: string
  /** Of the object, or what `fieldSelector=metadata.name=NAME` narrows a list to. */
  readonly name: string
  readonly collection: boolean
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

export function requestInfo(method: string, url: string): RequestInfo {
  const { pathname: path, searchParams: query } = new URL(url, 'https://simulator.invalid')
  const target = targetOf(path, query)
  if (target === null) return { method, path, query, target, verb: method.toLowerCase() }
  return { method, path, query, target, verb: verbOf(method, target, query) }
}

function verbOf(method: string, target: Target, query: URLSearchParams): string {
  if (method === 'DELETE' && target.collection) return 'deletecollection'
  if (method !== 'GET' && method !== 'HEAD') return VERBS[method] ?? method.toLowerCase()
  if (/^(1|true)$/.test(query.get('watch') ?? '')) return 'watch'
  return target.collection ? 'list' : 'get'
}

function targetOf(path: string, query: URLSearchParams): Target | null {
  const parts = path.split('/').slice(1).map(decode)
  if (parts[0] === 'api' && parts.length > 2) return resourceTarget('', parts[1]!, parts.slice(2), query)
  if (parts[0] === 'apis' && parts.length > 3) return resourceTarget(parts[1]!, parts[2]!, parts.slice(3), query)
  return null
}

function resourceTarget(group: string, version: string, parts: readonly string[], query: URLSearchParams): Target {
  const inNamespace = parts[0] === 'namespaces' && parts.length > 2
  const [resource = '', named = '', subresource = ''] = inNamespace ? parts.slice(2) : parts
  const name = named === '' ? nameInFieldSelector(query.get('fieldSelector') ?? '') : named
  const ownNamespace = resource === 'namespaces' ? named : ''
  const namespace = inNamespace ? parts[1]! : ownNamespace
  return { group, version, resource, subresource, name, namespace, collection: named === '' }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
