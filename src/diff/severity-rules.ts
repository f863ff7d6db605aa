import type { Layer, Severity } from '../model/comparison.ts'
import type { ReferenceUse } from '../model/snapshot.ts'

/** What a difference can do, worst first. */
export const CONSEQUENCES = {
  security: { severity: 'critical', meaning: 'who may do what, what is trusted, and what is encrypted' },
  safety: { severity: 'high', meaning: 'what may be deleted, overwritten, stopped or put into the wrong place' },
  delivery: { severity: 'high', meaning: 'which version of what is delivered from where' },
  configuration: { severity: 'medium', meaning: 'how that which is delivered is set up' },
  cosmetic: { severity: 'low', meaning: 'when and how often, and what people call it' },
} as const satisfies Readonly<Record<string, { severity: Severity; meaning: string }>>

export type Consequence = keyof typeof CONSEQUENCES

/**
 * One row: the first row that fits decides. `paths` are field paths without list positions (`spec.valuesFrom.name`), `*` is any one key;
 * a path stands for all that is below it, too. A part that is left out fits everything.
 */
export type SeverityRule = {
  readonly consequence: Consequence
  /** Where it is not that of the consequence. */
  readonly severity?: Severity
  readonly layers?: readonly Layer[]
  readonly kinds?: readonly string[]
  readonly uses?: readonly ReferenceUse[]
  readonly paths?: readonly string[]
}

const APPLIERS = ['Kustomization', 'HelmRelease', 'ResourceSet', 'FluxInstance']
const SOURCES = [
  'GitRepository',
  'OCIRepository',
  'HelmRepository',
  'Bucket',
  'ArtifactGenerator',
  'ResourceSetInputProvider',
]

