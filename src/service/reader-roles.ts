import { FLUX_KINDS } from '../flux/kinds.ts'
import type { JsonObject } from '../model/json.ts'
import { compareText } from '../model/resource-ref.ts'
import type { Reference } from '../model/snapshot.ts'

/** Who gets the rights: `subjects` of a RoleBinding. */
export type RoleSubject =
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'User' | 'Group'; readonly name: string }

const API_VERSION = 'rbac.authorization.k8s.io/v1'
const RBAC_GROUP = 'rbac.authorization.k8s.io'
const NAME = 'flux-compare-flux'
const REFERENCES = 'flux-compare-references'

/**
 * The least that reading a cluster needs, as Kubernetes objects: get and list on the Flux groups, and per namespace `get` on exactly
 * the ConfigMaps and Secrets that Flux objects refer to. `list` on Secrets would give their contents, so it is never asked for.
 */
export function readerRoles(references: readonly Reference[], subject: RoleSubject): readonly JsonObject[] {
  const role = {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: { name: NAME },
    rules: [
      { apiGroups: fluxGroups(), resources: ['*'], verbs: ['get', 'list'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] },
      { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
      { apiGroups: [''], resources: ['events'], verbs: ['list'] },
    ],
  }
  return [role, binding(NAME, null, subject), ...referenceRoles(references, subject)]
}

function referenceRoles(references: readonly Reference[], subject: RoleSubject): JsonObject[] {
  const byNamespace = new Map<string, { ConfigMap: Set<string>; Secret: Set<string> }>()
  for (const { to } of references) {
    if (to.group !== '' || (to.kind !== 'ConfigMap' && to.kind !== 'Secret')) continue
    const names = byNamespace.get(to.namespace) ?? { ConfigMap: new Set(), Secret: new Set() }
    names[to.kind].add(to.name)
    byNamespace.set(to.namespace, names)
  }
  return [...byNamespace.keys()].sort(compareText).flatMap((namespace) => {
    const names = byNamespace.get(namespace)!
    const rules = [...rulesFor('configmaps', names.ConfigMap), ...rulesFor('secrets', names.Secret)]
    const metadata = { name: REFERENCES, namespace }
    return [{ apiVersion: API_VERSION, kind: 'Role', metadata, rules }, binding(REFERENCES, namespace, subject)]
  })
}

function rulesFor(resource: string, names: ReadonlySet<string>): JsonObject[] {
  if (names.size === 0) return []
  return [{ apiGroups: [''], resources: [resource], resourceNames: [...names].sort(compareText), verbs: ['get'] }]
}

function fluxGroups(): string[] {
  return [...new Set(FLUX_KINDS.map(({ group }) => group))].sort(compareText)
}

function binding(name: string, namespace: string | null, subject: RoleSubject): JsonObject {
  const inNamespace = namespace !== null
  return {
    apiVersion: API_VERSION,
    kind: inNamespace ? 'RoleBinding' : 'ClusterRoleBinding',
    metadata: inNamespace ? { name, namespace } : { name },
    roleRef: { apiGroup: RBAC_GROUP, kind: inNamespace ? 'Role' : 'ClusterRole', name },
    subjects: [subject.kind === 'ServiceAccount' ? { ...subject } : { ...subject, apiGroup: RBAC_GROUP }],
  }
}
