import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { digestOf } from '../../src/flux/digest.ts'
import type { Json } from '../../src/model/json.ts'
import { counted, compare, compareSpecs, driftOf, lines, NO_FILTER, ref, reference, snapshot } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const app = (values: Record<string, Json>, interval = '5m') => ({ ref: APP, body: { spec: { interval, values } } })

describe('two clusters', () => {
  it('are in sync where nothing differs', () => {
    const result = compareSpecs([
      { cluster: 'staging', objects: [app({ replicas: 1 })] },
      { cluster: 'production', objects: [app({ replicas: 1 })] },
    ])
    assert.equal(result.verdict, 'in-sync')
    assert.deepEqual(result.drifts, [])
    assert.deepEqual(result.summary, {
      objects: 1,
      inSync: 1,
      drifted: 0,
      missing: 0,
      extra: 0,
      unknown: 0,
      differences: 0,
      bySeverity: { critical: 0, high: 0, medium: 0, low: 0 },
      expected: 0,
      parametric: 0,
      hiddenByRules: 0,
      equivalent: 0,
    })
  })

  it('show each leaf with value, pointer, change and severity', () => {
    const result = compareSpecs([
      { cluster: 'staging', objects: [app({ replicas: 1, only: true })] },
      { cluster: 'production', objects: [app({ replicas: 3 }, '10m')] },
    ])
    assert.equal(result.verdict, 'drifted')
    const [drift] = result.drifts
    assert.ok(drift)
    assert.deepEqual(drift.ref, ref(APP))
    assert.deepEqual(drift.refs, {})
    assert.deepEqual(drift.usedBy, [])
    assert.equal(drift.cause, null)
    assert.deepEqual(drift.against, ['staging'])
    assert.deepEqual(drift.presence, { staging: 'present', production: 'present' })
    assert.deepEqual(
      counted(drift.differences).map(({ fingerprint, valueDigest, ...rest }) => {
        assert.match(fingerprint, /^[0-9a-f]{32}$/)
        assert.match(valueDigest, /^[0-9a-f]{32}$/)
        return rest
      }),
      [
        {
          layer: 'spec',
          path: 'spec.values.only',
          severity: 'medium',
          classification: 'drift',
          explanation: null,
          changes: { production: 'removed' },
          values: { staging: true },
          unknown: {},
          pointers: { staging: '/spec/values/only' },
          origins: {},
          derivedFrom: [],
          within: null,
        },
        {
          layer: 'spec',
          path: 'spec.values.replicas',
          severity: 'medium',
          classification: 'drift',
          explanation: null,
          changes: { production: 'changed' },
          values: { staging: 1, production: 3 },
          unknown: {},
          pointers: { staging: '/spec/values/replicas', production: '/spec/values/replicas' },
          origins: {},
          derivedFrom: [],
          within: null,
        },
        {
          layer: 'spec',
          path: 'spec.interval',
          severity: 'low',
          classification: 'drift',
          explanation: null,
          changes: { production: 'changed' },
          values: { staging: '5m', production: '10m' },
          unknown: {},
          pointers: { staging: '/spec/interval', production: '/spec/interval' },
          origins: {},
          derivedFrom: [],
          within: null,
        },
      ],
    )
    assert.deepEqual(result.summary.bySeverity, { critical: 0, high: 0, medium: 2, low: 1 })
    assert.equal(result.summary.drifted, 1)
    assert.equal(result.summary.differences, 3)
  })

  it('pair without regard to the version of the API', () => {
    const result = compareSpecs([
      { cluster: 'staging', objects: [{ ...app({ a: 1 }), version: 'v2' }], versions: { HelmRelease: 'v2' } },
      {
        cluster: 'production',
        objects: [{ ...app({ a: 1 }), version: 'v2beta2' }],
        versions: { HelmRelease: 'v2beta2' },
      },
    ])
    assert.equal(result.verdict, 'in-sync')
    assert.deepEqual(
      result.findings.map(({ code, severity, clusters, message }) => ({ code, severity, clusters, message })),
      [
        {
          code: 'api-version-skew',
          severity: 'low',
          clusters: ['production'],
          message: 'production has other API versions: HelmRelease v2beta2 (staging: v2)',
        },
      ],
    )
  })

  it('say which object is missing and which is extra', () => {
    const result = compareSpecs([
      { cluster: 'staging', objects: [{ ref: 'HelmRelease/apps/a' }] },
      { cluster: 'production', objects: [{ ref: 'HelmRelease/apps/b' }] },
    ])
    assert.deepEqual(lines(driftOf(result, 'HelmRelease/apps/a')!.differences), ['presence  production=missing'])
    assert.deepEqual(lines(driftOf(result, 'HelmRelease/apps/b')!.differences), ['presence  production=extra'])
    const [missing] = driftOf(result, 'HelmRelease/apps/a')!.differences
    assert.deepEqual(missing?.values, { staging: 'present' })
    assert.deepEqual(missing?.pointers, { staging: '' })
    assert.deepEqual(driftOf(result, 'HelmRelease/apps/a')!.against, ['staging'])
    assert.deepEqual(driftOf(result, 'HelmRelease/apps/b')!.against, ['production'])
    assert.deepEqual(driftOf(result, 'HelmRelease/apps/b')!.presence, { staging: 'absent', production: 'present' })
    assert.equal(result.summary.missing, 1)
    assert.equal(result.summary.extra, 1)
    assert.equal(result.summary.objects, 2)
  })

  it('tell metadata from spec, and data from its own root', () => {
    const map = 'ConfigMap/apps/values'
    const sides = [1, 2].map((n) => ({
      cluster: `c${n}`,
      objects: [
        {
          ref: 'Kustomization/apps/web',
          body: { metadata: { labels: { 'sharding.fluxcd.io/key': `s${n}` } }, spec: {} },
        },
        { ref: map, body: { data: { plain: `${n}`, 'values.yaml': { replicas: n } }, immutable: n === 1 } },
      ],
      references: [reference(APP, map)],
    }))
    const result = compareSpecs(sides)
    assert.deepEqual(lines(driftOf(result, 'Kustomization/apps/web')!.differences), [
      'metadata metadata.labels["sharding.fluxcd.io/key"] c2=changed',
    ])
    const drift = driftOf(result, map)!
    assert.deepEqual(lines(drift.differences), [
      'data ["values.yaml"].replicas c2=changed',
      'data plain c2=changed',
      'metadata immutable c2=changed',
    ])
    assert.deepEqual(drift.differences[0]?.pointers, { c1: '/values.yaml/replicas', c2: '/values.yaml/replicas' })
    assert.deepEqual(drift.usedBy, [ref(APP)])
  })

  it('leave out the layers that were not asked for', () => {
    const specs = [
      { cluster: 'a', objects: [app({ a: 1 }), { ref: 'HelmRelease/apps/other' }] },
      { cluster: 'b', objects: [app({ a: 2 })] },
    ]
    assert.deepEqual(
      compareSpecs(specs, { layers: ['spec'] }).drifts.map((drift) => lines(drift.differences)),
      [['spec spec.values.a b=changed']],
    )
    assert.deepEqual(
      compareSpecs(specs, { layers: ['presence'] }).drifts.map((drift) => lines(drift.differences)),
      [['presence  b=missing']],
    )
    assert.equal(compareSpecs(specs, { layers: ['spec'] }).summary.objects, 1)
  })

  it('take a FluxReport for current state', () => {
    const specs = [
      { cluster: 'a', objects: [{ ref: 'FluxReport/flux-system/flux', body: {}, status: { status: { ready: 1 } } }] },
      { cluster: 'b' },
    ]
    assert.equal(compareSpecs(specs).verdict, 'in-sync')
    assert.equal(compareSpecs(specs).summary.objects, 0)
    assert.equal(compareSpecs(specs, { layers: ['presence', 'status'] }).summary.missing, 1)
  })

  it('compare a kind that nobody knows generically, if it was listed', () => {
    const objects = (size: number) => [{ ref: 'Widget/apps/w', body: { spec: { size } } }]
    const both = compareSpecs([
      { cluster: 'a', objects: objects(1) },
      { cluster: 'b', objects: objects(2) },
    ])
    assert.deepEqual(lines(both.drifts[0]!.differences), ['spec spec.size b=changed'])
    const one = snapshot({ cluster: 'a', objects: objects(1) })
    const served = [{ group: 'source.toolkit.fluxcd.io', kind: 'Bucket', version: 'v1', served: ['v1'] }]
    const other = { ...snapshot({ cluster: 'b' }), served }
    assert.equal(compare([one, other]).drifts[0]?.cause?.code, 'crd-not-installed')
    assert.equal(compare([one, snapshot({ cluster: 'b' })]).summary.objects, 0)
  })
})

