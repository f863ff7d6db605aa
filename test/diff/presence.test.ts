import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CoverageStatus } from '../../src/model/coverage.ts'
import { compare, compareSpecs, driftOf, lines, reference, snapshot } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const MAP = 'ConfigMap/apps/values'
const ERROR = { code: 'cluster-unreachable', message: 'no route', hint: 'try again' } as const

describe('absence', () => {
  const against = (status: CoverageStatus) =>
    compareSpecs([
      { cluster: 'a', objects: [{ ref: APP }] },
      { cluster: 'b', coverage: { HelmRelease: status } },
    ])

  for (const status of ['forbidden', 'partial', 'failed'] as const) {
    it(`is unknown and makes the verdict incomplete where the list is ${status}`, () => {
      const result = against(status)
      assert.equal(result.verdict, 'incomplete')
      assert.deepEqual(result.drifts, [])
      assert.equal(result.summary.unknown, 1)
      assert.equal(result.summary.missing, 0)
      assert.equal(result.summary.objects, 1)
      assert.deepEqual(
        result.findings.map(({ code }) => code),
        [`coverage-${status}`],
      )
    })
  }

  it('is no failure where nobody asked', () => {
    const result = against('not-asked')
    assert.equal(result.verdict, 'in-sync')
    assert.deepEqual(result.drifts, [])
    assert.equal(result.summary.objects, 0)
    assert.deepEqual(result.findings, [])
  })

  it('is proven by a complete list', () => {
    const result = against('complete')
    assert.equal(result.verdict, 'drifted')
    assert.equal(result.summary.missing, 1)
    assert.equal(result.drifts[0]?.cause, null)
  })

  it('is proven by complete discovery without the kind, for one cause and one finding', () => {
    const result = against('not-installed')
    assert.equal(result.verdict, 'drifted')
    assert.equal(result.summary.missing, 1)
    assert.deepEqual(result.drifts[0]?.cause, {
      code: 'crd-not-installed',
      ref: null,
      message: 'the kind HelmRelease is not installed on b',
    })
    assert.deepEqual(
      result.findings.map(({ code, severity, clusters }) => [code, severity, ...clusters]),
      [['crd-not-installed', 'medium', 'b']],
    )
    assert.equal(
      result.findings[0]?.message,
      'b does not serve HelmRelease, of which the other clusters have one object',
    )
  })

  it('is decided per namespace', () => {
    const result = compareSpecs([
      {
        cluster: 'a',
        objects: [{ ref: 'HelmRelease/one/x' }, { ref: 'HelmRelease/two/x' }, { ref: 'HelmRelease/three/x' }],
      },
      {
        cluster: 'b',
        coverage: { HelmRelease: 'partial', 'HelmRelease/one': 'complete', 'HelmRelease/two': 'not-asked' },
      },
    ])
    assert.deepEqual(
      result.drifts.map(({ ref }) => ref.namespace),
      ['one'],
    )
    assert.equal(result.summary.missing, 1)
    assert.equal(result.summary.unknown, 1)
    assert.equal(result.summary.objects, 2)
  })

  it('is never said of a cluster that could not be read', () => {
    const result = compareSpecs([
      { cluster: 'a', objects: [{ ref: APP }] },
      { cluster: 'b', error: ERROR },
      { cluster: 'c' },
    ])
    assert.equal(result.verdict, 'incomplete')
    assert.deepEqual(lines(result.drifts[0]!.differences), ['presence  c=missing'])
    assert.deepEqual(result.drifts[0]?.presence, { a: 'present', b: 'unknown', c: 'absent' })
    assert.deepEqual(result.drifts[0]?.differences[0]?.unknown, { b: 'cluster-unreachable' })
    assert.deepEqual(result.clusters[1]?.error, ERROR)
    const [finding] = result.findings
    assert.equal(finding?.code, 'cluster-unread')
    assert.equal(finding?.message, 'b could not be read: no route')
    assert.equal(finding?.hint, 'try again')
  })

  it('is unknown on a baseline that was not read, so others are measured among themselves', () => {
    const result = compareSpecs([
      { cluster: 'a', error: ERROR },
      { cluster: 'b', objects: [{ ref: APP, body: { spec: { values: { v: 1 } } } }] },
      { cluster: 'c', objects: [{ ref: APP, body: { spec: { values: { v: 2 } } } }] },
      { cluster: 'd' },
    ])
    assert.deepEqual(lines(result.drifts[0]!.differences), ['presence  d=missing', 'spec spec.values.v c=changed'])
    assert.deepEqual(result.drifts[0]?.against, ['b'])
  })
})

