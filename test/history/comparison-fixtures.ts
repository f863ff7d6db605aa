import type { Comparison, Difference, Drift } from '../../src/model/comparison.ts'

const SIDES = [
  ['staging', 'snap_staging'],
  ['production', 'snap_production'],
] as const

export function driftOf(name: string, value: number): Drift {
  const difference: Difference = {
    layer: 'spec',
    path: 'spec.interval',
    severity: 'high',
    classification: 'drift',
    explanation: null,
    changes: { production: 'changed' },
    values: { staging: value, production: value + 1 },
    unknown: {},
    pointers: { staging: '/spec/interval', production: '/spec/interval' },
    origins: {},
    derivedFrom: [],
    within: null,
    fingerprint: `f-${name}`,
    valueDigest: `v-${value}`,
  }
  const ref = { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace: 'apps', name }
  const presence = { staging: 'present', production: 'present' } as const
  return { ref, refs: {}, usedBy: [], cause: null, against: ['staging'], presence, differences: [difference] }
}

export function comparisonOf(
  id: string,
  drifts: readonly Drift[],
  clusters: readonly (readonly [name: string, snapshot: string])[] = SIDES,
): Comparison {
  const cluster = ([name, snapshot]: readonly [string, string], index: number): Comparison['clusters'][number] => ({
    name,
    slug: name,
    snapshot,
    takenAt: index === 0 ? '2026-11-21T09:00:00+01:00' : '2026-11-21T07:59:59Z',
    uid: null,
    kubernetes: null,
    flux: null,
    error: null,
    coverage: [],
  })
  const counts = { objects: drifts.length, inSync: 0, drifted: drifts.length, missing: 0, extra: 0, unknown: 0 }
  return {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'Comparison',
    id,
    phase: 'done',
    digest: `sha256:${drifts.length}`,
    engine: '1.0.0',
    baseline: 'staging',
    verdict: 'drifted',
    clusters: clusters.map(cluster),
    summary: {
      ...counts,
      differences: drifts.length,
      bySeverity: { critical: 0, high: drifts.length, medium: 0, low: 0 },
      expected: 0,
      parametric: 0,
      hiddenByRules: 0,
      equivalent: 0,
    },
    findings: [],
    drifts,
    explanations: [],
  }
}
