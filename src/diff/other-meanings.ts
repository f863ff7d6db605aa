import { controllerOf } from '../flux/controller-facts.ts'
import { OPEN_MEANINGS } from '../flux/open-meanings.ts'
import type { OpenMeaning } from '../flux/open-meanings.ts'
import { own } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { displayRef } from '../model/resource-ref.ts'
import { count } from './finding.ts'
import type { Found } from './finding.ts'
import { listed } from './listing.ts'
import { refOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import { severityRank } from './severity.ts'
import type { Side } from './side.ts'
import type { UnitResult } from './unit.ts'

/** The cluster that a finding is about, and the one that it is measured against. */
type Pair = { readonly side: Side; readonly other: Side }
type Reading = { readonly meaning: OpenMeaning; readonly is: string; readonly was: string; readonly cause: string }
type Touched = Reading & { readonly units: readonly Unit[] }

/**
 * The same spec with another meaning: one finding per cluster and cause (its versions, or one argument or feature gate), with the objects that
 * leave open on both clusters what their controllers read differently. Without such an object there is nothing to tell.
 */
export function otherMeanings(run: Run, results: readonly UnitResult[]): Found[] {
  if (!run.layers.has('spec')) return []
  const read = run.sides.filter((side) => side.snapshot.error === null)
  const other = run.baseline !== null && read.includes(run.baseline) ? run.baseline : read[0]
  if (other === undefined) return []
  const byKind = Map.groupBy(results, ({ unit }) => unit.ref.kind)
  return read.flatMap((side) => (side === other ? [] : onSide({ side, other }, byKind)))
}

function onSide(pair: Pair, byKind: ReadonlyMap<string, readonly UnitResult[]>): Found[] {
  const readings = OPEN_MEANINGS.flatMap((meaning) => readingOf(meaning, pair) ?? [])
  const open = [...Map.groupBy(readings, ({ meaning }) => meaning.kind)].flatMap(([kind, group]) =>
    touchedBy(group, pair, byKind.get(kind) ?? []),
  )
  const sorted = open.sort((a, b) => severityRank(a.meaning.severity) - severityRank(b.meaning.severity))
  return [...Map.groupBy(sorted, ({ cause }) => cause)].map(([cause, group]) => findingFor(pair, cause, group))
}

const VERSION = 'version'

function readingOf(meaning: OpenMeaning, { side, other }: Pair): Reading | null {
  const [is, was] = [meaning.read(side.snapshot.install), meaning.read(other.snapshot.install)]
  if (is === null || was === null || is === was) return null
  const set = [side, other].some(({ snapshot }) =>
    Object.hasOwn(controllerOf(snapshot.install, meaning.controller)?.featureGates ?? {}, meaning.by),
  )
  return { meaning, is, was, cause: meaning.versioned && !set ? VERSION : meaning.by }
}

/** Each object is loaded once for all readings of its kind. */
function touchedBy(readings: readonly Reading[], pair: Pair, results: readonly UnitResult[]): Touched[] {
  const units = readings.map((): Unit[] => [])
  for (const { unit } of results) {
    const specs = specsOf(unit, pair)
    readings.forEach(({ meaning }, at) => {
      const isOpen = specs.every((spec) => spec !== undefined && meaning.leavesOpen(spec, unit.ref))
      if (isOpen) units[at]!.push(unit)
    })
  }
  return readings.flatMap((reading, at) => (units[at]!.length === 0 ? [] : [{ ...reading, units: units[at]! }]))
}

function specsOf(unit: Unit, { side, other }: Pair): readonly (Json | undefined)[] {
  const spec = specOn(unit, side)
  const same = unit.entries[side.index]?.digest === unit.entries[other.index]?.digest
  return same || spec === undefined ? [spec] : [spec, specOn(unit, other)]
}

function specOn({ entries }: Unit, side: Side): Json | undefined {
  const entry = entries[side.index]
  return entry && entry.limit === null ? own(side.snapshot.body(entry.digest), 'spec') : undefined
}

const NAMED = 3

function findingFor(pair: Pair, cause: string, touched: readonly Touched[]): Found {
  const { side, other } = pair
  const controllers = [...new Set(touched.map(({ meaning }) => meaning.controller))]
  const why = cause === VERSION ? versionsOf(pair, controllers) : `${cause} of ${controllers.join(', ')}`
  const alike = Map.groupBy(
    touched,
    ({ meaning, units }) => `${meaning.kind}\0${units.map(({ key }) => key).join('\0')}`,
  )
  const parts = [...alike.values()].map((group) => partFor(pair, group))
  return {
    code: 'same-spec-other-meaning',
    severity: touched[0]!.meaning.severity,
    sides: [side],
    subject: cause,
    message: `${side.name} reads the same spec otherwise than ${other.name}, by ${why}: ${parts.join('; ')}`,
    hint: hintFor(side, cause, controllers),
  }
}

/** Readings that touch the same objects, with the objects named once. */
function partFor({ side, other }: Pair, touched: readonly Touched[]): string {
  const { meaning, units } = touched[0]!
  const readings = touched.map(({ meaning: { what }, is, was }) => `${what} ${is} (${other.name}: ${was})`)
  const names = units.map((unit) => refOn(unit, side)).map(({ namespace, name }) => `${namespace}/${name}`)
  return `${readings.join(' and ')} for ${count(units.length, meaning.kind)}: ${listed(names, NAMED)}`
}

function versionsOf({ side, other }: Pair, controllers: readonly string[]): string {
  return controllers
    .map((name) => `${name} ${versionOn(side, name)} (${other.name}: ${versionOn(other, name)})`)
    .join(', ')
}

function versionOn({ snapshot: { install } }: Side, name: string): string {
  return controllerOf(install, name)?.version ?? `of Flux ${install.flux}`
}

function hintFor(side: Side, cause: string, controllers: readonly string[]): string {
  const { entries, install } = side.snapshot
  const instance = entries.find(({ ref }) => ref.kind === 'FluxInstance')
  if (cause === VERSION) {
    const place = instance
      ? `spec.distribution.version of ${displayRef(instance.ref)}`
      : 'the manifests that install Flux'
    return `Set what is left open in these objects, or run one version of Flux: change ${place}.`
  }
  const deployments = controllers.map((name) => {
    const namespace = controllerOf(install, name)?.namespace ?? 'flux-system'
    return `Deployment/${namespace}/${name}`
  })
  const place = instance
    ? `spec.kustomize.patches and spec.cluster of ${displayRef(instance.ref)}`
    : `the arguments of ${deployments.join(', ')}`
  return `Set what is left open in these objects, or make ${cause} the same: change ${place}.`
}
