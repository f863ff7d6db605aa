import { displayRef } from '../../model/resource-ref.ts'
import type { Found } from '../finding.ts'
import type { LeafSlot, UnknownSlot } from '../leaves.ts'
import type { Unit } from '../pairing.ts'
import type { Side } from '../side.ts'
import { checkRule } from './checks.ts'
import type { CheckedPlace, Specimen } from './checks.ts'
import { quote } from '../path.ts'
import { isEffective } from '../layers.ts'
import { parseSourceLabel } from '../source-label.ts'
import { judge } from './judge.ts'
import type { Case, Judged, RuleUse } from './judge.ts'
import { isChosen } from './choice.ts'
import { matchesPlace } from './rule-set.ts'
import type { NumberedRule, RuleSet } from './rule-set.ts'

/** What rules and parameters make of one object. */
export type JudgedUnit = {
  /** What is told, and what is not because rules hide it. */
  readonly shown: readonly Judged[]
  readonly hidden: readonly HiddenSlot[]
  readonly findings: readonly Found[]
  readonly uses: readonly RuleUse[]
  /** Rules that are about one and the same path. */
  readonly overlaps: readonly (readonly [NumberedRule, NumberedRule])[]
}

export type HiddenSlot = { readonly slot: LeafSlot; readonly by: readonly NumberedRule[] }

export type UnitCase = {
  readonly set: RuleSet
  readonly unit: Unit
  readonly specimen: Omit<Specimen, 'profiles'>
  readonly present: readonly Side[]
  readonly slots: readonly LeafSlot[]
  readonly parametric: Case['parametric']
}

/** Judges every path of an object, and asks the rules that are about it. */
export function judgeUnit({ set, unit, specimen, present, slots, parametric }: UnitCase): JudgedUnit {
  const rules = set.about(unit)
  const { profiles } = set
  const asking = rules.filter(({ rule }) => rule.action !== 'ignore' && rule.action !== 'rate')
  const checks = new Map(asking.map((rule) => [rule, checkRule(rule, { ...specimen, profiles })]))
  const byPath = new Map([...checks].map(([rule, places]) => [rule, new Map(places.map((one) => [one.path, one]))]))
  const about: Case = { rules, checks: byPath, profiles, data: unit.data, present, parametric }
  const judged = slots.map((slot) => judge(slot, about))
  return {
    shown: judged.filter(({ changes }) => changes.size > 0),
    hidden: judged.filter(({ changes }) => changes.size === 0).map(({ slot, uses }) => ({ slot, by: hidersIn(uses) })),
    findings: [...brokenChecks(unit, checks), ...unequalFindings(unit, judged), ...conflictFindings(unit, judged)],
    uses: [...judged.flatMap(({ uses }) => uses), ...checkUses(checks)],
    overlaps: judged.flatMap(({ uses }) => pairsOf([...new Set(uses.map(({ rule }) => rule))])),
  }
}

/** Whether rules hide that a value is not known: for every cluster on which it is not, and where no rule says that it must be equal. */
export function hidesUnknown(set: RuleSet, unit: Unit, slot: UnknownSlot): boolean {
  const rules = set.about(unit).filter((rule) => matchesPlace(rule, slot, unit.data))
  if (rules.some(({ rule }) => rule.action === 'mustEqual')) return false
  const ignoring = rules.filter(({ rule }) => rule.action === 'ignore')
  return [...slot.sides].every((side) => ignoring.some(({ rule }) => isChosen(rule, side, set.profiles)))
}

function hidersIn(uses: readonly RuleUse[]): NumberedRule[] {
  return [...new Set(uses.filter(({ did }) => did === 'hidden').map(({ rule }) => rule))]
}

function pairsOf(rules: readonly NumberedRule[]): (readonly [NumberedRule, NumberedRule])[] {
  return rules.flatMap((one, at) => rules.slice(at + 1).map((other) => [one, other] as const))
}

type Checks = ReadonlyMap<NumberedRule, readonly CheckedPlace[]>

function checkUses(checks: Checks): RuleUse[] {
  return [...checks].flatMap(([rule, places]) =>
    places.flatMap(({ status, broken }): RuleUse[] => {
      if (status.size === 0) return []
      return [{ rule, did: broken.length > 0 ? 'broken' : 'matched' }]
    }),
  )
}

function brokenChecks(unit: Unit, checks: Checks): Found[] {
  return [...checks].flatMap(([rule, places]) => [
    ...places.filter(({ broken }) => broken.length > 0).map((place) => brokenFinding(unit, rule, place)),
    ...uncheckedFinding(unit, rule, places),
  ])
}

