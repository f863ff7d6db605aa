import { findKinds, FLUX_KINDS } from '../flux/kinds.ts'
import { AppError } from '../model/errors.ts'

/** Every Flux kind, in the order of the catalogue. */
export const KIND_NAMES: readonly string[] = FLUX_KINDS.map(({ kind }) => kind)

/** Kinds by what users call them (`hr`, `helmreleases`, `HelmRelease`); an unknown name is refused with the known ones. */
export function kindsNamed(names: readonly string[]): readonly string[] {
  const kinds = names.flatMap((name) => {
    const found = findKinds(name)
    if (found.length > 0) return found.map(({ kind }) => kind)
    throw new AppError('input-invalid', `${name} is not a Flux kind`, {
      hint: `Known: ${KIND_NAMES.join(', ')}`,
    })
  })
  return [...new Set(kinds)]
}
