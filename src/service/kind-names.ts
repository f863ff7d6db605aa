import { findKinds, FLUX_KINDS } from '../flux/kinds.ts'
import { AppError } from '../model/errors.ts'

/** Kinds by what users call them (`hr`, `helmreleases`, `HelmRelease`); an unknown name is refused with the known ones. */
export function kindsNamed(names: readonly string[]): readonly string[] {
  const kinds = names.flatMap((name) => {
    const found = findKinds(name)
    if (found.length > 0) return found.map(({ kind }) => kind)
    throw new AppError('input-invalid', `${name} is not a Flux kind`, {
      hint: `Known: ${FLUX_KINDS.map(({ kind }) => kind).join(', ')}`,
    })
  })
  return [...new Set(kinds)]
}
