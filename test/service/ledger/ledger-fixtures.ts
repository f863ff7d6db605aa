import type { Comparison, Difference, Drift, Finding, Severity } from '../../../src/model/comparison.ts'
import type { ErrorDocument } from '../../../src/model/errors.ts'
import type { Json } from '../../../src/model/json.ts'
import { definitionOf } from '../../../src/service/ledger/definition.ts'
import type { Ledger, LedgerChangeKind } from '../../../src/service/ledger/ledger.ts'
import type { ObjectFacts } from '../../../src/service/ledger/object-facts.ts'
import { updateLedger, type LedgerUpdate } from '../../../src/service/ledger/update-ledger.ts'
import { comparisonOf } from '../../history/comparison-fixtures.ts'

/** Where the snapshots are not at hand. */
export const NO_FACTS: ObjectFacts = { revisions: () => ({}), isRollingOut: () => false }

export const NO_FILTER = { kinds: null, namespaces: null, selector: null, resource: null }
export const QUESTION = {
  baseline: 'staging',
  clusters: ['staging', 'production'],
  layers: ['presence', 'spec'] as const,
  filter: NO_FILTER,
  ignore: [],
}
export const DEFINITION = definitionOf(QUESTION)

export type DifferenceSketch = Partial<Difference> & { readonly staging?: Json; readonly production?: Json }

/** A drift of the Kustomization apps/<name> with one difference whose fingerprint is `f-<name>`. */
export function driftOf(name: string, sketch: DifferenceSketch = {}, change: Partial<Drift> = {}): Drift {
  const { staging = '1m', production = '5m', ...rest } = sketch
  const difference: Difference = {
    layer: 'spec',
    path: 'spec.interval',
    severity: 'low',
    classification: 'drift',
    explanation: null,
    changes: { production: 'changed' },
    values: { staging, production },
    unknown: {},
    pointers: {},
    origins: {},
    derivedFrom: [],
    within: null,
    fingerprint: `f-${name}`,
    valueDigest: '',
    ...rest,
  }
  const ref = { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace: 'apps', name }
  const presence = { staging: 'present', production: 'present' } as const
  const drift: Drift = {
    ref,
    refs: {},
    usedBy: [],
    cause: null,
    against: ['staging'],
    presence,
    differences: [difference],
  }
  return { ...drift, ...change }
}

export function findingOf(code: string, change: Partial<Finding> = {}): Finding {
  const fingerprint = `f-${code}`
  return {
    code,
    severity: 'medium',
    clusters: ['production'],
    ref: null,
    message: code,
    hint: '',
    fingerprint,
    ...change,
  }
}

export type Coverage = Comparison['clusters'][number]['coverage'][number]['status']

export type Unread = {
  /** Of cluster production. */
  readonly error?: ErrorDocument
  readonly kustomizations?: Coverage
}

/** The comparison number `hour` of staging and production, of snapshots of that hour. */
export function comparedAt(
  hour: number,
  drifts: readonly Drift[],
  findings: readonly Finding[] = [],
  { error, kustomizations = 'complete' }: Unread = {},
): Comparison {
  const taken = timeAt(hour)
  const plain = comparisonOf(`run_${hour}`, drifts, [
    ['staging', `snap_s${hour}`],
    ['production', `snap_p${hour}`],
  ])
  const clusters = plain.clusters.map((cluster) => {
    const status = cluster.name === 'production' ? kustomizations : 'complete'
    const row = { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', version: 'v1', objects: 1 }
    const scopes = [{ namespace: null, verb: 'list', status, reason: null, resourceVersion: null } as const]
    const failed = cluster.name === 'production' && error !== undefined
    return {
      ...cluster,
      takenAt: taken,
      flux: 'v2.9.4',
      kubernetes: 'v1.36.2',
      error: failed ? error : null,
      coverage: failed ? [] : [{ ...row, status, scopes }],
    }
  })
  return { ...plain, clusters, findings }
}

export function timeAt(hour: number): string {
  return new Date(Date.parse('2026-11-21T00:00:00.000Z') + hour * 3_600_000).toISOString()
}

export const EMPTY: Ledger = { head: null, entries: [] }

export type Rules = { readonly rules?: string; readonly damping?: number; readonly facts?: ObjectFacts }

/** The ledger after a comparison that is recorded at the hour of its number. */
export function after(ledger: Ledger, comparison: Comparison, rules: Rules = {}): LedgerUpdate {
  const now = comparison.clusters[0]!.takenAt
  const update = updateLedger(ledger, comparison, {
    now,
    rules: DEFINITION.rules,
    damping: 1,
    facts: NO_FACTS,
    ...rules,
  })
  if (update === null) throw new Error('it is older')
  return update
}

/** What became of each fingerprint. */
export function kindsIn({ changes }: LedgerUpdate): Record<string, LedgerChangeKind> {
  return Object.fromEntries(changes.map(({ fingerprint, kind }) => [fingerprint, kind]))
}

export const SEVERITIES_UP: readonly Severity[] = ['low', 'medium', 'high', 'critical']
