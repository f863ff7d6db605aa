import { gitBranch, includedName, ociTag, ownNamespace } from './derived-defaults.ts'
import { duration, formed, kept, keyed, list, map, ordered, plain, section, setOf, type Field } from './field.ts'
import { ACCESS_FROM, API_VERSION, COMMON_METADATA, LOCAL_REF, OBJECT_REF } from './fields-shared.ts'
import { parseGoDuration } from './duration.ts'

type Fields = Readonly<Record<string, Field>>

const AUTH: Fields = {
  secretRef: LOCAL_REF,
  certSecretRef: LOCAL_REF,
  proxySecretRef: LOCAL_REF,
  serviceAccountName: plain(),
  provider: plain('generic'),
  insecure: plain(),
}

const SOURCE: Fields = { ...AUTH, interval: duration(), timeout: duration('60s'), suspend: plain(), url: plain() }

/** Any identity that matches is enough, so they have no order. */
const VERIFY = map({
  provider: plain('cosign'),
  secretRef: LOCAL_REF,
  trustedRootSecretRef: LOCAL_REF,
  matchOIDCIdentity: list('set', map({ issuer: plain(), subject: plain() }), {
    identity: [['issuer'], ['issuer', 'subject']],
    weak: true,
  }),
})

const GIT_REPOSITORY = section({
  ...SOURCE,
  ref: section({ branch: plain(gitBranch), tag: plain(), semver: plain(), name: plain(), commit: plain() }),
  verify: map({ mode: formed('letter-case', 'HEAD'), secretRef: LOCAL_REF }),
  ignore: kept(),
  recurseSubmodules: plain(),
  sparseCheckout: setOf(plain()),
  include: ordered(map({ repository: map({ name: plain() }), fromPath: plain(), toPath: plain(includedName) }), [
    'repository.name',
  ]),
  accessFrom: ACCESS_FROM,
})

const OCI_REPOSITORY = section({
  ...SOURCE,
  ref: section({ digest: plain(), semver: plain(), semverFilter: plain(), tag: plain(ociTag) }),
  layerSelector: section({ mediaType: plain(), operation: plain('extract') }),
  verify: VERIFY,
  ignore: kept(),
})

/** An interval of zero is treated as none. */
const REPOSITORY_INTERVAL = {
  ...duration('1m'),
  absentIf: (value: unknown) => typeof value === 'string' && parseGoDuration(value) === 0n,
}

const HELM_REPOSITORY = section({
  ...SOURCE,
  interval: REPOSITORY_INTERVAL,
  type: plain('default'),
  passCredentials: plain(),
  accessFrom: ACCESS_FROM,
})

export const CHART_FIELDS: Fields = {
  chart: plain(),
  version: plain('*'),
  interval: duration(),
  reconcileStrategy: plain('ChartVersion'),
  valuesFiles: ordered(plain()),
  ignoreMissingValuesFiles: plain(),
  verify: VERIFY,
}

const HELM_CHART = section({
  ...CHART_FIELDS,
  sourceRef: map({ apiVersion: API_VERSION, kind: plain(), name: plain() }),
  suspend: plain(),
})

const BUCKET = section({
  ...SOURCE,
  bucketName: plain(),
  endpoint: plain(),
  region: plain(),
  prefix: plain(),
  ignore: kept(),
  sts: map({ provider: plain(), endpoint: plain(), secretRef: LOCAL_REF, certSecretRef: LOCAL_REF }),
})

const ARTIFACT_GENERATOR = section({
  commonMetadata: COMMON_METADATA,
  pathPattern: plain(),
  sources: keyed(map({ alias: plain(), kind: plain(), name: plain(), namespace: plain(ownNamespace) }), ['alias']),
  artifacts: keyed(
    map({
      name: plain(),
      revision: plain(),
      originRevision: plain(),
      copy: ordered(map({ from: plain(), to: plain(), strategy: plain(), exclude: ordered(plain()) })),
    }),
    ['name'],
  ),
})

export const SOURCE_KINDS: Fields = {
  GitRepository: GIT_REPOSITORY,
  OCIRepository: OCI_REPOSITORY,
  HelmRepository: HELM_REPOSITORY,
  HelmChart: HELM_CHART,
  Bucket: BUCKET,
  ExternalArtifact: section({ sourceRef: OBJECT_REF }),
}

export const SOURCE_EXTENSION_KINDS: Fields = { ArtifactGenerator: ARTIFACT_GENERATOR }