describe('several clusters', () => {
  const three = (a: Json, b: Json, c: Json) =>
    [a, b, c].map((value, at) => ({ cluster: 'abc'[at]!, objects: [app({ v: value, same: 1 })] }))

  it('are measured against the baseline, whatever the majority has', () => {
    const result = compareSpecs(three(1, 2, 2))
    assert.deepEqual(result.drifts[0]?.against, ['a'])
    assert.deepEqual(lines(result.drifts[0].differences), ['spec spec.values.v b=changed c=changed'])
    assert.deepEqual(result.drifts[0]?.differences[0]?.values, { a: 1, b: 2, c: 2 })
  })

  it('are measured against the most common variant where there is no baseline', () => {
    const result = compareSpecs(three(1, 2, 2), { baseline: null })
    assert.equal(result.baseline, null)
    assert.deepEqual(result.drifts[0]?.against, ['b', 'c'])
    assert.deepEqual(lines(result.drifts[0].differences), ['spec spec.values.v a=changed'])
    assert.deepEqual(result.drifts[0]?.differences[0]?.values, { a: 1, b: 2, c: 2 })
  })

  it('take the first of equally common variants', () => {
    assert.deepEqual(compareSpecs(three(1, 2, 3), { baseline: null }).drifts[0]?.against, ['a'])
  })

  it('count variants that mean the same as one', () => {
    const intervals = ['1m', '2m', '120s', '1m0s', '2m0s']
    const specs = intervals.map((interval, at) => ({ cluster: `c${at}`, objects: [app({}, interval)] }))
    const result = compareSpecs(specs, { baseline: null })
    assert.deepEqual(result.drifts[0]?.against, ['c1', 'c2', 'c4'])
    assert.deepEqual(lines(result.drifts[0].differences), ['spec spec.interval c0=changed c3=changed'])
    assert.deepEqual(result.drifts[0]?.differences[0]?.values, {
      c0: '1m',
      c1: '2m',
      c2: '120s',
      c3: '1m0s',
      c4: '2m0s',
    })
  })

  it('fall back to the most common variant where the baseline lacks the object', () => {
    const result = compareSpecs([
      { cluster: 'base' },
      { cluster: 'a', objects: [app({ v: 1 })] },
      { cluster: 'b', objects: [app({ v: 2 })] },
      { cluster: 'c', objects: [app({ v: 2 })] },
      { cluster: 'd' },
    ])
    const [drift] = result.drifts
    assert.deepEqual(drift?.against, ['b', 'c'])
    assert.deepEqual(lines(drift.differences), ['presence  a=extra b=extra c=extra', 'spec spec.values.v a=changed'])
    assert.deepEqual(drift?.presence, { base: 'absent', a: 'present', b: 'present', c: 'present', d: 'absent' })
    assert.equal(result.summary.extra, 1)
    assert.equal(result.summary.drifted, 0)
  })

  it('join what several targets have at one path', () => {
    const result = compareSpecs([
      { cluster: 'a', objects: [app({ v: 1 })] },
      { cluster: 'b', objects: [app({ v: 2 })] },
      { cluster: 'c', objects: [app({})] },
      { cluster: 'd', objects: [app({ v: 1, w: 0 })] },
    ])
    assert.deepEqual(lines(result.drifts[0]!.differences), [
      'spec spec.values.v b=changed c=removed',
      'spec spec.values.w d=added',
    ])
    assert.deepEqual(result.drifts[0]?.differences[0]?.values, { a: 1, b: 2, d: 1 })
    assert.deepEqual(result.drifts[0]?.differences[1]?.values, { d: 0 })
    assert.deepEqual(result.drifts[0]?.against, ['a'])
  })

  it('show the default that a cluster spells out beside those that differ', () => {
    const timeouts = [{}, { timeout: '5m' }, { timeout: '9m' }]
    const specs = timeouts.map((spec, at) => ({ cluster: `c${at}`, objects: [{ ref: APP, body: { spec } }] }))
    const [difference] = compareSpecs(specs).drifts[0]!.differences
    assert.deepEqual(difference?.changes, { c2: 'added' })
    assert.deepEqual(difference?.values, { c1: '5m', c2: '9m' })
  })

  it('get unique slugs and stay in the order given', () => {
    const result = compareSpecs([{ cluster: 'Prod EU' }, { cluster: 'prod/eu' }, { cluster: 'a' }])
    assert.deepEqual(
      result.clusters.map(({ name, slug }) => [name, slug]),
      [
        ['Prod EU', 'prod-eu'],
        ['prod/eu', 'prod-eu-2'],
        ['a', 'a'],
      ],
    )
  })
})

