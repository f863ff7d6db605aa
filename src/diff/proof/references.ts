import { refKey } from '../../model/resource-ref.ts'
import type { Reference, ReferenceUse } from '../../model/snapshot.ts'
import { refOn } from '../pairing.ts'
import type { Unit } from '../pairing.ts'
import type { Run } from '../run.ts'
import type { Side } from '../side.ts'

type ByField = ReadonlyMap<string, Reference>

/** By side and `refKey` of the object: the ConfigMaps and Secrets that objects name which have no effective values or variables. */
export type OtherReferences = readonly ReadonlyMap<string, ByField>[]

const KINDS: ReadonlySet<string> = new Set(['ResourceSet', 'GitRepository', 'OCIRepository', 'Bucket', 'HelmChart'])

/** Whether the references of such objects stand in {@link OtherReferences}. */
export function isOther({ kind }: { readonly kind: string }): boolean {
  return KINDS.has(kind)
}

/** What is made into effective values and variables is indexed elsewhere (`indexConfigReferences`). */
export function indexOtherReferences(sides: readonly Side[]): OtherReferences {
  return sides.map(({ toData }) => {
    const byObject = new Map<string, Map<string, Reference>>()
    for (const reference of toData) {
      if (!KINDS.has(reference.from.kind)) continue
      const key = refKey(reference.from)
      const known = byObject.get(key) ?? new Map<string, Reference>()
      // A field of a ResourceSet may name more than one.
      byObject.set(key, known.set(`${reference.field} ${refKey(reference.to)}`, reference))
    }
    return byObject
  })
}

const NONE: ByField = new Map()

/** The ConfigMaps and Secrets whose content enters what the controller makes of the object there, by the field that names them. */
export function sourcesOn(run: Run, unit: Unit, side: Side): ByField {
  const ref = refOn(unit, side)
  if (KINDS.has(ref.kind)) return run.otherReferences[side.index]?.get(refKey(ref)) ?? NONE
  return run.configReferences?.of(side, ref) ?? NONE
}

const ENTERING: ReadonlySet<ReferenceUse> = new Set(['values', 'substitute', 'copy', 'checksum'])

/**
 * Whether the content of a ConfigMap or Secret enters a digest by this reference: a credential only opens the way to something else. A
 * ResourceSet takes addresses out of a kubeconfig.
 */
export function enters({ use, from }: Reference): boolean {
  return ENTERING.has(use) || (use === 'kubeconfig' && from.kind === 'ResourceSet')
}
