import type { ResourceRef } from '../model/resource-ref.ts'

/** Label prefix by owner. Where an object carries several, the first names what applied it: the others came with a template. */
const OWNERS = [
  ['kustomize.toolkit.fluxcd.io', 'kustomize.toolkit.fluxcd.io', 'Kustomization'],
  ['helm.toolkit.fluxcd.io', 'helm.toolkit.fluxcd.io', 'HelmRelease'],
  ['resourceset.fluxcd.controlplane.io', 'fluxcd.controlplane.io', 'ResourceSet'],
  ['fluxcd.controlplane.io', 'fluxcd.controlplane.io', 'FluxInstance'],
] as const

/**
 * The Flux object that manages the object with these labels: `<prefix>/name` and `<prefix>/namespace`, which Flux sets on all that
 * it applies (fluxcd/pkg ssa/manager.go). Null where it is not managed by Flux, or only one of the two labels is there.
 */
export function ownerOf(labels: Readonly<Record<string, string>>): ResourceRef | null {
  for (const [prefix, group, kind] of OWNERS) {
    const name = label(labels, `${prefix}/name`)
    const namespace = label(labels, `${prefix}/namespace`)
    if (name && namespace) return { group, kind, namespace, name }
  }
  return null
}

function label(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
