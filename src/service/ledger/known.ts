import type { ClusterName } from '../../model/cluster.ts'
import type { ComparedCluster, Comparison, Drift } from '../../model/comparison.ts'
import { coverageIn, isUnread, type CoverageStatus } from '../../model/coverage.ts'
import { isMasked } from '../../model/mask.ts'
import type { Json } from '../../model/json.ts'
import { isJsonArray, isJsonObject } from '../../model/json.ts'
import { refKey, sameRef, type ResourceRef } from '../../model/resource-ref.ts'
import type { LedgerEntry } from './ledger.ts'

/** Whether an entry that is not in a comparison is really not there any more: `unknown` freezes it, `not-compared` is a choice. */
export type Absence = 'proven' | 'unknown' | 'not-compared'

export type AbsenceTest = (entry: LedgerEntry) => Absence

/**
 * What the comparison proves of entries that it does not name. Nothing is resolved by a cluster or kind that could not be read, nor where
 * the object could not be compared.
 */
export function createAbsenceTest(comparison: Comparison): AbsenceTest {
  const clusters = new Map(comparison.clusters.map((cluster) => [cluster.name, cluster]))
  const drifts = new Map(comparison.drifts.map((drift) => [refKey(drift.ref), drift]))
  return (entry) => {
    if (entry.item.layer === 'finding') return absenceOfFinding(entry, clusters)
    const involved = [...new Set([...entry.item.clusters, ...entry.item.among])]
    const compared = involved.map((name) => clusters.get(name))
    if (compared.some((cluster) => cluster === undefined)) return 'not-compared'
    if (compared.some((cluster) => cluster!.error !== null)) return 'unknown'
    const answer = answerOf(comparison, entry, involved)
    if (answer !== null) return answer
    const drift = drifts.get(refKey(entry.item.ref!))
    if (involved.some((name) => isUnknownIn(drift, name))) return 'unknown'
    if (hidesContent(comparison, entry, involved)) return 'unknown'
    return worst(compared.flatMap((cluster) => statusesFor(entry, cluster!)))
  }
}

/**
 * What digests say of an object of which not all could be read. Null: nothing of this entry. What digests alone had told is open again
 * where they no longer tell anything.
 */
function answerOf(
  { proofs = [] }: Comparison,
  { item }: LedgerEntry,
  involved: readonly ClusterName[],
): Absence | null {
  // What is built may be the same with other variables, so only values are proven one by one.
  if (item.layer !== 'values' && item.path !== '') return null
  const proof = proofs.find(({ ref, layer }) => layer === item.layer && sameRef(ref, item.ref!))
  if (proof === undefined) return null
  const answers = involved.filter((name) => name !== proof.against).map((name) => proof.answers[name])
  if (answers.every((answer) => answer === undefined || answer === 'proven-equal')) return 'proven'
  return item.path === '' ? 'unknown' : null
}

function isUnknownIn(drift: Drift | undefined, cluster: ClusterName): boolean {
  return drift !== undefined && Object.hasOwn(drift.presence, cluster) && drift.presence[cluster] === 'unknown'
}

function worst(statuses: readonly CoverageStatus[]): Absence {
  if (statuses.some(isUnread)) return 'unknown'
  return statuses.includes('not-asked') ? 'not-compared' : 'proven'
}

const EFFECTIVE: ReadonlySet<string> = new Set(['values', 'substitutions'])
const NEEDED = ['ConfigMap', 'Secret']

/** What is known of the kinds on which the entry depends, where the object lives. */
function statusesFor({ item }: LedgerEntry, cluster: ComparedCluster): CoverageStatus[] {
  const { ref, layer, usedBy } = item
  if (layer === 'install') return [cluster.flux === null ? 'failed' : 'complete']
  const own = statusOf(cluster, ref!)
  const users = usedBy.flatMap((user) => statusOf(cluster, user) ?? [])
  const sources = EFFECTIVE.has(layer)
    ? NEEDED.flatMap((kind) => statusOf(cluster, { group: '', kind, namespace: ref!.namespace, name: '' }) ?? [])
    : []
  // Where no Secret may be read, effective values are still what ConfigMaps and objects say.
  return [...(own === null ? [] : [own]), ...[...users, ...sources].filter(isUnread)]
}

function statusOf(cluster: ComparedCluster, { group, kind, namespace }: ResourceRef): CoverageStatus | null {
  const row = cluster.coverage.find((one) => one.kind === kind && one.group === group)
  return row ? coverageIn(row, namespace) : null
}

const LIMITS: ReadonlySet<string> = new Set(['object-too-deep', 'object-too-large'])
const NOT_COMPOSABLE: ReadonlySet<string> = new Set(['values-not-composable', 'substitutions-not-composable'])
const MASKED: ReadonlySet<string> = new Set(['values-not-comparable', 'fingerprint-key-mismatch'])

/** Whether a finding says that what the entry is about could not be compared on one of its clusters. */
function hidesContent({ findings }: Comparison, { item }: LedgerEntry, involved: readonly ClusterName[]): boolean {
  if (item.layer === 'presence') return false
  const holdsMask = Object.values(item.values).some(hasMask)
  return findings.some(({ code, ref, clusters }) => {
    if (!clusters.some((cluster) => involved.includes(cluster))) return false
    if (MASKED.has(code)) return holdsMask
    if (ref === null || !sameRef(ref, item.ref!)) return false
    return LIMITS.has(code) || (NOT_COMPOSABLE.has(code) && EFFECTIVE.has(item.layer))
  })
}

/** Whether there is the mask of a secret value in it. */
export function hasMask(value: Json): boolean {
  if (isMasked(value)) return true
  if (isJsonArray(value)) return value.some(hasMask)
  return isJsonObject(value) && Object.values(value).some(hasMask)
}

type Clusters = ReadonlyMap<ClusterName, ComparedCluster>

/** Findings follow from much of what is read: while anything of their clusters is not, it is open whether they are gone. */
function absenceOfFinding({ item }: LedgerEntry, clusters: Clusters): Absence {
  const compared = item.clusters.flatMap((name) => clusters.get(name) ?? [])
  if (compared.length < item.clusters.length) return 'not-compared'
  if (item.path === 'cluster-unread') return 'proven'
  if (compared.some(({ error }) => error !== null)) return 'unknown'
  if (item.path.startsWith('coverage-')) return 'proven'
  if (item.path.endsWith('-version-skew') && compared.some(lacksVersions)) return 'unknown'
  const where = item.ref?.namespace ?? null
  const isOpen = compared.some(({ coverage }) =>
    coverage.some((row) => isUnread(where === null ? row.status : coverageIn(row, where))),
  )
  return isOpen ? 'unknown' : 'proven'
}

function lacksVersions({ flux, kubernetes }: ComparedCluster): boolean {
  return flux === null || kubernetes === null
}
