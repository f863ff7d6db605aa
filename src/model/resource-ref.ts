/** Identity of a Kubernetes object without its version: v1 and v1beta2 of a kind are the same object. `group` is '' for core kinds. */
export type ResourceRef = {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** Unique text of a ref: `group/Kind/namespace/name`. None of the parts can hold a slash. */
export function refKey(ref: ResourceRef): string {
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`
}

/** For people: `Kind/namespace/name`, or `Kind/name` where there is no namespace. */
export function displayRef(ref: ResourceRef): string {
  return ref.namespace === '' ? `${ref.kind}/${ref.name}` : `${ref.kind}/${ref.namespace}/${ref.name}`
}

export function sameRef(a: ResourceRef, b: ResourceRef): boolean {
  return a.name === b.name && a.namespace === b.namespace && a.kind === b.kind && a.group === b.group
}

/** Total order used for every listing: kind, namespace, name, group; by code units, so that it is the same on every machine. */
export function compareRefs(a: ResourceRef, b: ResourceRef): number {
  return (
    compareText(a.kind, b.kind) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.group, b.group)
  )
}

export function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
