import { coverageIn, type KindCoverage } from '../model/coverage.ts'
import type { ResourceRef } from '../model/resource-ref.ts'

/** Whether a coverage proves that an object which is not in the snapshot is not on the cluster. */
export function absenceTest(coverage: readonly KindCoverage[]): (ref: ResourceRef) => boolean {
  const rows = new Map(coverage.map((row) => [`${row.group}/${row.kind}`, row]))
  return ({ group, kind, namespace }) => {
    const row = rows.get(`${group}/${kind}`)
    const status = row ? coverageIn(row, namespace) : 'not-asked'
    return status === 'complete' || status === 'not-installed'
  }
}
