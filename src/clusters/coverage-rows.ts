import type { CoverageScope, CoverageStatus, KindCoverage } from '../model/coverage.ts'
import type { Resource } from './api-path.ts'

/** One kind's row from what became of each of its scopes; `objects` is counted when the snapshot is made. */
export function coverageRow(resource: Resource, scopes: readonly CoverageScope[]): KindCoverage {
  const { group, kind, version } = resource
  return { group, kind, version, status: overall(scopes), objects: 0, scopes }
}

/** A kind of which nothing was requested. */
export function unreadRow(group: string, kind: string, version: string | null, status: CoverageStatus): KindCoverage {
  return { group, kind, version, status, objects: 0, scopes: [] }
}

/** The status that all scopes share; `partial` where only some could be read. */
function overall(scopes: readonly CoverageScope[]): CoverageStatus {
  const statuses = new Set(scopes.map(({ status }) => status))
  if (statuses.size === 0) return 'not-asked'
  if (statuses.size === 1) return scopes[0]!.status
  if (statuses.has('complete') || statuses.has('partial')) return 'partial'
  return statuses.has('failed') ? 'failed' : 'forbidden'
}
