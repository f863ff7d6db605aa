import { isKnownAt, type CompositionProblem, type Effective } from '../flux/effective.ts'
import type { EffectiveVariables } from '../flux/effective-variables.ts'
import { isSince, isStrict } from '../flux/variables-used.ts'
import { own } from '../model/json.ts'
import { displayRef } from '../model/resource-ref.ts'
import { notedOn } from './effective.ts'
import { count, type Found } from './finding.ts'
import { listed } from './listing.ts'
import type { Run } from './run.ts'
import type { Side } from './side.ts'
import type { UnitResult } from './unit.ts'

/** What is worth telling of effective values and variables, other than their differences. */
export function effectiveFindings(run: Run, results: readonly UnitResult[]): Found[] {
  if (run.configReferences === null) return []
  const known = results.filter(hasMoreToTell)
  return [
    ...known.flatMap((result) => [
      ...notComposable(result),
      ...inlineIgnored(result),
      ...invalidNames(result),
      ...undefinedVariables(result),
    ]),
    ...otherThanTaken(run.sides, known),
  ]
}

/** Most objects with effective values or variables differ in them, and that is all. */
function hasMoreToTell({ unit, effective }: UnitResult): boolean {
  if (effective === null) return false
  for (const [side, state] of effective.states) {
    if (state.state !== 'composed' || state.missing !== null || unit.entries[side.index]?.noted) return true
    if ('runs' in state && (state.invalid.length > 0 || effective.uses.get(side)?.length)) return true
  }
  return false
}

const PROBLEMS: Readonly<Record<CompositionProblem, string>> = {
  'object not found': 'there is no such object',
  'key not found': 'the object has no such key in data',
  'unsupported kind': 'it is of a kind that cannot be read from',
  'data not readable': 'it is not a YAML map',
  'not mergeable': 'its value cannot be set at its targetPath',
  'read failed': 'it could not be read',
}

type State = Effective | EffectiveVariables

/** Groups the sides by what `subjectsOf` finds on each; the order is that of the sides. */
function bySubject(
  { effective }: UnitResult,
  subjectsOf: (state: State, side: Side) => readonly string[],
): Map<string, Side[]> {
  const groups = new Map<string, Side[]>()
  for (const [side, state] of effective!.states) {
    for (const subject of subjectsOf(state, side)) groups.set(subject, [...(groups.get(subject) ?? []), side])
  }
  return groups
}

function names(sides: readonly Side[]): string {
  return sides.map((side) => side.name).join(', ')
}

/** What all clusters that have the object share is no matter of this comparison. */
function isEverywhere({ effective }: UnitResult, sides: readonly Side[]): boolean {
  return effective!.states.size > 1 && sides.length === effective!.states.size
}

function notComposable(result: UnitResult): Found[] {
  const values = result.effective!.layer === 'values'
  const groups = bySubject(result, (state) => {
    if (state.state !== 'not-composable') return []
    const line = state.line === null ? '' : ` (line ${state.line})`
    const what = !values && state.problem === 'data not readable' ? 'it is no map of texts' : PROBLEMS[state.problem]
    return [`${state.source}: ${what}${line}`]
  })
  return [...groups].map(([subject, sides]) => ({
    code: values ? 'values-not-composable' : 'substitutions-not-composable',
    severity: isEverywhere(result, sides) ? 'medium' : 'high',
    sides,
    ref: result.unit.ref,
    subject,
    message: `${displayRef(result.unit.ref)}: its ${values ? 'values' : 'variables'} cannot be composed on ${names(sides)}: ${subject}`,
    hint: values
      ? 'The controller fails in the same way: correct the object that is named, or the reference to it in spec.valuesFrom.'
      : 'The controller fails in the same way: correct the object that is named, or spec.postBuild.',
  }))
}

function inlineIgnored(result: UnitResult): Found[] {
  const groups = bySubject(result, (_, side) => {
    return notedOn(side, result.unit.entries[side.index])?.inlineIgnored ? ['spec.values'] : []
  })
  return [...groups].map(([subject, sides]) => ({
    code: 'inline-values-ignored',
    severity: 'high',
    sides,
    ref: result.unit.ref,
    subject,
    message: `${displayRef(result.unit.ref)}: helm-controller ignores all of spec.values on ${names(sides)}, for a control character in them`,
    hint: 'Find the character that cannot be seen in spec.values, and take it out.',
  }))
}

