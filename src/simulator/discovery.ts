import { createHash } from 'node:crypto'
import {
  groupVersion,
  isCustom,
  storageVersionHash,
  versionsOfGroup,
  type ApiResource,
  type CustomResources,
} from './api-resources.ts'
import { byBytes } from './go-json.ts'
import { bytes, json, notFoundPage, text, type Answer } from './statuses.ts'

export type DiscoveryInput = {
  readonly resources: readonly ApiResource[]
  readonly crds: CustomResources
  readonly kubernetes: string
  /** An older server, which does not know aggregated discovery and ignores the Accept header. */
  readonly legacy: boolean
  /** What the schema of a resource is told by; null: schemas are not published. */
  readonly schemas: ((resource: ApiResource) => string) | null
}

/** What of a request discovery looks at. `address`: the server's own, as the client reached it. */
export type DiscoveryRequest = { readonly path: string; readonly accept: string; readonly address: string }

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
const BUILT_IN_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const AGGREGATED = /g=apidiscovery\.k8s\.io;v=(v2(?:beta1)?);as=APIGroupDiscoveryList/

/** Answers /version, /readyz, /openapi/v3, /api, /apis and what is below them but resources. */
export function answerDiscovery(request: DiscoveryRequest, input: DiscoveryInput): Answer {
  if (request.path === '/openapi/v3') return schemaIndex(input)
  const parts = request.path.replace(/\/$/, '').split('/').slice(1)
  if (parts.length === 1) return answerRoot(parts[0]!, request, input)
  const [root, first = '', second = ''] = parts
  if (root === 'api' && parts.length === 2) return resourceList('', first, input)
  if (root === 'apis' && parts.length === 2) return groupDocument(first, input)
  if (root === 'apis' && parts.length === 3) return resourceList(first, second, input)
  return notFoundPage()
}

function answerRoot(root: string, { accept, address }: DiscoveryRequest, input: DiscoveryInput): Answer {
  if (root === 'version') return json(200, versionDocument(input.kubernetes))
  if (['readyz', 'livez', 'healthz'].includes(root)) return text(200, 'ok')
  if (root !== 'api' && root !== 'apis') return notFoundPage()
  const aggregated = input.legacy ? undefined : AGGREGATED.exec(accept)?.[1]
  const groups = root === 'api' ? [''] : groupsOf(input)
  if (aggregated !== undefined) return aggregatedDocument(groups, aggregated, input)
  if (root === 'apis')
    return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(group, input)) })
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }]
  return json(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs })
}

function groupsOf(input: DiscoveryInput): string[] {
  return [...new Set(input.resources.map((resource) => resource.group))].filter((group) => group !== '')
}

function versionsOf(group: string, input: DiscoveryInput): string[] {
  return versionsOfGroup(input.resources, group, input.crds.preferred?.[group])
}

function groupOf(group: string, input: DiscoveryInput): object {
  const versions = versionsOf(group, input).map((version) => ({ groupVersion: groupVersion(group, version), version }))
  return { name: group, versions, preferredVersion: versions[0] }
}

function groupDocument(group: string, input: DiscoveryInput): Answer {
  if (!groupsOf(input).includes(group)) return notFoundPage()
  return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group, input) })
}

function resourceList(group: string, version: string, input: DiscoveryInput): Answer {
  const served = listed(group, version, input)
  if (served.length === 0) return notFoundPage()
  const resources = served.flatMap((resource) => [resourceEntry(resource), ...statusEntry(resource)])
  return json(200, {
    ...(group === '' ? { kind: 'APIResourceList' } : { kind: 'APIResourceList', apiVersion: 'v1' }),
    groupVersion: groupVersion(group, version),
    resources,
  })
}

/** The resources of a version in the order that discovery happens to list them in. */
function listed(group: string, version: string, { resources, crds }: DiscoveryInput): readonly ApiResource[] {
  const served = resources.filter((entry) => entry.group === group && entry.versions.includes(version))
  const first = (crds.rotate ?? 0) % Math.max(served.length, 1)
  return [...served.slice(first), ...served.slice(0, first)]
}

/** Which schemas are published where; the hash is another one as soon as any schema of the group version is. */
function schemaIndex(input: DiscoveryInput): Answer {
  const { schemas } = input
  if (schemas === null) return notFoundPage()
  const paths = groupsOf(input)
    .flatMap((group) => versionsOf(group, input).map((version) => ({ group, version, gv: `apis/${group}/${version}` })))
    .sort((a, b) => byBytes(a.gv, b.gv))
    .map(({ group, version, gv }) => {
      const kinds = listed(group, version, { ...input, crds: { ...input.crds, rotate: 0 } })
      const hash = sha512(kinds.map((resource) => `${resource.kind} ${schemas(resource)}`).join('\n'))
      return [gv, { serverRelativeURL: `/openapi/v3/${gv}?hash=${hash}` }]
    })
  const body = Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths) }))
  return bytes(200, body, { etag: `"${sha512(body)}"` })
}

function sha512(data: string | Buffer): string {
  return createHash('sha512').update(data).digest('hex').toUpperCase()
}

function resourceEntry(resource: ApiResource): object {
  return {
    name: resource.plural,
    singularName: resource.kind.toLowerCase(),
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: verbsOf(resource),
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    storageVersionHash: storageVersionHash(resource),
  }
}

function statusEntry({ status, plural, namespaced, kind }: ApiResource): object[] {
  const name = `${plural}/status`
  return status ? [{ name, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] }] : []
}

function verbsOf(resource: ApiResource): readonly string[] {
  return isCustom(resource) ? CUSTOM_VERBS : BUILT_IN_VERBS
}

function aggregatedDocument(groups: readonly string[], version: string, input: DiscoveryInput): Answer {
  const items = groups.map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(group, input).map((served) => ({
      version: served,
      resources: listed(group, served, input).map((resource) => aggregatedResource(resource, served)),
      freshness: 'Current',
    })),
  }))
  const apiVersion = `apidiscovery.k8s.io/${version}`
  const body = Buffer.from(`${JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion, metadata: {}, items })}\n`)
  return bytes(200, body, {
    'content-type': `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    etag: `"${sha512(body)}"`,
    vary: 'Accept',
  })
}

function aggregatedResource(resource: ApiResource, version: string): object {
  const { group, kind } = resource
  const responseKind = group === '' ? { group: '', version: '', kind } : { group, version, kind }
  return {
    resource: resource.plural,
    responseKind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.toLowerCase(),
    verbs: verbsOf(resource),
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(resource.status
      ? { subresources: [{ subresource: 'status', responseKind, verbs: ['get', 'patch', 'update'] }] }
      : {}),
  }
}

/** /version as v1.36.2 answers it; other versions say only what every version says. */
function versionDocument(gitVersion: string): object {
  const [, major = '1', minor = '0'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  const emulation = {
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
  }
  return {
    major,
    minor,
    ...(Number(minor) >= 34 ? emulation : {}),
    gitVersion,
    gitCommit: '8e16b12fda',
    gitTreeState: 'clean',
    buildDate: '2026-08-21T11:29:11Z',
    goVersion: 'go1.26.10',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}
