import type { Explanation, Layer } from '../model/comparison.ts'
import type { Json } from '../model/json.ts'
import { compareRefs, compareText } from '../model/resource-ref.ts'
import { inOrder } from './differences.ts'
import { tellRule } from './rules/judge.ts'
import type { Run } from './run.ts'
import { isDrift } from './judged-unit.ts'
import { perCluster } from './side.ts'
import type { Side } from './side.ts'
import { isUnreadSighting } from './outcome.ts'
import type { UnitResult } from './unit.ts'

type Explained = {
  readonly layer: Layer
  readonly path: string
  readonly because: string
  readonly detail: string
  readonly values: ReadonlyMap<Side, Json>
}

const WHY_UNKNOWN = {
  sops: 'encrypted by SOPS',
  presence: 'compared by presence only',
  form: 'read as YAML on one cluster only',
  key: 'masked under another key',
} as const

/** Whatever differs as text or could not be known and is not reported as a difference, with the reason; sorted. */
export function explain(run: Run, results: readonly UnitResult[]): Explanation[] {
  const all = results.flatMap((result) =>
    explainUnit(run, result).map(({ values, ...rest }): Explanation => ({
      ref: result.unit.ref,
      ...rest,
      values: perCluster(run.sides, (side) => inOrder(values.get(side))),
    })),
  )
  return all.sort(compareExplanations)
}

function explainUnit(run: Run, result: UnitResult): Explained[] {
  const hidden = result.hidden.map(({ slot, by }) => ({
    layer: slot.layer,
    path: slot.path,
    because: 'ignored',
    detail: by.map(tellRule).join('; '),
    values: new Map([...slot.at].map(([side, { value }]) => [side, value])),
  }))
  const unknown = result.unknown.map(({ layer, path, reason, sides }) => ({
    layer,
    path,
    because: 'unknown',
    detail: `${WHY_UNKNOWN[reason]} on ${[...sides].map((side) => side.name).join(', ')}`,
    values: new Map<Side, Json>(),
  }))
  return [...result.equivalents, ...hidden, ...explained(run, result), ...unknown, ...unreadObject(run, result)]
}

/** Differences that are no drift. */
function explained(run: Run, { differences }: UnitResult): Explained[] {
  return differences
    .filter((difference) => !isDrift(difference))
    .map(({ layer, path, classification, explanation, values }) => ({
      layer,
      path,
      because: classification,
      detail: explanation ?? '',
      values: new Map(run.sides.flatMap((side) => (side.name in values ? [[side, values[side.name]!] as const] : []))),
    }))
}

function unreadObject(run: Run, { sightings }: UnitResult): Explained[] {
  const unread = run.sides.filter((side) => isUnreadSighting(sightings[side.index]!))
  if (unread.length === 0) return []
  const reasons = unread.map((side) => {
    const sighting = sightings[side.index]
    return `${side.name} (${sighting?.presence === 'unknown' ? sighting.reason : ''})`
  })
  const present = run.sides.filter((side) => sightings[side.index]?.presence === 'present')
  const values = new Map<Side, Json>(present.map((side) => [side, 'present']))
  return [{ layer: 'presence', path: '', because: 'unknown', detail: `not read on ${reasons.join(', ')}`, values }]
}

function compareExplanations(a: Explanation, b: Explanation): number {
  return (
    compareRefs(a.ref, b.ref) ||
    compareText(a.layer, b.layer) ||
    compareText(a.path, b.path) ||
    compareText(a.because, b.because) ||
    compareText(a.detail, b.detail)
  )
}
