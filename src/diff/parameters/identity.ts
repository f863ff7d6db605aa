import { displayRef, refKey } from '../../model/resource-ref.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'
import type { Found } from '../finding.ts'
import type { Side } from '../side.ts'
import type { Profiles } from '../rules/choice.ts'
import { pairNames } from './name-pairs.ts'
import type { Doubt, Named } from './name-pairs.ts'
import { createReplacer } from './replacer.ts'
import type { Replacer } from './replacer.ts'

/** The replacer of each side, by its index; null: no cluster has parameters. */
export type Replacers = readonly Replacer[] | null

/** What the parameters of each cluster replace; null where no cluster has any. */
export function createReplacers(sides: readonly Side[], profiles: Profiles): Replacers {
  const parameters = sides.map(({ name }) => (Object.hasOwn(profiles, name) ? profiles[name]!.parameters : {}))
  if (parameters.every((one) => Object.keys(one).length === 0)) return null
  return parameters.map(createReplacer)
}

/** What an object of a side is called over all clusters: see `pairNames`. */
export type Identity = {
  readonly of: (ref: ResourceRef, side: Side) => ResourceRef
  readonly findings: readonly Found[]
}

export function createIdentity(sides: readonly Side[], replacers: Replacers): Identity {
  if (replacers === null) return { of: (ref) => ref, findings: [] }
  const named = sides.map((side): NamedSide => ({ side, refs: refsOn(side), replacer: replacers[side.index]! }))
  const bySide = new Map(named.map((one) => [one.side, one]))
  const pairs = pairNames(named)
  return { of: (ref, side) => pairs.of(ref, bySide.get(side)!), findings: pairs.doubts.map(findingOf) }
}

type NamedSide = Named & { readonly side: Side }

/** Every object that a side has or refers to. */
function refsOn({ snapshot }: Side): ResourceRef[] {
  return [...snapshot.entries.map(({ ref }) => ref), ...snapshot.references.map(({ to }) => to)]
}

function findingOf({ ref, on: { side }, counterpart, other: { side: other } }: Doubt<NamedSide>): Found {
  return {
    code: 'parameters-ambiguous',
    severity: 'medium',
    sides: [side, other].toSorted((a, b) => a.index - b.index),
    ref,
    subject: refKey(counterpart),
    message: `${displayRef(ref)} of ${side.name} may be ${displayRef(counterpart)} of ${other.name} by the parameters, or the object of its own name there; it is compared with the latter`,
    hint: 'Give the clusters parameters that tell the two apart.',
  }
}
