import { ownNamespace, policyInterval, pushBranch, scanTimeout } from './derived-defaults.ts'
import {
  DOCUMENT,
  duration,
  formed,
  kept,
  keyed,
  list,
  map,
  ordered,
  path,
  plain,
  section,
  setOf,
  STRINGS,
  type Field,
} from './field.ts'
import {
  ACCESS_FROM,
  API_VERSION,
  COMMON_METADATA,
  LABEL_SELECTOR,
  LOCAL_REF,
  PATCHES,
  REFERENCE_NAME,
} from './fields-shared.ts'
import { UNKNOWN_LIST } from './list-semantics.ts'

type Fields = Readonly<Record<string, Field>>

const IMAGE_REPOSITORY = section({
  image: plain(),
  interval: duration(),
  timeout: duration(scanTimeout),
  suspend: plain(),
  provider: plain('generic'),
  insecure: plain(),
  secretRef: LOCAL_REF,
  certSecretRef: LOCAL_REF,
  proxySecretRef: LOCAL_REF,
  serviceAccountName: plain(),
  exclusionList: list('set', plain(), { fallback: ['^.*\\.sig$'], keepsEmpty: true }),
  accessFrom: ACCESS_FROM,
})

const ORDER = map({ order: plain('asc') })

const IMAGE_POLICY = section({
  imageRepositoryRef: map({ name: plain(), namespace: plain(ownNamespace) }),
  interval: duration(policyInterval),
  suspend: plain(),
  digestReflectionPolicy: plain('Never'),
  filterTags: section({ pattern: plain(), extract: plain() }),
  policy: map({ semver: map({ range: plain() }), alphabetical: ORDER, numerical: ORDER }),
})

const IMAGE_UPDATE_AUTOMATION = section({
  interval: duration(),
  suspend: plain(),
  sourceRef: map({
    apiVersion: API_VERSION,
    kind: plain('GitRepository'),
    name: plain(),
    namespace: plain(ownNamespace),
  }),
  policySelector: section(LABEL_SELECTOR),
  update: section({ path: path('./'), strategy: plain('Setters') }),
  git: map({
    checkout: map({ ref: map({ branch: plain(), tag: plain(), semver: plain(), name: plain(), commit: plain() }) }),
    commit: map({
      author: map({ name: plain(), email: plain() }),
      messageTemplate: plain(),
      messageTemplateValues: STRINGS,
      signingKey: map({ secretRef: LOCAL_REF, type: plain('gpg') }),
    }),
    push: section({ branch: plain(pushBranch), refspec: plain(), options: STRINGS }),
  }),
})

/** Objects that events come from or go to: name and kind, and labels where the name is a wildcard. */
const EVENT_OBJECTS = setOf(
  map({
    apiVersion: API_VERSION,
    kind: plain(),
    name: plain(),
    namespace: plain(ownNamespace),
    matchLabels: STRINGS,
    filter: plain(),
  }),
  ['name'],
  ['kind', 'name'],
  ['kind', 'namespace', 'name'],
)

const ALERT = section({
  providerRef: map({ name: plain() }),
  eventSeverity: plain('info'),
  eventSources: EVENT_OBJECTS,
  eventMetadata: STRINGS,
  inclusionList: setOf(plain()),
  exclusionList: setOf(plain()),
  summary: plain(),
  suspend: plain(),
})

const PROVIDER = section({
  type: plain(),
  address: plain(),
  channel: plain(),
  username: plain(),
  proxy: plain(),
  commitStatusExpr: plain(),
  interval: duration(),
  timeout: duration('15s'),
  suspend: plain(),
  secretRef: LOCAL_REF,
  certSecretRef: LOCAL_REF,
  proxySecretRef: LOCAL_REF,
  serviceAccountName: plain(),
})

const RECEIVER = section({
  type: plain(),
  interval: duration('10m'),
  suspend: plain(),
  secretRef: LOCAL_REF,
  events: setOf(plain()),
  resources: EVENT_OBJECTS,
  resourceFilter: plain(),
  oidcProviders: setOf(
    map({
      issuerURL: plain(),
      audience: plain('notification-controller'),
      variables: keyed(map({ name: plain(), expression: plain() }), ['name']),
      validations: keyed(map({ expression: plain(), message: plain() }), ['expression'], ['message']),
    }),
    ['issuerURL'],
  ),
})

