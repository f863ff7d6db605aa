/**
 * What is known of one kind on one cluster.
 * `complete` and `not-installed` prove absence; the others never do.
 * `not-asked` is a choice of the user (`--secrets off`, `-n`, a file without that kind), not a failure.
 */
export type CoverageStatus = 'complete' | 'not-installed' | 'forbidden' | 'partial' | 'failed' | 'not-asked'

/** One request scope: the whole cluster (`namespace: null`) or one namespace. `verb` is what was needed and, where forbidden, is missing. */
export type CoverageScope = {
  readonly namespace: string | null
  readonly verb: 'list' | 'get'
  readonly status: CoverageStatus
  readonly reason: string | null
  readonly resourceVersion: string | null
}

export type KindCoverage = {
  readonly group: string
  readonly kind: string
  /** The API version that was read; null where none is served. */
  readonly version: string | null
  readonly status: CoverageStatus
  readonly objects: number
  readonly scopes: readonly CoverageScope[]
}

/** Whether this status leaves it open what exists: the comparison is then incomplete. */
export function isUnread(status: CoverageStatus): boolean {
  return status === 'forbidden' || status === 'partial' || status === 'failed'
}

/** Whether a finding of this code says only that something could not be read. */
export function isCodeOfReading(code: string): boolean {
  return code === 'cluster-unread' || code.startsWith('coverage-')
}

/** What is known of objects of this kind in `namespace`: from the scope of the namespace itself, else of the whole cluster. */
export function coverageIn(coverage: KindCoverage, namespace: string): CoverageStatus {
  const scope =
    coverage.scopes.find((entry) => entry.namespace === namespace) ??
    coverage.scopes.find((entry) => entry.namespace === null)
  if (scope) return scope.status
  return coverage.scopes.length === 0 ? coverage.status : 'not-asked'
}

/** The status that all scopes share; `partial` where only some could be read; `not-asked` without any. */
export function overallStatus(scopes: readonly CoverageScope[]): CoverageStatus {
  const statuses = new Set(scopes.map(({ status }) => status))
  if (statuses.size === 0) return 'not-asked'
  if (statuses.size === 1) return scopes[0]!.status
  if (statuses.has('complete') || statuses.has('partial')) return 'partial'
  return statuses.has('failed') ? 'failed' : 'forbidden'
}
