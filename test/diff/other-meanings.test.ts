import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JsonObject } from '../../src/model/json.ts'
import type { Finding } from '../../src/model/comparison.ts'
import type { ControllerFacts } from '../../src/model/snapshot.ts'
import { compareSpecs, controller } from './builders.ts'
import type { ObjectSpec } from './builders.ts'

const RELEASE = 'HelmRelease/apps/web'
const KUSTOMIZATION = 'Kustomization/flux-system/apps'

function object(ref: string, spec: JsonObject): ObjectSpec {
  return { ref, body: { spec } }
}

/** Two clusters with the same objects and other controllers. */
function told(objects: readonly ObjectSpec[], staging: ControllerFacts[], production: ControllerFacts[]): Finding[] {
  const { findings } = compareSpecs([
    { cluster: 'staging', objects, install: { controllers: staging } },
    { cluster: 'production', objects, install: { controllers: production } },
  ])
  return findings.filter(({ code }) => code === 'same-spec-other-meaning')
}

const helm = (version: string, facts: Partial<ControllerFacts> = {}) =>
  controller('helm-controller', { version, image: null, ...facts })
const kustomize = (version: string, facts: Partial<ControllerFacts> = {}) =>
  controller('kustomize-controller', { version, image: null, ...facts })
const short = (findings: readonly Finding[]) =>
  findings.map(({ severity, clusters, message }) => [severity, clusters.join(' '), message])

describe('defaults of helm-controller', () => {
  const plain = object(RELEASE, { interval: '10m' })
  const patched = object('HelmRelease/apps/patched', { postRenderers: [{ kustomize: {} }] })

  it('are other ones before Helm 4 and before 1.6, which is one finding', () => {
    const findings = told([plain, patched], [helm('v1.6.0')], [helm('v1.4.2')])
    assert.deepEqual(short(findings), [
      [
        'medium',
        'production',
        'production reads the same spec otherwise than staging, by helm-controller v1.4.2 (staging: v1.6.0): ' +
          'spec.install.serverSideApply, where not set, is false (staging: true) and ' +
          'spec.waitStrategy, where not set, is legacy (staging: poller) for 2 HelmReleases: apps/patched, apps/web; ' +
          'spec.postRenderStrategy, where not set, is nohooks (staging: combined) for 1 HelmRelease: apps/patched',
      ],
    ])
    assert.equal(
      findings[0]?.hint,
      'Set what is left open in these objects, or run one version of Flux: change the manifests that install Flux.',
    )
  })

  it('are not told where the object sets them, or of what is the same', () => {
    const set = object(RELEASE, { install: { serverSideApply: false }, waitStrategy: { name: 'legacy' } })
    assert.deepEqual(told([set], [helm('v1.6.0')], [helm('v1.4.2')]), [])
    assert.deepEqual(told([plain], [helm('v1.6.0')], [helm('v1.5.1')]), [])
    assert.deepEqual(told([plain], [helm('v1.6.0')], [helm('v1.6.0')]), [])
  })

  it('are taken back by a feature gate, which is then the cause', () => {
    const findings = told([plain], [helm('v1.6.0')], [helm('v1.6.0', { featureGates: { UseHelm3Defaults: true } })])
    assert.match(
      findings[0]?.message ?? '',
      /^production .* by UseHelm3Defaults of helm-controller: .* is false \(staging: true\)/,
    )
    assert.match(findings[0]?.hint ?? '', /change the arguments of Deployment\/flux-system\/helm-controller\.$/)
    assert.equal(findings.length, 1)
  })

  it('are not known where the arguments were not read, or no version', () => {
    assert.deepEqual(told([plain], [helm('v1.6.0', { args: {} })], [helm('v1.4.2')]), [])
    assert.deepEqual(told([plain], [helm('v1.6.0')], [{ ...helm('v1.4.2'), version: null }]), [])
    assert.deepEqual(told([plain], [helm('v1.6.0')], []), [])
  })

  it('retry on failure by a gate, which concerns what is deployed', () => {
    const gate = { featureGates: { DefaultToRetryOnFailure: true } }
    const findings = told([plain], [helm('v1.6.0')], [helm('v1.6.0', gate)])
    assert.equal(findings[0]?.severity, 'high')
    assert.match(
      findings[0]?.message ?? '',
      /is RetryOnFailure \(staging: RemediateOnFailure\) for 1 HelmRelease: apps\/web$/,
    )
    const strategy = { strategy: { name: 'RetryOnFailure' } }
    assert.deepEqual(
      told([object(RELEASE, { install: strategy, upgrade: strategy })], [helm('v1.6.0')], [helm('v1.6.0', gate)]),
      [],
    )
  })
})

