import type { Severity } from '../../src/model/comparison.ts'
import type { DriftItem, DriftReport } from '../../src/model/drift-report.ts'

export function item(part: Partial<DriftItem> = {}): DriftItem {
  return {
    fingerprint: 'f1',
    ref: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'podinfo' },
    layer: 'spec',
    path: 'spec.values.replicas',
    message: null,
    severity: 'medium',
    previousSeverity: null,
    clusters: ['production'],
    among: ['staging', 'production'],
    changes: { production: 'changed' },
    values: { staging: 1, production: 2 },
    unknown: {},
    firstSeen: '2026-11-20T07:00:00Z',
    revisions: {},
    within: null,
    usedBy: [],
    cause: null,
    owner: null,
    ...part,
  }
}

/** So many ongoing items of one severity in the namespace apps on production. */
export function ongoing(severity: Severity, count: number, part: object = {}): DriftReport['ongoing'][number] {
  return { severity, namespace: 'apps', clusters: ['production'], owner: null, count, ...part }
}

export function driftReport(part: Partial<DriftReport> = {}): DriftReport {
  const cluster = (name: string, takenAt: string): DriftReport['clusters'][number] => ({
    name,
    slug: name,
    labels: { env: name },
    snapshot: `snap_${name}`,
    takenAt,
  })
  return {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'DriftReport',
    id: 'report_2',
    name: 'prod-vs-staging',
    at: '2026-11-21T08:00:00.000Z',
    previous: 'report_1',
    comparison: 'run_9',
    link: 'https://flux-compare.example.com/api/v1/comparisons/run_9?format=html',
    baseline: 'staging',
    targets: ['production'],
    clusters: [cluster('staging', '2026-11-21T07:55:00Z'), cluster('production', '2026-11-21T05:00:00Z')],
    verdict: 'drifted',
    fresh: [],
    worsened: [],
    reopened: [],
    resolved: [],
    ongoing: [],
    notCompared: [],
    comparedAgain: [],
    aside: { acknowledged: 0, muted: 0, settling: 0, hiddenByRules: 0, expected: 0, parametric: 0 },
    ...part,
  }
}

/** Three new (one a secret, one missing), one resolved, twelve ongoing of which two high: the example of every document. */
export function everyday(): DriftReport {
  return driftReport({
    fresh: [
      item({ severity: 'low', revisions: { production: 'main@sha1:0123456789abcdef0123456789abcdef01234567' } }),
      item({
        fingerprint: 'f2',
        path: 'spec.values.password',
        values: { staging: { masked: 'hmac:k1:aaaa' }, production: { masked: 'hmac:k1:bbbb' } },
      }),
      item({
        fingerprint: 'f3',
        ref: { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization', namespace: 'shop', name: 'frontend' },
        layer: 'presence',
        path: '',
        changes: { production: 'missing' },
        values: { staging: 'present' },
      }),
    ],
    resolved: [item({ fingerprint: 'f4', path: 'spec.interval', values: { staging: '1m', production: '10m' } })],
    ongoing: [ongoing('high', 2), ongoing('medium', 7), ongoing('low', 3)],
    notCompared: [{ cluster: 'production', kinds: ['ImagePolicy'], reason: 'forbidden', fresh: true }],
    aside: { acknowledged: 3, muted: 1, settling: 0, hiddenByRules: 4, expected: 0, parametric: 9 },
  })
}

export const HOSTILE_NAMES = [
  '<!channel>',
  '<@U123> <https://evil.example|click>',
  '`code` ``` *bold* _it_ ~x~',
  'x'.repeat(300),
  '\u202eevil\u2066\u200b',
  '@everyone @here @octocat',
  '<script>alert(1)</script>&amp;<!-- -->',
  '--> <img src=x onerror=y>',
  'line\nbreak\r\t\u0007\u0000\u2028',
  '🙂'.repeat(200),
  `a${'\u0301'.repeat(5000)}`,
  '[link](https://evil.example) | table | # head',
  '\ud800lone',
]

/** `count` new and as many resolved items whose every text is one of the names. */
export function reportOf(count: number, names: readonly string[]): DriftReport {
  const name = (index: number): string => names[index % names.length]!
  const many = Array.from({ length: count }, (_, index) =>
    item({
      fingerprint: `f${index}`,
      ref: { group: 'g', kind: 'HelmRelease', namespace: name(index), name: name(index + 1) },
      // The same change in many objects would be one line.
      path: `${name(index + 2)}${index}`,
      clusters: [name(0)],
      among: [name(1), name(0)],
      changes: { [name(0)]: 'changed' },
      values: { [name(1)]: name(index + 3), [name(0)]: name(index + 4) },
      severity: (['critical', 'high', 'medium', 'low'] as const)[index % 4]!,
      revisions: { [name(0)]: name(index) },
      cause: name(index),
      usedBy: [{ group: 'g', kind: 'Kustomization', namespace: name(index), name: name(index) }],
    }),
  )
  return driftReport({
    name: name(0),
    baseline: name(1),
    targets: [name(0)],
    fresh: many,
    resolved: many,
    ongoing: [ongoing('high', count, { namespace: name(0), clusters: [name(0)] })],
    notCompared: names.map((cluster, index) => ({
      cluster,
      kinds: index % 2 ? [cluster] : [],
      reason: cluster,
      fresh: true,
    })),
    clusters: names.map((cluster) => ({
      name: cluster,
      slug: 's',
      labels: {},
      snapshot: 'snap',
      takenAt: '2026-11-21T07:00:00Z',
    })),
    comparedAgain: names,
  })
}
