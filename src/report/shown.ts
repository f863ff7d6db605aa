import type { Comparison, Difference, Severity } from '../model/comparison.ts'
import { isCodeOfReading } from '../model/coverage.ts'
import { SEVERITIES } from '../model/comparison.ts'
import { displayRef } from '../model/resource-ref.ts'
import { followsDifference } from './outline.ts'
import { plural } from './phrases.ts'

/** What reports for people are about, and how much of the drift they leave out. */
export type Shown = { readonly comparison: Comparison; readonly left: string }

/**
 * The comparison as people see it: only what is drift, from a severity on. What could not be read is always told. Programs get the
 * whole document.
 */
export function shownOf(comparison: Comparison, severity: Severity | null): Shown {
  const isShown = (one: Severity): boolean =>
    severity === null || SEVERITIES.indexOf(one) <= SEVERITIES.indexOf(severity)
  const drift = comparison.drifts.flatMap(({ differences }) => differences.filter(isCounted))
  const leftOut = drift.filter((difference) => !isShown(difference.severity)).length
  const findings = comparison.findings.filter(({ severity, code }) => isShown(severity) || isCodeOfReading(code))
  const drifts = comparison.drifts.flatMap((one) => {
    const differences = one.differences.filter((difference) => isDrift(difference) && isShown(difference.severity))
    return differences.length === 0 ? [] : [{ ...one, differences }]
  })
  const silent = comparison.findings.length - findings.length
  const parts = [
    ...(leftOut > 0 ? [plural(leftOut, 'difference')] : []),
    ...(silent > 0 ? [plural(silent, 'finding')] : []),
  ]
  const left = parts.length === 0 ? '' : `${parts.join(' and ')} less severe than ${severity} not shown`
  return { comparison: { ...comparison, findings, drifts }, left }
}

/** Whether something is drift from a severity on. */
export function hasDrift({ drifts }: Comparison, severity: Severity): boolean {
  return drifts.some(({ differences }) =>
    differences.some(
      (difference) => isCounted(difference) && SEVERITIES.indexOf(difference.severity) <= SEVERITIES.indexOf(severity),
    ),
  )
}

function isDrift({ classification }: Difference): boolean {
  return classification === 'drift'
}

/** Drift that does not follow from other drift. */
function isCounted(difference: Difference): boolean {
  return isDrift(difference) && !followsDifference(difference)
}

/** What a report says besides the drift. */
export type Aside = { readonly left: string; readonly explained: readonly ExplainedDifference[] }

type ExplainedDifference = { readonly title: string; readonly path: string; readonly detail: string }

/** Differences that are no drift, with the reason: what `--show-parametric` lists. */
export function explainedDifferences({ drifts }: Comparison): ExplainedDifference[] {
  return drifts.flatMap(({ ref, differences }) =>
    differences
      .filter((difference) => !isDrift(difference) && !followsDifference(difference))
      .map(({ layer, path, classification, explanation }) => ({
        title: displayRef(ref),
        path: path === '' ? layer : path,
        detail: `${classification}: ${explanation ?? ''}`,
      })),
  )
}

/** `expected 3, parametric 9, hidden by rules 4, judged equivalent 5`: only what there is. */
export function setAside(comparison: Comparison): string {
  const { explained, hidden } = setAsideParts(comparison)
  return [explained, hidden].filter((part) => part !== '').join(', ')
}

/** The same in two: what `--show-parametric` lists, and what `--explain` lists. */
export function setAsideParts({ summary }: Comparison): { readonly explained: string; readonly hidden: string } {
  const { expected, parametric, hiddenByRules, equivalent } = summary
  const explained = counted(['expected', expected], ['parametric', parametric])
  return { explained, hidden: counted(['hidden by rules', hiddenByRules], ['judged equivalent', equivalent]) }
}

function counted(...parts: readonly [word: string, count: number][]): string {
  return parts
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${word} ${count}`)
    .join(', ')
}
