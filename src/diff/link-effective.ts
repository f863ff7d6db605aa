import type { Difference, Layer } from '../model/comparison.ts'
import { refKey } from '../model/resource-ref.ts'
import { compareDifferences } from './differences.ts'
import { composedOn, firstOf } from './effective-leaves.ts'
import { isDrift } from './judged-unit.ts'
import { isEffective, rootOf } from './layers.ts'
import type { LeafSlot } from './leaves.ts'
import { stateOf } from './outcome.ts'
import { below } from './overlap.ts'
import { refOn, refsOf } from './pairing.ts'
import { indexPaths, type PathIndex } from './path-index.ts'
import { explainWithoutEffect } from './no-effect.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import { parseSourceLabel } from './source-label.ts'
import type { UnitResult } from './unit.ts'

/** Results of ConfigMaps and Secrets by the `refKey` of each of their names. */
export type DataResults = ReadonlyMap<string, UnitResult>

/**
 * Ties effective values and variables to the differences that they follow from: one whose every value comes from a place that is told
 * as a difference already is derived from it, and is neither counted nor decides anything. Differences that change nothing for any user
 * say so.
 */
export function linkEffective(run: Run, results: readonly UnitResult[]): UnitResult[] {
  if (!results.some(({ effective }) => effective !== null)) return [...results]
  const data: DataResults = new Map(
    results
      .filter(({ unit }) => unit.data)
      .flatMap((result) => refsOf(result.unit).map((ref) => [refKey(ref), result])),
  )
  const told = createTold()
  const linked = results.map((result) => (result.effective === null ? result : linkUnit(result, { data, told })))
  return explainWithoutEffect(run, linked)
}

type Sources = { readonly data: DataResults; readonly told: Told }

function linkUnit(result: UnitResult, sources: Sources): UnitResult {
  const { effective } = result
  if (effective === null || !tellsEffective(result)) return result
  const known = composedOn(effective)
  const against = firstOf(known, result.against)
  const sides = [...known.keys()]
  const where = { ...sources, result }
  const differences = result.differences.flatMap((difference) => {
    if (!isEffective(difference.layer)) return [difference]
    const { changes } = difference
    const involved = sides.filter((side) => side === against || Object.hasOwn(changes, side.name))
    const causes = causesOf(difference, involved, where)
    if (causes.length === 0 || causes.some(({ told, hidden }) => told.length === 0 && !hidden)) return [difference]
    // Who ignores the place where a value is written ignores what follows from it.
    if (causes.some(({ told }) => told.length === 0)) return []
    return [
      derivedFrom(
        difference,
        causes.flatMap(({ told }) => told),
      ),
    ]
  })
  const hidden = result.hidden.filter(({ slot }) => !isToldAsHidden(slot, sources.told(result)))
  return settled({ ...result, hidden, differences: differences.sort(compareDifferences) })
}

function tellsEffective({ differences, hidden }: UnitResult): boolean {
  return differences.some(({ layer }) => isEffective(layer)) || hidden.some(({ slot }) => isEffective(slot.layer))
}

/** An effective value that is hidden along with the inline value that it is, which is counted. */
function isToldAsHidden({ layer, path }: LeafSlot, { hidden }: ToldOf): boolean {
  return isEffective(layer) && hidden(below(rootOf(layer), path)).length > 0
}

/** What follows from something expected or parametric is so, too. */
function derivedFrom(difference: Difference, causes: readonly Difference[]): Difference {
  const fingerprints = [...new Set(causes.map(({ fingerprint }) => fingerprint))].sort()
  const [explained] = causes.filter(({ classification }) => classification !== 'drift')
  const judged =
    explained === undefined || causes.some(({ classification }) => classification === 'drift')
      ? {}
      : { classification: explained.classification, explanation: explained.explanation }
  return { ...difference, ...judged, derivedFrom: fingerprints }
}

/** The state of an object follows from what is counted. */
function settled(result: UnitResult): UnitResult {
  return { ...result, state: stateOf(result.differences.filter(isDrift), result.sightings, result.certainty) }
}

type Where = Sources & { readonly result: UnitResult }

/** What is told of a place, and whether something that is hidden stands there. */
type Causes = { readonly told: readonly Difference[]; readonly hidden: boolean }

/** What is told of the places where the values of some sides stand in their sources: once, where it is one place. */
function causesOf(
  { layer, path, origins }: Difference,
  sides: readonly Side[],
  { result, data, told }: Where,
): Causes[] {
  const places = new Map<string, Causes>()
  for (const side of sides) {
    const from = origins[side.name]?.from
    if (from === undefined) continue
    const { namespace } = refOn(result.unit, side)
    const key = `${namespace} ${from}`
    if (places.has(key)) continue
    const source = parseSourceLabel(from)
    if (source === null) places.set(key, causesAt(told(result), below(rootOf(layer), path)))
    else {
      const owner = data.get(refKey({ group: '', kind: source.kind, namespace, name: source.name }))
      places.set(key, causesAt(told(owner), below([source.key], layer === 'values' ? path : '')))
    }
  }
  return [...places.values()]
}

function causesAt({ shown, hidden }: ToldOf, place: string): Causes {
  return { told: shown(place), hidden: hidden(place).length > 0 }
}

/** What is told of the places of one object where values are written, and what rules hide there. */
type ToldOf = { readonly shown: PathIndex<Difference>; readonly hidden: PathIndex<LeafSlot> }
type Told = (result: UnitResult | undefined) => ToldOf

const NOTHING_TOLD: ToldOf = { shown: () => [], hidden: () => [] }

/** Indexed once, since many releases may take their values from one object. */
function createTold(): Told {
  const known = new Map<UnitResult, ToldOf>()
  return (result) => {
    if (result === undefined) return NOTHING_TOLD
    const made = known.get(result) ?? indexTold(result)
    known.set(result, made)
    return made
  }
}

function indexTold({ unit, differences, hidden }: UnitResult): ToldOf {
  const layer: Layer = unit.data ? 'data' : 'spec'
  const isWritten = (one: { readonly layer: Layer }): boolean => one.layer === layer
  return {
    shown: indexPaths(differences.filter(isWritten)),
    hidden: indexPaths(hidden.map(({ slot }) => slot).filter(isWritten)),
  }
}
