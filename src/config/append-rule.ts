import { isSeq, parseDocument, stringify } from 'yaml'
import { AppError } from '../model/errors.ts'
import type { Rule } from '../model/rules.ts'
import { RULES_HEAD } from './rules.ts'

/**
 * The text of a file of rules with one more rule at its end; comments and spelling of the others stay. `text` is null where there is no
 * file yet. Throws `file-invalid` where there is no list of rules to append to.
 */
export function appendRule(text: string | null, source: string, rule: Omit<Rule, 'id'>): string {
  if (text === null) return stringify({ ...RULES_HEAD, rules: [rule] }, { lineWidth: 0 })
  const document = parseDocument(text)
  const rules = document.get('rules')
  if (!isSeq(rules)) throw new AppError('file-invalid', `${source} holds no list of rules`)
  rules.flow = false
  document.addIn(['rules'], document.createNode(rule))
  return document.toString({ lineWidth: 0 })
}
