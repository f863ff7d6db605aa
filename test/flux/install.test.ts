import assert from 'node:assert/strict'
import { test } from 'node:test'
import { installFacts } from '../../src/flux/install.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'

const NONE = { instances: [], reports: [], deployments: [], kubernetes: null }

function deployment(name: string, container: JsonObject, version?: string): JsonObject {
  const labels = { 'app.kubernetes.io/part-of': 'flux', ...(version ? { 'app.kubernetes.io/version': version } : {}) }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'flux-system', labels },
    spec: { template: { spec: { containers: [{ name: 'manager', ...container }] } } },
  }
}

function operatorObject(kind: string, spec: Json, status: Json = {}): JsonObject {
  return {
    apiVersion: 'fluxcd.controlplane.io/v1',
    kind,
    metadata: { name: 'flux', namespace: 'flux-system' },
    spec,
    status,
  }
}

const HELM = deployment(
  'helm-controller',
  {
    image: 'ghcr.io:443/fluxcd/helm-controller:v1.6.0@sha256:0123',
    args: [
      '--events-addr=http://notification-controller.flux-system.svc.cluster.local./',
      '--watch-all-namespaces',
      '--log-level=info',
      '--concurrent',
      '10',
      '--no-cross-namespace-refs=true',
      '--feature-gates=OOMWatch=true,UseHelm3Defaults=false',
      '--watch-label-selector=a=b',
      '--watch-label-selector=c',
      '--feature-gates=DefaultToRetryOnFailure=1,Broken=maybe',
    ],
  },
  'v2.9.4',
)

test('controllers come from Deployments: image tag, arguments by flag, feature gates', () => {
  const facts = installFacts({ ...NONE, deployments: [HELM], kubernetes: 'v1.36.2' })
  assert.deepEqual(facts, {
    flux: 'v2.9.4',
    operator: null,
    kubernetes: 'v1.36.2',
    controllers: [
      {
        name: 'helm-controller',
        namespace: 'flux-system',
        version: 'v1.6.0',
        image: 'ghcr.io:443/fluxcd/helm-controller:v1.6.0@sha256:0123',
        args: {
          '--watch-all-namespaces': 'true',
          '--log-level': 'info',
          '--concurrent': '10',
          '--no-cross-namespace-refs': 'true',
          '--watch-label-selector': 'c',
        },
        featureGates: { OOMWatch: true, UseHelm3Defaults: false, DefaultToRetryOnFailure: true },
      },
    ],
  })
})

test('arguments that name addresses and folders inside the cluster are left out', () => {
  const args = [
    '--storage-path=/data',
    '--storage-adv-addr=source.svc',
    '--health-addr=:9440',
    '--metrics-addr',
    ':8080',
  ]
  const facts = installFacts({ ...NONE, deployments: [deployment('source-controller', { image: 'x', args })] })
  assert.deepEqual(facts.controllers[0]?.args, {})
})

test('a controller without image tag has the version of its label', () => {
  const [controller] = installFacts({
    ...NONE,
    deployments: [deployment('kustomize-controller', { image: 'registry:5000/kustomize-controller' }, '2.3.0')],
  }).controllers
  assert.equal(controller?.version, 'v2.3.0')
})

test('a sidecar in front of the manager is not the controller', () => {
  const mesh = deployment('helm-controller', { image: 'fluxcd/helm-controller:v1.6.0' })
  const containers = [
    { name: 'istio-proxy', image: 'istio/proxyv2:1.29.0' },
    { name: 'manager', image: 'hc:v1.6.0' },
  ]
  const raw = { ...mesh, spec: { template: { spec: { containers } } } }
  assert.equal(installFacts({ ...NONE, deployments: [raw] }).controllers[0]?.image, 'hc:v1.6.0')
})

const REPORT = operatorObject('FluxReport', {
  distribution: { version: 'v2.9.3', status: 'Installed', entitlement: 'Issued' },
  operator: { version: 'v0.58.1', apiVersion: 'fluxcd.controlplane.io/v1', platform: 'linux/amd64' },
  components: [
    { name: 'source-controller', image: 'ghcr.io/fluxcd/source-controller:v1.9.0', ready: true, status: 'ok' },
    { name: 'helm-controller', image: 'ghcr.io/fluxcd/helm-controller@sha256:01', ready: true, status: 'ok' },
    'malformed',
  ],
})

test('without Deployments, the FluxReport says what runs', () => {
  const facts = installFacts({ ...NONE, reports: [REPORT] })
  assert.equal(facts.flux, 'v2.9.3')
  assert.equal(facts.operator, 'v0.58.1')
  assert.deepEqual(
    facts.controllers.map(({ name, namespace, version }) => [name, namespace, version]),
    [
      ['helm-controller', 'flux-system', null],
      ['source-controller', 'flux-system', 'v1.9.0'],
    ],
  )
})

test('the Flux version is that of the report, the applied one, the labels, the exact one asked for, in this order', () => {
  const applied = operatorObject(
    'FluxInstance',
    { distribution: { version: '2.x' } },
    { lastAppliedRevision: 'v2.9.2@sha256:0a' },
  )
  const asked = operatorObject('FluxInstance', { distribution: { version: '2.9.1' } })
  const range = operatorObject('FluxInstance', { distribution: { version: '2.x' } })
  assert.equal(installFacts({ ...NONE, reports: [REPORT], instances: [applied], deployments: [HELM] }).flux, 'v2.9.3')
  assert.equal(installFacts({ ...NONE, instances: [applied], deployments: [HELM] }).flux, 'v2.9.2')
  assert.equal(installFacts({ ...NONE, instances: [asked], deployments: [HELM] }).flux, 'v2.9.4')
  assert.equal(installFacts({ ...NONE, instances: [asked] }).flux, 'v2.9.1')
  assert.equal(installFacts({ ...NONE, instances: [range] }).flux, null)
})

test('of several version labels the most common one counts', () => {
  const deployments = [HELM, deployment('a', {}, 'v2.8.0'), deployment('b', {}, 'v2.8.0')]
  assert.equal(installFacts({ ...NONE, deployments }).flux, 'v2.8.0')
})

test('the Deployment of the operator is no controller, but tells its version', () => {
  const operator = deployment(
    'flux-operator',
    { image: 'ghcr.io/controlplaneio-fluxcd/flux-operator:v0.58.1' },
    'v0.58.1',
  )
  const facts = installFacts({ ...NONE, deployments: [operator] })
  assert.deepEqual([facts.operator, facts.flux, facts.controllers], ['v0.58.1', null, []])
})

test('malformed objects are no obstacle', () => {
  const odd: JsonObject[] = [
    {},
    { spec: 'x', status: [], metadata: 3 },
    { spec: { template: { spec: { containers: 'x' } } } },
  ]
  assert.equal(installFacts({ instances: odd, reports: odd, deployments: odd, kubernetes: null }).flux, null)
})
