import { desc, sql } from 'drizzle-orm'
import type { Comparison } from '../model/comparison.ts'
import type { ComparisonSummary } from '../service/ports.ts'
import type { Documents } from './documents.ts'
import { theOnly } from './find-snapshot.ts'
import type { Queries } from './queries.ts'
import { comparisons, comparisonSides, type ComparisonRow } from './schema.ts'
import { parseJsonText } from '../model/json-text.ts'

type NewRow = Omit<ComparisonRow, 'sequence'>

export type KeepComparisons = {
  /** Must run in a transaction. */
  readonly save: (comparison: Comparison) => void
  /** By its id or the beginning of it. */
  readonly load: (id: string) => Comparison | null
  readonly list: (limit: number) => readonly ComparisonSummary[]
}

/** Comparisons are kept as the document that they are, but each drift once: drift that goes on costs nothing. */
export function prepareKeepComparisons(queries: Queries, documents: Documents): KeepComparisons {
  const id = sql.placeholder('id')
  const select = queries
    .select()
    .from(comparisons)
    .where(sql`substr(${comparisons.id}, 1, length(${id})) = ${id}`)
    .orderBy(sql`length(${comparisons.id})`, comparisons.id)
    .limit(2)
    .prepare()
  const newest = queries
    .select()
    .from(comparisons)
    .orderBy(desc(comparisons.sequence))
    .limit(sql.placeholder('limit'))
    .prepare()
  return {
    save: (comparison) => {
      const { id, baseline, verdict, clusters, summary, drifts } = comparison
      const times = clusters.map((cluster) => cluster.takenAt)
      const row: NewRow = {
        id,
        at: times.toSorted((a, b) => Date.parse(b) - Date.parse(a))[0] ?? '',
        storedMs: Date.now(),
        baseline,
        verdict,
        clusters: JSON.stringify(clusters.map((cluster) => cluster.name)),
        differences: summary.differences,
        // Both places stay in the text, empty, so that the document comes back with its keys in order.
        header: documents.put(JSON.stringify({ ...comparison, id: '', drifts: [] })),
        drifts: documents.putList(drifts.map((drift) => JSON.stringify(drift))),
      }
      const sequence = Number(queries.insert(comparisons).values(row).run().lastInsertRowid)
      saveSides(queries, sequence, comparison)
    },
    load: (id) => {
      const row = theOnly(id, select.all({ id }))
      if (!row) return null
      const header = parseJsonText(documents.get(row.header)) as unknown as Comparison
      const drifts = documents
        .getList(row.drifts)
        .texts.map((text) => parseJsonText(text) as unknown as Comparison['drifts'][number])
      return { ...header, id: row.id, drifts }
    },
    list: (limit) => newest.all({ limit }).map(comparisonSummaryOf),
  }
}

function saveSides(queries: Queries, comparison: number, { clusters }: Comparison): void {
  for (const [position, { name: cluster, snapshot }] of clusters.entries()) {
    queries.insert(comparisonSides).values({ comparison, position, cluster, snapshot }).run()
  }
}

export function comparisonSummaryOf({
  id,
  at,
  baseline,
  verdict,
  clusters,
  differences,
}: ComparisonRow): ComparisonSummary {
  return {
    id,
    at,
    baseline,
    verdict: verdict as Comparison['verdict'],
    clusters: JSON.parse(clusters) as string[],
    differences,
  }
}
