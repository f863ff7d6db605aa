import { takenDigest } from '../flux/values-check.ts'
import { dig, digArray, digString, type Json } from '../model/json.ts'
import type { EffectiveUnit } from './effective.ts'
import type { Unit } from './pairing.ts'
import type { Side } from './side.ts'

/** Sides of which something that was asked for is not known. */
export function unknownSides({ states }: EffectiveUnit): Side[] {
  return [...states]
    .filter(([, state]) =>
      state.state === 'composed' ? state.missing?.asked : state.state === 'unknown' && state.asked,
    )
    .map(([side]) => side)
}

/**
 * Whether the controllers' own digests prove that what they took is the same on all sides: helm-controller's over the merged values,
 * kustomize-controller's over what it built. Different digests prove nothing.
 */
export function isProvenEqual(unit: Unit, { states, layer }: EffectiveUnit): boolean {
  const digests = [...states.keys()].map((side) => {
    const digest = unit.entries[side.index]?.statusDigest ?? null
    const status = digest === null ? undefined : dig(side.snapshot.body(digest), 'status')
    return layer === 'values' ? takenDigest(status) : builtDigest(status)
  })
  return digests.length > 1 && digests[0] !== null && digests.every((digest) => digest === digests[0])
}

function builtDigest(status: Json | undefined): string | null {
  return digString(digArray(status, 'history')[0], 'digest') ?? null
}

/** Whether it remains open what differs. */
export function isUncertain(unit: Unit, effective: EffectiveUnit): boolean {
  return unknownSides(effective).length > 0 && !isProvenEqual(unit, effective)
}