describe('order', () => {
  it('puts the most severe first, then what stands for itself, then by ref', () => {
    const result = compareSpecs([
      {
        cluster: 'a',
        objects: [
          { ref: 'GitRepository/x/z', body: { spec: { interval: '1m' } } },
          { ref: 'Kustomization/x/parent', body: {} },
          { ref: 'Kustomization/x/a-child', labels: owned('parent'), body: {} },
          { ref: 'HelmRelease/x/values', body: { spec: { values: { a: 1 } } } },
          { ref: 'OCIRepository/x/trust', body: { spec: { verify: { provider: 'notation' } } } },
        ],
      },
      {
        cluster: 'b',
        objects: [
          { ref: 'GitRepository/x/z', body: { spec: { interval: '2m' } } },
          { ref: 'HelmRelease/x/values', body: { spec: { values: { a: 2 } } } },
          { ref: 'OCIRepository/x/trust', body: { spec: {} } },
        ],
      },
    ])
    assert.deepEqual(
      result.drifts.map(({ ref, differences }) => `${differences[0]!.severity} ${ref.name}`),
      ['critical trust', 'high parent', 'high a-child', 'medium values', 'low z'],
    )
  })
})

function owned(name: string): Record<string, string> {
  return { 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': 'x' }
}

describe('input', () => {
  it('is refused where the baseline is unknown or a name stands twice', () => {
    const sides = [snapshot({ cluster: 'a' }), snapshot({ cluster: 'b' })]
    assert.throws(() => compare(sides, { baseline: 'c' }), { code: 'input-invalid' })
    assert.throws(() => compare([sides[0]!, sides[0]!]), { code: 'same-side-twice' })
    assert.throws(() => compare(sides, { filter: { ...NO_FILTER, selector: 'a==b==c' } }), { code: 'input-invalid' })
    assert.throws(() => compare(sides, { ignore: ['spec.list[0]'] }), { code: 'input-invalid' })
  })

  it('may hold names that JavaScript treats as special', () => {
    const result = compareSpecs([
      { cluster: '__proto__', objects: [app({ a: 1 })] },
      { cluster: 'constructor', objects: [app({ a: 2 })] },
    ])
    assert.deepEqual(Object.entries(result.drifts[0]!.differences[0]!.values), [
      ['__proto__', 1],
      ['constructor', 2],
    ])
  })

  it('decides the digest but for the id', () => {
    const sides = [snapshot({ cluster: 'a', objects: [app({ a: 1 })] }), snapshot({ cluster: 'b' })]
    const [first, second] = ['run_1', 'run_2'].map((id) => compare(sides, { id }))
    assert.equal(first?.digest, second?.digest)
    const { id, digest, ...content } = first!
    assert.equal(id, 'run_1')
    assert.equal(digest, digestOf(content as unknown as Json))
  })
})
