import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import { referencesOf } from '../../src/flux/references.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { displayRef } from '../../src/model/resource-ref.ts'

const SOURCE = 'source.toolkit.fluxcd.io/v1'
const OPERATOR = 'fluxcd.controlplane.io/v1'

function object(apiVersion: string, kind: string, spec: Json): JsonObject {
  return { apiVersion, kind, metadata: { name: 'app', namespace: 'apps' }, spec }
}

/** `field -> target (use)` per reference; optional ones end in `?`, YAML keys stand in brackets. */
function told(raw: JsonObject): string[] {
  return referencesOf(raw).map(({ field, to, use, optional, yamlKey }) => {
    const key = yamlKey === null ? '' : ` [${yamlKey}]`
    return `${field} -> ${displayRef(to)} (${use})${optional ? '?' : ''}${key}`
  })
}

test('valuesFrom names its key as YAML unless it has a targetPath, and keeps optional', () => {
  const raw = object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
    valuesFrom: [
      { kind: 'ConfigMap', name: 'base' },
      { kind: 'Secret', name: 'secret-values', valuesKey: 'prod.yaml', optional: true },
      { kind: 'Secret', name: 'password', valuesKey: 'pw', targetPath: 'auth.password' },
      { kind: 'ConfigMap', name: 'empty-target', targetPath: '', valuesKey: '' },
      { kind: 'Other', name: 'skipped' },
      { kind: 'ConfigMap' },
      'text',
    ],
  })
  assert.deepEqual(told(raw), [
    'spec.valuesFrom[0] -> ConfigMap/apps/base (values) [values.yaml]',
    'spec.valuesFrom[1] -> Secret/apps/secret-values (values)? [prod.yaml]',
    'spec.valuesFrom[2] -> Secret/apps/password (values)',
    'spec.valuesFrom[3] -> ConfigMap/apps/empty-target (values) [values.yaml]',
  ])
})

test('a HelmRelease names its chart source, verification key, dependencies and kubeconfig', () => {
  const chart = {
    spec: {
      chart: 'podinfo',
      sourceRef: { kind: 'HelmRepository', name: 'podinfo', namespace: 'flux-system' },
      verify: { provider: 'cosign', secretRef: { name: 'cosign-pub' } },
    },
  }
  const spec = {
    chart,
    dependsOn: [{ name: 'redis' }, { name: 'db', namespace: 'data' }],
    kubeConfig: { secretRef: { name: 'remote', key: 'value' } },
  }
  assert.deepEqual(told(object('helm.toolkit.fluxcd.io/v2beta1', 'HelmRelease', spec)), [
    'spec.chart.spec.sourceRef -> HelmRepository/flux-system/podinfo (source)',
    'spec.chart.spec.verify.secretRef -> Secret/apps/cosign-pub (verification)',
    'spec.dependsOn[0] -> HelmRelease/apps/redis (dependency)',
    'spec.dependsOn[1] -> HelmRelease/data/db (dependency)',
    'spec.kubeConfig.secretRef -> Secret/apps/remote (kubeconfig)',
  ])
  const byRef = object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
    chartRef: { kind: 'OCIRepository', name: 'podinfo' },
    kubeConfig: { configMapRef: { name: 'remote' } },
  })
  assert.deepEqual(told(byRef), [
    'spec.chartRef -> OCIRepository/apps/podinfo (source)',
    'spec.kubeConfig.configMapRef -> ConfigMap/apps/remote (kubeconfig)',
  ])
})

test('a Kustomization names its source, dependencies, variables and decryption key', () => {
  const spec = {
    sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' },
    dependsOn: [{ name: 'infra' }],
    postBuild: {
      substituteFrom: [
        { kind: 'ConfigMap', name: 'vars' },
        { kind: 'Secret', name: 'secret-vars', optional: true },
        { kind: 'Deployment', name: 'skipped' },
      ],
    },
    decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
  }
  assert.deepEqual(told(object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', spec)), [
    'spec.sourceRef -> GitRepository/flux-system/flux-system (source)',
    'spec.dependsOn[0] -> Kustomization/apps/infra (dependency)',
    'spec.postBuild.substituteFrom[0] -> ConfigMap/apps/vars (substitute)',
    'spec.postBuild.substituteFrom[1] -> Secret/apps/secret-vars (substitute)?',
    'spec.decryption.secretRef -> Secret/apps/sops-age (credential)',
  ])
})

