import { createHash } from 'node:crypto'

/** A resource that a simulated API server can serve. `versions`: the newest first. */
export type ApiResource = {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly versions: readonly string[]
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly status: boolean
}

/** Which resources a cluster serves, as a change of {@link DEFAULT_RESOURCES}. */
export type CustomResources = {
  /** Groups or `plural.group` whose CRD is not installed. */
  readonly omit?: readonly string[]
  /** Served versions by group or `plural.group`, instead of the current ones. */
  readonly versions?: Readonly<Record<string, readonly string[]>>
  /** Preferred version by group, instead of the one that Kubernetes' version order puts first. */
  readonly preferred?: Readonly<Record<string, string>>
  /** How many of a group's resources discovery lists last instead of first: real servers come to another order at any time. */
  readonly rotate?: number
  /** Further resources, also unknown ones in a Flux group. */
  readonly add?: readonly NewResource[]
}

export type NewResource = Pick<ApiResource, 'group' | 'kind' | 'plural' | 'versions'> & Partial<ApiResource>

const APPLIERS = ['all', 'fluxcd', 'fluxcd-appliers']
const IMAGES = ['all', 'fluxcd', 'fluxcd-images']
const NOTIFICATIONS = ['all', 'fluxcd', 'fluxcd-notifications']
const SOURCES = ['all', 'fluxcd', 'fluxcd-sources']

type Row = readonly [
  group: string,
  version: string,
  kind: string,
  plural: string,
  categories: string[],
  short: string[],
]

const FLUX_ROWS: readonly Row[] = [
  ['kustomize.toolkit.fluxcd.io', 'v1', 'Kustomization', 'kustomizations', APPLIERS, ['ks']],
  ['helm.toolkit.fluxcd.io', 'v2', 'HelmRelease', 'helmreleases', APPLIERS, ['hr']],
  ['source.toolkit.fluxcd.io', 'v1', 'Bucket', 'buckets', SOURCES, []],
  ['source.toolkit.fluxcd.io', 'v1', 'ExternalArtifact', 'externalartifacts', SOURCES, ['ea']],
  ['source.toolkit.fluxcd.io', 'v1', 'GitRepository', 'gitrepositories', SOURCES, ['gitrepo']],
  ['source.toolkit.fluxcd.io', 'v1', 'HelmChart', 'helmcharts', SOURCES, ['hc']],
  ['source.toolkit.fluxcd.io', 'v1', 'HelmRepository', 'helmrepositories', SOURCES, ['helmrepo']],
  ['source.toolkit.fluxcd.io', 'v1', 'OCIRepository', 'ocirepositories', SOURCES, ['ocirepo']],
  ['source.extensions.fluxcd.io', 'v1beta1', 'ArtifactGenerator', 'artifactgenerators', SOURCES, ['ag']],
  ['image.toolkit.fluxcd.io', 'v1', 'ImagePolicy', 'imagepolicies', IMAGES, ['imgpol', 'imagepol']],
  ['image.toolkit.fluxcd.io', 'v1', 'ImageRepository', 'imagerepositories', IMAGES, ['imgrepo', 'imagerepo']],
  [
    'image.toolkit.fluxcd.io',
    'v1',
    'ImageUpdateAutomation',
    'imageupdateautomations',
    IMAGES,
    ['iua', 'imgupd', 'imgauto'],
  ],
  ['notification.toolkit.fluxcd.io', 'v1beta3', 'Provider', 'providers', NOTIFICATIONS, []],
  ['notification.toolkit.fluxcd.io', 'v1beta3', 'Alert', 'alerts', NOTIFICATIONS, []],
  ['notification.toolkit.fluxcd.io', 'v1', 'Receiver', 'receivers', NOTIFICATIONS, []],
  ['fluxcd.controlplane.io', 'v1', 'FluxInstance', 'fluxinstances', ['fluxcd', 'fluxcd-appliers'], []],
  ['fluxcd.controlplane.io', 'v1', 'FluxReport', 'fluxreports', ['fluxcd'], []],
  ['fluxcd.controlplane.io', 'v1', 'ResourceSet', 'resourcesets', APPLIERS, ['rset']],
  ['fluxcd.controlplane.io', 'v1', 'ResourceSetInputProvider', 'resourcesetinputproviders', SOURCES, ['rsip']],
]

