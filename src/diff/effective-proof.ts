import type { EffectiveUnit } from './effective.ts'
import { isProvenOn } from './proof/prove.ts'
import type { UnitProof } from './proof/prove.ts'
import type { Side } from './side.ts'

/** Sides of which something that was asked for is not known. */
export function unknownSides({ states }: EffectiveUnit): Side[] {
  return [...states]
    .filter(([, state]) =>
      state.state === 'composed' ? state.missing?.asked : state.state === 'unknown' && state.asked,
    )
    .map(([side]) => side)
}

/** Whether it remains open what differs: something is not known, and no digest says what it comes to. */
export function isUncertain(effective: EffectiveUnit, proof: UnitProof | null): boolean {
  return unknownSides(effective).some((side) => proof === null || !isProvenOn(proof, side))
}
