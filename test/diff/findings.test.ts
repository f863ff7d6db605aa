import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Finding } from '../../src/model/comparison.ts'
import { compare, compareSpecs, ref, reference, snapshot } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const MAP = 'ConfigMap/apps/values'

function short({ code, severity, clusters, message }: Finding): unknown[] {
  return [code, severity, clusters.join(' '), message]
}

describe('coverage', () => {
  it('is one finding per cluster and reason, naming verb, kind and scope', () => {
    const result = compareSpecs([
      { cluster: 'a' },
      { cluster: 'b', coverage: { HelmRelease: 'forbidden', Kustomization: 'forbidden', ImagePolicy: 'failed' } },
    ])
    assert.deepEqual(result.findings.map(short), [
      ['coverage-failed', 'high', 'b', 'b: it failed to list imagepolicies.image.toolkit.fluxcd.io in all namespaces'],
      [
        'coverage-forbidden',
        'high',
        'b',
        'b: not allowed to list helmreleases.helm.toolkit.fluxcd.io in all namespaces, ' +
          'list kustomizations.kustomize.toolkit.fluxcd.io in all namespaces',
      ],
    ])
  })

  it('names the namespaces where only some failed', () => {
    const base = snapshot({ cluster: 'b' })
    const scope = { verb: 'get', status: 'forbidden', reason: null, resourceVersion: null } as const
    const coverage = base.coverage.map((kind) =>
      kind.kind === 'Secret'
        ? {
            ...kind,
            status: 'partial' as const,
            scopes: [
              { ...scope, namespace: 'x' },
              { ...scope, namespace: 'apps' },
              { ...scope, namespace: 'ok', status: 'complete' as const },
            ],
          }
        : kind,
    )
    const result = compare([snapshot({ cluster: 'a' }), { ...base, coverage }])
    assert.deepEqual(result.findings.map(short), [
      ['coverage-forbidden', 'high', 'b', 'b: not allowed to get secrets in apps, x'],
    ])
  })

  it('tells a missing CRD only where another cluster has the kind, low where no object is affected', () => {
    const result = compareSpecs([{ cluster: 'a' }, { cluster: 'b', coverage: { ImagePolicy: 'not-installed' } }])
    assert.deepEqual(result.findings.map(short), [
      ['crd-not-installed', 'low', 'b', 'b does not serve ImagePolicy, of which the other clusters have no object'],
    ])
    const none = compareSpecs([
      { cluster: 'a', coverage: { ImagePolicy: 'not-installed' } },
      { cluster: 'b', coverage: { ImagePolicy: 'not-installed' } },
    ])
    assert.deepEqual(none.findings, [])
  })
})

describe('a dangling reference', () => {
  const side = (cluster: string, state: 'present' | 'absent', optional = false) => ({
    cluster,
    objects: [{ ref: APP }],
    references: [reference(APP, MAP, { state, optional })],
  })
  const dangling = (...states: ('present' | 'absent')[]) =>
    compareSpecs(states.map((state, at) => side(`c${at}`, state))).findings.filter(
      ({ code }) => code === 'dangling-reference',
    )

  it('is told once per object and field, with the clusters', () => {
    const [finding, ...more] = dangling('present', 'absent', 'absent')
    assert.deepEqual(more, [])
    assert.deepEqual(finding?.ref, ref(APP))
    assert.deepEqual(short(finding), [
      'dangling-reference',
      'medium',
      'c1 c2',
      'HelmRelease/apps/web refers to ConfigMap/apps/values in spec.valuesFrom[0], which does not exist on c1, c2',
    ])
  })

  it('is low where all clusters have it', () => {
    assert.deepEqual(
      dangling('absent', 'absent').map(({ severity }) => severity),
      ['low'],
    )
  })

  it('is none where the reference is optional', () => {
    assert.deepEqual(compareSpecs([side('a', 'absent', true), side('b', 'absent', true)]).findings, [])
  })
})

describe('one cluster under two names', () => {
  const codes = (names: readonly string[], namespaces: readonly (readonly string[] | null)[] = []) =>
    compare(
      names.map((cluster, at) => ({ ...snapshot({ cluster, uid: 'u' }), namespaces: namespaces[at] ?? null })),
    ).findings.map(({ code }) => code)

  it('is told, but not for two scopes or two times of it', () => {
    assert.deepEqual(codes(['staging', 'production']), ['same-cluster'])
    assert.deepEqual(codes(['admin@one', 'admin@two']), ['same-cluster'])
    assert.deepEqual(codes(['production@previous', 'production']), [])
    assert.deepEqual(codes(['production@2026-11-20', 'production@latest']), [])
    assert.deepEqual(codes(['team-a', 'team-b'], [['a'], ['b']]), [])
  })
})

describe('fingerprints of findings', () => {
  it('tell every finding apart and stay over runs', () => {
    const specs = [
      { cluster: 'a', install: { flux: 'v2.9.4', kubernetes: 'v1.36.2', operator: 'v0.58.1' } },
      {
        cluster: 'b',
        install: { flux: 'v2.8.0', kubernetes: 'v1.35.0', operator: 'v0.57.0' },
        coverage: { HelmRelease: 'forbidden', ImagePolicy: 'failed', OCIRepository: 'not-installed' } as const,
      },
    ]
    const prints = compareSpecs(specs).findings.map(({ fingerprint }) => fingerprint)
    assert.equal(new Set(prints).size, 6)
    assert.deepEqual(
      compareSpecs(specs).findings.map(({ fingerprint }) => fingerprint),
      prints,
    )
  })
})
