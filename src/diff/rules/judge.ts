import type { Change, Classification, Severity } from '../../model/comparison.ts'
import { SEVERITIES } from '../../model/comparison.ts'
import { canonicalJson } from '../../model/json.ts'
import type { LeafSlot } from '../leaves.ts'
import { formatPath } from '../path.ts'
import type { Side } from '../side.ts'
import type { CheckedPlace, Status } from './checks.ts'
import { isChosen } from './choice.ts'
import type { Profiles } from './choice.ts'
import { matchesPlace } from './rule-set.ts'
import type { NumberedRule } from './rule-set.ts'

/** What is to be thought of one path at which clusters disagree. */
export type Judged = {
  readonly slot: LeafSlot
  /** What no rule hides: where something of it is drift, that alone. Empty: all of it is hidden. */
  readonly changes: ReadonlyMap<Side, Change>
  readonly classification: Classification
  readonly explanation: string | null
  /** Where rules say how severe it is. */
  readonly severity: Severity | null
  readonly uses: readonly RuleUse[]
  /** Rules that contradict each other here. */
  readonly conflict: readonly NumberedRule[]
  /** Rules of action `mustEqual` that are broken here. */
  readonly unequal: readonly NumberedRule[]
}

/** What a rule did at one path. */
export type RuleUse = {
  readonly rule: NumberedRule
  readonly did: 'hidden' | 'expected' | 'broken' | 'rated' | 'matched'
}

/** What judging needs to know of the object. */
export type Case = {
  readonly rules: readonly NumberedRule[]
  /** By the path of each place. */
  readonly checks: ReadonlyMap<NumberedRule, ReadonlyMap<string, CheckedPlace>>
  readonly profiles: Profiles
  readonly data: boolean
  /** Sides that have the object. */
  readonly present: readonly Side[]
  /** Why the difference of a side is one of its parameters alone; null where it is more. */
  readonly parametric: (slot: LeafSlot, side: Side) => string | null
}

type Opinion = {
  readonly verdict: 'hidden' | 'expected' | 'parametric' | 'drift'
  readonly why: string | null
  readonly conflict: readonly NumberedRule[]
  readonly unequal: readonly NumberedRule[]
  readonly uses: readonly RuleUse[]
}

/** Where neither rules nor parameters have anything to say. */
const PLAIN_DRIFT = {
  classification: 'drift',
  explanation: null,
  severity: null,
  uses: [],
  conflict: [],
  unequal: [],
} as const

/**
 * Judges one path, cluster by cluster, since rules and parameters are about clusters. Every rule is asked and none comes first: where two
 * contradict each other, neither has an effect. So the order of rules means nothing, and one more `ignore` never adds a difference.
 */
export function judge(slot: LeafSlot, about: Case): Judged {
  const matching = about.rules.filter((rule) => matchesPlace(rule, slot, about.data))
  const sides = [...slot.changes.keys()]
  if (matching.length === 0 && sides.every((side) => about.parametric(slot, side) === null)) {
    return { slot, changes: slot.changes, ...PLAIN_DRIFT }
  }
  const around = { ...about, rules: matching }
  const opinions = new Map(sides.map((side) => [side, opinionOf(slot, side, around)]))
  const sidesThat = (verdict: Opinion['verdict']): Side[] =>
    [...opinions].filter(([, opinion]) => opinion.verdict === verdict).map(([side]) => side)
  const drifting = sidesThat('drift')
  const left = drifting.length > 0 ? drifting : [...sidesThat('expected'), ...sidesThat('parametric')]
  const classification = drifting.length > 0 ? 'drift' : sidesThat('expected').length > 0 ? 'expected' : 'parametric'
  const all = [...opinions.values()]
  const rating = drifting.length > 0 ? matching.filter((rule) => rule.rule.severity !== undefined) : []
  return {
    slot,
    changes: new Map([...slot.changes].filter(([side]) => left.includes(side))),
    classification,
    explanation: explanationOf(opinions),
    severity: SEVERITIES.find((severity) => rating.some(({ rule }) => rule.severity === severity)) ?? null,
    uses: [...all.flatMap(({ uses }) => uses), ...rating.map((rule) => ({ rule, did: 'rated' as const }))],
    conflict: unique(all.flatMap(({ conflict }) => conflict)),
    unequal: unique(all.flatMap(({ unequal }) => unequal)),
  }
}

function unique(rules: readonly NumberedRule[]): NumberedRule[] {
  return [...new Set(rules)].sort((a, b) => a.index - b.index)
}

/** Each explanation once, with the clusters that it is about where it is not about all. */
function explanationOf(opinions: ReadonlyMap<Side, Opinion>): string | null {
  const told = [...opinions].filter(([, { why }]) => why !== null)
  const groups = [...Map.groupBy(told, ([, { why }]) => why)]
  if (groups.length === 0) return null
  const whole = groups.length === 1 && told.length === opinions.size
  return groups
    .map(([why, members]) => (whole ? why : `${members.map(([side]) => side.name).join(', ')}: ${why}`))
    .join('; ')
}

