import type { ClusterName } from '../../model/cluster.ts'
import { AppError } from '../../model/errors.ts'
import { ACCESS_SCOPES, type Access, type AccessScope } from '../access.ts'

/** Throws `forbidden` where the scope of the caller does not include the one that is needed. */
export function requireScope(access: Access, needed: AccessScope): void {
  if (hasScope(access, needed)) return
  throw new AppError('forbidden', `this needs the scope ${needed}, the token has ${access.scope}`)
}

export function hasScope(access: Access, needed: AccessScope): boolean {
  return ACCESS_SCOPES.indexOf(access.scope) >= ACCESS_SCOPES.indexOf(needed)
}

export function seesCluster(access: Access, cluster: ClusterName): boolean {
  return access.clusters === null || access.clusters.includes(cluster)
}

export function seesNamespace(access: Access, namespace: string): boolean {
  return access.namespaces === null || access.namespaces.includes(namespace)
}

/** Refuses to be asked about other namespaces, in the same words whether they exist or not. Throws `forbidden`. */
export function requireNamespaces(access: Access, namespaces: readonly string[]): void {
  const foreign = namespaces.filter((namespace) => !seesNamespace(access, namespace))
  if (foreign.length === 0) return
  throw new AppError('forbidden', `the token does not cover the namespace ${foreign.join(', ')}`, {
    hint: `Ask for some of: ${(access.namespaces ?? []).join(', ')}`,
  })
}

/** The one answer for what does not exist and for what the caller must not know of. */
export function notFound(what: string, id: string): AppError {
  return new AppError('not-found', `there is no ${what} ${id}`)
}