describe('a referenced ConfigMap', () => {
  const holder = {
    cluster: 'a',
    objects: [{ ref: APP }, { ref: MAP, body: { data: { a: '1' } } }],
    references: [reference(APP, MAP)],
  }

  it('is missing where a get answered that it is not there', () => {
    const result = compareSpecs([
      holder,
      { cluster: 'b', objects: [{ ref: APP }], references: [reference(APP, MAP, { state: 'absent' })] },
    ])
    assert.deepEqual(lines(driftOf(result, MAP)!.differences), ['presence  b=missing'])
    assert.equal(driftOf(result, MAP)?.cause, null)
    assert.deepEqual(
      result.findings.map(({ code, severity, clusters }) => [code, severity, ...clusters]),
      [['dangling-reference', 'medium', 'b']],
    )
  })

  for (const state of ['forbidden', 'failed'] as const) {
    it(`is unknown where the get is ${state}`, () => {
      const result = compareSpecs([
        holder,
        { cluster: 'b', objects: [{ ref: APP }], references: [reference(APP, MAP, { state })] },
      ])
      assert.deepEqual(result.drifts, [])
      assert.equal(result.summary.unknown, 1)
      assert.equal(result.verdict, 'incomplete')
    })
  }

  it('is left out where nobody asked', () => {
    const result = compareSpecs([
      holder,
      { cluster: 'b', objects: [{ ref: APP }], references: [reference(APP, MAP, { state: 'not-asked' })] },
    ])
    assert.deepEqual(result.drifts, [])
    assert.equal(result.summary.objects, 1)
    assert.equal(result.verdict, 'in-sync')
  })

  it('is not referenced where complete lists show that nothing names it', () => {
    const result = compareSpecs([holder, { cluster: 'b', objects: [{ ref: APP }] }])
    const drift = driftOf(result, MAP)!
    assert.equal(drift.cause?.code, 'not-referenced')
    assert.equal(drift.cause?.ref?.name, 'web')
    assert.match(drift.cause?.message ?? '', /nothing that Flux is told to run on b refers to it/)
    assert.deepEqual(drift.presence, { a: 'present', b: 'absent' })
  })

  it('is unknown where the objects that would name it were not read', () => {
    const result = compareSpecs([holder, { cluster: 'b', coverage: { HelmRelease: 'forbidden' } }])
    assert.deepEqual(result.drifts, [])
    assert.equal(result.summary.unknown, 2)
  })

  it('does not take part where no object refers to it', () => {
    const result = compareSpecs([{ cluster: 'a', objects: [{ ref: MAP }] }, { cluster: 'b' }])
    assert.equal(result.summary.objects, 0)
  })

  it('is one drift with all its users', () => {
    const users = ['HelmRelease/apps/b', 'HelmRelease/apps/a']
    const specs = ['1', '2'].map((value) => ({
      cluster: value,
      objects: [{ ref: MAP, body: { data: { a: value } } }],
      references: users.map((user) => reference(user, MAP)),
    }))
    const result = compareSpecs(specs)
    assert.equal(result.drifts.length, 1)
    assert.deepEqual(
      result.drifts[0]?.usedBy.map(({ name }) => name),
      ['a', 'b'],
    )
  })
})

