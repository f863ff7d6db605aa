import { hasField, isUnserved, VERSIONED_FIELDS } from '../flux/unserved-fields.ts'
import type { VersionedField } from '../flux/unserved-fields.ts'
import type { Json } from '../model/json.ts'
import { displayRef } from '../model/resource-ref.ts'
import { count } from './finding.ts'
import type { Found } from './finding.ts'
import { listed } from './listing.ts'
import { refOn } from './pairing.ts'
import type { Unit } from './pairing.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import type { UnitResult } from './unit.ts'

type Dropped = { readonly field: VersionedField; readonly units: readonly Unit[] }

/**
 * Fields that objects have on one cluster and that another cluster drops, since its CRDs do not know them: one finding per cluster. Objects
 * in files are as somebody wrote them, so nothing is said of those.
 */
export function unservedFields(run: Run, results: readonly UnitResult[]): Found[] {
  if (!run.layers.has('spec')) return []
  const differing = results.filter(({ unit, differences }) => !unit.data && differences.length > 0)
  return run.sides.flatMap((side) => onSide(run, side, differing))
}

function onSide(run: Run, side: Side, results: readonly UnitResult[]): Found[] {
  const dropped = VERSIONED_FIELDS.flatMap((field): Dropped[] => {
    const units = results.filter((result) => isAbout(result, field)).map(({ unit }) => unit)
    const lost = units.filter((unit) => isDropped(run, side, { unit, field }))
    return lost.length === 0 ? [] : [{ field, units: lost }]
  })
  if (dropped.length === 0) return []
  const parts = dropped.map(({ field, units }) => {
    const names = units.map((unit) => displayRef(refOn(unit, side)))
    return `${field.path} of ${count(units.length, field.kind)} (${listed(names, NAMED)})`
  })
  const { flux } = side.snapshot.install
  return [
    {
      code: 'fields-not-served',
      severity: 'medium',
      sides: [side],
      subject: dropped.map(({ field }) => `${field.kind} ${field.path}`).join(' '),
      message: `${side.name} drops fields that its CRDs${flux === null ? '' : ` of Flux ${flux}`} do not have: ${parts.join('; ')}`,
      hint: 'Upgrade the CRDs with Flux on that cluster, or write these objects in the API version that all clusters serve.',
    },
  ]
}

/** Only differences are looked into: where a field is dropped, one is told. */
function isAbout({ unit, differences }: UnitResult, { kind, path }: VersionedField): boolean {
  const [start = ''] = path.split('[')
  return unit.ref.kind === kind && differences.some((difference) => difference.path.startsWith(start))
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
