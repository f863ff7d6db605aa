import { readFileSync } from 'node:fs'
import { parseRulesFile, type RulesDocument } from '../config/rules.ts'
import { AppError } from '../model/errors.ts'
import type { Rule } from '../model/rules.ts'
import { rulesTrouble } from '../service/rule-problems.ts'

/** Reads a file of rules. Throws `config-invalid` with every problem, each with its path and line; `file-unreadable`. */
export function readRulesFile(path: string): readonly Rule[] {
  const found = parseRulesFile(readText(path), path)
  requireRightRules(found)
  return found.rules
}

/** Throws one `config-invalid` for what rules say that cannot be: paths, patterns, selectors and orders. */
export function requireRightRules({ rules, document }: RulesDocument): void {
  const problems = rulesTrouble(rules).map(({ at, message }) => ({ path: ['rules', ...at], message, place: null }))
  if (problems.length > 0) throw document.invalid(problems)
}

export function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AppError('file-unreadable', `the rules ${path} cannot be read (${code})`, { cause: error })
  }
}