const DEFAULT_COMPONENTS = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller']

const FLUX_INSTANCE = section({
  distribution: map({
    version: plain(),
    registry: plain(),
    variant: plain(),
    artifact: plain(),
    artifactPullSecret: REFERENCE_NAME,
    imagePullSecret: REFERENCE_NAME,
  }),
  components: list('set', plain(), { fallback: DEFAULT_COMPONENTS }),
  commonMetadata: COMMON_METADATA,
  cluster: section({
    domain: plain('cluster.local'),
    type: plain('kubernetes'),
    size: plain(),
    multitenant: plain(),
    multitenantWorkloadIdentity: plain(),
    objectLevelWorkloadIdentity: plain(),
    networkPolicy: kept(true),
    tenantDefaultServiceAccount: plain(),
    tenantDefaultDecryptionServiceAccount: plain(),
    tenantDefaultKubeConfigServiceAccount: plain(),
  }),
  sharding: map({ key: plain('sharding.fluxcd.io/key'), shards: setOf(plain()), storage: plain('ephemeral') }),
  storage: map({ class: plain(), size: formed('quantity') }),
  kustomize: section({ patches: PATCHES }),
  migrateResources: kept(true),
  wait: kept(true),
  sync: map({
    name: plain(ownNamespace),
    kind: plain(),
    url: plain(),
    ref: plain(),
    path: path(),
    interval: duration('1m'),
    provider: plain('generic'),
    pullSecret: REFERENCE_NAME,
  }),
})

const RESOURCES: Fields = { resources: UNKNOWN_LIST, resourcesTemplate: DOCUMENT }

const RESOURCE_SET = section({
  ...RESOURCES,
  commonMetadata: COMMON_METADATA,
  serviceAccountName: plain(),
  wait: plain(),
  inputs: UNKNOWN_LIST,
  inputsFrom: setOf(
    map({ apiVersion: API_VERSION, kind: plain(), name: plain(), selector: map(LABEL_SELECTOR) }),
    ['name'],
    ['kind', 'name'],
  ),
  inputStrategy: section({ name: plain('Flatten'), includeEmptyProviders: plain() }),
  dependsOn: setOf(
    map({
      apiVersion: formed('api-group'),
      kind: plain(),
      name: plain(),
      namespace: plain(),
      ready: plain(),
      readyExpr: plain(),
    }),
    ['name'],
    ['kind', 'name'],
    ['kind', 'namespace', 'name'],
    ['apiVersion', 'kind', 'namespace', 'name'],
  ),
  steps: ordered(map({ name: plain(), timeout: duration(), ...RESOURCES }), ['name']),
})

const LABELS = setOf(plain())

const INPUT_PROVIDER = section({
  type: plain(),
  url: plain(),
  insecure: plain(),
  secretRef: LOCAL_REF,
  certSecretRef: LOCAL_REF,
  serviceAccountName: plain(),
  defaultValues: section({}),
  filter: section({
    limit: plain(100),
    labels: LABELS,
    semver: plain(),
    includeBranch: plain(),
    excludeBranch: plain(),
    includeTag: plain(),
    excludeTag: plain(),
    includeEnvironment: plain(),
    excludeEnvironment: plain(),
  }),
  skip: section({ labels: LABELS }),
  schedule: keyed(map({ cron: plain(), timeZone: plain('UTC'), window: duration('0s') }), ['cron']),
})

export const IMAGE_KINDS: Fields = {
  ImageRepository: IMAGE_REPOSITORY,
  ImagePolicy: IMAGE_POLICY,
  ImageUpdateAutomation: IMAGE_UPDATE_AUTOMATION,
}
export const NOTIFICATION_KINDS: Fields = { Alert: ALERT, Provider: PROVIDER, Receiver: RECEIVER }
export const OPERATOR_KINDS: Fields = {
  FluxInstance: FLUX_INSTANCE,
  ResourceSet: RESOURCE_SET,
  ResourceSetInputProvider: INPUT_PROVIDER,
}