describe('generated names', () => {
  const X = 'ConfigMap/apps/values-9g9d69c4k8'
  const Y = 'ConfigMap/apps/values-h29d89cmmt'
  const side = (cluster: string, name: string, data: string) => ({
    cluster,
    objects: [
      { ref: APP, body: { spec: { valuesFrom: [{ kind: 'ConfigMap', name: name.split('/')[2]! }] } } },
      { ref: name, body: { data: { a: data } } },
    ],
    references: [reference(APP, name)],
  })

  it('pair by stem and are judged by content', () => {
    const result = compareSpecs([side('a', X, '1'), side('b', Y, '2')], { explain: true })
    assert.deepEqual(
      result.drifts.map(({ ref }) => ref.name),
      ['values-9g9d69c4k8'],
    )
    const [drift] = result.drifts
    assert.deepEqual(
      Object.entries(drift!.refs).map(([cluster, { name }]) => [cluster, name]),
      [
        ['a', 'values-9g9d69c4k8'],
        ['b', 'values-h29d89cmmt'],
      ],
    )
    assert.deepEqual(lines(drift!.differences), ['data a b=changed'])
    assert.equal(result.summary.equivalent, 1)
    assert.deepEqual(
      result.explanations?.map(({ path, because, values }) => [path, because, values]),
      [
        [
          'spec.valuesFrom[name=values-9g9d69c4k8].name',
          'generator-hash',
          { a: 'values-9g9d69c4k8', b: 'values-h29d89cmmt' },
        ],
      ],
    )
  })

  it('keep their identity when the hash changes', () => {
    const first = compareSpecs([side('a', X, '1'), side('b', Y, '2')])
    const second = compareSpecs([side('a', Y, '1'), side('b', X, '3')])
    assert.equal(first.drifts[0]?.differences[0]?.fingerprint, second.drifts[0]?.differences[0]?.fingerprint)
    assert.notEqual(first.drifts[0]?.differences[0]?.valueDigest, second.drifts[0]?.differences[0]?.valueDigest)
  })

  it('pair over clusters of which some use the same name', () => {
    const result = compareSpecs([side('a', X, '1'), side('b', Y, '2'), side('c', X, '1')])
    assert.deepEqual(
      result.drifts.map((drift) => lines(drift.differences)),
      [['data a b=changed']],
    )
    assert.deepEqual(result.drifts[0]?.against, ['a', 'c'])
  })

  it('pair by the full name where a cluster uses several of one stem', () => {
    const both = {
      ...side('b', X, '1'),
      objects: [...side('b', X, '1').objects, { ref: Y, body: { data: { a: '2' } } }],
      references: [reference(APP, X), reference('HelmRelease/apps/other', Y)],
    }
    const result = compareSpecs([side('a', X, '1'), both])
    assert.equal(driftOf(result, X), undefined)
    assert.deepEqual(lines(driftOf(result, Y)!.differences), ['presence  b=extra'])
  })

  it('do not make the reference equal where the content could not be read', () => {
    const { references: _, ...rest } = side('b', Y, '2')
    const unread = {
      ...rest,
      objects: rest.objects.slice(0, 1),
      references: [reference(APP, Y, { state: 'forbidden' as const })],
    }
    const result = compareSpecs([side('a', X, '1'), unread])
    assert.equal(driftOf(result, X), undefined)
    assert.ok(
      lines(driftOf(result, APP)!.differences).includes('spec spec.valuesFrom[name=values-9g9d69c4k8].name b=removed'),
    )
    assert.equal(result.summary.unknown, 1)
    assert.equal(result.verdict, 'incomplete')
  })
})

describe('objects beyond the limits', () => {
  it('are there, but their content is unknown', () => {
    const result = compareSpecs([
      { cluster: 'a', objects: [{ ref: APP, limit: 'depth' }] },
      { cluster: 'b', objects: [{ ref: APP, body: { spec: {} } }] },
    ])
    assert.deepEqual(result.drifts, [])
    assert.equal(result.summary.unknown, 1)
    assert.deepEqual(
      result.findings.map(({ code, clusters }) => [code, ...clusters]),
      [['object-too-deep', 'a']],
    )
  })

  it('are missing where they are not', () => {
    const result = compareSpecs([{ cluster: 'a', objects: [{ ref: APP, limit: 'size' }] }, { cluster: 'b' }])
    assert.equal(result.summary.missing, 1)
    assert.deepEqual(result.drifts[0]?.against, ['a'])
    assert.deepEqual(result.drifts[0]?.differences[0]?.unknown, {})
  })

  it('leave the other clusters comparable', () => {
    const result = compareSpecs([
      { cluster: 'a', objects: [{ ref: APP, limit: 'size' }] },
      { cluster: 'b', objects: [{ ref: APP, body: { spec: { values: { v: 1 } } } }] },
      { cluster: 'c', objects: [{ ref: APP, body: { spec: { values: { v: 2 } } } }] },
    ])
    assert.deepEqual(lines(result.drifts[0]!.differences), ['spec spec.values.v c=changed'])
    assert.deepEqual(result.drifts[0]?.differences[0]?.unknown, { a: 'limit: size' })
  })
})

describe('bodies', () => {
  it('are not loaded where the digests are equal', () => {
    const sides = ['a', 'b'].map((cluster) => snapshot({ cluster, objects: [{ ref: APP, body: { spec: { a: 1 } } }] }))
    const closed = sides.map((side) => ({
      ...side,
      body: () => {
        throw new Error('loaded')
      },
    }))
    assert.equal(compare(closed).verdict, 'in-sync')
  })
})