test('sources name their credentials, proxies, certificates and keys', () => {
  const git = { secretRef: { name: 'git' }, proxySecretRef: { name: 'proxy' }, verify: { secretRef: { name: 'pgp' } } }
  assert.deepEqual(told(object(SOURCE, 'GitRepository', { ...git, include: [{ repository: { name: 'shared' } }] })), [
    'spec.secretRef -> Secret/apps/git (credential)',
    'spec.proxySecretRef -> Secret/apps/proxy (credential)',
    'spec.verify.secretRef -> Secret/apps/pgp (verification)',
    'spec.include[0].repository -> GitRepository/apps/shared (source)',
  ])
  const oci = {
    secretRef: { name: 'oci' },
    certSecretRef: { name: 'tls' },
    verify: { secretRef: { name: 'cosign' }, trustedRootSecretRef: { name: 'root' } },
  }
  assert.deepEqual(told(object(SOURCE, 'OCIRepository', oci)), [
    'spec.secretRef -> Secret/apps/oci (credential)',
    'spec.certSecretRef -> Secret/apps/tls (credential)',
    'spec.verify.secretRef -> Secret/apps/cosign (verification)',
    'spec.verify.trustedRootSecretRef -> Secret/apps/root (verification)',
  ])
  const bucket = {
    secretRef: { name: 'keys' },
    sts: { secretRef: { name: 'ldap' }, certSecretRef: { name: 'ldap-tls' } },
  }
  assert.deepEqual(told(object(SOURCE, 'Bucket', bucket)), [
    'spec.secretRef -> Secret/apps/keys (credential)',
    'spec.sts.secretRef -> Secret/apps/ldap (credential)',
    'spec.sts.certSecretRef -> Secret/apps/ldap-tls (credential)',
  ])
  const repository = { secretRef: { name: 'basic' }, certSecretRef: { name: 'tls' } }
  assert.deepEqual(told(object(SOURCE, 'HelmRepository', repository)), [
    'spec.secretRef -> Secret/apps/basic (credential)',
    'spec.certSecretRef -> Secret/apps/tls (credential)',
  ])
  const chart = { sourceRef: { kind: 'HelmRepository', name: 'podinfo' }, verify: { secretRef: { name: 'cosign' } } }
  assert.deepEqual(told(object(SOURCE, 'HelmChart', chart)), [
    'spec.verify.secretRef -> Secret/apps/cosign (verification)',
    'spec.sourceRef -> HelmRepository/apps/podinfo (source)',
  ])
})

test('artifacts name their sources', () => {
  const sources = [
    { alias: 'app', kind: 'GitRepository', name: 'app' },
    { alias: 'lib', kind: 'OCIRepository', name: 'lib', namespace: 'libs' },
  ]
  assert.deepEqual(told(object('source.extensions.fluxcd.io/v1beta1', 'ArtifactGenerator', { sources })), [
    'spec.sources[0] -> GitRepository/apps/app (source)',
    'spec.sources[1] -> OCIRepository/libs/lib (source)',
  ])
  const generator = { apiVersion: 'source.extensions.fluxcd.io/v1beta1', kind: 'ArtifactGenerator', name: 'gen' }
  assert.deepEqual(told(object(SOURCE, 'ExternalArtifact', { sourceRef: generator })), [
    'spec.sourceRef -> ArtifactGenerator/apps/gen (source)',
  ])
  const foreign = { apiVersion: 'example.com/v1', kind: 'GitRepository', name: 'gen' }
  assert.deepEqual(told(object(SOURCE, 'ExternalArtifact', { sourceRef: foreign })), [])
})

test('image kinds name their repositories and keys', () => {
  const image = 'image.toolkit.fluxcd.io/v1beta2'
  assert.deepEqual(told(object(image, 'ImagePolicy', { imageRepositoryRef: { name: 'web', namespace: 'images' } })), [
    'spec.imageRepositoryRef -> ImageRepository/images/web (source)',
  ])
  const automation = {
    sourceRef: { name: 'fleet' },
    git: { commit: { signingKey: { secretRef: { name: 'gpg' } } } },
  }
  assert.deepEqual(told(object(image, 'ImageUpdateAutomation', automation)), [
    'spec.sourceRef -> GitRepository/apps/fleet (source)',
    'spec.git.commit.signingKey.secretRef -> Secret/apps/gpg (credential)',
  ])
  const repository = { secretRef: { name: 'pull' }, proxySecretRef: { name: 'proxy' }, certSecretRef: { name: 'tls' } }
  assert.deepEqual(told(object(image, 'ImageRepository', repository)), [
    'spec.secretRef -> Secret/apps/pull (credential)',
    'spec.proxySecretRef -> Secret/apps/proxy (credential)',
    'spec.certSecretRef -> Secret/apps/tls (credential)',
  ])
})