function opinionOf(slot: LeafSlot, side: Side, around: Case): Opinion {
  const covering = around.rules.filter((rule) => covers(rule, slot, { side, around }))
  const ignoring = covering.filter(({ rule }) => rule.action === 'ignore')
  const parameters = around.parametric(slot, side)
  const unequal = parameters === null ? around.rules.filter((rule) => isUnequal(rule, slot, { side, around })) : []
  const asked = around.rules.map((rule) => ({ rule, status: statusAt(rule, slot, { side, around }) }))
  const met = asked.filter(({ status }) => status === 'ok').map(({ rule }) => rule)
  const failed = asked.filter(({ status }) => status === 'broken').map(({ rule }) => rule)
  const conflict = conflictOf({ ignoring, unequal, met, failed })
  const uses = usesOf({ ignoring, unequal, met, failed })
  const base = { conflict, unequal, uses }
  if (conflict.length > 0) {
    const names = conflict.map(({ rule }) => rule.id).join(' and ')
    return { ...base, verdict: 'drift', why: `rules ${names} contradict each other` }
  }
  if (unequal.length > 0) return { ...base, verdict: 'drift', why: `must be equal: ${tellRule(unequal[0]!)}` }
  if (ignoring.length > 0) return { ...base, verdict: 'hidden', why: null }
  if (failed.length > 0) return { ...base, verdict: 'drift', why: `not as expected: ${tellRule(failed[0]!)}` }
  if (met.length > 0) return { ...base, verdict: 'expected', why: tellRule(met[0]!) }
  if (parameters !== null) return { ...base, verdict: 'parametric', why: parameters }
  return { ...base, verdict: 'drift', why: null }
}

/** A rule with its reason, for people. */
export function tellRule({ rule }: NumberedRule): string {
  return rule.reason === '' ? rule.id : `${rule.reason} (rule ${rule.id})`
}

type Groups = Readonly<Record<'ignoring' | 'unequal' | 'met' | 'failed', readonly NumberedRule[]>>

/** What must be equal can be neither ignored nor expected to differ, and what one rule finds right another may not find wrong. */
function conflictOf({ ignoring, unequal, met, failed }: Groups): NumberedRule[] {
  const against = unequal.length > 0 ? [...unequal, ...ignoring, ...met] : []
  const torn = met.length > 0 && failed.length > 0 ? [...met, ...failed] : []
  return unique([...(against.length > unequal.length ? against : []), ...torn])
}

function usesOf({ ignoring, unequal, met, failed }: Groups): RuleUse[] {
  const did = (rules: readonly NumberedRule[], what: RuleUse['did']) => rules.map((rule) => ({ rule, did: what }))
  return [...did(ignoring, 'hidden'), ...did(unequal, 'broken'), ...did(met, 'expected'), ...did(failed, 'broken')]
}

type At = { readonly side: Side; readonly around: Case }

/** Sides that agree with what is measured against. */
function agreeing(slot: LeafSlot, { present }: Case): Side[] {
  if (slot.layer === 'presence') return []
  return present.filter((side) => !slot.changes.has(side))
}

/** Whether a disagreement is a matter of a rule: of the cluster itself, or of all those from which it differs. */
function covers({ rule }: NumberedRule, slot: LeafSlot, { side, around }: At): boolean {
  if (isChosen(rule, side, around.profiles)) return true
  const others = agreeing(slot, around)
  return others.length > 0 && others.every((other) => isChosen(rule, other, around.profiles))
}

/** Whether the rule says that this side must equal another one from which it differs here. */
function isUnequal({ rule }: NumberedRule, slot: LeafSlot, { side, around }: At): boolean {
  if (rule.action !== 'mustEqual' || !isChosen(rule, side, around.profiles)) return false
  if (slot.layer === 'presence') return true
  const own = textAt(slot, side)
  return around.present.some(
    (other) =>
      other !== side &&
      isChosen(rule, other, around.profiles) &&
      (!slot.changes.has(other) || (textAt(slot, other) !== own && around.parametric(slot, other) === null)),
  )
}

function textAt(slot: LeafSlot, side: Side): string {
  const value = slot.at.get(side)?.value
  return value === undefined ? '' : canonicalJson(value)
}

type Answers = CheckedPlace['status']

function statusIn(rule: NumberedRule, answers: Answers, slot: LeafSlot, { side, around }: At): Status | undefined {
  const own = answers.get(side)
  if (slot.layer === 'presence') return own ?? absentStatus(answers, slot, around)
  const relative = rule.rule.action === 'mustDiffer' || rule.order.length > 0
  if (own !== 'ok' || !relative) return own
  return agreeing(slot, around).some((other) => answers.has(other)) ? own : undefined
}

/** An object that is extra is so because others lack it: what is said of all of these is said of it. */
function absentStatus(answers: Answers, slot: LeafSlot, { present }: Case): Status | undefined {
  if (![...slot.changes.values()].includes('extra')) return undefined
  const absent = [...answers].filter(([side]) => !present.includes(side)).map(([, status]) => status)
  return absent.find((status) => status !== 'ok') ?? absent[0]
}

/**
 * What a rule that was asked at this path, or above it, answered for the cluster. What is only said of values beside each other (an order,
 * `mustDiffer`) explains no difference from clusters of none of which anything is said.
 */
function statusAt(rule: NumberedRule, slot: LeafSlot, at: At): 'ok' | 'broken' | null {
  const places = at.around.checks.get(rule)
  if (places === undefined) return null
  const above = ['', ...slot.steps.map((_, index) => formatPath(slot.steps.slice(0, index + 1)))]
  const found = above.flatMap((path) => {
    const place = places.get(path)
    return place === undefined ? [] : [statusIn(rule, place.status, slot, at)]
  })
  if (found.includes('broken')) return 'broken'
  return found.includes('ok') && !found.includes('unknown') ? 'ok' : null
}
