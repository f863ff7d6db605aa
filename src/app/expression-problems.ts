import type { Config } from '../config/config.ts'
import { problemAt, type Path, type Problem } from '../config/problems.ts'
import { AppError, ERRORS } from '../model/errors.ts'
import { checkPatterns } from '../service/compare-question.ts'
import { rulesTrouble } from '../service/rule-problems.ts'

/** What is wrong with paths, patterns and selectors of a configuration: what only the engine can read. */
export function expressionProblems({ rules, comparisons }: Config): Problem[] {
  return [
    ...rulesTrouble(rules).map(({ at, message }) => problemAt(['rules', ...at], message)),
    ...comparisons.flatMap(({ selector, ignore }, index) => {
      const path = ['comparisons', index]
      return [
        ...patternProblem({ selector, ignore: [] }, [...path, 'selector']),
        ...ignore.flatMap((one, place) =>
          patternProblem({ selector: null, ignore: [one] }, [...path, 'ignore', place]),
        ),
      ]
    }),
  ]
}

function patternProblem(
  { selector, ignore }: { readonly selector: string | null; readonly ignore: readonly string[] },
  at: Path,
): Problem[] {
  try {
    checkPatterns({ filter: { kinds: null, namespaces: null, selector, resource: null }, ignore })
    return []
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const hint = error.hint === ERRORS['input-invalid'].hint ? '' : `. ${error.hint}`
    return [problemAt(at, `is not right: ${error.message}${hint}`)]
  }
}
