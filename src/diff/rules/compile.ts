import { AppError } from '../../model/errors.ts'
import type { Json } from '../../model/json.ts'
import { MAX_RULES } from '../../model/rules.ts'
import type { ExpectedValue, Rule, RuleTarget } from '../../model/rules.ts'
import { parsePathPattern } from '../path-pattern.ts'
import type { PathPattern } from '../path-pattern.ts'
import { wholePattern } from './name-pattern.ts'
import { parseOrder } from './order.ts'
import type { OrderStep } from './order.ts'
import { unitTest } from './target.ts'
import type { UnitTest } from './target.ts'

/** What one choice of clusters must have, ready to be asked. */
export type Demand = {
  readonly choice: ExpectedValue
  /** For people: `5`, `/v[0-9]+/`, `nothing`. */
  readonly text: string
  readonly test: { readonly value: Json } | { readonly matches: (text: string) => boolean } | { readonly absent: true }
}

export type CompiledRule = {
  readonly rule: Rule
  readonly isAbout: UnitTest
  /** Empty: the whole object. */
  readonly patterns: readonly PathPattern[]
  readonly demands: readonly Demand[]
  readonly order: readonly OrderStep[]
}

/** What is wrong with a rule, and where in it, so that whoever read the file can name the line. */
export type RuleProblem = {
  readonly at: readonly (string | number)[]
  readonly message: string
  readonly hint: string
}

type Compiled = { readonly compiled: CompiledRule; readonly problems: readonly RuleProblem[] }

/** Everything that is wrong with the patterns, paths and selectors of a rule; its shape is checked where it is read. */
export function ruleProblems(rule: Rule): readonly RuleProblem[] {
  return compile(rule).problems
}

/** The prefix by which reports tell `--ignore` from a written rule. */
export const IGNORE_FLAG = '--ignore '

/** Rules ready to be asked. Throws `input-invalid` for the first that cannot be read, and for more than {@link MAX_RULES}. */
export function compileRules(rules: readonly Rule[]): CompiledRule[] {
  if (rules.length > MAX_RULES) {
    throw new AppError('input-invalid', `there are ${rules.length} rules, more than ${MAX_RULES}`, {
      hint: 'One rule may name many objects and paths with wildcards.',
    })
  }
  return rules.map((rule) => {
    const { compiled, problems } = compile(rule)
    const [first] = problems
    if (first === undefined) return compiled
    const message = rule.id.startsWith(IGNORE_FLAG) ? first.message : `rule ${rule.id}: ${first.message}`
    throw new AppError('input-invalid', message, { hint: first.hint })
  })
}

function compile(rule: Rule): Compiled {
  const problems: RuleProblem[] = []
  const read = <T>(at: readonly (string | number)[], make: () => T, instead: T): T => {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      problems.push({ at, message: error.message, hint: error.hint })
      return instead
    }
  }
  // "" is the pointer to the whole object, as in driftDetection.ignore of a HelmRelease.
  const paths = rule.paths?.includes('') ? [] : (rule.paths ?? [])
  const compiled: CompiledRule = {
    rule,
    isAbout: compileTarget(rule.target ?? {}, read),
    patterns: paths.flatMap((path, at) => read(['paths', at], () => [parsePathPattern(path)], [])),
    demands: (rule.expect?.values ?? []).flatMap((value, at) =>
      read(['expect', 'values', at], () => [demandOf(value)], []),
    ),
    order: rule.expect?.order === undefined ? [] : read(['expect', 'order'], () => parseOrder(rule.expect!.order!), []),
  }
  // What could not be read is missing from the compiled rule, and would be told twice.
  const found = problems.length > 0 ? [] : CONTRADICTIONS.filter(({ holds }) => holds(compiled))
  return { compiled, problems: [...problems, ...found] }
}

type Read = <T>(at: readonly (string | number)[], make: () => T, instead: T) => T

/** Each part by itself, so that a problem names the part. */
function compileTarget(target: RuleTarget, read: Read): UnitTest {
  const tests = Object.entries(target).map(([key, value]) =>
    read(
      ['target', key],
      () => unitTest({ [key]: value }),
      () => false,
    ),
  )
  return (unit, sides) => tests.every((test) => test(unit, sides))
}

function demandOf(choice: ExpectedValue): Demand {
  const { value, pattern, absent } = choice
  const said = [value, pattern, absent].filter((part) => part !== undefined).length
  if (said !== 1 || absent === false) {
    throw new AppError('input-invalid', 'an expected value is not exactly one of value, pattern and absent', {
      hint: 'Write value: 5, pattern: "v1\\..*" or absent: true.',
    })
  }
  if (value !== undefined) return { choice, text: JSON.stringify(value), test: { value } }
  if (pattern !== undefined) return { choice, text: `/${pattern}/`, test: { matches: wholePattern(pattern) } }
  return { choice, text: 'nothing', test: { absent: true } }
}

type Contradiction = RuleProblem & { readonly holds: (compiled: CompiledRule) => boolean }

/** Parts that are right by themselves and make no rule together. */
const CONTRADICTIONS: readonly Contradiction[] = [
  {
    at: ['expect'],
    holds: ({ rule, demands, order }) => rule.action === 'expect' && demands.length === 0 && order.length === 0,
    message: 'nothing is expected',
    hint: 'Name what is expected, in expect.values or expect.order.',
  },
  {
    at: ['expect'],
    holds: ({ rule }) => rule.action !== 'expect' && rule.expect !== undefined,
    message: 'expect has a meaning with action expect alone',
    hint: 'Write action: expect.',
  },
  {
    at: ['severity'],
    holds: ({ rule }) => rule.action === 'rate' && rule.severity === undefined,
    message: 'action rate needs a severity',
    hint: 'Name a severity, or another action.',
  },
  {
    at: ['severity'],
    holds: ({ rule }) => rule.action === 'ignore' && rule.severity !== undefined,
    message: 'what is ignored has no severity',
    hint: 'Leave out severity, or write action: rate.',
  },
  {
    at: ['action'],
    holds: ({ rule, patterns }) => patterns.length === 0 && rule.action === 'mustDiffer',
    message: 'mustDiffer without paths says nothing',
    hint: 'Name the values that must differ, as in data.password.',
  },
  {
    at: ['expect', 'order'],
    holds: ({ patterns, order }) => patterns.length === 0 && order.length > 0,
    message: 'an order without paths says nothing',
    hint: 'Name the values that are ordered.',
  },
  {
    at: ['layers'],
    holds: ({ rule, patterns }) => patterns.length > 0 && (rule.layers?.includes('presence') ?? false),
    message: 'a rule with paths is not about presence',
    hint: 'Leave out paths, or write a rule of its own for presence.',
  },
  {
    at: ['expires'],
    holds: ({ rule }) => rule.expires !== undefined && Number.isNaN(endOf(rule.expires)),
    message: 'this is not a date',
    hint: 'Write a date such as 2027-01-31, or a time in RFC 3339.',
  },
]

const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^(?<date>\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/i

/** The last millisecond at which a rule holds: of a date, its end in UTC. NaN where it is neither date nor time, as for February 31. */
export function endOf(expires: string): number {
  const date = DATE.test(expires) ? expires : TIME.exec(expires)?.groups?.['date']
  const day = date === undefined ? NaN : Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== date) return NaN
  return date === expires ? Date.parse(`${date}T23:59:59.999Z`) : Date.parse(expires)
}