test('notification kinds name their Provider, Secrets and the objects that they watch, but not by wildcard', () => {
  const notification = 'notification.toolkit.fluxcd.io/v1beta3'
  const provider = { secretRef: { name: 'slack' }, proxySecretRef: { name: 'proxy' }, certSecretRef: { name: 'tls' } }
  assert.deepEqual(told(object(notification, 'Provider', provider)), [
    'spec.secretRef -> Secret/apps/slack (credential) [headers]',
    'spec.proxySecretRef -> Secret/apps/proxy (credential)',
    'spec.certSecretRef -> Secret/apps/tls (credential)',
  ])
  const alert = {
    providerRef: { name: 'slack' },
    eventSources: [
      { kind: 'Kustomization', name: '*' },
      { kind: 'HelmRelease', name: 'podinfo', namespace: 'web' },
    ],
  }
  assert.deepEqual(told(object(notification, 'Alert', alert)), [
    'spec.providerRef -> Provider/apps/slack (provider)',
    'spec.eventSources[1] -> HelmRelease/web/podinfo (other)',
  ])
  const resources = [
    { apiVersion: SOURCE, kind: 'GitRepository', name: 'webapp' },
    { kind: 'Unknown', name: 'x' },
    { kind: 'HelmRepository', name: '*', matchLabels: { app: 'x' } },
  ]
  const receiver = { secretRef: { name: 'token' }, resources }
  assert.deepEqual(told(object('notification.toolkit.fluxcd.io/v1', 'Receiver', receiver)), [
    'spec.secretRef -> Secret/apps/token (credential)',
    'spec.resources[0] -> GitRepository/apps/webapp (other)',
  ])
})

test('a FluxInstance names pull secrets as plain text', () => {
  const spec = {
    distribution: { imagePullSecret: 'images', artifactPullSecret: 'artifacts' },
    sync: { pullSecret: 'git-auth' },
  }
  assert.deepEqual(told(object(OPERATOR, 'FluxInstance', spec)), [
    'spec.distribution.imagePullSecret -> Secret/apps/images (credential)',
    'spec.distribution.artifactPullSecret -> Secret/apps/artifacts (credential)',
    'spec.sync.pullSecret -> Secret/apps/git-auth (credential)',
  ])
})

test('a ResourceSet names dependencies of Flux kinds with a namespace, and input providers by name', () => {
  const dependsOn = [
    { apiVersion: OPERATOR, kind: 'ResourceSet', name: 'policies', namespace: 'flux-system' },
    { apiVersion: OPERATOR, kind: 'ResourceSet', name: 'no-namespace' },
    { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'x.example.com' },
    { apiVersion: 'v1', kind: 'Secret', name: 'token', namespace: 'apps' },
  ]
  const inputsFrom = [{ kind: 'ResourceSetInputProvider', name: 'tenants' }, { selector: { matchLabels: { a: 'b' } } }]
  assert.deepEqual(told(object(OPERATOR, 'ResourceSet', { dependsOn, inputsFrom })), [
    'spec.dependsOn[0] -> ResourceSet/flux-system/policies (dependency)',
    'spec.inputsFrom[0] -> ResourceSetInputProvider/apps/tenants (other)',
  ])
  const provider = { secretRef: { name: 'token' }, certSecretRef: { name: 'ca' } }
  assert.deepEqual(told(object(OPERATOR, 'ResourceSetInputProvider', provider)), [
    'spec.secretRef -> Secret/apps/token (credential)',
    'spec.certSecretRef -> Secret/apps/ca (credential)',
  ])
})

function template(kind: string, annotations: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind, metadata: { name: 'copy', namespace: '<< inputs.tenant >>', annotations } }
}

