import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ObjectFilter } from '../../src/diff/filter.ts'
import { parseSelector } from '../../src/diff/selector.ts'
import { compareSpecs, NO_FILTER, reference } from './builders.ts'

const WEB = 'HelmRelease/apps/web'
const specs = [
  {
    cluster: 'a',
    objects: [
      { ref: WEB, labels: { team: 'blue' } },
      { ref: 'HelmRelease/other/web' },
      { ref: 'Kustomization/apps/web' },
      { ref: 'Widget/apps/w' },
      { ref: 'ConfigMap/apps/values-9g9d69c4k8' },
      { ref: 'Secret/apps/vars' },
    ],
    references: [
      reference(WEB, 'ConfigMap/apps/values-9g9d69c4k8'),
      reference('Kustomization/apps/web', 'Secret/apps/vars'),
    ],
  },
  { cluster: 'b', objects: [{ ref: 'Widget/apps/w', labels: { team: 'blue' } }] },
]

function found(filter: Partial<ObjectFilter>): string[] {
  const result = compareSpecs(specs, { filter: { ...NO_FILTER, ...filter } })
  return result.drifts.map(({ ref }) => `${ref.kind}/${ref.namespace}/${ref.name}`).sort()
}

const VALUES = 'ConfigMap/apps/values-9g9d69c4k8'

describe('the filter', () => {
  it('takes all where nothing is asked for', () => {
    assert.equal(found({}).length, 5)
  })

  it('knows kinds by all their names, with what they refer to', () => {
    for (const name of ['HelmRelease', 'hr', 'helmreleases', 'helmreleases.helm.toolkit.fluxcd.io']) {
      assert.deepEqual(found({ kinds: [name] }), [VALUES, WEB, 'HelmRelease/other/web'])
    }
    assert.deepEqual(found({ kinds: ['secrets'] }), ['Secret/apps/vars'])
    assert.deepEqual(found({ kinds: ['cm', 'ks'] }), [VALUES, 'Kustomization/apps/web', 'Secret/apps/vars'])
    assert.deepEqual(found({ kinds: ['nothing'] }), [])
  })

  it('narrows to namespaces', () => {
    assert.deepEqual(found({ namespaces: ['other'] }), ['HelmRelease/other/web'])
  })

  it('takes one object with what it refers to', () => {
    assert.deepEqual(found({ resource: { kind: 'hr', namespace: 'apps', name: 'web' } }), [VALUES, WEB])
    assert.deepEqual(found({ resource: { kind: 'cm', namespace: 'apps', name: 'values-9g9d69c4k8' } }), [VALUES])
    assert.deepEqual(found({ resource: { kind: 'cm', namespace: 'apps', name: 'values' } }), [VALUES])
    assert.deepEqual(found({ resource: { kind: 'hr', namespace: 'apps', name: 'none' } }), [])
  })

  it('takes an object whose labels match on any cluster', () => {
    assert.deepEqual(found({ selector: 'team=blue' }), [VALUES, WEB])
    assert.equal(compareSpecs(specs, { filter: { ...NO_FILTER, selector: 'team' } }).summary.inSync, 1)
  })
})

describe('a selector', () => {
  const labels = { app: 'web', tier: 'front' }
  const cases: [string, boolean][] = [
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app = web , tier!=back', true],
    ['app!=web', false],
    ['other!=x', true],
    ['app in (api, web)', true],
    ['app notin (api,web)', false],
    ['other notin (x)', true],
    ['app', true],
    ['!app', false],
    ['!other', true],
    ['toString', false],
    ['app in (web),tier', true],
    ['app=', false],
  ]
  for (const [text, expected] of cases) {
    it(`"${text}" ${expected ? 'matches' : 'does not match'}`, () =>
      assert.equal(parseSelector(text)(labels), expected))
  }

  it('that cannot be read is refused by its part', () => {
    for (const text of ['a,,b', 'a in b', '=x', 'a==b==c', 'a in (b']) {
      assert.throws(() => parseSelector(text), { code: 'input-invalid' })
    }
    assert.throws(() => parseSelector('fine,not fine'), /"not fine"/)
  })
})
