import type { ObjectFilter } from '../../diff/filter.ts'
import type { Comparison, Layer } from '../../model/comparison.ts'
import { comparisonLink, type DriftReport, type NotCompared, type ReportedCluster } from '../../model/drift-report.ts'
import type { DriftNews, DriftRecord } from '../ledger/ledger-store.ts'
import { reportedDrift, type KnownDrift } from '../ledger/reported-drift.ts'
import { readabilityOf, type Readability } from './not-compared.ts'
import type { NamespaceOwner, ReportContext } from './report-store.ts'

export type ReportFacts = {
  readonly comparison: Comparison
  /** What was asked for: what could not be read beyond it is not told. */
  readonly filter: ObjectFilter
  readonly layers: readonly Layer[]
  /** As for `reportedDrift`. */
  readonly records: readonly DriftRecord[]
  readonly news: readonly DriftNews[]
  readonly known: KnownDrift | null
  /** The report before, of the same name; null: this is the first. */
  readonly previous: { readonly id: string; readonly notCompared: readonly NotCompared[] } | null
  /** Whether the ledger knows newer snapshots: what could not be read in these is no news. */
  readonly isOlder: boolean
  readonly context: ReportContext
  /** RFC 3339, UTC. */
  readonly now: string
}

/** The report of a comparison: what has changed since the report before. Its id follows from that of the comparison. */
export function makeReport(facts: ReportFacts): DriftReport {
  const { comparison, records, news, known, previous, context, now } = facts
  const { id, baseline, clusters, verdict, summary } = comparison
  const ownerOf = createOwnerOf(context.owners)
  const { aside, ...drift } = reportedDrift(records, news, { now, ownerOf, known })
  return {
    apiVersion: 'flux-compare.dev/v1',
    kind: 'DriftReport',
    id: reportIdOf(id),
    name: context.name,
    at: now,
    previous: previous?.id ?? null,
    comparison: id,
    link: comparisonLink(context.baseUrl, id),
    baseline,
    targets: clusters.map(({ name }) => name).filter((name) => name !== baseline),
    clusters: clusters.map((cluster) => reportedCluster(cluster, context)),
    verdict,
    ...drift,
    ...readabilityIn(facts),
    aside: {
      ...aside,
      hiddenByRules: summary.hiddenByRules,
      expected: summary.expected,
      parametric: summary.parametric,
    },
  }
}

/** One comparison makes one report at most. */
export function reportIdOf(comparison: string): string {
  return `report_${comparison.replace(/^[a-z]+_/, '')}`
}

function readabilityIn({ comparison, filter, layers, previous, isOlder }: ReportFacts): Readability {
  if (!isOlder || previous === null) return readabilityOf(comparison, { filter, layers }, previous?.notCompared ?? null)
  return { notCompared: previous.notCompared.map((entry) => ({ ...entry, fresh: false })), comparedAgain: [] }
}

function reportedCluster(
  { name, slug, snapshot, takenAt }: Comparison['clusters'][number],
  { clusters }: ReportContext,
): ReportedCluster {
  const labels = clusters.find((cluster) => cluster.name === name)?.labels ?? {}
  return { name, slug, labels, snapshot, takenAt }
}

/** Whose a namespace is: the first entry with its name, or with a beginning of it before a `*`. What is of none has no owner. */
export function createOwnerOf(owners: readonly NamespaceOwner[]): (namespace: string) => string | null {
  const fits = (pattern: string, namespace: string): boolean =>
    pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern
  return (namespace) => {
    if (namespace === '') return null
    return owners.find(({ namespaces }) => namespaces.some((pattern) => fits(pattern, namespace)))?.owner ?? null
  }
}
