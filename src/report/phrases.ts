import type { ClusterName } from '../model/cluster.ts'
import type { ComparedCluster, Comparison, Difference, Drift, Origin, Proof, ProofAnswer } from '../model/comparison.ts'
import { PROOF_ANSWERS, SEVERITIES } from '../model/comparison.ts'
import { isUnread } from '../model/coverage.ts'
import type { ObjectOutline, OneSidedOutline } from './outline.ts'

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** `2 critical, 4 high`; empty where there is no difference. */
export function severityCounts({ summary }: Comparison): string {
  return SEVERITIES.filter((severity) => summary.bySeverity[severity] > 0)
    .map((severity) => `${summary.bySeverity[severity]} ${severity}`)
    .join(', ')
}

/** `47 of 60 objects in sync, 9 drifted, 2 missing`: only what there is. */
export function objectCounts({ summary, proofs = [] }: Comparison): string {
  const parts = [
    `${summary.inSync} of ${plural(summary.objects, 'object')} in sync`,
    ...count(summary.drifted, 'drifted'),
    ...count(summary.missing, 'missing'),
    ...count(summary.extra, 'extra'),
    ...count(summary.unknown, 'not known'),
    ...describeProofs(proofs),
  ]
  return parts.join(', ')
}

/** `of 3 not all could be read: 2 proven equal, 1 unknown`; nothing where all could. */
function describeProofs(proofs: readonly Proof[]): string[] {
  if (proofs.length === 0) return []
  const worst = proofs.map(({ answers }) => WORST_FIRST.find((answer) => Object.values(answers).includes(answer)))
  const parts = PROOF_ANSWERS.flatMap((answer) =>
    count(worst.filter((one) => one === answer).length, answer.replace('-', ' ')),
  )
  return [`of ${proofs.length} not all could be read: ${parts.join(', ')}`]
}

const WORST_FIRST: readonly ProofAnswer[] = ['proven-different', 'unknown', 'proven-equal']

function count(number: number, word: string): string[] {
  return number === 0 ? [] : [`${number} ${word}`]
}

/** `a, b, c and 17 more` of more names than `most`; else all of them. All clusters are listed elsewhere. */
export function someNames(names: readonly string[], most: number): string {
  const more = names.length > most ? names.length - SOME : 0
  return names.slice(0, names.length - more).join(', ') + (more === 0 ? '' : ` and ${more} more`)
}

const SOME = 3

/** `production against staging`, or `a, b (no baseline)`. */
export function whatWasCompared({ baseline, clusters }: Comparison): string {
  const named = someNames(
    clusters.map(({ name }) => name).filter((name) => name !== baseline),
    SOME + 1,
  )
  return baseline === null ? `${named} (no baseline)` : `${named} against ${baseline}`
}

/** `60 objects read`, or what could not be read and which verb is missing. */
export function describeReading(cluster: ComparedCluster): string {
  if (cluster.error) return `not read: ${cluster.error.message}`
  const objects = cluster.coverage.reduce((sum, { objects: number }) => sum + number, 0)
  const unread = cluster.coverage.filter(({ status }) => isUnread(status))
  const whole = `${plural(objects, 'object')} read`
  return unread.length === 0 ? whole : `${whole}; ${unread.map(({ kind, status }) => `${kind} ${status}`).join(', ')}`
}

/** `missing in production` or `only in production`; of more clusters than `most` the first are named. */
export function describePresence(drift: Drift, most = Number.POSITIVE_INFINITY): string {
  const present = clustersThat(drift, 'present')
  const absent = clustersThat(drift, 'absent')
  const unknown = clustersThat(drift, 'unknown')
  const changes = drift.differences.flatMap(({ layer, changes: all }) =>
    layer === 'presence' ? Object.values(all) : [],
  )
  const side = changes.includes('missing')
    ? `missing in ${someNames(absent, most)}`
    : `only in ${someNames(present, most)}`
  return unknown.length === 0 ? side : `${side}, not known in ${someNames(unknown, most)}`
}

function clustersThat(drift: Drift, presence: 'present' | 'absent' | 'unknown'): ClusterName[] {
  return Object.keys(drift.presence).filter((name) => drift.presence[name] === presence)
}

/** `2 HelmRelease, 1 OCIRepository`: what collapses under one cause. */
export function countKinds(drifts: readonly Drift[]): string {
  const counts = new Map<string, number>()
  for (const { ref } of drifts) counts.set(ref.kind, (counts.get(ref.kind) ?? 0) + 1)
  return [...counts].map(([kind, number]) => `${number} ${kind}`).join(', ')
}

/** What goes with a one-sided object or cause: `and 5 objects because of it: 2 HelmRelease, ...`. */
export function describeChildren({ drift, cause, children }: OneSidedOutline, most = Number.POSITIVE_INFINITY): string {
  const [first] = children
  if (!first) return ''
  const kinds = countKinds(children)
  if (drift) return `and ${plural(children.length, 'object')} because of it: ${kinds}`
  const side = describePresence(first, most)
  const them = children.length === 1 ? 'it' : 'them'
  if (cause?.code === 'crd-not-installed') return `${kinds} ${side}: not a kind that is installed there`
  if (cause?.code === 'not-referenced')
    return `${kinds} ${side.replace('missing in', 'not used in')}: nothing there refers to ${them}`
  return `${kinds} ${side}${cause ? `: ${cause.message}` : ''}`
}

/** What stands for the place of a difference: values and variables that are put together are told from those that are written. */
export function placeOf({ layer, path }: Difference): string {
  if (path === '') return layer
  return layer === 'values' || layer === 'substitutions' ? `${layer}: ${path}` : path
}

/** `values: 3 effective values follow from ConfigMap/web-values`; null where all of it is written in the object itself. */
export function describeDerived({ derived }: ObjectOutline): string | null {
  const differences = derived.flatMap((block) => block.differences)
  const froms = differences.flatMap(({ origins }) =>
    Object.values(origins).map(({ from }) => from.replace(/:.*$/s, '')),
  )
  const sources = [...new Set(froms)].filter((from) => from !== 'inline').toSorted()
  if (sources.length === 0) return null
  const verb = differences.length === 1 ? 'follows' : 'follow'
  return `${differences[0]!.layer}: ${plural(differences.length, 'effective value')} ${verb} from ${sources.join(', ')}`
}

/** Where the value of each cluster comes from, in the order of `names`: `from ConfigMap/a:values.yaml`, or by cluster where they differ. */
export function describeOrigins({ origins }: Difference, names: readonly ClusterName[]): string | null {
  const known = names.filter((name) => origins[name])
  if (known.length === 0) return null
  const groups = [...Map.groupBy(known, (name) => originText(origins[name]!))]
  if (groups.length === 1) return `from ${groups[0]![0]}`
  return groups.map(([text, clusters]) => `${clusters.join(', ')} from ${text}`).join('; ')
}

function originText({ from, shadows }: Origin): string {
  return shadows.length === 0 ? from : `${from} over ${shadows.join(', ')}`
}

/** Where values of a difference were read: `--explain` and wide output name the pointers. */
export function pointersOf(difference: Difference): string {
  return [...new Set(Object.values(difference.pointers))].join(', ')
}

/** A time without its fraction: `2026-11-21T07:00:00Z`. */
export function toSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z')
}
