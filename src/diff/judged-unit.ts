import type { Difference } from '../model/comparison.ts'
import type { Json } from '../model/json.ts'
import { compareDifferences, differenceOf, isDerived } from './differences.ts'
import type { Subject } from './differences.ts'
import type { EffectiveUnit } from './effective.ts'
import type { LeafSlot, UnknownSlot } from './leaves.ts'
import type { Unit } from './pairing.ts'
import type { Sighting } from './presence.ts'
import type { Case } from './rules/judge.ts'
import { judgeUnit } from './rules/judge-unit.ts'
import type { JudgedUnit } from './rules/judge-unit.ts'
import type { Parts } from './rules/views.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import type { TreeContext } from './tree-types.ts'

/** What rules and parameters left of the differences of an object. */
export type JudgedDifferences = Omit<JudgedUnit, 'shown'> & {
  /** Sorted; whatever their classification. */
  readonly differences: readonly Difference[]
  /** That the object is on one side only is hidden, or as expected. */
  readonly explained: boolean
}

export type Measured = {
  readonly unit: Unit
  readonly sightings: readonly Sighting[]
  readonly slots: readonly LeafSlot[]
  readonly unknown: readonly UnknownSlot[]
  /** The object of a difference; controllers are read in parts, so it depends on the path. */
  readonly subjectAt: (slot: LeafSlot) => Subject
  /** What the object says on a side that has it; null: not known. */
  readonly bodyOf: (side: Side) => Json | null
  readonly statusOf: Parts['statusOf']
  readonly effective: EffectiveUnit | null
  readonly context: TreeContext
  readonly parametric: Case['parametric']
}

/** Turns the paths at which clusters disagree into differences, as rules and parameters judge them. */
export function judgedDifferences(run: Run, measured: Measured): JudgedDifferences {
  const { unit, sightings, slots, unknown, subjectAt } = measured
  const stateOn = (side: Side) => sightings[side.index]?.presence
  const specimen = {
    sides: run.sides,
    parts: {
      bodyOf: (side: Side) => {
        if (stateOn(side) === 'present') return measured.bodyOf(side)
        return stateOn(side) === 'absent' ? undefined : null
      },
      statusOf: measured.statusOf,
      effective: measured.effective,
      context: measured.context,
      data: unit.data,
    },
  }
  const present = run.sides.filter((side) => stateOn(side) === 'present')
  const { parametric } = measured
  const { shown, ...rest } = judgeUnit({ set: run.rules, unit, specimen, present, slots, parametric })
  const differences = shown.map((judged) => differenceOf(run, subjectAt(judged.slot), judged, unknown))
  const onOneSide = slots.some(({ layer }) => layer === 'presence')
  return {
    ...rest,
    differences: differences.sort(compareDifferences),
    explained: onOneSide && !differences.some(isDriftOfPresence),
  }
}

function isDriftOfPresence({ layer, classification }: Difference): boolean {
  return layer === 'presence' && classification === 'drift'
}

/** Whether it counts as drift: it is told by nothing else. */
export function isDrift(difference: Difference): boolean {
  return difference.classification === 'drift' && !isDerived(difference)
}
