import type { ClusterName } from './cluster.ts'
import type { Layer, Severity } from './comparison.ts'
import type { Json } from './json.ts'

/** What a rule demands at its places; `rate` demands nothing and only says how severe differences there are. */
export const RULE_ACTIONS = ['ignore', 'expect', 'mustEqual', 'mustDiffer', 'rate'] as const
export type RuleAction = (typeof RULE_ACTIONS)[number]

/** How the two values of an order are read. */
export const ORDER_KINDS = ['number', 'semver', 'quantity'] as const
export type OrderKind = (typeof ORDER_KINDS)[number]

/** Most rules of one comparison, and the longest pattern: bounds on what text of users can cost. */
export const MAX_RULES = 200
export const MAX_PATTERN = 200

/** Which objects a rule is about; what is left out fits all. Names are exact, globs (`web-*`) or `/re2/`, each against the whole name. */
export type RuleTarget = {
  readonly kind?: string
  readonly group?: string
  readonly namespace?: string
  readonly name?: string
  readonly labelSelector?: string
  readonly annotationSelector?: string
}

/** Which clusters: by name, by labels of the configuration, or both; all where neither is said. */
export type ClusterChoice = {
  readonly clusters?: readonly ClusterName[]
  readonly matchLabels?: Readonly<Record<string, string>>
}

/** What clusters must have at the places of a rule: exactly one of `value`, `pattern` (RE2, against the whole text) and `absent`. */
export type ExpectedValue = ClusterChoice & {
  readonly value?: Json
  readonly pattern?: string
  readonly absent?: boolean
}

export type Expectation = {
  readonly values?: readonly ExpectedValue[]
  /** `production >= staging`: operands are names of clusters or `label=value`; operators `>`, `>=`, `<`, `<=`. */
  readonly order?: string
  /** How the values of `order` are read. */
  readonly as?: OrderKind
}

/** A written expectation about differences. */
export type Rule = ClusterChoice & {
  /** How reports call it: as written, else the file and line where it stands. */
  readonly id: string
  readonly target?: RuleTarget
  /** JSON pointers or keyed paths with wildcards. None: the whole object, its presence included. */
  readonly paths?: readonly string[]
  readonly layers?: readonly Layer[]
  readonly action: RuleAction
  readonly expect?: Expectation
  /** Of the differences that remain, and of the findings that the rule makes. */
  readonly severity?: Severity
  readonly reason: string
  readonly owner?: string
  /** Date (to its end, UTC) or time after which the rule has no effect. */
  readonly expires?: string
}

/** What the configuration says of a cluster, by which rules and parameters know it. */
export type ClusterProfile = {
  /** The name that rules use; the side of a comparison may be called `production@24h`. */
  readonly cluster: ClusterName
  readonly labels: Readonly<Record<string, string>>
  /** What of its names and values is its own: `env: prod`. */
  readonly parameters: Readonly<Record<string, string>>
}
