import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Finding } from '../../src/model/comparison.ts'
import type { ControllerFacts } from '../../src/model/snapshot.ts'
import { compareSpecs, controller } from './builders.ts'
import type { ObjectSpec, SnapshotSpec } from './builders.ts'

const KEY = 'sharding.fluxcd.io/key'

function watching(name: string, selector: string | null, more: Partial<ControllerFacts> = {}): ControllerFacts {
  const args = { '--log-level': 'info', ...(selector === null ? {} : { '--watch-label-selector': selector }) }
  return controller(name, { image: 'ghcr.io/fluxcd/helm-controller:v1.6.0', args, ...more })
}

const MAIN = watching('helm-controller', `!${KEY}`)
const SHARD = watching('helm-controller-shard1', `${KEY}=shard1`)
const ALL = watching('helm-controller', null)

function release(name: string, shard?: string, rest: Partial<ObjectSpec> = {}): ObjectSpec {
  return { ref: `HelmRelease/apps/${name}`, labels: shard === undefined ? {} : { [KEY]: shard }, ...rest }
}

function side(cluster: string, controllers: readonly ControllerFacts[], objects: readonly ObjectSpec[]): SnapshotSpec {
  return { cluster, objects, install: { controllers } }
}

function told(specs: readonly SnapshotSpec[], code = 'not-reconciled'): string[] {
  const found = compareSpecs(specs).findings.filter((finding: Finding) => finding.code === code)
  return found.map(({ severity, clusters, message }) => `${severity} ${clusters.join(' ')}: ${message}`)
}

describe('an object that no controller looks at', () => {
  const objects = [release('a'), release('b', 'shard1'), release('c', 'shard3'), release('d', 'shard3')]

  it('is told with the label of the shard that is not there', () => {
    const third = watching('helm-controller-shard3', `${KEY} in (shard3)`)
    assert.deepEqual(
      told([side('staging', [MAIN, SHARD, third], objects), side('production', [MAIN, SHARD], objects)]),
      [
        `high production: Flux on production does not reconcile HelmRelease/apps/c, HelmRelease/apps/d: no helm-controller watches ${KEY}=shard3`,
      ],
    )
  })

  it('is told once for all clusters, and is then less urgent', () => {
    const both = ['staging', 'production'].map((name) => side(name, [MAIN, SHARD], objects))
    assert.deepEqual(told(both), [
      `medium staging production: Flux on staging, production does not reconcile HelmRelease/apps/c, HelmRelease/apps/d: no helm-controller watches ${KEY}=shard3`,
    ])
  })

  it('is told where its namespace is not watched', () => {
    const own = watching('helm-controller', null, {
      args: { '--watch-all-namespaces': 'false' },
      namespace: 'flux-system',
    })
    const inside: ObjectSpec = { ref: 'HelmRelease/flux-system/x' }
    assert.deepEqual(told([side('a', [ALL], [release('w'), inside]), side('b', [own], [release('w'), inside])]), [
      'high b: Flux on b does not reconcile HelmRelease/apps/w: no helm-controller watches the namespace apps',
    ])
  })

  it('is told where controllers want other labels', () => {
    const team = watching('helm-controller', 'team in (a,b)')
    assert.deepEqual(told([side('a', [ALL], [release('w')]), side('b', [team], [release('w')])]), [
      'high b: Flux on b does not reconcile HelmRelease/apps/w: no helm-controller watches objects with their labels (--watch-label-selector=team in (a,b))',
    ])
  })

  it('is not known where a label is blanked, which may be that of a shard', () => {
    const blanked = [release('c', '***')]
    assert.deepEqual(told([side('a', [ALL], blanked), side('b', [MAIN, SHARD], blanked)]), [])
  })

  it('is none where it is suspended, or of a kind that is not sharded', () => {
    const quiet = [
      release('c', 'shard3', { suspended: '' }),
      { ref: 'ImagePolicy/apps/p', labels: { [KEY]: 'shard3' } },
      { ref: 'HelmRepository/apps/h', labels: { [KEY]: 'shard3' }, body: { spec: { type: 'oci' } } },
    ]
    assert.deepEqual(told([side('a', [MAIN], quiet), side('b', [MAIN], quiet)]), [])
  })

  const unsure: Readonly<Record<string, readonly ControllerFacts[]>> = {
    'no controller was seen': [],
    'arguments were not read': [{ ...MAIN, args: {} }],
    'a selector cannot be read': [watching('helm-controller', 'a ~ b')],
    'a Deployment is of no known controller': [MAIN, controller('my-shard', { image: 'registry.example.com/hc:1' })],
  }
  for (const [why, controllers] of Object.entries(unsure)) {
    it(`is not known where ${why}`, () => {
      assert.deepEqual(told([side('a', [ALL], objects), side('b', controllers, objects)]), [])
    })
  }

  it('is not known where Deployments were not listed everywhere', () => {
    const partly = { ...side('b', [MAIN], objects), install: { controllers: [MAIN], allControllers: undefined } }
    assert.deepEqual(told([side('a', [ALL], objects), partly]), [])
  })
})

describe('controllers that look at other objects', () => {
  it('are told per cluster, where there are such objects', () => {
    const specs = [side('a', [ALL], [release('w')]), side('b', [MAIN, SHARD], [release('w')])]
    assert.deepEqual(told(specs, 'watch-scope-skew'), [
      `low b: the controllers of b watch other objects than those of a: helm-controller: !${KEY}; ${KEY}=shard1 (a: all objects)`,
    ])
    assert.deepEqual(told([side('a', [ALL], []), side('b', [MAIN], [])], 'watch-scope-skew'), [])
    const same = [side('a', [ALL], [release('w')]), side('b', [ALL], [release('w')])]
    assert.deepEqual(told(same, 'watch-scope-skew'), [])
  })
})
