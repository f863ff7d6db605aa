import { FLUX_KINDS, isFluxGroup } from '../flux/kinds.ts'
import { AppError } from '../model/errors.ts'
import { dig, digArray, digString, isJsonArray, type Json } from '../model/json.ts'
import { compareText } from '../model/resource-ref.ts'
import type { KubeApi } from './kube-api.ts'

/** A kind of a Flux group as this cluster serves it. */
export type ServedKind = {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** The version that the cluster prefers among those that have the kind: the one that is read. */
  readonly version: string
  readonly served: readonly string[]
}

export type Discovery = {
  /** In the order of FLUX_KINDS, unknown ones last: API servers list the kinds of a group in an order that changes at any time. */
  readonly kinds: readonly ServedKind[]
  /** Groups of which not every version could be found out: a kind that is missing there is not proven absent. */
  readonly incomplete: ReadonlySet<string>
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

/**
 * Which kinds of Flux groups a cluster serves, by the aggregated form in one request, or by the older one with a request
 * per group version. Source: k8s.io/client-go/discovery. Throws AppErrors where the cluster does not tell.
 */
export async function discover(api: KubeApi, subject: string): Promise<Discovery> {
  const answer = await api.get('/apis', AGGREGATED)
  if (!answer.ok) {
    const code = answer.status === 403 ? 'cluster-forbidden' : 'cluster-unreachable'
    throw new AppError(code, `${subject}: API discovery was refused (HTTP ${answer.status} for GET /apis)`)
  }
  const list = digString(answer.value, 'kind')
  if (list === 'APIGroupDiscoveryList' && isJsonArray(dig(answer.value, 'items'))) return readAggregated(answer.value)
  if (list === 'APIGroupList' && isJsonArray(dig(answer.value, 'groups'))) return readLegacy(answer.value, api)
  throw new AppError('response-invalid', `${subject}: the answer to API discovery is not a list of API groups`)
}

type Resource = Omit<ServedKind, 'version' | 'served'> & { readonly version: string }

function readAggregated(value: Json): Discovery {
  const resources: Resource[] = []
  const incomplete = new Set<string>()
  for (const item of digArray(value, 'items')) {
    const group = digString(item, 'metadata', 'name') ?? ''
    if (!isFluxGroup(group)) continue
    for (const version of digArray(item, 'versions')) {
      if (digString(version, 'freshness') === 'Stale') incomplete.add(group)
      const name = digString(version, 'version') ?? ''
      resources.push(...digArray(version, 'resources').flatMap((resource) => aggregatedResource(resource, group, name)))
    }
  }
  return { kinds: groupVersions(resources), incomplete }
}

function aggregatedResource(resource: Json, group: string, version: string): Resource[] {
  const plural = digString(resource, 'resource')
  const kind = digString(resource, 'responseKind', 'kind')
  if (!plural || !kind || !digArray(resource, 'verbs').includes('list')) return []
  return [{ group, kind, plural, version, namespaced: digString(resource, 'scope') === 'Namespaced' }]
}

async function readLegacy(value: Json, api: KubeApi): Promise<Discovery> {
  const wanted = digArray(value, 'groups')
    .filter((group) => isFluxGroup(digString(group, 'name') ?? ''))
    .flatMap((group) => {
      const preferred = digString(group, 'preferredVersion', 'version')
      const versions = digArray(group, 'versions').map((version) => digString(version, 'version') ?? '')
      const ordered = [...versions].sort((a, b) => Number(b === preferred) - Number(a === preferred))
      return ordered.map((version) => ({ group: digString(group, 'name')!, version }))
    })
  const incomplete = new Set<string>()
  const found = await Promise.all(
    wanted.map(async ({ group, version }) => {
      const answer = await api.get(`/apis/${group}/${version}`)
      const complete = answer.ok && digString(answer.value, 'kind') === 'APIResourceList'
      if (!complete) incomplete.add(group)
      return complete ? legacyResources(answer.value, group, version) : []
    }),
  )
  return { kinds: groupVersions(found.flat()), incomplete }
}

function legacyResources(value: Json, group: string, version: string): Resource[] {
  return digArray(value, 'resources').flatMap((resource) => {
    const plural = digString(resource, 'name')
    const kind = digString(resource, 'kind')
    if (!plural || !kind || plural.includes('/') || !digArray(resource, 'verbs').includes('list')) return []
    return [{ group, kind, plural, version, namespaced: dig(resource, 'namespaced') === true }]
  })
}

/** Versions of one kind joined; those of a kind come in its group's order of preference. */
function groupVersions(resources: readonly Resource[]): ServedKind[] {
  const byKind = new Map<string, ServedKind>()
  for (const resource of resources) {
    const key = `${resource.group}/${resource.kind}`
    const known = byKind.get(key)
    byKind.set(
      key,
      known ? { ...known, served: [...known.served, resource.version] } : { ...resource, served: [resource.version] },
    )
  }
  return [...byKind.values()].sort(inOurOrder)
}

const RANKS = new Map(FLUX_KINDS.map(({ group, kind }, rank) => [`${group}/${kind}`, rank]))

function inOurOrder(a: ServedKind, b: ServedKind): number {
  return rankOf(a) - rankOf(b) || compareText(a.group, b.group) || compareText(a.kind, b.kind)
}

function rankOf({ group, kind }: ServedKind): number {
  return RANKS.get(`${group}/${kind}`) ?? FLUX_KINDS.length
}
