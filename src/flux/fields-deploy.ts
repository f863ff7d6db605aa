import {
  ignoreTestFailures,
  installCrds,
  kustomizationTimeout,
  ownNamespace,
  releaseName,
  releaseTimeout,
  remediateLastFailure,
  specInterval,
  targetNamespace,
} from './derived-defaults.ts'
import { duration, formed, kept, map, ordered, path, plain, section, setOf, type Field } from './field.ts'
import {
  COMMON_METADATA,
  DEPENDS_ON,
  HEALTH_CHECK_EXPRS,
  IGNORE_RULES,
  IMAGES,
  KUBE_CONFIG,
  LOCAL_REF,
  OBJECT_REF,
  PATCHES,
  REFERENCE_NAME,
} from './fields-shared.ts'
import { CHART_FIELDS } from './fields-source.ts'

type Fields = Readonly<Record<string, Field>>

/** Line breaks are removed from every variable before it is used. */
const VARIABLES = section({}, { ...formed('one-line'), keepsEmpty: true })

const KUSTOMIZATION = section({
  sourceRef: OBJECT_REF,
  path: path('./'),
  interval: duration(),
  timeout: duration(kustomizationTimeout),
  retryInterval: duration(specInterval),
  prune: kept(),
  deletionPolicy: plain('MirrorPrune'),
  force: plain(),
  suspend: plain(),
  wait: plain(),
  targetNamespace: plain(),
  namePrefix: plain(),
  nameSuffix: plain(),
  serviceAccountName: plain(),
  dependsOn: DEPENDS_ON,
  healthChecks: setOf(
    map({ apiVersion: formed('api-group'), kind: plain(), name: plain(), namespace: plain() }),
    ['name'],
    ['kind', 'name'],
    ['kind', 'namespace', 'name'],
    ['apiVersion', 'kind', 'namespace', 'name'],
  ),
  healthCheckExprs: HEALTH_CHECK_EXPRS,
  patches: PATCHES,
  images: IMAGES,
  components: ordered(plain()),
  ignoreMissingComponents: plain(),
  ignore: IGNORE_RULES,
  buildMetadata: setOf(plain()),
  commonMetadata: COMMON_METADATA,
  decryption: map({ provider: plain(), secretRef: LOCAL_REF, serviceAccountName: plain() }),
  kubeConfig: KUBE_CONFIG,
  postBuild: section({
    substitute: VARIABLES,
    substituteFrom: ordered(
      map({ kind: plain(), name: REFERENCE_NAME, optional: plain() }),
      ['name'],
      ['kind', 'name'],
    ),
    substituteStrategy: plain('WithVariables'),
  }),
})

const ACTION: Fields = {
  timeout: duration(releaseTimeout),
  disableHooks: plain(),
  disableWait: plain(),
  disableWaitForJobs: plain(),
  serverSideApply: kept(),
  strategy: map({ name: plain(), retryInterval: duration('5m') }),
}

const RENDERING: Fields = {
  disableOpenAPIValidation: plain(),
  disableSchemaValidation: plain(),
  disableTakeOwnership: plain(),
}

const INSTALL = section({
  ...ACTION,
  ...RENDERING,
  crds: plain(installCrds),
  skipCRDs: plain(),
  createNamespace: plain(),
  replace: plain(),
  remediation: section({
    retries: plain(),
    remediateLastFailure: plain(),
    ignoreTestFailures: kept(ignoreTestFailures),
  }),
})

const UPGRADE = section({
  ...ACTION,
  ...RENDERING,
  crds: plain('Skip'),
  cleanupOnFail: plain(),
  force: plain(),
  preserveValues: plain(),
  chartNameChangeStrategy: kept(),
  remediation: section({
    retries: plain(),
    remediateLastFailure: kept(remediateLastFailure),
    ignoreTestFailures: kept(ignoreTestFailures),
    strategy: plain('rollback'),
  }),
})

const HELM_RELEASE = section({
  chart: map({
    metadata: COMMON_METADATA,
    spec: section({ ...CHART_FIELDS, interval: duration(specInterval), sourceRef: OBJECT_REF }),
  }),
  chartRef: OBJECT_REF,
  interval: duration(),
  timeout: duration('5m'),
  suspend: plain(),
  releaseName: plain(releaseName),
  targetNamespace: plain(targetNamespace),
  storageNamespace: plain(ownNamespace),
  serviceAccountName: plain(),
  maxHistory: kept(5),
  persistentClient: kept(true),
  kubeConfig: KUBE_CONFIG,
  dependsOn: DEPENDS_ON,
  commonMetadata: COMMON_METADATA,
  healthCheckExprs: HEALTH_CHECK_EXPRS,
  driftDetection: section({ mode: plain('disabled'), ignore: IGNORE_RULES }),
  install: INSTALL,
  upgrade: UPGRADE,
  rollback: section({ ...ACTION, cleanupOnFail: plain(), force: plain(), recreate: plain() }),
  uninstall: section({ ...ACTION, deletionPropagation: plain('background'), keepHistory: plain() }),
  test: section({
    enable: plain(),
    ignoreFailures: plain(),
    timeout: duration(releaseTimeout),
    filters: setOf(map({ name: plain(), exclude: plain() }), ['name']),
  }),
  postRenderers: ordered(map({ kustomize: section({ patches: PATCHES, images: IMAGES }) })),
  postRenderStrategy: kept(),
  waitStrategy: map({ name: plain() }),
  values: section({}),
  valuesFrom: ordered(
    map({
      kind: plain(),
      name: REFERENCE_NAME,
      valuesKey: plain('values.yaml'),
      targetPath: plain(),
      optional: plain(),
      literal: plain(),
    }),
    ['name'],
    ['kind', 'name'],
    ['kind', 'name', 'valuesKey'],
    ['kind', 'name', 'targetPath'],
    ['kind', 'name', 'valuesKey', 'targetPath'],
  ),
})

export const KUSTOMIZE_KINDS: Fields = { Kustomization: KUSTOMIZATION }
export const HELM_KINDS: Fields = { HelmRelease: HELM_RELEASE }
