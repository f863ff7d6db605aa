import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastActiveOf } from '../../src/flux/suspension.ts'

const release = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' }

test('the last activity of a suspended object is the latest time in its conditions and history', () => {
  const status = {
    conditions: [
      { type: 'Ready', lastTransitionTime: '2026-03-01T10:00:00Z' },
      { type: 'Released', lastTransitionTime: '2026-04-02T10:00:00Z' },
      { type: 'Odd', lastTransitionTime: 'zzz' },
    ],
    history: [{ lastDeployed: '2026-05-03T10:00:00Z' }, { lastDeployed: '2026-01-01T10:00:00Z' }],
  }
  assert.equal(lastActiveOf({ ...release, spec: { suspend: true }, status }), '2026-05-03T10:00:00Z')
  assert.equal(lastActiveOf({ ...release, spec: { suspend: true } }), '')
  assert.equal(lastActiveOf({ ...release, spec: { suspend: false }, status }), null)
  assert.equal(lastActiveOf({ ...release, status }), null)
})

test('kinds of the Flux Operator are suspended by an annotation', () => {
  const annotations = { 'fluxcd.controlplane.io/reconcile': 'Disabled' }
  const set = { apiVersion: 'fluxcd.controlplane.io/v1', kind: 'ResourceSet', metadata: { annotations } }
  assert.equal(lastActiveOf(set), '')
  assert.equal(lastActiveOf({ ...release, metadata: { annotations } }), null)
})
