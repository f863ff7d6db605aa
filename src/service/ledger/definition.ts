import type { ObjectFilter } from '../../diff/filter.ts'
import type { Profiles } from '../../diff/rules/choice.ts'
import { digestOf, sha256 } from '../../flux/digest.ts'
import type { ClusterName } from '../../model/cluster.ts'
import type { Layer } from '../../model/comparison.ts'
import { canonicalJson, type Json } from '../../model/json.ts'
import { compareText } from '../../model/resource-ref.ts'
import type { Rule } from '../../model/rules.ts'

/** What is compared again and again: entries of the ledger belong to one of these. */
export type LedgerDefinition = {
  readonly id: string
  /** Of the configuration; null: known by its clusters alone. */
  readonly name: string | null
  readonly baseline: ClusterName | null
  /** Sorted. */
  readonly targets: readonly ClusterName[]
  readonly layers: readonly Layer[]
  readonly filter: ObjectFilter
  /** Digest of the rules, free of their names, reasons, owners, severities and order. */
  readonly rules: string
  /** In how many comparisons running a difference must be seen before it counts; at least 1. */
  readonly damping: number
}

/** What a definition follows from: the question of a comparison, whoever asked it. */
export type DefiningQuestion = {
  readonly name?: string | null
  readonly baseline: ClusterName | null
  /** Baseline included. */
  readonly clusters: readonly ClusterName[]
  readonly layers: readonly Layer[]
  readonly filter: ObjectFilter
  readonly ignore: readonly string[]
  readonly rules?: readonly Rule[]
  readonly profiles?: Profiles
  readonly damping?: number
}

/**
 * The definition of a question. One with a name stays the same when its rules change, so that acknowledgements stay too; without a name,
 * other rules are another question, which must not resolve what the first one found.
 */
export function definitionOf(question: DefiningQuestion): LedgerDefinition {
  const { baseline, clusters, layers, filter, damping = 1 } = question
  const name = question.name ?? null
  const targets = clusters.filter((cluster) => cluster !== baseline).toSorted(compareText)
  const rules = rulesDigest(question)
  const scope = { layers: layers.toSorted(compareText), filter: normalFilter(filter) }
  const identity = { name, baseline, targets, ...scope, rules: name === null ? rules : null }
  const id = `def_${sha256(canonicalJson(identity)).slice(0, 20)}`
  return { id, name, baseline, targets, layers, filter, rules, damping: Math.max(1, damping) }
}

/** Id of the entry of a fingerprint under a definition. */
export function driftIdOf(definition: string, fingerprint: string): string {
  return `drift_${sha256(`${definition} ${fingerprint}`).slice(0, 20)}`
}

function normalFilter({ kinds, namespaces, selector, resource }: ObjectFilter): ObjectFilter {
  const sorted = (names: readonly string[] | null) => names && [...new Set(names)].sort(compareText)
  return { kinds: sorted(kinds), namespaces: sorted(namespaces), selector, resource }
}

/** What a rule is called, why it is there and whose it is, and how severe it makes what it is about: it hides the same without. */
const HIDES_NOTHING: ReadonlySet<string> = new Set(['id', 'reason', 'owner', 'severity'])

function rulesDigest({ rules = [], ignore, profiles = {} }: DefiningQuestion): string {
  // Another severity is told as such: the question stays the same.
  const hiding = rules.filter(({ action }) => action !== 'rate')
  const meanings = hiding.map((rule) => {
    const parts = Object.entries(rule).filter(([key, value]) => !HIDES_NOTHING.has(key) && value !== undefined)
    return canonicalJson(Object.fromEntries(parts))
  })
  const paths = [...new Set(ignore)].sort(compareText)
  return digestOf({ rules: [...new Set(meanings)].sort(compareText), paths, profiles: profiles as Json })
}