describe('arguments of controllers', () => {
  it('say as whom objects without a service account are applied', () => {
    const objects = [
      object(KUSTOMIZATION, { path: './' }),
      object('Kustomization/apps/own', { serviceAccountName: 'own' }),
    ]
    const args = { '--default-service-account': 'default' }
    const [finding, ...more] = told(objects, [kustomize('v1.9.0')], [kustomize('v1.9.0', { args })])
    assert.deepEqual(more, [])
    assert.equal(finding?.severity, 'critical')
    assert.match(
      finding?.message ?? '',
      /by --default-service-account of kustomize-controller: spec\.serviceAccountName, where not set, is default \(staging: that of the controller\) for 1 Kustomization: flux-system\/apps$/,
    )
  })

  it('refuse references to other namespaces', () => {
    const objects = [
      object(KUSTOMIZATION, { sourceRef: { kind: 'GitRepository', name: 'repo', namespace: 'other' } }),
      object('Kustomization/apps/own', { sourceRef: { kind: 'GitRepository', name: 'repo' } }),
      object('Kustomization/apps/same', { sourceRef: { kind: 'GitRepository', name: 'repo', namespace: 'apps' } }),
    ]
    const args = { '--no-cross-namespace-refs': 'true' }
    const [finding, ...more] = told(objects, [kustomize('v1.9.0')], [kustomize('v1.9.0', { args })])
    assert.deepEqual(more, [])
    assert.equal(finding?.severity, 'high')
    assert.match(finding?.message ?? '', /is refused \(staging: followed\) for 1 Kustomization: flux-system\/apps$/)
  })

  it('are told of no object that they do not touch', () => {
    const args = { '--no-cross-namespace-refs': 'true', '--requeue-dependency': '5s', '--log-level': 'debug' }
    const objects = [object(KUSTOMIZATION, { sourceRef: { kind: 'GitRepository', name: 'repo' } })]
    assert.deepEqual(told(objects, [kustomize('v1.9.0')], [kustomize('v1.9.0', { args })]), [])
  })
})

describe('an undefined variable', () => {
  const objects = [
    object(KUSTOMIZATION, { postBuild: { substitute: { zone: 'a' } } }),
    object('Kustomization/apps/none', { postBuild: { substitute: {} } }),
  ]

  it('fails the build from kustomize-controller 1.9 on', () => {
    const [finding] = told(objects, [kustomize('v1.8.0')], [kustomize('v1.9.0')])
    assert.match(
      finding?.message ?? '',
      /by kustomize-controller v1\.9\.0 \(staging: v1\.8\.0\): an undefined variable fails the build \(staging: becomes empty\) for 1 Kustomization: flux-system\/apps$/,
    )
  })

  it('does so by the gate before', () => {
    const gate = { featureGates: { StrictPostBuildSubstitutions: true } }
    assert.deepEqual(told(objects, [kustomize('v1.8.0', gate)], [kustomize('v1.9.0')]), [])
  })
})

describe('what is to be changed', () => {
  it('is the FluxInstance where there is one', () => {
    const objects = [object(RELEASE, {}), object('FluxInstance/flux-system/flux', {})]
    const [finding] = told(objects, [helm('v1.6.0')], [helm('v1.4.2')])
    assert.match(finding?.hint ?? '', /change spec\.distribution\.version of FluxInstance\/flux-system\/flux\.$/)
  })
})
