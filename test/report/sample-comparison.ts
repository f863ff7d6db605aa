import type { Comparison, Difference, Drift, Finding } from '../../src/model/comparison.ts'
import type { ResourceRef } from '../../src/model/resource-ref.ts'

export function ref(kind: string, namespace: string, name: string): ResourceRef {
  return { group: 'example.toolkit.fluxcd.io', kind, namespace, name }
}

export function difference(part: Partial<Difference> & Pick<Difference, 'path' | 'values' | 'changes'>): Difference {
  return {
    layer: 'spec',
    severity: 'medium',
    classification: 'drift',
    explanation: null,
    unknown: {},
    pointers: {},
    origins: {},
    derivedFrom: [],
    within: null,
    fingerprint: 'f',
    valueDigest: 'v',
    ...part,
  }
}

export function drift(object: ResourceRef, differences: readonly Difference[], part: Partial<Drift> = {}): Drift {
  return {
    ref: object,
    refs: {},
    usedBy: [],
    cause: null,
    against: ['staging'],
    presence: { staging: 'present', production: 'present' },
    differences,
    ...part,
  }
}

export function missing(object: ResourceRef, part: Partial<Drift> = {}): Drift {
  const presence = difference({
    layer: 'presence',
    path: '',
    severity: 'high',
    values: { staging: 'present' },
    changes: { production: 'missing' },
  })
  return drift(object, [presence], { presence: { staging: 'present', production: 'absent' }, ...part })
}

export function finding(part: Partial<Finding>): Finding {
  return {
    code: 'example',
    severity: 'medium',
    clusters: ['production'],
    ref: null,
    message: 'something',
    hint: 'do something',
    fingerprint: 'f',
    ...part,
  }
}

export function comparison(drifts: readonly Drift[], part: Partial<Comparison> = {}): Comparison {
  const differences = drifts.flatMap((entry) => entry.differences)
  const count = (severity: Difference['severity']): number =>
    differences.filter((entry) => entry.severity === severity).length
  const cluster = (name: string): Comparison['clusters'][number] => ({
    name,
    slug: name,
    snapshot: `snap_${name}`,
    takenAt: '2026-11-21T07:00:00Z',
    uid: name,
    kubernetes: 'v1.36.2',
    flux: 'v2.9.4',
    error: null,
    coverage: [{ group: 'g', kind: 'HelmRelease', version: 'v2', status: 'complete', objects: 10, scopes: [] }],
  })
  return {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'Comparison',
    id: 'run_1',
    phase: 'done',
    digest: 'sha256:0',
    engine: '0.0.0',
    baseline: 'staging',
    verdict: drifts.length === 0 ? 'in-sync' : 'drifted',
    clusters: [cluster('staging'), cluster('production')],
    summary: {
      objects: 10,
      inSync: 10 - drifts.length,
      drifted: drifts.length,
      missing: 0,
      extra: 0,
      unknown: 0,
      differences: differences.length,
      bySeverity: { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') },
      expected: 0,
      parametric: 0,
      hiddenByRules: 0,
      equivalent: 0,
    },
    findings: [],
    drifts,
    ...part,
  }
}
