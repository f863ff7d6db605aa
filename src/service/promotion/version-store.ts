import type { ClusterName } from '../../model/cluster.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'

/** What of an application was applied on a cluster. */
export type AppliedVersion = {
  /** Chart version, or the tag or semantic version within the revision; null: there is none. */
  readonly version: string | null
  /** Revision of the source as Flux writes it (`main@sha1:...`, `v1.2.3@sha256:...`); null: unknown. */
  readonly revision: string | null
}

/** What was seen of an application on a cluster from some time on. Version and revision null: it was not there. */
export type VersionStep = AppliedVersion & {
  readonly cluster: ClusterName
  readonly ref: ResourceRef
  /** What Flux tried last, where that is not what is applied: it failed, or is under way. */
  readonly attempted: string | null
  /** When the first snapshot that shows it was taken (RFC 3339, UTC). */
  readonly since: string
  /** When the last one was taken that shows something else; null: none is known, so it may be much older. */
  readonly after: string | null
}

export type VersionReads = {
  /** All kept steps of these clusters (null: of all), by cluster, object, and then in the order in which they were recorded. */
  readonly versionSteps: (clusters: readonly ClusterName[] | null) => readonly VersionStep[]
}
