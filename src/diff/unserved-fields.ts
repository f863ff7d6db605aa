import { hasField, isUnserved, VERSIONED_FIELDS } from '../flux/unserved-fields.ts'
import type { VersionedField } from '../flux/unserved-fields.ts'
import { SEVERITIES } from '../model/comparison.ts'
import type { Difference } from '../model/comparison.ts'
import type { Json } from '../model/json.ts'
import { displayRef } from '../model/resource-ref.ts'
import { compareDifferences, isDerived } from './differences.ts'
import { count, findingOf } from './finding.ts'
import type { Found } from './finding.ts'
import { listed } from './listing.ts'
import { refOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import { sameJson } from './same-json.ts'
import type { Side } from './side.ts'
import type { UnitResult } from './unit.ts'

/** Objects that lost a field on one side. */
type Dropped = { readonly field: VersionedField; readonly units: ReadonlySet<Unit> }
type OnSide = { readonly side: Side; readonly dropped: readonly Dropped[] }

export type Unserved = {
  readonly findings: readonly Found[]
  /** What follows from the findings names them, and is not counted; the objects have drifted all the same. */
  readonly results: readonly UnitResult[]
  /** Of the findings: what follows from one of them decides the verdict. */
  readonly fingerprints: ReadonlySet<string>
}

/**
 * Fields that objects have on one cluster and that another cluster drops, since its CRDs do not know them: one finding per cluster, from
 * which the differences at these fields follow. Objects in files are as somebody wrote them, so nothing is said of those.
 */
export function unservedFields(run: Run, results: readonly UnitResult[]): Unserved {
  if (!run.layers.has('spec')) return { findings: [], results, fingerprints: NONE }
  const differing = results.filter(({ unit, differences }) => !unit.data && differences.length > 0)
  const byKind = Map.groupBy(differing, ({ unit }) => unit.ref.kind)
  const bySide = run.sides.flatMap((side): OnSide[] => {
    const dropped = droppedOn(run, side, byKind)
    return dropped.length === 0 ? [] : [{ side, dropped }]
  })
  if (bySide.length === 0) return { findings: [], results, fingerprints: NONE }
  const found = bySide.map((one) => findingFor(one))
  const fingerprints = new Map(
    found.map((finding, at) => [bySide[at]!.side, findingOf(run.participants, finding).fingerprint]),
  )
  const followed = results.map((result) => following(result, bySide, fingerprints))
  return {
    findings: found.map((finding, at) => asSevere(finding, fingerprints.get(bySide[at]!.side)!, followed)),
    results: followed,
    fingerprints: new Set(fingerprints.values()),
  }
}

const NONE: ReadonlySet<string> = new Set()

/** What follows is not told by itself, so the finding is as severe as the worst of it. */
function asSevere(finding: Found, fingerprint: string, results: readonly UnitResult[]): Found {
  const severities = results.flatMap(({ differences }) =>
    differences.flatMap(({ derivedFrom, severity }) => (derivedFrom.includes(fingerprint) ? [severity] : [])),
  )
  const severity = SEVERITIES.find((one) => one === finding.severity || severities.includes(one))!
  return { ...finding, severity }
}

function droppedOn(run: Run, side: Side, byKind: ReadonlyMap<string, readonly UnitResult[]>): Dropped[] {
  const { install } = side.snapshot
  const fields = VERSIONED_FIELDS.filter((field) => 'removedIn' in field || isUnserved(field, install, null))
  return fields.flatMap((field): Dropped[] => {
    const results = byKind.get(field.kind) ?? []
    const units = results.filter((result) => isAbout(result, field)).map(({ unit }) => unit)
    const lost = units.filter((unit) => isDropped(run, side, { unit, field }))
    return lost.length === 0 ? [] : [{ field, units: new Set(lost) }]
  })
}

/** The result with the differences marked that the findings explain whole. */
function following(result: UnitResult, bySide: readonly OnSide[], fingerprints: ReadonlyMap<Side, string>): UnitResult {
  const own = bySide.flatMap(({ side, dropped }) =>
    dropped.filter(({ units }) => units.has(result.unit)).map(({ field }) => ({ side, covers: pathTest(field) })),
  )
  if (own.length === 0) return result
  const differences = result.differences.map((difference) => {
    if (difference.layer !== 'spec' || isDerived(difference)) return difference
    const losers = own.filter(({ covers }) => covers(difference.path)).map(({ side }) => side)
    if (losers.length === 0 || !isExplained(result, difference, losers)) return difference
    return { ...difference, derivedFrom: losers.map((side) => fingerprints.get(side)!).sort() }
  })
  return { ...result, differences: differences.sort(compareDifferences) }
}

/** Whether all that the clusters disagree about is that some of them cannot have it. */
function isExplained({ unit }: UnitResult, { values, unknown }: Difference, losers: readonly Side[]): boolean {
  const lost = new Set(losers.map(({ name }) => name))
  const found = Object.entries(values)
  const [first] = found
  if (first === undefined || Object.keys(unknown).length > 0 || found.some(([name]) => lost.has(name))) return false
  const present = unit.entries.filter((entry) => entry !== null).length
  return found.length + losers.length === present && found.every(([, value]) => sameJson(value, first[1]))
}

/** Whether a path of a difference is that of a field, or below it. */
function pathTest({ path }: VersionedField): (path: string) => boolean {
  const steps = path.split('[]').map((part) => part.replaceAll('.', '\\.'))
  const pattern = new RegExp(`^${steps.join('\\[[^\\]]*\\]')}(?:[.[]|$)`)
  return (text) => pattern.test(text)
}

function findingFor({ side, dropped }: OnSide): Found {
  const parts = dropped.map(({ field, units }) => {
    const names = [...units].map((unit) => displayRef(refOn(unit, side)))
    return `${field.path} of ${count(units.size, field.kind)} (${listed(names, NAMED)})`
  })
  const { flux } = side.snapshot.install
  return {
    code: 'fields-not-served',
    severity: 'medium',
    sides: [side],
    subject: dropped.map(({ field }) => `${field.kind} ${field.path}`).join(' '),
    message: `${side.name} drops fields that its CRDs${flux === null ? '' : ` of Flux ${flux}`} do not have: ${parts.join('; ')}`,
    hint: 'Upgrade the CRDs with Flux on that cluster, or write these objects in the API version that all clusters serve.',
  }
}

/** Only differences are looked into: where a field is dropped, one is told. */
function isAbout({ differences }: UnitResult, { path }: VersionedField): boolean {
  const [start = ''] = path.split('[')
  return differences.some((difference) => difference.path.startsWith(start))
}

const NAMED = 3

type Place = { readonly unit: Unit; readonly field: VersionedField }

/** The cluster has the object without the field, does not know the field, and another one has the object with it. */
function isDropped(run: Run, side: Side, { unit, field }: Place): boolean {
  const entry = unit.entries[side.index]
  if (!entry?.resourceVersion) return false
  if (!isUnserved(field, side.snapshot.install, entry.version) || hasOn(unit, side, field)) return false
  return run.sides.some((other) => other !== side && hasOn(unit, other, field))
}

function hasOn(unit: Unit, side: Side, { path }: VersionedField): boolean {
  const body = bodyOn(unit, side)
  return body !== undefined && hasField(body, path)
}

function bodyOn({ entries }: Unit, side: Side): Json | undefined {
  const entry = entries[side.index]
  return entry && entry.limit === null ? side.snapshot.body(entry.digest) : undefined
}
