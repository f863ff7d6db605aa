import type { ClusterName } from '../../model/cluster.ts'
import type { ResourceRef } from '../../model/resource-ref.ts'

/** What of an application was applied on a cluster. */
export type AppliedVersion = {
  /** Chart version, or the tag or semantic version within the revision; null: there is none. */
  readonly version: string | null
  /** Revision of the source as Flux writes it (`main@sha1:...`, `v1.2.3@sha256:...`); null: unknown. */
  readonly revision: string | null
}

/** From when (RFC 3339, UTC: when the snapshot was taken) it was seen so. Both null: the application was not there. */
export type VersionStep = AppliedVersion & {
  readonly cluster: ClusterName
  readonly ref: ResourceRef
  readonly since: string
}

export type VersionReads = {
  /** All kept steps of these clusters, by object and then oldest first. */
  readonly versionSteps: (clusters: readonly ClusterName[]) => readonly VersionStep[]
}
