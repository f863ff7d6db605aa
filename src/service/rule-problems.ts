import { ruleProblems } from '../diff/rules/compile.ts'
import { ERRORS } from '../model/errors.ts'
import type { Rule } from '../model/rules.ts'

/** Something wrong with a rule of a list: `at` leads to it from the list. */
export type RuleTrouble = { readonly at: readonly (string | number)[]; readonly message: string }

/** What is wrong with what rules say: paths, patterns, selectors, orders, and parts that contradict each other. */
export function rulesTrouble(rules: readonly Rule[]): RuleTrouble[] {
  const seen = new Map<string, number>()
  return rules.flatMap((rule, index) => {
    const earlier = seen.get(rule.id)
    seen.set(rule.id, index)
    const twice = earlier === undefined ? [] : [{ at: [index, 'id'], message: `is that of rules[${earlier}] too` }]
    const problems = ruleProblems(rule).map(({ at, message, hint }) => ({
      at: [index, ...at],
      message: `is not right: ${message}${hint === ERRORS['input-invalid'].hint ? '' : `. ${hint}`}`,
    }))
    return [...twice, ...problems]
  })
}
