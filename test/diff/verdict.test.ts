import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CoverageStatus } from '../../src/model/coverage.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { compareSpecs, NO_FILTER, reference } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const ERROR = { code: 'cluster-timeout', message: 'too slow', hint: 'wait' } as const
const objects = (v: number) => [{ ref: APP, body: { spec: { values: { v } } } }]

describe('the verdict', () => {
  const cases: [string, { same: boolean; coverage?: CoverageStatus; error?: boolean }, string][] = [
    ['all read, equal', { same: true }, 'in-sync'],
    ['all read, different', { same: false }, 'drifted'],
    ['a kind without CRD, equal', { same: true, coverage: 'not-installed' }, 'in-sync'],
    ['a kind not asked for, equal', { same: true, coverage: 'not-asked' }, 'in-sync'],
    ['a kind forbidden, equal', { same: true, coverage: 'forbidden' }, 'incomplete'],
    ['a kind half read, different', { same: false, coverage: 'partial' }, 'incomplete'],
    ['a kind that failed, different', { same: false, coverage: 'failed' }, 'incomplete'],
    ['a cluster unread, equal', { same: true, error: true }, 'incomplete'],
    ['a cluster unread, different', { same: false, error: true }, 'incomplete'],
  ]
  for (const [name, { same, coverage, error }, verdict] of cases) {
    it(`${name}: ${verdict}`, () => {
      const result = compareSpecs([
        { cluster: 'a', objects: objects(1) },
        { cluster: 'b', objects: objects(same ? 1 : 2), ...(coverage ? { coverage: { ImagePolicy: coverage } } : {}) },
        ...(error ? [{ cluster: 'c', error: ERROR }] : []),
      ])
      assert.equal(result.verdict, verdict)
      assert.equal(result.drifts.length, same ? 0 : 1)
    })
  }

  it('does not depend on what failed outside of what was asked for', () => {
    const specs = [
      { cluster: 'a', objects: objects(1) },
      {
        cluster: 'b',
        objects: objects(1),
        coverage: { ImagePolicy: 'forbidden', 'HelmRelease/other': 'failed' } as const,
      },
    ]
    const asked = (filter: Partial<typeof NO_FILTER>) => compareSpecs(specs, { filter: { ...NO_FILTER, ...filter } })
    assert.equal(asked({}).verdict, 'incomplete')
    assert.equal(asked({ kinds: ['HelmRelease'] }).verdict, 'in-sync')
    assert.deepEqual(asked({ kinds: ['HelmRelease'] }).findings, [])
    assert.equal(asked({ kinds: ['hr'], namespaces: ['other'] }).verdict, 'incomplete')
    assert.equal(asked({ resource: { kind: 'HelmRelease', namespace: 'apps', name: 'web' } }).verdict, 'in-sync')
  })

  it('is not changed by findings alone', () => {
    const result = compareSpecs([
      { cluster: 'a', install: { flux: 'v2.9.4', kubernetes: 'v1.36.2' } },
      { cluster: 'b', install: { flux: 'v2.8.0', kubernetes: 'v1.35.0' } },
    ])
    assert.deepEqual(
      result.findings.map(({ code }) => code),
      ['flux-version-skew', 'kubernetes-version-skew'],
    )
    assert.equal(result.verdict, 'in-sync')
  })
})