test('a ResourceSet names what its templates copy, convert and checksum, in any namespace', () => {
  const checksum = {
    'fluxcd.controlplane.io/checksumFrom': 'ConfigMap/web/settings, Secret/web/tls,Pod/web/x,Secret/web',
  }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { template: { metadata: { annotations: checksum } } },
  }
  const resources = [
    template('Secret', { 'fluxcd.controlplane.io/copyFrom': 'flux-system/ghcr-auth' }),
    template('ConfigMap', { 'fluxcd.controlplane.io/copyFrom': 'flux-system/<< inputs.tenant >>' }),
    template('ConfigMap', { 'fluxcd.controlplane.io/convertKubeConfigFrom': 'capi/prod-kubeconfig:value' }),
    template('Service', { 'fluxcd.controlplane.io/copyFrom': 'flux-system/ghcr-auth' }),
    deployment,
  ]
  const step = { name: 'one', resources: [template('ConfigMap', { 'fluxcd.controlplane.io/copyFrom': 'infra/info' })] }
  const annotations = (index: number, key: string) =>
    `spec.resources[${index}].metadata.annotations["fluxcd.controlplane.io/${key}"]`
  const pod = 'spec.resources[4].spec.template.metadata.annotations["fluxcd.controlplane.io/checksumFrom"]'
  assert.deepEqual(told(object(OPERATOR, 'ResourceSet', { resources, steps: [step] })), [
    `${annotations(0, 'copyFrom')} -> Secret/flux-system/ghcr-auth (copy)`,
    `${annotations(2, 'convertKubeConfigFrom')} -> Secret/capi/prod-kubeconfig (kubeconfig)`,
    `${pod} -> ConfigMap/web/settings (checksum)`,
    `${pod} -> Secret/web/tls (checksum)`,
    'spec.steps[0].resources[0].metadata.annotations["fluxcd.controlplane.io/copyFrom"] -> ConfigMap/infra/info (copy)',
  ])
})

test('annotations on lines of their own are found in resourcesTemplate', () => {
  const resourcesTemplate = `
apiVersion: v1
kind: ConfigMap
metadata:
  annotations:
    fluxcd.controlplane.io/copyFrom: "flux-system/info" # all tenants
---
apiVersion: v1
kind: Secret
metadata:
  annotations:
    fluxcd.controlplane.io/copyFrom: << inputs.ns >>/auth
---
apiVersion: v1
kind: Secret
metadata:
  annotations:
    'fluxcd.controlplane.io/copyFrom': flux-system/auth
`
  assert.deepEqual(told(object(OPERATOR, 'ResourceSet', { resourcesTemplate })), [
    'spec.resourcesTemplate -> ConfigMap/flux-system/info (copy)',
    'spec.resourcesTemplate -> Secret/flux-system/auth (copy)',
  ])
})

test('names that are variables, illegal, or Helm storage are no targets', () => {
  for (const name of ['${name}', '', 'UPPER', 'a/b', '../x', 'sh.helm.release.v1.podinfo.v3', 7, null, {}]) {
    assert.deepEqual(told(object(SOURCE, 'GitRepository', { secretRef: { name } })), [])
  }
  const sourceRef = { kind: 'GitRepository', name: 'app', namespace: '${ns}' }
  assert.deepEqual(told(object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', { sourceRef })), [])
})

test('a kind of the same name in another group, and a kind without references, have none', () => {
  const spec = { sourceRef: { kind: 'GitRepository', name: 'x' }, secretRef: { name: 'x' } }
  assert.deepEqual(told(object('kustomize.config.k8s.io/v1', 'Kustomization', spec)), [])
  assert.deepEqual(told(object(OPERATOR, 'FluxReport', spec)), [])
})

const SHAPES = [
  'valuesFrom',
  'dependsOn',
  'secretRef',
  'sourceRef',
  'resources',
  'steps',
  'metadata',
  'annotations',
  'name',
]

test('nothing is thrown or changed, whatever the shape', () => {
  const key = fc.oneof(fc.constantFrom(...SHAPES, '__proto__', 'kind', 'namespace'), fc.string())
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<Json>('ConfigMap', 'Secret', 'a', '${x}', 'a/b', null, 0, true),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }) as fc.Arbitrary<Json>,
    ),
  }))
  fc.assert(
    fc.property(fc.constantFrom(...FLUX_KINDS), tree, ({ group, kind, versions }, spec) => {
      const raw = object(`${group}/${versions[0]}`, kind, spec)
      const before = JSON.stringify(raw)
      referencesOf(raw)
      assert.equal(JSON.stringify(raw), before)
    }),
    { numRuns: 500 },
  )
  let deep: Json = 'end'
  for (let level = 0; level < 50_000; level += 1) deep = { spec: deep }
  assert.deepEqual(referencesOf(object(OPERATOR, 'ResourceSet', { resources: [{ deep }] })), [])
})
