import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareSpecs, lines, reference } from './builders.ts'

const APP = 'HelmRelease/apps/web'
const MAP = 'ConfigMap/apps/values'
const side = (cluster: string, n: number) => ({
  cluster,
  objects: [
    { ref: APP, body: { spec: { interval: `${n}m`, values: { a: n, b: n } } } },
    { ref: MAP, body: { data: { 'values.yaml': { a: n }, b: `${n}` } } },
  ],
  references: [reference(APP, MAP)],
})

function shown(...ignore: string[]): string[] {
  return compareSpecs([side('x', 1), side('y', 2)], { ignore })
    .drifts.flatMap(({ differences }) => lines(differences))
    .sort()
}

const ALL = [
  'data ["values.yaml"].a y=changed',
  'data b y=changed',
  'spec spec.interval y=changed',
  'spec spec.values.a y=changed',
  'spec spec.values.b y=changed',
]

describe('ignored paths', () => {
  it('hide what stands at them or below', () => {
    assert.deepEqual(shown(), ALL)
    assert.deepEqual(shown('/spec/values'), ALL.slice(0, 3))
    assert.deepEqual(shown('spec.values.a', 'spec.interval'), [...ALL.slice(0, 2), ALL[4]])
    assert.deepEqual(shown('spec', 'data'), [])
  })

  it('may start below data, as reports show paths', () => {
    assert.deepEqual(shown('["values.yaml"].a', 'spec'), [ALL[1]])
    assert.deepEqual(shown('data["values.yaml"]', 'spec'), [ALL[1]])
  })

  it('are counted and explained', () => {
    const result = compareSpecs([side('x', 1), side('y', 2)], { ignore: ['spec', 'data'], explain: true })
    assert.equal(result.verdict, 'in-sync')
    assert.equal(result.summary.inSync, 2)
    assert.equal(result.summary.hiddenByRules, 5)
    assert.deepEqual(result.explanations?.at(-1), {
      ref: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease', namespace: 'apps', name: 'web' },
      layer: 'spec',
      path: 'spec.values.b',
      because: 'ignored',
      detail: '--ignore spec',
      values: { x: 1, y: 2 },
    })
  })

  it('do not hide that an object is missing', () => {
    const result = compareSpecs([side('x', 1), { cluster: 'y' }], { ignore: ['**', 'spec'] })
    assert.equal(result.summary.missing, 2)
  })
})
