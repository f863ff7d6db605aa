import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compareSpecs } from './builders.ts'

type Suspended = Readonly<Record<string, string | undefined>>

/** Snapshots are taken on 2026-11-21. */
function told(staging: Suspended, production: Suspended): unknown[] {
  const specs = Object.entries({ staging, production }).map(([cluster, objects]) => ({
    cluster,
    objects: Object.entries(objects).map(([name, suspended]) => ({
      ref: `HelmRelease/apps/${name}`,
      body: suspended === undefined ? { spec: {} } : { spec: { suspend: true } },
      ...(suspended === undefined ? {} : { suspended }),
    })),
  }))
  return compareSpecs(specs).findings.map(({ code, severity, clusters, message }) => [
    code,
    severity,
    clusters,
    message,
  ])
}

describe('objects in suspension', () => {
  it('are one low line where all clusters suspend them', () => {
    assert.deepEqual(told({ a: '', b: '2026-01-01T00:00:00Z' }, { a: '', b: '' }), [
      [
        'suspended-everywhere',
        'low',
        ['staging', 'production'],
        '2 objects are suspended on every cluster that has them: HelmRelease/apps/a, HelmRelease/apps/b',
      ],
    ])
  })

  it('are told by their difference alone where one cluster suspends them for a while', () => {
    assert.deepEqual(told({ a: undefined }, { a: '2026-10-22T08:00:00Z' }), [])
    assert.deepEqual(told({ a: undefined }, { a: '' }), [])
  })

  it('are forgotten after 30 days', () => {
    assert.deepEqual(told({ a: undefined }, { a: '2026-10-20T08:00:00Z' }), [
      [
        'suspension-forgotten',
        'medium',
        ['production'],
        'production: nothing was done with 1 suspended object for more than 30 days: HelmRelease/apps/a (since 2026-10-20)',
      ],
    ])
  })

  it('are told by nothing where none is suspended', () => {
    assert.deepEqual(told({ a: undefined }, { a: undefined }), [])
  })
})
