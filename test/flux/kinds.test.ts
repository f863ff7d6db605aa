import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FLUX_KINDS, findKinds, isFluxGroup, kindOf } from '../../src/flux/kinds.ts'

const PLURALS = [
  'kustomizations.kustomize.toolkit.fluxcd.io',
  'helmreleases.helm.toolkit.fluxcd.io',
  'gitrepositories.source.toolkit.fluxcd.io',
  'ocirepositories.source.toolkit.fluxcd.io',
  'helmrepositories.source.toolkit.fluxcd.io',
  'helmcharts.source.toolkit.fluxcd.io',
  'buckets.source.toolkit.fluxcd.io',
  'externalartifacts.source.toolkit.fluxcd.io',
  'artifactgenerators.source.extensions.fluxcd.io',
  'imagerepositories.image.toolkit.fluxcd.io',
  'imagepolicies.image.toolkit.fluxcd.io',
  'imageupdateautomations.image.toolkit.fluxcd.io',
  'providers.notification.toolkit.fluxcd.io',
  'alerts.notification.toolkit.fluxcd.io',
  'receivers.notification.toolkit.fluxcd.io',
  'fluxinstances.fluxcd.controlplane.io',
  'fluxreports.fluxcd.controlplane.io',
  'resourcesets.fluxcd.controlplane.io',
  'resourcesetinputproviders.fluxcd.controlplane.io',
]

test('the 19 kinds have the plurals of their CRDs', () => {
  assert.deepEqual(
    FLUX_KINDS.map((kind) => `${kind.plural}.${kind.group}`),
    PLURALS,
  )
})

test('a kind is found by short name, kind, singular, plural and full name in any case', () => {
  const names = [
    'hr',
    'HR',
    'HelmRelease',
    'helmrelease',
    'helmreleases',
    'helmreleases.helm.toolkit.fluxcd.io',
    'helmreleases.v2.helm.toolkit.fluxcd.io',
    'HelmRelease.helm.toolkit.fluxcd.io',
  ]
  for (const name of names) {
    assert.deepEqual(
      findKinds(name).map((kind) => kind.kind),
      ['HelmRelease'],
      name,
    )
  }
  assert.deepEqual(
    ['iua', 'imgupd', 'imgauto', 'ks', 'rset', 'rsip', 'ag', 'ea', 'gitrepo'].map((name) => findKinds(name)[0]?.kind),
    [
      'ImageUpdateAutomation',
      'ImageUpdateAutomation',
      'ImageUpdateAutomation',
      'Kustomization',
      'ResourceSet',
      'ResourceSetInputProvider',
      'ArtifactGenerator',
      'ExternalArtifact',
      'GitRepository',
    ],
  )
})

test('a name of no Flux kind finds nothing', () => {
  for (const name of ['', 'deployment', 'hr.apps', 'helmreleases.', 'helm', 'helmreleases.v9.helm.toolkit.fluxcd.io']) {
    assert.deepEqual(findKinds(name), [], name)
  }
})

test('kinds are told apart by group', () => {
  assert.equal(kindOf('kustomize.toolkit.fluxcd.io', 'Kustomization')?.versions[0], 'v1')
  assert.equal(kindOf('kustomize.config.k8s.io', 'Kustomization'), undefined)
  assert.equal(kindOf('', 'constructor'), undefined)
})

test('known versions stand newest first, old ones included', () => {
  assert.deepEqual(kindOf('helm.toolkit.fluxcd.io', 'HelmRelease')?.versions, ['v2', 'v2beta2', 'v2beta1'])
  assert.deepEqual(kindOf('source.toolkit.fluxcd.io', 'OCIRepository')?.versions, ['v1', 'v1beta2'])
  assert.deepEqual(kindOf('notification.toolkit.fluxcd.io', 'Alert')?.versions, ['v1beta3', 'v1beta2', 'v1beta1'])
})

test('every group of the kinds is a Flux group, and so is an unknown one of the same domains', () => {
  for (const kind of FLUX_KINDS) assert.ok(isFluxGroup(kind.group), kind.group)
  for (const group of ['infra.contrib.fluxcd.io', 'new.toolkit.fluxcd.io', 'agent.fluxcd.controlplane.io']) {
    assert.ok(isFluxGroup(group), group)
  }
  for (const group of ['', 'apps', 'fluxcd.io.example.com', 'notfluxcd.io', 'helm.fluxcd.io', 'controlplane.io']) {
    assert.ok(!isFluxGroup(group), group)
  }
})
