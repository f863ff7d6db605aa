import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Snapshot } from '../../../src/model/snapshot.ts'
import { factsOf } from '../../../src/service/ledger/object-facts.ts'
import { snapshotOf } from '../../history/fixtures.ts'
import { driftOf } from './ledger-fixtures.ts'

type Sketch = { readonly name: string; readonly status?: JsonObject; readonly owner?: string }

function sideOf(cluster: string, sketches: readonly Sketch[]): { cluster: string; snapshot: Snapshot } {
  const { snapshot } = snapshotOf(
    `snap_${cluster}`,
    sketches.map(({ name, status }) => (status ? { name, status: { status } } : { name })),
    { cluster },
  )
  const entries = snapshot.entries.map((entry, index) => {
    const { owner } = sketches[index]!
    const prefix = 'kustomize.toolkit.fluxcd.io'
    return owner === undefined
      ? entry
      : { ...entry, labels: { [`${prefix}/name`]: owner, [`${prefix}/namespace`]: 'apps' } }
  })
  return { cluster, snapshot: { ...snapshot, entries } }
}

test('the revision is what the owner applied, also where the object is missing; else what the object says of itself', () => {
  const { revisions } = factsOf([
    sideOf('staging', [
      { name: 'flux-system', status: { lastAppliedRevision: 'main@sha1:aaaa' } },
      { name: 'shop', owner: 'flux-system', status: { lastAppliedRevision: 'v2@sha1:cccc' } },
    ]),
    sideOf('production', [{ name: 'flux-system', status: { lastAppliedRevision: 'main@sha1:bbbb' } }]),
    sideOf('edge', []),
  ])
  assert.deepEqual(revisions(driftOf('shop')), { staging: 'main@sha1:aaaa', production: 'main@sha1:bbbb' })
  assert.deepEqual(revisions(driftOf('flux-system')), { staging: 'main@sha1:aaaa', production: 'main@sha1:bbbb' })
})

test('artifacts, releases and attempts tell a revision too', () => {
  const states: readonly (readonly [JsonObject, Record<string, string>])[] = [
    [{ artifact: { revision: '6.6.0@sha256:ab' } }, { staging: '6.6.0@sha256:ab' }],
    [{ history: [{ chartVersion: '1.2.3' }], lastAttemptedRevision: '1.2.4' }, { staging: '1.2.3' }],
    [{ lastAttemptedRevision: '1.2.4' }, { staging: '1.2.4' }],
    [{ conditions: [] }, {}],
  ]
  for (const [status, expected] of states) {
    assert.deepEqual(factsOf([sideOf('staging', [{ name: 'a', status }])]).revisions(driftOf('a')), expected)
  }
})

test('an object rolls out while its generation is not observed or it is reconciling, unless it is suspended', () => {
  const reconciling = { conditions: [{ type: 'Reconciling', status: 'True', reason: 'Progressing' }] }
  const states: readonly (readonly [JsonObject, boolean])[] = [
    [{ readiness: 'Ready', reconciled: true }, false],
    [{ readiness: 'Ready', reconciled: false }, true],
    [{ readiness: 'Unknown', reconciled: true, ...reconciling }, true],
    [{ readiness: 'Suspended', reconciled: false }, false],
    [{ readiness: 'Failed', conditions: [{ type: 'Reconciling', status: 'False' }] }, false],
  ]
  for (const [status, expected] of states) {
    const sides = [sideOf('staging', [{ name: 'a' }]), sideOf('production', [{ name: 'a', status }])]
    assert.equal(factsOf(sides).isRollingOut(driftOf('a')), expected)
  }
})
