import type { Layer } from '../../model/comparison.ts'
import { canonicalJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { compareText } from '../../model/resource-ref.ts'
import type { Rule } from '../../model/rules.ts'
import { isEffective, rootOf, type EffectiveLayer } from '../layers.ts'
import { matchesPath, mayLeadBelow } from '../path-pattern.ts'
import type { Unit } from '../pairing.ts'
import type { Side } from '../side.ts'
import type { Step } from '../tree-types.ts'
import type { Profiles } from './choice.ts'
import { compileRules, endOf, IGNORE_FLAG } from './compile.ts'
import type { CompiledRule } from './compile.ts'

/** A rule of this comparison. */
export type NumberedRule = CompiledRule & {
  /** Position among all rules, in an order that does not depend on how they were written. */
  readonly index: number
  /** Position as written. */
  readonly position: number
  readonly expired: boolean
  /** Of `--ignore`. */
  readonly isFlag: boolean
}

/** The rules of one comparison, those of `--ignore` among them. */
export type RuleSet = {
  readonly rules: readonly NumberedRule[]
  readonly profiles: Profiles
  /** The rules in force that are about an object, in their order. */
  readonly about: (unit: Unit) => readonly NumberedRule[]
  /** Whether one of them asks for more than differences, so that an object must be looked at that is the same everywhere. */
  readonly asks: (unit: Unit) => boolean
  /** Whether one of these may ask for effective values. */
  readonly asksOf: (unit: Unit, layer: EffectiveLayer) => boolean
}

/** `--ignore PATH` as the rule that it is: for every object and cluster. */
export function ignoreRule(path: string): Rule {
  return { id: `${IGNORE_FLAG}${path}`, paths: [path], action: 'ignore', reason: '' }
}

export type RuleInput = {
  readonly rules: readonly Rule[]
  readonly ignore: readonly string[]
  readonly profiles: Profiles
}

/**
 * Rules ready for a comparison. A rule expires by the newest of the snapshots, since nothing here knows the time: the same snapshots and rules
 * give the same result. Throws `input-invalid` for a rule that cannot be read.
 */
export function createRuleSet({ rules, ignore, profiles }: RuleInput, sides: readonly Side[]): RuleSet {
  const now = newest(sides)
  const flags = ignore.flatMap((path) => compileRules([ignoreRule(path)]))
  const written = [...flags, ...compileRules(rules)].map((compiled, position) => ({
    ...compiled,
    position,
    isFlag: position < flags.length,
    expired: compiled.rule.expires !== undefined && endOf(compiled.rule.expires) < now,
  }))
  // Where a report names rules, it names them in one order, however they were written.
  const numbered = written
    .toSorted((a, b) => compareText(canonicalRule(a.rule), canonicalRule(b.rule)))
    .map((rule, index): NumberedRule => ({ ...rule, index }))
  const inForce = numbered.filter(({ expired }) => !expired)
  const asking = inForce.filter(({ rule }) => rule.action === 'expect' || rule.action === 'mustDiffer')
  return {
    rules: numbered,
    profiles,
    about: (unit) => inForce.filter(({ isAbout }) => isAbout(unit, sides)),
    asks: (unit) => asking.some(({ isAbout }) => isAbout(unit, sides)),
    asksOf: (unit, layer) => asking.some((rule) => mayLookInto(rule, layer) && rule.isAbout(unit, sides)),
  }
}

function mayLookInto({ rule, patterns }: CompiledRule, layer: EffectiveLayer): boolean {
  if (rule.layers) return rule.layers.includes(layer)
  return patterns.some((pattern) => mayLeadBelow(pattern, rootOf(layer)))
}

function canonicalRule(rule: Rule): string {
  return `${rule.id} ${canonicalJson(JSON.parse(JSON.stringify(rule)) as Json)}`
}

function newest(sides: readonly Side[]): number {
  const times = sides.map(({ snapshot }) => Date.parse(snapshot.takenAt)).filter((time) => !Number.isNaN(time))
  return Math.max(-Infinity, ...times)
}

/** Where something stands, rooted at the object. */
export type Place = { readonly layer: Layer; readonly steps: readonly Step[] }

/**
 * Whether a place is one of a rule or below one. A rule with paths is never about presence, and an expectation without is about nothing else. A
 * keyed path may also start where reports begin to show it: in ConfigMaps and Secrets below `data`, and of a rule that names the layer of
 * effective values or variables, below the root of these.
 */
export function matchesPlace({ rule, patterns }: CompiledRule, { layer, steps }: Place, data: boolean): boolean {
  if (rule.layers && !rule.layers.includes(layer)) return false
  if (patterns.length === 0) return rule.action !== 'expect' || layer === 'presence'
  if (layer === 'presence') return false
  const [first, ...below] = steps
  const inData = data && first !== undefined && 'key' in first && first.key === 'data'
  const inLayer = isEffective(layer) && rule.layers !== undefined
  return patterns.some((pattern) => {
    if (matchesPath(pattern, steps)) return true
    if (pattern.form !== 'keyed') return false
    return (
      (inData && matchesPath(pattern, below)) || (inLayer && matchesPath(pattern, steps.slice(rootOf(layer).length)))
    )
  })
}
