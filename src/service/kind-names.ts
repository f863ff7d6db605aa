import { findKinds, FLUX_KINDS } from '../flux/kinds.ts'
import { AppError } from '../model/errors.ts'
import type { ResourceRef } from '../model/resource-ref.ts'

/** Every Flux kind, in the order of the catalogue. */
export const KIND_NAMES: readonly string[] = FLUX_KINDS.map(({ kind }) => kind)

/** Kinds by what users call them (`hr`, `helmreleases`, `HelmRelease`); an unknown name is refused with the known ones. */
export function kindsNamed(names: readonly string[]): readonly string[] {
  const kinds = names.flatMap((name) => {
    const found = findKinds(name)
    if (found.length > 0) return found.map(({ kind }) => kind)
    throw unknownKind(name, KIND_NAMES)
  })
  return [...new Set(kinds)]
}

type Kind = Pick<ResourceRef, 'group' | 'kind'>

const DATA_KINDS: readonly (Kind & { readonly names: readonly string[] })[] = [
  { group: '', kind: 'ConfigMap', names: ['configmap', 'configmaps', 'cm'] },
  { group: '', kind: 'Secret', names: ['secret', 'secrets'] },
]

/**
 * Tells whether an object is of the kind that a user named: a Flux kind, a ConfigMap, a Secret, or what one of `present` is (controllers,
 * kinds of Flux that are newer than this program). Throws `input-invalid` for any other name.
 */
export function namesKind(name: string, present: () => readonly Kind[]): (kind: Kind) => boolean {
  const lower = name.trim().toLowerCase()
  const data = DATA_KINDS.filter(({ names }) => names.includes(lower))
  const wanted: readonly Kind[] = data.length > 0 ? data : findKinds(name)
  if (wanted.length > 0)
    return ({ group, kind }) => wanted.some((known) => known.kind === kind && known.group === group)
  if (present().some(({ kind }) => kind.toLowerCase() === lower)) return ({ kind }) => kind.toLowerCase() === lower
  throw unknownKind(name, [...KIND_NAMES, 'ConfigMap', 'Secret'])
}

/** Names of the kinds that drift can be of, by what a user calls one: Flux kinds, ConfigMap, Secret, and the controllers' Deployment. */
export function driftKinds(name: string): readonly string[] {
  const lower = name.trim().toLowerCase()
  const data = DATA_KINDS.filter(({ names }) => names.includes(lower))
  if (data.length > 0) return data.map(({ kind }) => kind)
  return /^deployments?$/.test(lower) ? ['Deployment'] : kindsNamed([name])
}

function unknownKind(name: string, known: readonly string[]): AppError {
  return new AppError('input-invalid', `${name} is not a Flux kind`, { hint: `Known: ${known.join(', ')}` })
}
