import type { Difference, Layer, Origin } from '../model/comparison.ts'
import { refKey } from '../model/resource-ref.ts'
import type { ResourceRef } from '../model/resource-ref.ts'
import { compareDifferences } from './differences.ts'
import { composedOn, firstOf } from './effective-leaves.ts'
import { isDrift } from './judged-unit.ts'
import { isEffective, rootOf, type EffectiveLayer } from './layers.ts'
import type { LeafSlot } from './leaves.ts'
import { stateOf } from './outcome.ts'
import { below, overlaps } from './overlap.ts'
import { refOn, refsOf } from './pairing.ts'
import { explainWithoutEffect } from './no-effect.ts'
import type { Run } from './run.ts'
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
  const linked = results.map((result) => (result.effective === null ? result : linkUnit(result, data)))
  return explainWithoutEffect(run, linked)
}

function linkUnit(result: UnitResult, data: DataResults): UnitResult {
  const { effective, unit } = result
  if (effective === null) return result
  const known = composedOn(effective)
  const against = firstOf(known, result.against)
  const where = { result, data }
  const differences = result.differences.flatMap((difference) => {
    if (!isEffective(difference.layer)) return [difference]
    const { layer, path, changes } = difference
    const involved = [...known.keys()].filter((side) => side === against || Object.hasOwn(changes, side.name))
    const causes = involved.flatMap((side) => {
      const origin = difference.origins[side.name]
      return origin === undefined ? [] : [causesOf({ layer, path, origin }, refOn(unit, side), where)]
    })
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
  const hidden = result.hidden.filter(({ slot }) => !isToldAsHidden(slot, result))
  return settled({ ...result, hidden, differences: differences.sort(compareDifferences) })
}

/** An effective value that is hidden along with the inline value that it is, which is counted. */
function isToldAsHidden({ layer, path }: LeafSlot, { hidden }: UnitResult): boolean {
  if (!isEffective(layer)) return false
  const place = below(rootOf(layer), path)
  return hidden.some(({ slot: other }) => other.layer === 'spec' && overlaps(other.path, place))
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
export function settled(result: UnitResult): UnitResult {
  return { ...result, state: stateOf(result.differences.filter(isDrift), result.sightings, result.certainty) }
}

type Place = { readonly layer: EffectiveLayer; readonly path: string; readonly origin: Origin }
type Where = { readonly result: UnitResult; readonly data: DataResults }

/** What is told of a place, and whether something that is hidden stands there. */
type Causes = { readonly told: readonly Difference[]; readonly hidden: boolean }

/** What is told of the place where the value stands in its source. */
function causesOf({ layer, path, origin }: Place, user: ResourceRef, { result, data }: Where): Causes {
  const source = parseSourceLabel(origin.from)
  if (source === null) {
    const place = below(rootOf(layer), path)
    return causesIn(result, (other) => other.layer === 'spec' && overlaps(other.path, place))
  }
  const { kind, name, key } = source
  const owner = data.get(refKey({ group: '', kind, namespace: user.namespace, name }))
  const whole = below([key], '')
  const place = layer === 'values' ? below([key], path) : whole
  return causesIn(owner, (other) => other.layer === 'data' && (other.path === whole || overlaps(other.path, place)))
}

function causesIn(
  result: UnitResult | undefined,
  isCause: (other: { readonly layer: Layer; readonly path: string }) => boolean,
): Causes {
  const told = result?.differences.filter(isCause) ?? []
  return { told, hidden: result?.hidden.some(({ slot }) => isCause(slot)) ?? false }
}
