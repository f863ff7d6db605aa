import type { ResourceRef } from '../model/resource-ref.ts'

const ROLE_KINDS: ReadonlySet<string> = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])
const RBAC_GROUP = 'rbac.authorization.k8s.io'

/**
 * Reads the id of an inventory entry, `namespace_name_group_kind`, as fluxcd/cli-utils does: the namespace ends at the first
 * underscore, kind and group begin at the last two, and `__` inside the name is a colon. Null where separators are missing.
 */
export function parseInventoryId(id: string): ResourceRef | null {
  const first = id.indexOf('_')
  const last = id.lastIndexOf('_')
  const middle = last > first ? id.slice(0, last).lastIndexOf('_') : -1
  if (middle <= first) return null
  return {
    group: id.slice(middle + 1, last),
    kind: id.slice(last + 1),
    namespace: id.slice(0, first),
    name: id.slice(first + 1, middle).replaceAll('__', ':'),
  }
}

/** Writes the id of an inventory entry as fluxcd/cli-utils does: colons become `__`, but only in names of RBAC kinds. */
export function formatInventoryId(ref: ResourceRef): string {
  const escaped = ref.group === RBAC_GROUP && ROLE_KINDS.has(ref.kind)
  const name = escaped ? ref.name.replaceAll(':', '__') : ref.name
  return `${ref.namespace}_${name}_${ref.group}_${ref.kind}`
}
