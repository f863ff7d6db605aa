import { LAYERS, SEVERITIES } from '../model/comparison.ts'
import type { Layer, Severity } from '../model/comparison.ts'
import type { ReferenceUse } from '../model/snapshot.ts'
import { CONSEQUENCES, SEVERITY_RULES } from './severity-rules.ts'
import type { SeverityRule } from './severity-rules.ts'
import type { Step } from './tree-types.ts'

/** A difference as far as its severity depends on it. */
export type SeveritySubject = {
  readonly kind: string
  readonly layer: Layer
  /** Why Flux objects refer to this ConfigMap or Secret. */
  readonly uses: ReadonlySet<ReferenceUse>
  readonly steps: readonly Step[]
}

type Fit = { readonly rule: SeverityRule; readonly paths: readonly (readonly string[])[] | null }

const ALL: readonly Fit[] = SEVERITY_RULES.map((rule) => ({ rule, paths: rule.paths?.map(keysOf) ?? null }))

/** Those that may fit in a layer, in the order of the table. */
const FITS: ReadonlyMap<Layer, readonly Fit[]> = new Map(
  LAYERS.map((layer) => [layer, ALL.filter(({ rule }) => rule.layers?.includes(layer) ?? true)]),
)

/** The severity that the first fitting row of the table gives. */
export function severityOf(subject: SeveritySubject): Severity {
  const keys = subject.steps.flatMap((step) => ('key' in step ? [step.key] : []))
  const fit = FITS.get(subject.layer)?.find((candidate) => fits(candidate, subject, keys))
  return fit ? severityOfRule(fit.rule) : 'medium'
}

export function severityOfRule(rule: SeverityRule): Severity {
  return rule.severity ?? CONSEQUENCES[rule.consequence].severity
}

/** 0 is the most severe. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

function fits({ rule, paths }: Fit, subject: SeveritySubject, keys: readonly string[]): boolean {
  if (rule.kinds && !rule.kinds.includes(subject.kind)) return false
  if (rule.uses && !rule.uses.some((use) => subject.uses.has(use))) return false
  return paths === null || paths.some((path) => isBelow(keys, path))
}

function isBelow(keys: readonly string[], prefix: readonly string[]): boolean {
  return prefix.length <= keys.length && prefix.every((key, at) => key === '*' || key === keys[at])
}

function keysOf(path: string): string[] {
  const keys = path.matchAll(/\["(?<quoted>[^"]*)"\]|(?<bare>[^.[\]]+)/g)
  return [...keys].map((match) => match.groups?.['quoted'] ?? match.groups?.['bare'] ?? '')
}