function brokenFinding(unit: Unit, rule: NumberedRule, { path, broken, sources }: CheckedPlace): Found {
  const differ = rule.rule.action === 'mustDiffer'
  const where = `${displayRef(unit.ref)}${path === '' ? '' : ` ${path}`}`
  const what = [...new Set(broken.map(({ text }) => text))].slice(0, MAX_TOLD).join('; ')
  return {
    code: differ ? 'must-differ-broken' : 'expectation-broken',
    severity: rule.rule.severity ?? (differ ? 'high' : 'medium'),
    sides: inOrder(broken.flatMap(({ sides }) => sides)),
    ref: unit.ref,
    subject: `${rule.rule.id} ${path}`,
    message: `${where}: ${what}, against rule ${rule.rule.id}: ${rule.rule.reason}`,
    hint: hintOf(rule, sources.length === 0 ? 'Correct the object' : `Correct ${sources.map(tellSource).join(', ')}`),
  }
}

const MAX_TOLD = 3

/** `data["values.yaml"] of ConfigMap/base`: what is to be edited. */
function tellSource(label: string): string {
  const source = parseSourceLabel(label)
  return source === null ? label : `data[${quote(source.key)}] of ${source.kind}/${source.name}`
}

function hintOf({ rule }: NumberedRule, what: string): string {
  return `${what}, or the rule ${rule.id}${rule.owner === undefined ? '' : ` of ${rule.owner}`}.`
}

function inOrder(sides: readonly Side[]): Side[] {
  return [...new Set(sides)].sort((a, b) => a.index - b.index)
}

/** Of a secret nobody can say more than whether it equals another one, and of what is not known, nothing. */
function uncheckedFinding(unit: Unit, { rule }: NumberedRule, places: readonly CheckedPlace[]): Found[] {
  const unknown = places.filter(({ status, broken }) => broken.length === 0 && [...status.values()].includes('unknown'))
  const first = unknown.find(({ unread }) => unread.length > 0) ?? unknown[0]
  if (first === undefined) return []
  const sides = unknown.flatMap(({ status }) =>
    [...status].filter(([, one]) => one === 'unknown').map(([side]) => side),
  )
  const place = `${displayRef(unit.ref)}${first.path === '' ? '' : ` ${first.path}`}`
  const unread = inOrder(first.unread).map((side) => side.name)
  return [
    {
      code: 'rule-not-checked',
      severity: 'low',
      sides: inOrder(sides),
      ref: unit.ref,
      subject: rule.id,
      message:
        unread.length === 0
          ? `${place}: rule ${rule.id} could not be checked, since the value is secret`
          : `${place}: rule ${rule.id} cannot be judged, since it is not known what stands there on ${unread.join(', ')}`,
      hint:
        unread.length === 0
          ? 'Of secret values only equality is known: use mustEqual or mustDiffer.'
          : 'What could not be read or composed there is told by the other findings; status is known with --layer all.',
    },
  ]
}

function unequalFindings(unit: Unit, judged: readonly Judged[]): Found[] {
  const broken = judged.flatMap(({ unequal, conflict, slot, changes }) =>
    unequal.filter((rule) => !conflict.includes(rule)).map((rule) => ({ rule, slot, sides: [...changes.keys()] })),
  )
  return [...Map.groupBy(broken, ({ rule }) => rule)].map(([rule, group]): Found => ({
    code: 'must-equal-broken',
    severity: rule.rule.severity ?? 'high',
    sides: inOrder(group.flatMap(({ sides }) => sides)),
    ref: unit.ref,
    subject: rule.rule.id,
    message: `${displayRef(unit.ref)}: ${pathsIn(group.map(({ slot }) => slot))} must be equal, against rule ${rule.rule.id}: ${rule.rule.reason}`,
    hint: hintOf(rule, 'Make the values equal'),
  }))
}

function pathsIn(slots: readonly LeafSlot[]): string {
  // What follows from inline values stands beside them.
  const told = slots.some(({ layer }) => !isEffective(layer)) ? slots.filter(({ layer }) => !isEffective(layer)) : slots
  const paths = told.map(({ layer, path }) => (path === '' ? layer : isEffective(layer) ? `${layer} ${path}` : path))
  const rest = paths.length - MAX_TOLD
  return `${paths.slice(0, MAX_TOLD).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function conflictFindings(unit: Unit, judged: readonly Judged[]): Found[] {
  const torn = judged.filter(({ conflict }) => conflict.length > 0)
  const groups = Map.groupBy(torn, ({ conflict }) => conflict.map(({ index }) => index).join(' '))
  return [...groups.values()].map((group): Found => {
    const rules = group[0]!.conflict
    const names = rules.map(({ rule }) => `${rule.id} (${rule.action})`).join(' and ')
    return {
      code: 'rules-conflict',
      severity: 'medium',
      sides: inOrder(group.flatMap(({ slot }) => [...slot.changes.keys()])),
      ref: unit.ref,
      subject: rules
        .map(({ rule }) => rule.id)
        .toSorted()
        .join(' '),
      message: `${displayRef(unit.ref)}: rules ${names} contradict each other at ${pathsIn(group.map(({ slot }) => slot))}, so none of them has an effect there`,
      hint: 'Narrow the paths, objects or clusters of one of them.',
    }
  })
}
