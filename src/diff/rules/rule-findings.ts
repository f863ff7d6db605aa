import type { Found } from '../finding.ts'
import type { Run } from '../run.ts'
import { isChosen } from './choice.ts'

/** What is worth telling of rules themselves: those that have expired have no effect, and nobody should find out by chance. */
export function ruleFindings({ rules: { rules, profiles }, sides }: Run): Found[] {
  return rules
    .filter(({ expired }) => expired)
    .map(({ rule }): Found => ({
      code: 'rule-expired',
      severity: 'medium',
      sides: sides.filter((side) => isChosen(rule, side, profiles)),
      subject: rule.id,
      message: `rule ${rule.id} (${rule.action}) expired on ${rule.expires} and has no effect: ${rule.reason}`,
      hint: `Remove the rule, or give it a later date${rule.owner === undefined ? '' : `; its owner is ${rule.owner}`}.`,
    }))
}
