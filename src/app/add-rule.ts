import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { appendRule } from '../config/append-rule.ts'
import { parseRulesFile } from '../config/rules.ts'
import { AppError } from '../model/errors.ts'
import type { Rule } from '../model/rules.ts'
import { readText, requireRightRules } from './read-rules.ts'

/** Appends a rule to a file of rules, whole or not at all. Throws `config-invalid` if the file would not be right, `output-failed`. */
export function addRule(path: string, rule: Omit<Rule, 'id'>): void {
  const before = existsSync(path) ? readText(path) : null
  if (before !== null) requireRightRules(parseRulesFile(before, path))
  const after = appendRule(before, path, rule)
  requireRightRules(parseRulesFile(after, path))
  const draft = `${path}.new`
  try {
    writeFileSync(draft, after)
    renameSync(draft, path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
    throw new AppError('output-failed', `the rules ${path} cannot be written (${code})`, { cause: error })
  }
}
