import { compareByRules, type CompareInput, type RuledComparison } from '../diff/compare.ts'
import type { ObjectFilter } from '../diff/filter.ts'
import { compileRules } from '../diff/rules/compile.ts'
import type { Profiles } from '../diff/rules/choice.ts'
import { ignoreRule } from '../diff/rules/rule-set.ts'
import { parseSelector } from '../diff/selector.ts'
import type { Fingerprint } from '../flux/fingerprint.ts'
import type { ClusterName } from '../model/cluster.ts'
import type { Comparison, Layer } from '../model/comparison.ts'
import type { Rule } from '../model/rules.ts'
import type { Snapshot } from '../model/snapshot.ts'

/** What is asked of a comparison, whoever asks and wherever its snapshots come from. */
export type Question = {
  /** Label of the side that the others are measured against; null: the most common variant of each object. */
  readonly baseline: string | null
  readonly layers: readonly Layer[]
  readonly filter: ObjectFilter
  readonly ignore: readonly string[]
  readonly rules?: readonly Rule[]
  /** What the configuration says of the clusters, by their names. */
  readonly profiles?: Profiles
  readonly explain: boolean
}

/** One side with the name under which it is told. */
export type LabelledSnapshot = { readonly label: ClusterName; readonly snapshot: Snapshot }

export type EnginePorts = {
  /** Version of this program. */
  readonly engine: string
  /** The key under which the snapshots were masked; null where it is not at hand. */
  readonly fingerprint: Fingerprint | null
}

/** The one call of the engine. Throws what `compareSnapshots` throws. */
export function answerQuestion(
  id: string,
  question: Question,
  sides: readonly LabelledSnapshot[],
  { engine, fingerprint }: EnginePorts,
): Comparison {
  return compareByRules(inputOf(id, question, sides, { engine, fingerprint })).comparison
}

/** What each rule did beside the comparison: `rules check`. */
export function answerWithUsage(
  id: string,
  question: Question,
  sides: readonly LabelledSnapshot[],
  ports: EnginePorts,
): RuledComparison {
  return compareByRules(inputOf(id, question, sides, ports))
}

/** A question as the engine takes it. */
export function inputOf(
  id: string,
  { baseline, layers, filter, ignore, rules = [], profiles = {}, explain }: Question,
  sides: readonly LabelledSnapshot[],
  { engine, fingerprint }: EnginePorts,
): CompareInput {
  return {
    id,
    snapshots: sides.map(({ label, snapshot }) => ({ ...snapshot, cluster: label })),
    baseline,
    layers,
    ignore,
    rules,
    profiles,
    filter,
    explain,
    engine,
    fingerprint,
  }
}

/** Refuses patterns that cannot be read before anything is asked of a cluster. Throws `input-invalid`. */
export function checkPatterns({ filter, ignore, rules = [] }: Pick<Question, 'filter' | 'ignore' | 'rules'>): void {
  compileRules(rules)
  if (filter.selector !== null) parseSelector(filter.selector)
  for (const path of ignore) compileRules([ignoreRule(path)])
}
