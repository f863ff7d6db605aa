import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { counted, compareSpecs, driftOf, NO_FILTER } from './builders.ts'

const ROOT = 'Kustomization/flux-system/root'
const TENANT = 'Kustomization/apps/tenant'
const APP = 'HelmRelease/apps/web'
const REPOSITORY = 'GitRepository/apps/web'

function by(owner: string): Record<string, string> {
  const [kind, namespace, name] = owner.split('/') as [string, string, string]
  const prefix = kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io' : 'kustomize.toolkit.fluxcd.io'
  return { [`${prefix}/name`]: name, [`${prefix}/namespace`]: namespace }
}

const family = [
  { ref: ROOT },
  { ref: TENANT, labels: by(ROOT) },
  { ref: APP, labels: by(TENANT) },
  { ref: REPOSITORY, labels: by(TENANT) },
]

describe('an absent parent', () => {
  it('is the cause for everything below the top-most object that is on one side only', () => {
    const result = compareSpecs([
      { cluster: 'a', objects: family },
      { cluster: 'b', objects: [{ ref: ROOT }] },
    ])
    assert.equal(driftOf(result, TENANT)?.cause, null)
    for (const child of [APP, REPOSITORY]) {
      const { cause } = driftOf(result, child)!
      assert.equal(cause?.code, 'parent-absent')
      assert.deepEqual(cause?.ref, driftOf(result, TENANT)?.ref)
      assert.equal(cause?.message, 'Kustomization/apps/tenant, which creates it elsewhere, is not on b')
    }
  })

  it('is followed to the top', () => {
    const result = compareSpecs([{ cluster: 'a', objects: family }, { cluster: 'b' }])
    assert.equal(driftOf(result, ROOT)?.cause, null)
    for (const child of [TENANT, APP]) assert.equal(driftOf(result, child)?.cause?.ref?.name, 'root')
  })

  it('is no cause where it is there, or where nobody knows', () => {
    const present = compareSpecs([
      { cluster: 'a', objects: family },
      { cluster: 'b', objects: [{ ref: ROOT }, { ref: TENANT, labels: by(ROOT) }] },
    ])
    assert.equal(driftOf(present, APP)?.cause, null)
    const unknown = compareSpecs([
      { cluster: 'a', objects: family },
      { cluster: 'b', coverage: { Kustomization: 'failed' } },
    ])
    assert.equal(driftOf(unknown, APP)?.cause, null)
    const gone = compareSpecs([{ cluster: 'a', objects: [{ ref: APP, labels: by(TENANT) }] }, { cluster: 'b' }])
    assert.equal(driftOf(gone, APP)?.cause, null)
  })

  it('must explain every cluster', () => {
    const result = compareSpecs([
      { cluster: 'a', objects: family },
      { cluster: 'b' },
      { cluster: 'c', objects: family.slice(0, 2) },
    ])
    assert.equal(driftOf(result, APP)?.cause, null)
    const other = compareSpecs([
      { cluster: 'a', objects: family },
      { cluster: 'b', objects: [...family.slice(0, 2), { ref: APP, labels: by(ROOT) }] },
      { cluster: 'c' },
    ])
    assert.equal(driftOf(other, APP)?.cause, null)
  })

  it('explains the absence, and leaves differences between the others', () => {
    const spec = (v: number) => ({ body: { spec: { values: { v } } } })
    const result = compareSpecs([
      { cluster: 'a', objects: [{ ref: ROOT }, { ref: APP, labels: by(ROOT), ...spec(1) }] },
      { cluster: 'b', objects: [{ ref: ROOT }, { ref: APP, labels: by(ROOT), ...spec(2) }] },
      { cluster: 'c' },
    ])
    assert.equal(counted(driftOf(result, APP)?.differences ?? []).length, 2)
    assert.equal(driftOf(result, APP)?.cause?.code, 'parent-absent')
    assert.equal(driftOf(result, APP)?.cause?.ref?.name, 'root')
    assert.equal(result.summary.missing, 2)
  })

  it('is found although it was not asked for itself', () => {
    const result = compareSpecs([{ cluster: 'a', objects: family }, { cluster: 'b' }], {
      filter: { ...NO_FILTER, kinds: ['hr'] },
    })
    assert.deepEqual(
      result.drifts.map(({ ref }) => ref.kind),
      ['HelmRelease'],
    )
    assert.equal(result.drifts[0]?.cause?.ref?.name, 'root')
  })

  it('is no endless search where owners go round in a circle', () => {
    const circle = [
      { ref: ROOT, labels: by(TENANT) },
      { ref: TENANT, labels: by(ROOT) },
    ]
    const result = compareSpecs([{ cluster: 'a', objects: circle }, { cluster: 'b' }])
    assert.equal(result.summary.missing, 2)
  })
})
