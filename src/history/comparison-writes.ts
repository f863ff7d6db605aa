import type { Comparison } from '../model/comparison.ts'
import type { TrackedComparison } from '../service/ledger/ledger-store.ts'
import type { History } from '../service/ports.ts'
import type { ReportContext, SavedReport } from '../service/reports/report-store.ts'
import type { Connection } from './connect.ts'
import type { Documents } from './documents.ts'
import type { KeepComparisons } from './keep-comparisons.ts'
import { trackComparison, type LoadKept } from './keep-ledger.ts'
import { keepReport } from './keep-reports.ts'
import type { Queries } from './queries.ts'
import { guarded } from './sqlite-errors.ts'

type Parts = {
  readonly db: Connection
  readonly path: string
  readonly queries: Queries
  readonly documents: Documents
  readonly comparisons: KeepComparisons
  readonly loadKept: LoadKept
}

type ComparisonWrites = Pick<History, 'saveComparison' | 'saveReport' | 'previewReport'>

/** Comparisons with what follows from them, each call one transaction, or part of that of the caller. */
export function createComparisonWrites({ db, path, queries, documents, ...parts }: Parts): ComparisonWrites {
  const { comparisons, loadKept } = parts
  const write = <T>(work: () => T): T => guarded(path, () => db.transaction(work).immediate())
  const save = (comparison: Comparison, tracked: TrackedComparison, context: ReportContext): SavedReport => {
    comparisons.save(comparison)
    const isOlder = !trackComparison(queries, comparison, tracked, loadKept)
    const { definition, now } = tracked
    return keepReport({ queries, documents }, { comparison, definition, isOlder, context, now })
  }
  return {
    saveComparison: (comparison, tracked) =>
      write(() => {
        comparisons.save(comparison)
        if (tracked) trackComparison(queries, comparison, tracked, loadKept)
      }),
    saveReport: (...told) => write(() => save(...told)),
    previewReport: (...told) => guarded(path, () => rolledBack(db, () => save(...told))),
  }
}

/** What `work` gives, in a transaction of which nothing stays. */
function rolledBack<T>(db: Connection, work: () => T): T {
  let result: { readonly value: T } | undefined
  const undone = new Error('rolled back')
  try {
    db.transaction(() => {
      result = { value: work() }
      throw undone
    }).immediate()
  } catch (error) {
    if (error !== undone) throw error
  }
  return result!.value
}
