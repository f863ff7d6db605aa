import { splitGeneratedName } from '../flux/generator-name.ts'
import { refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'

/** `refKey` with `*`, which no name can hold, in the place of the hash that a generator appended. */
export function stemKey(ref: ResourceRef): string {
  const generated = splitGeneratedName(ref.name)
  return refKey(generated ? { ...ref, name: `${generated.stem}-*` } : ref)
}
