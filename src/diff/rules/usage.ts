import type { Rule } from '../../model/rules.ts'
import type { Run } from '../run.ts'
import type { RuleUse } from './judge.ts'
import type { JudgedUnit } from './judge-unit.ts'

/** What one rule did in a comparison. */
export type RuleUsage = {
  readonly rule: Rule
  readonly expired: boolean
  /** Paths that it is about, whatever it did there. */
  readonly matched: number
  readonly hidden: number
  readonly expected: number
  readonly broken: number
  /** Ids of rules that are about one of the same paths. */
  readonly overlaps: readonly string[]
}

type Result = Pick<JudgedUnit, 'uses' | 'overlaps'>

/** What each written rule did, in their order; `--ignore` is left out. */
export function ruleUsage({ rules: { rules } }: Run, results: readonly Result[]): RuleUsage[] {
  const uses = Map.groupBy(
    results.flatMap((result) => result.uses),
    ({ rule }) => rule.index,
  )
  const pairs = results.flatMap(({ overlaps }) => overlaps)
  return rules
    .toSorted((a, b) => a.position - b.position)
    .flatMap(({ rule, index, expired, isFlag }): RuleUsage[] => {
      if (isFlag) return []
      const own = uses.get(index) ?? []
      const did = (what: RuleUse['did']): number => own.filter((use) => use.did === what).length
      const others = pairs.filter((pair) => pair.some((one) => one.index === index)).flat()
      const overlaps = [...new Set(others.filter((one) => one.index !== index).map((one) => one.rule.id))].toSorted()
      const counts = { hidden: did('hidden'), expected: did('expected'), broken: did('broken') }
      return [{ rule, expired, matched: own.length, ...counts, overlaps }]
    })
}