function invalidNames(result: UnitResult): Found[] {
  const groups = bySubject(result, (state) =>
    state.state === 'composed' && 'invalid' in state
      ? state.invalid.map(({ name, from }) => `${JSON.stringify(name)} (${from})`)
      : [],
  )
  return [...groups].map(([subject, sides]) => ({
    code: 'variable-name-invalid',
    severity: isEverywhere(result, sides) ? 'medium' : 'high',
    sides,
    ref: result.unit.ref,
    subject,
    message: `${displayRef(result.unit.ref)}: ${subject} is no name for a variable, which fails the whole build on ${names(sides)}`,
    hint: 'Names are letters, digits and underscores, and do not begin with a digit: rename the key, or take it out of what substituteFrom reads.',
  }))
}

const OUTCOMES = {
  strict: { severity: 'high', what: 'its build fails' },
  lax: { severity: 'medium', what: 'it becomes empty' },
  unknown: {
    severity: 'medium',
    what: 'its build fails, or it becomes empty: StrictPostBuildSubstitutions of kustomize-controller is not known there',
  },
} as const

function undefinedVariables(result: UnitResult): Found[] {
  const groups = bySubject(result, (state, side) => {
    if (state.state !== 'composed' || !('runs' in state) || !state.runs) return []
    const strict = isStrict(side.snapshot.install)
    const outcome = strict === null ? 'unknown' : strict ? 'strict' : 'lax'
    const used = result.effective!.uses.get(side) ?? []
    return used
      .filter(({ name }) => own(state.tree, name) === undefined && isKnownAt(state.missing, [name]))
      .map(({ name, field }) => `${outcome} ${name} ${field}`)
  })
  return [...groups].map(([subject, sides]) => {
    const [outcome, name, field] = subject.split(' ') as [keyof typeof OUTCOMES, string, string]
    const { severity, what } = OUTCOMES[outcome]
    return {
      code: 'variable-undefined',
      severity: isEverywhere(result, sides) ? 'low' : severity,
      sides,
      ref: result.unit.ref,
      subject: name,
      message: `${displayRef(result.unit.ref)}: \${${name}} in ${field} is not defined on ${names(sides)}: ${what}`,
      hint: 'Define it in spec.postBuild or in what substituteFrom reads there, or give it a default.',
    }
  })
}

function listedObjects(results: readonly UnitResult[]): string {
  return listed(results.map(({ unit }) => displayRef(unit.ref)))
}

/** One finding per cluster; what holds on every cluster that has the release is no matter of this comparison, so one low line. */
function otherThanTaken(sides: readonly Side[], results: readonly UnitResult[]): Found[] {
  const isShared = ({ unit }: UnitResult): boolean => {
    const holders = sides.filter((side) => unit.entries[side.index])
    return holders.length > 1 && holders.every((side) => isOther(side, unit))
  }
  const { shared = [], own = [] } = Object.groupBy(results, (result) => (isShared(result) ? 'shared' : 'own'))
  const everywhere = sides.filter((side) => shared.some(({ unit }) => unit.entries[side.index]))
  return [
    ...sides.flatMap((side) => {
      const other = own.filter(({ unit }) => isOther(side, unit))
      return other.length === 0 ? [] : [otherFinding([side], other, 'medium')]
    }),
    ...(shared.length === 0 ? [] : [otherFinding(everywhere, shared, 'low')]),
  ]
}

/** The digests of helm-controller before 1.4 were not stable. */
function isOther(side: Side, unit: UnitResult['unit']): boolean {
  if (unit.ref.kind !== 'HelmRelease' || notedOn(side, unit.entries[side.index])?.digest !== 'differs') return false
  const controller = side.snapshot.install.controllers.find(({ name }) => name === 'helm-controller')
  return isSince(controller?.version ?? null, 1, 4) !== false
}

function otherFinding(sides: readonly Side[], other: readonly UnitResult[], severity: 'medium' | 'low'): Found {
  return {
    code: 'values-differ-from-controller',
    severity,
    sides,
    subject: severity === 'low' ? 'values shared' : 'values',
    message: `${names(sides)}: the values of ${count(other.length, 'HelmRelease')} are not those that helm-controller took last: ${listedObjects(other)}`,
    hint: 'What they come from changed since the last reconciliation: look at the status of the release, and reconcile it.',
  }
}