describe('values that cannot be compared', () => {
  const secret = (leaf: Record<string, string>) => ({ spec: { values: { password: leaf } } })
  const specs = (from: Record<string, string>, to: Record<string, string>, mask?: string, file = false) => [
    { cluster: 'a', objects: [{ ref: APP, body: secret(from) }], ...(mask ? { mask } : {}), file },
    { cluster: 'b', objects: [{ ref: APP, body: secret(to) }], ...(mask ? { mask } : {}), file },
  ]

  it('are unknown and incomplete under another key', () => {
    const result = compareSpecs(specs({ masked: 'hmac:k1:aa' }, { masked: 'hmac:k2:aa' }))
    assert.equal(result.verdict, 'incomplete')
    assert.deepEqual(result.drifts, [])
    assert.equal(result.summary.unknown, 1)
    assert.ok(result.findings.some(({ code }) => code === 'fingerprint-key-mismatch'))
  })

  it('differ or are equal under one key', () => {
    assert.equal(compareSpecs(specs({ masked: 'hmac:k1:aa' }, { masked: 'hmac:k1:aa' })).verdict, 'in-sync')
    const result = compareSpecs(specs({ masked: 'hmac:k1:aa' }, { masked: 'hmac:k1:bb' }))
    assert.equal(result.verdict, 'drifted')
    assert.deepEqual(result.drifts[0]?.differences[0]?.values, {
      a: { masked: 'hmac:k1:aa' },
      b: { masked: 'hmac:k1:bb' },
    })
  })

  it('are in sync as far as presence goes, with a finding that counts them', () => {
    const result = compareSpecs(specs({ masked: 'present' }, { masked: 'present' }, 'v1:key:presence'))
    assert.equal(result.verdict, 'in-sync')
    assert.equal(result.summary.inSync, 1)
    assert.deepEqual(
      result.findings.map(({ code, severity, clusters, message }) => [code, severity, clusters, message]),
      ['a', 'b'].map((name) => [
        'values-not-comparable',
        'low',
        [name],
        `${name}: 1 value is compared by presence only, so nobody can say whether they are equal`,
      ]),
    )
  })

  it('are unknown, and nothing is unread, where one cluster reads a Secret as YAML and the other does not', () => {
    const side = (cluster: string, value: JsonObject, yamlKey: string | null) => ({
      cluster,
      objects: [
        { ref: APP, body: {} },
        { ref: 'Secret/apps/keys', body: { data: { 'values.yaml': value } } },
      ],
      references: [{ ...reference(APP, 'Secret/apps/keys'), yamlKey }],
    })
    const tree = side('a', { password: { masked: 'hmac:k1:aa' } }, 'values.yaml')
    const result = compareSpecs([tree, side('b', { masked: 'hmac:k1:bb' }, 'other.yaml')])
    assert.equal(result.verdict, 'in-sync')
    assert.equal(result.summary.unknown, 1)
    assert.deepEqual(
      result.findings.map(({ code, severity, message }) => [code, severity, message]),
      [
        [
          'values-not-comparable',
          'low',
          'b: 1 value is read as YAML on one cluster only, so nobody can say whether they are equal',
        ],
      ],
    )
  })

  it('are unknown where SOPS encrypted them, even if both files look the same', () => {
    const result = compareSpecs(specs({ masked: 'sops' }, { masked: 'sops' }, undefined, true), { explain: true })
    assert.equal(result.summary.unknown, 1)
    assert.equal(result.verdict, 'in-sync')
    assert.deepEqual(
      result.findings.map(({ code, clusters }) => [code, ...clusters]),
      [
        ['values-not-comparable', 'a'],
        ['values-not-comparable', 'b'],
      ],
    )
    assert.deepEqual(
      result.explanations?.map(({ path, because, detail }) => [path, because, detail]),
      [['spec.values.password', 'unknown', 'encrypted by SOPS on a, b']],
    )
  })

  it('stand as unknown in a difference of others', () => {
    const [a, b] = specs({ masked: 'hmac:k1:aa' }, { masked: 'hmac:k1:bb' })
    const c = { cluster: 'c', objects: [{ ref: APP, body: secret({ masked: 'sops' }) }] }
    const [difference] = compareSpecs([a!, b!, c]).drifts[0]!.differences
    assert.deepEqual(difference?.changes, { b: 'changed' })
    assert.deepEqual(difference?.unknown, { c: 'sops' })
    assert.deepEqual(Object.keys(difference.values), ['a', 'b'])
  })
})
