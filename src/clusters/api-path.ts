import type { ServedKind } from './discovery.ts'

/** The part of a kind that its paths need. */
export type Resource = Pick<ServedKind, 'group' | 'version' | 'plural' | 'kind'>

export const CONFIG_MAP: Resource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' }
export const SECRET: Resource = { group: '', version: 'v1', plural: 'secrets', kind: 'Secret' }
export const EVENT: Resource = { group: '', version: 'v1', plural: 'events', kind: 'Event' }
export const DEPLOYMENT: Resource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment' }

/** Path of all objects of a kind, in one namespace or (null) in all of them. */
export function listPath(resource: Resource, namespace: string | null): string {
  const scope = namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${basePath(resource)}${scope}/${resource.plural}`
}

export function objectPath(resource: Resource, namespace: string, name: string): string {
  return `${listPath(resource, namespace === '' ? null : namespace)}/${encodeURIComponent(name)}`
}

function basePath({ group, version }: Resource): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`
}

export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`
}

/** As RBAC names it: `helmreleases.helm.toolkit.fluxcd.io`, or `secrets`. */
export function resourceName({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`
}

/** What is missing where the API server forbids: it names the verb, the resource and where. */
export function missingRight(resource: Resource, verb: 'list' | 'get', namespace: string | null): string {
  const where = namespace === null ? 'in the whole cluster' : `in namespace ${namespace}`
  return `not allowed: needs the verb ${verb} on ${resourceName(resource)} ${where}`
}