const BUILT_IN_ROWS: readonly Row[] = [
  ['', 'v1', 'ConfigMap', 'configmaps', [], ['cm']],
  ['', 'v1', 'Event', 'events', [], ['ev']],
  ['', 'v1', 'Namespace', 'namespaces', [], ['ns']],
  ['', 'v1', 'Node', 'nodes', [], ['no']],
  ['', 'v1', 'Pod', 'pods', ['all'], ['po']],
  ['', 'v1', 'Secret', 'secrets', [], []],
  ['', 'v1', 'ServiceAccount', 'serviceaccounts', [], ['sa']],
  ['', 'v1', 'Service', 'services', ['all'], ['svc']],
  ['apps', 'v1', 'Deployment', 'deployments', ['all'], ['deploy']],
]

const CLUSTER_SCOPED = ['Namespace', 'Node']
const WITHOUT_STATUS = ['ConfigMap', 'Event', 'Secret', 'ServiceAccount', 'Provider', 'Alert']

/** The 19 kinds of current Flux as their CRDs declare them, core v1 and apps v1. */
export const DEFAULT_RESOURCES: readonly ApiResource[] = [...BUILT_IN_ROWS, ...FLUX_ROWS].map(fromRow)

/** What a cluster serves. Throws where `omit` or `versions` name nothing: a typo would silently change a test's meaning. */
export function servedResources(crds: CustomResources = {}): readonly ApiResource[] {
  const all = [...DEFAULT_RESOURCES, ...(crds.add ?? []).map(complete)]
  const keys = new Set(all.flatMap((resource) => [resource.group, keyOf(resource)]))
  for (const key of [...(crds.omit ?? []), ...Object.keys(crds.versions ?? {})]) {
    if (!keys.has(key)) throw new Error(`the simulator knows no group or resource ${key}`)
  }
  return all
    .filter((resource) => !crds.omit?.includes(resource.group) && !crds.omit?.includes(keyOf(resource)))
    .map((resource) => ({
      ...resource,
      versions: crds.versions?.[keyOf(resource)] ?? crds.versions?.[resource.group] ?? resource.versions,
    }))
}

/** `plural.group`, or only the plural in the core group. */
export function keyOf(resource: { readonly plural: string; readonly group: string }): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`
}

/** Custom resources differ from built-in ones in key order, list metadata and whether list items carry their kind. */
export function isCustom(resource: ApiResource): boolean {
  return resource.group.includes('.')
}

export function groupVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}

/** Versions of a group, the preferred one first: GA before beta before alpha, the higher number first (Kubernetes' version priority). */
export function versionsOfGroup(resources: readonly ApiResource[], group: string, preferred?: string): string[] {
  const versions = new Set(resources.filter((entry) => entry.group === group).flatMap((entry) => entry.versions))
  const sorted = [...versions].sort(byPriority)
  return preferred === undefined ? sorted : [preferred, ...sorted.filter((version) => version !== preferred)]
}

/** The `warning` header's text for a version that is older than another served one, else null. */
export function deprecation(resource: ApiResource, version: string): string | null {
  const newest = [...resource.versions].sort(byPriority)[0]
  if (newest === version || !isCustom(resource)) return null
  return `${resource.group}/${version} ${resource.kind} is deprecated, upgrade to ${newest}`
}

/** Hash that discovery shows per resource: the first 8 bytes of SHA-256 over group/version/kind. */
export function storageVersionHash(resource: ApiResource): string {
  const text = `${resource.group}/${resource.versions[0]}/${resource.kind}`
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64')
}

function byPriority(a: string, b: string): number {
  const [x, y] = [priorityOf(a), priorityOf(b)]
  return y.stage - x.stage || y.major - x.major || y.minor - x.minor || (a < b ? -1 : 1)
}

function priorityOf(version: string): { stage: number; major: number; minor: number } {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  if (match === null) return { stage: 0, major: 0, minor: 0 }
  const stage = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1
  return { stage, major: Number(match[1]), minor: Number(match[3] ?? 0) }
}

function complete(resource: NewResource): ApiResource {
  return { namespaced: true, shortNames: [], categories: [], status: true, ...resource }
}

function fromRow([group, version, kind, plural, categories, shortNames]: Row): ApiResource {
  return {
    group,
    kind,
    plural,
    versions: [version],
    categories,
    shortNames,
    namespaced: !CLUSTER_SCOPED.includes(kind),
    status: !WITHOUT_STATUS.includes(kind),
  }
}
