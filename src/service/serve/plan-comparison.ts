import { LAYERS, DEFAULT_LAYERS } from '../../model/comparison.ts'
import { AppError } from '../../model/errors.ts'
import { hasLabels } from '../../model/labels.ts'
import type { ObjectFilter } from '../../diff/filter.ts'
import type { Access } from '../access.ts'
import { checkPatterns } from '../compare-question.ts'
import { kindsNamed } from '../kind-names.ts'
import type { NewestSnapshots } from '../kept-reads.ts'
import type { ConfiguredCluster, RunRequest } from '../runs.ts'
import type { ServicePorts } from '../service-ports.ts'
import type { CompareQuery } from '../service.ts'
import { requireNamespaces } from './access-rules.ts'
import { findCluster, visibleClusters } from './find-cluster.ts'

/** A side of a comparison: the kept snapshot that will do, or null where a new one is needed. */
export type PlannedSide = { readonly cluster: ConfiguredCluster; readonly snapshot: string | null }

/** What is asked of the process around. */
export type PlanPorts = Pick<ServicePorts, 'clusters' | 'expectations' | 'kept' | 'clock'>

export type Plan = { readonly request: RunRequest; readonly sides: readonly PlannedSide[] }

/** Looks up what is named in a query, and which kept snapshots are young enough. Throws `not-found`, `input-invalid`, `same-side-twice`, `forbidden`. */
export async function planComparison(ports: PlanPorts, access: Access, query: CompareQuery): Promise<Plan> {
  const clusters = clustersOf(ports, access, query)
  const filter = filterOf(access, query)
  checkPatterns({ filter, ignore: query.ignore })
  const request: RunRequest = {
    baseline: query.baseline === null ? null : clusters[0]!.name,
    clusters: clusters.map(({ name }) => name),
    layers: query.layers.length === 0 ? DEFAULT_LAYERS : LAYERS.filter((layer) => query.layers.includes(layer)),
    filter,
    ignore: query.ignore,
    ...expectationsFor(ports, clusters),
    explain: query.explain,
  }
  const newest = await ports.kept.newestSnapshots(
    clusters.map(({ name, namespaces }) => ({ cluster: name, namespaces })),
  )
  const now = ports.clock.now().getTime()
  const sides = clusters.map((cluster, index) => ({ cluster, snapshot: keptFor(query.age, newest[index]!, now) }))
  return { request, sides }
}

/** Only what is there, so that a request without rules stays what it was. */
function expectationsFor(
  ports: PlanPorts,
  clusters: readonly ConfiguredCluster[],
): Pick<RunRequest, 'rules' | 'profiles'> {
  const { rules = [], profiles = {} } = ports.expectations?.() ?? {}
  const known = clusters.flatMap(({ name }) =>
    Object.hasOwn(profiles, name) ? [[name, profiles[name]!] as const] : [],
  )
  const isAsked = rules.length > 0 || known.some(([, { parameters }]) => Object.keys(parameters).length > 0)
  return isAsked ? { rules, profiles: Object.fromEntries(known) } : {}
}

/**
 * With a limit on the age, the newest try counts, also one that failed: it is the state that is known, and asking again at once would
 * only press a cluster that is down. Without a limit, the newest one that could be read stands, however old: the comparison says when it was taken.
 */
function keptFor(age: CompareQuery['age'], { last, lastGood }: NewestSnapshots, now: number): string | null {
  if (age === 'fresh') return null
  if (age === null) return lastGood?.id ?? null
  const newest = last !== null && last.error !== null ? last : lastGood
  return newest !== null && now - Date.parse(newest.takenAt) <= age ? newest.id : null
}

/** The baseline first, then the targets as named, then those with the labels. */
function clustersOf(ports: PlanPorts, access: Access, query: CompareQuery): readonly ConfiguredCluster[] {
  const baseline = query.baseline === null ? [] : [findCluster(ports, access, query.baseline)]
  const named = [...baseline, ...query.targets.map((target) => findCluster(ports, access, target))]
  refuseTwice(named)
  const labelled = query.labels === null ? [] : clustersLabelled(ports, access, query.labels)
  const clusters = eachOnce([...named, ...labelled])
  if (clusters.length >= 2) return clusters
  throw new AppError(
    'input-invalid',
    `a comparison needs two clusters, ${clusters.length === 0 ? 'none' : 'one'} was given`,
    {
      hint: 'Name a baseline and at least one target, for example: ?baseline=staging&target=production',
    },
  )
}

export function eachOnce(clusters: readonly ConfiguredCluster[]): readonly ConfiguredCluster[] {
  return [...new Map(clusters.map((cluster) => [cluster.name, cluster])).values()]
}

function refuseTwice(clusters: readonly ConfiguredCluster[]): void {
  const names = clusters.map(({ name }) => name)
  const twice = clusters.find(({ name }, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new AppError('same-side-twice', `${twice.name} is given twice`, { hint: 'Name each cluster once.' })
}

function clustersLabelled(
  ports: PlanPorts,
  access: Access,
  labels: Readonly<Record<string, string>>,
): readonly ConfiguredCluster[] {
  const wanted = Object.entries(labels)
  const text = wanted.map(([key, value]) => `${key}=${value}`).join(',')
  const found = visibleClusters(ports, access).filter((cluster) => hasLabels(cluster.labels, labels))
  if (wanted.length > 0 && found.length > 0) return found
  throw new AppError('input-invalid', wanted.length === 0 ? 'labels is empty' : `no cluster has the labels ${text}`, {
    hint: 'Labels are those of the clusters in the configuration: GET /api/v1/clusters lists them.',
  })
}

function filterOf(access: Access, query: CompareQuery): ObjectFilter {
  const resource = resourceOf(query.resource)
  if (query.namespaces !== null) requireNamespaces(access, query.namespaces)
  if (resource !== null) requireNamespaces(access, [resource.namespace])
  return {
    kinds: query.kinds === null ? null : kindsNamed(query.kinds),
    namespaces: query.namespaces === null ? access.namespaces : [...new Set(query.namespaces)],
    selector: query.selector,
    resource,
  }
}

function resourceOf(written: string | null): ObjectFilter['resource'] {
  if (written === null) return null
  const [kind, namespace, name, ...rest] = written.split('/')
  if (!kind || !namespace || !name || rest.length > 0) {
    throw new AppError('input-invalid', `resource ${written} is not of the form Kind/namespace/name`, {
      hint: 'For example: HelmRelease/shop/frontend',
    })
  }
  return { kind: kindsNamed([kind])[0]!, namespace, name }
}
