import { canonicalJson } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { compareText } from '../model/resource-ref.ts'
import type { Difference, Layer } from '../model/comparison.ts'
import type { ReferenceUse } from '../model/snapshot.ts'
import { fingerprintOf, valueDigestOf } from './fingerprints.ts'
import type { UnknownSlot } from './leaves.ts'
import { pointerIn, withinIn } from './layers.ts'
import type { Judged } from './rules/judge.ts'
import type { Run } from './run.ts'
import { severityOf, severityRank } from './severity.ts'
import { perCluster } from './side.ts'
import type { Side } from './side.ts'
import type { Step } from './tree-types.ts'
import { parseJsonText } from '../model/json-text.ts'

/** The object of a difference, as far as the difference depends on it. */
export type Subject = {
  /** {@link Unit.key} */
  readonly key: string
  readonly kind: string
  readonly uses: ReadonlySet<ReferenceUse>
  /** Why nothing is known of the object on a side. */
  readonly unknown: ReadonlyMap<Side, string>
}

/** A path at which clusters disagree, as a difference. `leaves` are the leaves of the object that cannot be known. */
export function differenceOf(
  run: Run,
  subject: Subject,
  judged: Judged,
  leaves: readonly UnknownSlot[] = [],
): Difference {
  const { slot } = judged
  const unknown = new Map(subject.unknown)
  for (const leaf of leaves) {
    if (leaf.layer === slot.layer && leaf.path === slot.path)
      for (const side of leaf.sides) unknown.set(side, leaf.reason)
  }
  const known = run.sides.filter((side) => !unknown.has(side))
  return build(run, subject, {
    layer: slot.layer,
    path: slot.path,
    steps: slot.steps,
    moved: slot.moved,
    judged,
    changes: perCluster(known, (side) => judged.changes.get(side)),
    values: perCluster(known, (side) => inOrder(slot.at.get(side)?.value)),
    pointers: perCluster(known, (side) => {
      const pointer = slot.at.get(side)?.pointer ?? null
      return pointer === null ? undefined : pointerIn(slot.layer, pointer)
    }),
    unknown: perCluster(run.sides, (side) => unknown.get(side)),
    within: withinIn(slot.layer, slot.within),
    origins: perCluster(known, (side) => slot.origins?.get(side)),
  })
}

/** Keys in one order, so that equal values give equal bytes. */
export function inOrder(value: Json | undefined): Json | undefined {
  return typeof value === 'object' && value !== null ? parseJsonText(canonicalJson(value)) : value
}

type Facts = Pick<
  Difference,
  'layer' | 'path' | 'changes' | 'values' | 'pointers' | 'unknown' | 'within' | 'origins'
> & {
  readonly steps: readonly Step[]
  readonly moved: boolean
  readonly judged: Judged
}

function build(run: Run, subject: Subject, { steps, moved, judged, ...facts }: Facts): Difference {
  const { layer, path, values, pointers, unknown, changes, within, origins } = facts
  return {
    layer,
    path,
    severity: judged.severity ?? severityOf({ kind: subject.kind, uses: subject.uses, layer, steps }),
    classification: judged.classification,
    explanation: judged.explanation ?? judged.slot.proven ?? null,
    changes,
    values,
    unknown,
    pointers,
    origins,
    derivedFrom: [],
    within,
    fingerprint: fingerprintOf(run.participants, identityOf(subject, layer, path, moved)),
    valueDigest: valueDigestOf(values),
  }
}

function identityOf(subject: Subject, layer: Layer, path: string, moved: boolean): string[] {
  return [subject.key, layer, path, ...(moved ? ['moved'] : [])]
}

/** Drift that is counted first, the most severe of it before the rest, then by path. */
export function compareDifferences(a: Difference, b: Difference): number {
  return (
    Number(isDerived(a)) - Number(isDerived(b)) ||
    Number(a.classification !== 'drift') - Number(b.classification !== 'drift') ||
    severityRank(a.severity) - severityRank(b.severity) ||
    compareText(a.path, b.path) ||
    compareText(a.layer, b.layer) ||
    compareText(a.fingerprint, b.fingerprint)
  )
}

/** Whether it is told already by what it follows from. */
export function isDerived({ derivedFrom }: Difference): boolean {
  return derivedFrom.length > 0
}
