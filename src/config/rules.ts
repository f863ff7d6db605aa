import { basename } from 'node:path'
import * as z from 'zod'
import { LAYERS, SEVERITIES } from '../model/comparison.ts'
import { MAX_PATTERN, MAX_RULES, ORDER_KINDS, RULE_ACTIONS, type Rule } from '../model/rules.ts'
import type { Path } from './problems.ts'
import { parseStrict, readSchema, type StrictDocument } from './strict-document.ts'

const API_VERSION = 'flux-compare.dev/v1'

const text = z.string().min(1, 'must not be empty')
const pattern = text.max(MAX_PATTERN)
const line = text.regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, 'must be one line without control characters').max(500)

const clusters = z
  .array(text)
  .min(1, 'must name at least one cluster')
  .exactOptional()
  .meta({ description: 'Names of clusters that it is about. Default: all.' })
const matchLabels = z
  .record(text, z.string())
  .exactOptional()
  .meta({ description: 'Clusters that it is about, by their labels.', examples: [{ env: 'production' }] })

const target = z.strictObject({
  kind: pattern.exactOptional(),
  group: pattern.exactOptional(),
  namespace: pattern.exactOptional(),
  name: pattern.exactOptional(),
  labelSelector: text.max(1000).exactOptional(),
  annotationSelector: text.max(1000).exactOptional(),
})

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])

const expect = z.strictObject({
  values: z
    .array(
      z.strictObject({
        clusters,
        matchLabels,
        value: value.exactOptional(),
        pattern: pattern.exactOptional(),
        absent: z.literal(true).exactOptional(),
      }),
    )
    .min(1)
    .exactOptional(),
  order: text
    .max(500)
    .exactOptional()
    .meta({ examples: ['production >= staging'] }),
  as: z.enum(ORDER_KINDS).exactOptional(),
})

const ruleSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[\w][\w.-]{0,62}$/, 'must be 1 to 63 letters, digits, ., _ and -')
    .exactOptional()
    .meta({ description: 'How reports call it. Default: the file and line where it stands.' }),
  target: target.exactOptional().meta({ description: 'Objects that it is about. Default: all.' }),
  paths: z
    .array(z.string().max(1000))
    .min(1)
    .max(100)
    .exactOptional()
    .meta({ description: 'JSON pointers, or keyed paths with wildcards. Default: the whole object and its presence.' }),
  layers: z.array(z.enum(LAYERS)).min(1).exactOptional(),
  clusters,
  matchLabels,
  action: z.enum(RULE_ACTIONS),
  expect: expect.exactOptional(),
  severity: z.enum(SEVERITIES).exactOptional(),
  reason: line.meta({ examples: ['polling differs on purpose'] }),
  owner: line.exactOptional(),
  expires: z
    .string()
    .exactOptional()
    .meta({ examples: ['2027-01-31'] }),
})

/** The section `rules` of a configuration, and the list of a file of rules. */
export const rulesSchema = z.array(ruleSchema).max(MAX_RULES)

export const RULES_HEAD = { apiVersion: API_VERSION, kind: 'Rules' } as const

const fileSchema = z.strictObject({
  apiVersion: z.literal(RULES_HEAD.apiVersion),
  kind: z.literal(RULES_HEAD.kind),
  rules: rulesSchema,
})

type WrittenRule = z.output<typeof ruleSchema>

/** A rule without an id is called by the file and line where it stands. */
export function resolveRules(written: readonly WrittenRule[], source: string, lineOf: (path: Path) => number): Rule[] {
  return written.map((rule, index) => ({
    ...rule,
    id: rule.id ?? `${basename(source)}:${lineOf(['rules', index])}`,
  }))
}

/** Rules as they stand in a document, which tells where each of them stands. */
export type RulesDocument = { readonly rules: readonly Rule[]; readonly document: StrictDocument }

/** Reads a file of rules. Throws `config-invalid` with every problem of its shape; what patterns and paths say is checked by the engine. */
export function parseRulesFile(text: string, source: string): RulesDocument {
  const document = parseStrict(text, source)
  const { rules } = readSchema(fileSchema, document)
  return { rules: resolveRules(rules, source, document.lineOf), document }
}
