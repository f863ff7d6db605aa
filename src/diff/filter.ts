import { findKinds } from '../flux/kinds.ts'
import type { Layer } from '../model/comparison.ts'
import { coverageIn, isUnread } from '../model/coverage.ts'
import type { CoverageStatus, KindCoverage } from '../model/coverage.ts'
import { refKey } from '../model/resource-ref.ts'
import { refsOf, referencesOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import { parseSelector } from './selector.ts'
import type { Side } from './side.ts'
import { isDataRef } from './side.ts'

/** Which objects are compared; null means all. ConfigMaps and Secrets come with the objects that refer to them. */
export type ObjectFilter = {
  /** As kubectl names kinds: `HelmRelease`, `hr`, `helmreleases.helm.toolkit.fluxcd.io`. */
  readonly kinds: readonly string[] | null
  readonly namespaces: readonly string[] | null
  /** kubectl's `-l`; an object is in if its labels match on any cluster. */
  readonly selector: string | null
  readonly resource: { readonly kind: string; readonly namespace: string; readonly name: string } | null
}

type KindTest = (ref: { readonly group: string; readonly kind: string }) => boolean

/** Keeps the objects that were asked for, and the ConfigMaps and Secrets to which they refer. Throws `input-invalid` for a broken selector. */
export function filterUnits(units: readonly Unit[], sides: readonly Side[], filter: ObjectFilter): Unit[] {
  if (Object.values(filter).every((part) => part === null)) return [...units]
  const isWanted = createUnitTest(filter)
  const wanted = new Set(units.filter(isWanted))
  const users = new Set([...wanted].filter((unit) => !unit.data).flatMap((unit) => refsOf(unit).map(refKey)))
  return units.filter((unit) => wanted.has(unit) || (unit.data && isUsedBy(unit, users, sides)))
}

function isUsedBy(unit: Unit, users: ReadonlySet<string>, sides: readonly Side[]): boolean {
  return sides.some((side) => referencesOn(unit, side).some((reference) => users.has(refKey(reference.from))))
}

function createUnitTest(filter: ObjectFilter): (unit: Unit) => boolean {
  const matchesKind = createKindTest(filter.kinds)
  const matchesLabels = filter.selector === null ? null : parseSelector(filter.selector)
  const matchesName = createNameTest(filter)
  const named = filter.kinds !== null || filter.resource !== null
  return (unit) => {
    if (unit.data && !named) return false
    if (!matchesKind(unit.ref) || !matchesName(unit)) return false
    if (filter.namespaces && !refsOf(unit).some((ref) => filter.namespaces?.includes(ref.namespace))) return false
    return matchesLabels === null || unit.entries.some((entry) => entry !== null && matchesLabels(entry.labels))
  }
}

function createNameTest({ resource }: ObjectFilter): (unit: Unit) => boolean {
  if (resource === null) return () => true
  const matchesKind = createKindTest([resource.kind])
  return (unit) =>
    matchesKind(unit.ref) &&
    refsOf(unit).some((ref) => ref.namespace === resource.namespace) &&
    (refsOf(unit).some((ref) => ref.name === resource.name) || unit.key.endsWith(`/${resource.name}-*`))
}

const DATA_NAMES: Readonly<Record<string, string>> = {
  configmap: 'ConfigMap',
  configmaps: 'ConfigMap',
  cm: 'ConfigMap',
  secret: 'Secret',
  secrets: 'Secret',
}

/** Whether a kind is one of those named; null names all. */
export function createKindTest(names: readonly string[] | null): KindTest {
  if (names === null) return () => true
  const tests = names.map(kindTestOf)
  return (ref) => tests.some((test) => test(ref))
}

/** A kind of a Flux group that is not in the catalogue is matched by its own name. */
function kindTestOf(name: string): KindTest {
  const lower = name.trim().toLowerCase()
  const data = Object.hasOwn(DATA_NAMES, lower) ? DATA_NAMES[lower] : undefined
  if (data !== undefined) return (ref) => ref.group === '' && ref.kind === data
  const known = findKinds(name)
  if (known.length > 0) return (ref) => known.some((kind) => kind.kind === ref.kind && kind.group === ref.group)
  return (ref) => ref.kind.toLowerCase() === lower
}

/**
 * The state of a kind within what was asked for: `complete` unless a scope that matters was not read. A kept snapshot may hold more
 * than this comparison is about, and what failed there does not make it incomplete.
 */
export type AskedCoverage = (coverage: KindCoverage) => CoverageStatus

type Asked = { readonly filter: ObjectFilter; readonly layers: readonly Layer[] }

export function createAskedCoverage({ filter, layers }: Asked): AskedCoverage {
  const matchesKind = createKindTest(filter.resource ? [filter.resource.kind] : filter.kinds)
  const namespaces = filter.resource ? [filter.resource.namespace] : filter.namespaces
  const isAsked = (coverage: KindCoverage): boolean => {
    // Events are those of any kind.
    if (coverage.kind === 'Event' && coverage.group === '') return layers.includes('events')
    return isDataRef({ ...coverage, namespace: '', name: '' }) || matchesKind(coverage)
  }
  return (coverage) => {
    if (!isAsked(coverage)) return 'not-asked'
    if (namespaces === null) return coverage.status
    const states = namespaces.map((namespace) => coverageIn(coverage, namespace))
    return states.find(isUnread) ?? states[0] ?? coverage.status
  }
}

/** Whether installation facts belong to what was asked for: not where single objects or kinds were named. */
export function includesInstall(filter: ObjectFilter, namespace: string): boolean {
  if (filter.kinds !== null || filter.resource !== null || filter.selector !== null) return false
  return filter.namespaces === null || filter.namespaces.includes(namespace)
}
