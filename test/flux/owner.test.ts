import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownerOf } from '../../src/flux/owner.ts'
import { displayRef } from '../../src/model/resource-ref.ts'

function owner(labels: Record<string, string>): string | null {
  const ref = ownerOf(labels)
  return ref && `${displayRef(ref)} ${ref.group}`
}

test('the owner is read from the labels of each kind of owner', () => {
  const labels = (prefix: string) => ({ [`${prefix}/name`]: 'apps', [`${prefix}/namespace`]: 'flux-system' })
  assert.equal(
    owner(labels('kustomize.toolkit.fluxcd.io')),
    'Kustomization/flux-system/apps kustomize.toolkit.fluxcd.io',
  )
  assert.equal(owner(labels('helm.toolkit.fluxcd.io')), 'HelmRelease/flux-system/apps helm.toolkit.fluxcd.io')
  assert.equal(
    owner(labels('resourceset.fluxcd.controlplane.io')),
    'ResourceSet/flux-system/apps fluxcd.controlplane.io',
  )
  assert.equal(owner(labels('fluxcd.controlplane.io')), 'FluxInstance/flux-system/apps fluxcd.controlplane.io')
})

test('an object with half of the labels, or none, has no owner', () => {
  assert.equal(owner({}), null)
  assert.equal(owner({ 'kustomize.toolkit.fluxcd.io/name': 'apps' }), null)
  assert.equal(owner({ 'kustomize.toolkit.fluxcd.io/name': 'apps', 'helm.toolkit.fluxcd.io/namespace': 'x' }), null)
})

test('a Kustomization that applied the object goes before owners named in its template', () => {
  const labels = {
    'helm.toolkit.fluxcd.io/name': 'chart',
    'helm.toolkit.fluxcd.io/namespace': 'apps',
    'kustomize.toolkit.fluxcd.io/name': 'apps',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  }
  assert.equal(owner(labels), 'Kustomization/flux-system/apps kustomize.toolkit.fluxcd.io')
})
