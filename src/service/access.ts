import type { ClusterName } from '../model/cluster.ts'

export const ACCESS_SCOPES = ['read', 'trigger', 'admin'] as const
/** `admin` includes `trigger`, which includes `read`. */
export type AccessScope = (typeof ACCESS_SCOPES)[number]

/** What one caller may do and see. */
export type Access = {
  /** Name of the token, for the audit line; `anonymous` where no tokens are configured. */
  readonly caller: string
  readonly scope: AccessScope
  /** Null: all. A cluster that is not among them does not exist for the caller. */
  readonly clusters: readonly ClusterName[] | null
  /** Null: all. Objects of other namespaces do not show, not even by count. */
  readonly namespaces: readonly string[] | null
}
