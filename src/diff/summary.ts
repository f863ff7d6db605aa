import { SEVERITIES } from '../model/comparison.ts'
import type { Classification, Difference, Drift, Severity, Summary, Verdict } from '../model/comparison.ts'
import { isUnread } from '../model/coverage.ts'
import type { KindCoverage } from '../model/coverage.ts'
import { isDerived } from './differences.ts'
import type { AskedCoverage } from './filter.ts'
import { isDrift } from './judged-unit.ts'
import type { Side } from './side.ts'
import { isUnreadSighting } from './outcome.ts'
import type { UnitState } from './outcome.ts'
import type { Settled } from './proof/settle.ts'
import type { UnitResult } from './unit.ts'
import type { Unserved } from './unserved-fields.ts'

export function summarize(results: readonly UnitResult[], drifts: readonly Drift[]): Summary {
  const differences = drifts.flatMap((drift) => drift.differences).filter((difference) => !isDerived(difference))
  const states = new Map<UnitState, number>()
  for (const { state } of results) states.set(state, (states.get(state) ?? 0) + 1)
  const inState = (state: UnitState): number => states.get(state) ?? 0
  const classified = (classification: Classification): number =>
    differences.filter((difference) => difference.classification === classification).length
  const drift = differences.filter(isDrift)
  const bySeverity = (severity: Severity): number =>
    drift.filter((difference) => difference.severity === severity).length
  return {
    objects: results.length - inState('left-out'),
    inSync: inState('in-sync'),
    drifted: inState('drifted'),
    missing: inState('missing'),
    extra: inState('extra'),
    unknown: inState('unknown'),
    differences: drift.length,
    bySeverity: Object.fromEntries(
      SEVERITIES.map((severity) => [severity, bySeverity(severity)]),
    ) as Summary['bySeverity'],
    expected: classified('expected'),
    parametric: classified('parametric'),
    hiddenByRules: results.reduce((sum, result) => sum + result.hidden.length, 0),
    equivalent: results.reduce((sum, result) => sum + result.equivalents.length, 0),
  }
}

type Judged = Settled & { readonly asked: AskedCoverage; readonly unserved: Pick<Unserved, 'fingerprints'> }

/**
 * Incomplete wins over drifted: what could not be read may hide anything. Findings alone are no drift, but fields that a cluster does not
 * serve are: nobody knows whether they were ever written there.
 */
export function verdictOf(sides: readonly Side[], { results, covers, asked, unserved }: Judged): Verdict {
  const isOpen = (side: Side) => (coverage: KindCoverage) => isUnread(asked(coverage)) && !covers(side, coverage)
  if (
    sides.some((side) => side.snapshot.error !== null || side.snapshot.coverage.some(isOpen(side))) ||
    results.some(isUncertain)
  )
    return 'incomplete'
  const isUnserved = ({ classification, derivedFrom }: Difference): boolean =>
    classification === 'drift' && derivedFrom.some((cause) => unserved.fingerprints.has(cause))
  const drifted = results.some(({ differences }) => differences.some((one) => isDrift(one) || isUnserved(one)))
  return drifted ? 'drifted' : 'in-sync'
}

function isUncertain({ sightings, unknown, settled }: UnitResult): boolean {
  return (settled !== true && sightings.some(isUnreadSighting)) || unknown.some(({ reason }) => reason === 'key')
}