/** The table of docs/severity.md. */
export const SEVERITY_RULES: readonly SeverityRule[] = [
  // presence
  { consequence: 'delivery', layers: ['presence'], kinds: [...APPLIERS, ...SOURCES, 'Deployment'] },
  { consequence: 'security', severity: 'high', layers: ['presence'], uses: ['verification', 'kubeconfig'] },
  { consequence: 'cosmetic', layers: ['presence'], kinds: ['HelmChart', 'ExternalArtifact', 'FluxReport'] },
  { consequence: 'configuration', layers: ['presence'] },
  // current state
  { consequence: 'delivery', severity: 'medium', layers: ['status'], paths: ['status.conditions'] },
  { consequence: 'cosmetic', layers: ['status'] },
  { consequence: 'delivery', severity: 'medium', layers: ['events'] },
  // installation
  {
    consequence: 'security',
    layers: ['install'],
    paths: [
      'args["--no-cross-namespace-refs"]',
      'args["--no-remote-bases"]',
      'args["--default-service-account"]',
      'args["--default-kubeconfig-service-account"]',
      'args["--default-decryption-service-account"]',
      'args["--insecure-allow-http"]',
      'args["--insecure-kubeconfig-exec"]',
      'args["--insecure-kubeconfig-tls"]',
      'args["--allowed-oidc-issuers"]',
      'featureGates.ObjectLevelWorkloadIdentity',
    ],
  },
  {
    consequence: 'safety',
    layers: ['install'],
    paths: [
      'args["--watch-all-namespaces"]',
      'args["--watch-label-selector"]',
      'args["--watch-configs-label-selector"]',
      'args["--override-manager"]',
    ],
  },
  { consequence: 'delivery', severity: 'medium', layers: ['install'], paths: ['version', 'image'] },
  { consequence: 'cosmetic', layers: ['install'], paths: ['args["--log-level"]', 'args["--log-encoding"]'] },
  { consequence: 'configuration', layers: ['install'] },
  // referenced ConfigMaps and Secrets
  { consequence: 'security', layers: ['data'], uses: ['verification', 'kubeconfig'] },
  { consequence: 'configuration', layers: ['data'] },
  // labels and annotations that change behaviour
  {
    consequence: 'safety',
    layers: ['metadata'],
    paths: [
      'metadata.annotations["kustomize.toolkit.fluxcd.io/prune"]',
      'metadata.annotations["kustomize.toolkit.fluxcd.io/force"]',
      'metadata.annotations["kustomize.toolkit.fluxcd.io/reconcile"]',
      'metadata.annotations["kustomize.toolkit.fluxcd.io/ssa"]',
      'metadata.annotations["helm.toolkit.fluxcd.io/driftDetection"]',
      'metadata.annotations["fluxcd.controlplane.io/reconcile"]',
      'metadata.annotations["fluxcd.controlplane.io/prune"]',
      'metadata.annotations["fluxcd.controlplane.io/force"]',
      'metadata.annotations["fluxcd.controlplane.io/recreateOnFailure"]',
      'metadata.annotations["source.extensions.fluxcd.io/reconcile"]',
      'metadata.labels["kustomize.toolkit.fluxcd.io/prune"]',
      'metadata.labels["kustomize.toolkit.fluxcd.io/force"]',
      'metadata.labels["kustomize.toolkit.fluxcd.io/reconcile"]',
      'metadata.labels["kustomize.toolkit.fluxcd.io/ssa"]',
      'metadata.labels["sharding.fluxcd.io/key"]',
    ],
  },
  {
    consequence: 'configuration',
    layers: ['metadata'],
    paths: [
      'metadata.annotations["kustomize.toolkit.fluxcd.io/substitute"]',
      'metadata.labels["kustomize.toolkit.fluxcd.io/substitute"]',
      'metadata.annotations["fluxcd.controlplane.io/copyFrom"]',
      'metadata.annotations["fluxcd.controlplane.io/convertKubeConfigFrom"]',
      'metadata.annotations["fluxcd.controlplane.io/checksumFrom"]',
      'metadata.labels["reconcile.fluxcd.io/watch"]',
      'type',
    ],
  },
  { consequence: 'cosmetic', layers: ['metadata'] },
  // what is inside Helm values and patches never has the meaning of a field of Flux
  {
    consequence: 'configuration',
    kinds: ['HelmRelease'],
    paths: ['spec.values', 'spec.postRenderers', 'spec.commonMetadata'],
  },
  {
    consequence: 'configuration',
    kinds: ['Kustomization'],
    paths: ['spec.patches', 'spec.postBuild.substitute', 'spec.commonMetadata'],
  },
  { consequence: 'configuration', kinds: ['FluxInstance'], paths: ['spec.kustomize'] },
  {
    consequence: 'configuration',
    kinds: ['ResourceSet'],
    paths: ['spec.inputs', 'spec.resources', 'spec.resourcesTemplate', 'spec.steps', 'spec.commonMetadata'],
  },
  { consequence: 'configuration', kinds: ['ResourceSetInputProvider'], paths: ['spec.defaultValues'] },
  // security
  {
    consequence: 'security',
    paths: [
      'spec.verify',
      'spec.chart.spec.verify',
      'spec.insecure',
      'spec.serviceAccountName',
      'spec.kubeConfig',
      'spec.decryption',
      'spec.passCredentials',
      'spec.accessFrom',
      'spec.oidcProviders',
    ],
  },
  {
    consequence: 'security',
    kinds: ['FluxInstance'],
    paths: [
      'spec.cluster.multitenant',
      'spec.cluster.multitenantWorkloadIdentity',
      'spec.cluster.tenantDefaultServiceAccount',
      'spec.cluster.networkPolicy',
    ],
  },
  // cosmetic
  {
    consequence: 'cosmetic',
    paths: [
      'spec.interval',
      'spec.timeout',
      'spec.retryInterval',
      'spec.*.timeout',
      'spec.*.strategy.retryInterval',
      'spec.chart.spec.interval',
      'spec.sync.interval',
      'spec.schedule',
      'spec.summary',
      'spec.maxHistory',
    ],
  },
  // safety
  {
    consequence: 'safety',
    paths: [
      'spec.suspend',
      'spec.prune',
      'spec.force',
      'spec.deletionPolicy',
      'spec.targetNamespace',
      'spec.storageNamespace',
      'spec.releaseName',
      'spec.namePrefix',
      'spec.nameSuffix',
      'spec.driftDetection',
      'spec.install.crds',
      'spec.install.createNamespace',
      'spec.install.replace',
      'spec.upgrade.crds',
      'spec.*.remediation',
      'spec.*.strategy',
      'spec.*.force',
      'spec.*.forceConflicts',
      'spec.*.cleanupOnFail',
      'spec.*.recreate',
      'spec.*.keepHistory',
      'spec.uninstall',
      'spec.ignore',
      'spec.migrateResources',
      'spec.skip',
    ],
  },
  // delivery
  {
    consequence: 'delivery',
    severity: 'medium',
    paths: [
      'spec.dependsOn',
      'spec.valuesFrom',
      'spec.postBuild.substituteFrom',
      'spec.wait',
      'spec.healthChecks',
      'spec.healthCheckExprs',
      'spec.secretRef',
      'spec.certSecretRef',
      'spec.proxySecretRef',
      'spec.provider',
    ],
  },
  {
    consequence: 'delivery',
    paths: [
      'spec.sourceRef',
      'spec.chartRef',
      'spec.chart',
      'spec.version',
      'spec.valuesFiles',
      'spec.reconcileStrategy',
      'spec.url',
      'spec.ref',
      'spec.path',
      'spec.images',
      'spec.components',
      'spec.include',
      'spec.sparseCheckout',
      'spec.layerSelector',
      'spec.type',
      'spec.bucketName',
      'spec.endpoint',
      'spec.prefix',
      'spec.region',
      'spec.distribution',
      'spec.sync',
      'spec.sharding',
      'spec.sources',
      'spec.artifacts',
      'spec.inputsFrom',
      'spec.image',
      'spec.policy',
      'spec.filterTags',
      'spec.imageRepositoryRef',
      'spec.git',
      'spec.update',
      'spec.policySelector',
    ],
  },
  { consequence: 'configuration' },
]
