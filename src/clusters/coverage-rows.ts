import { overallStatus, type CoverageScope, type CoverageStatus, type KindCoverage } from '../model/coverage.ts'
import type { Resource } from './api-path.ts'

/** One kind's row from what became of each of its scopes; `objects` is counted when the snapshot is made. */
export function coverageRow(resource: Resource, scopes: readonly CoverageScope[]): KindCoverage {
  const { group, kind, version } = resource
  return { group, kind, version, status: overallStatus(scopes), objects: 0, scopes }
}

/** A kind of which nothing was requested. */
export function unreadRow(group: string, kind: string, version: string | null, status: CoverageStatus): KindCoverage {
  return { group, kind, version, status, objects: 0, scopes: [] }
}
