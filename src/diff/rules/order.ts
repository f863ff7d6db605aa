import { compareQuantities } from '../../flux/quantity.ts'
import { compareSemver, parseSemver } from '../../flux/semver.ts'
import { AppError } from '../../model/errors.ts'
import { isBigNumber } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { ClusterChoice, OrderKind } from '../../model/rules.ts'

const OPERATORS = ['>=', '<=', '>', '<'] as const
type Operator = (typeof OPERATORS)[number]

/** One step of an order: what the left clusters have stands in this relation to what the right ones have. */
export type OrderStep = { readonly left: ClusterChoice; readonly operator: Operator; readonly right: ClusterChoice }

/**
 * Reads `production >= staging >= dev`. An operand is the name of a cluster, or `label=value`. Operators stand between spaces, since names of
 * clusters may hold anything else. Throws `input-invalid`.
 */
export function parseOrder(text: string): OrderStep[] {
  const words = text.trim().split(/\s+/)
  const steps: OrderStep[] = []
  for (let at = 1; at + 1 < words.length; at += 2) {
    const operator = OPERATORS.find((known) => known === words[at])
    if (operator === undefined) throw unreadable(text)
    steps.push({ left: operandOf(words[at - 1]!), operator, right: operandOf(words[at + 1]!) })
  }
  if (steps.length === 0 || words.length !== steps.length * 2 + 1) throw unreadable(text)
  return steps
}

function unreadable(text: string): AppError {
  return new AppError('input-invalid', `the order ${JSON.stringify(text)} cannot be read`, {
    hint: 'Write it as: production >= staging, or env=production >= env=staging, with >, >=, < or <= between spaces.',
  })
}

const LABEL = /^(?<key>[^=:]+)=(?<value>[^=:]*)$/

function operandOf(word: string): ClusterChoice {
  const label = LABEL.exec(word)?.groups
  return label ? { matchLabels: { [label['key']!]: label['value']! } } : { clusters: [word] }
}

/** Whether two values stand in an order; null where one of them cannot be read as what it should be. */
export function isInOrder(left: Json, operator: Operator, right: Json, kind: OrderKind): boolean | null {
  const compared = compareAs(kind, textOf(left), textOf(right))
  if (compared === null) return null
  if (compared === 0) return operator.endsWith('=')
  return operator.startsWith('>') === compared > 0
}

function textOf(value: Json): string | null {
  if (isBigNumber(value)) return value.$number
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null
}

function compareAs(kind: OrderKind, a: string | null, b: string | null): number | null {
  if (a === null || b === null) return null
  if (kind === 'semver') return compareVersions(a, b)
  if (kind === 'number' && !(NUMBER.test(a) && NUMBER.test(b))) return null
  return compareQuantities(a, b)
}

/** Plain decimal numbers are quantities without a suffix, which are compared exactly, however large. */
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)$/

/** A leading `v` and missing parts are allowed, as Helm and Flux allow them. */
function compareVersions(a: string, b: string): number | null {
  const left = parseSemver(a)
  const right = parseSemver(b)
  return left === null || right === null ? null : compareSemver(left, right)
}
