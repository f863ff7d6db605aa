import { asc, inArray } from 'drizzle-orm'
import type { VersionReads, VersionStep } from '../service/promotion/version-store.ts'
import type { Queries } from './queries.ts'
import { appliedVersions, type VersionRow } from './version-schema.ts'

type Reading = { readonly queries: Queries; readonly read: <T>(work: () => T) => T }

/** What was applied when, in a database whose tables are there. */
export function createVersionReads({ queries, read }: Reading): VersionReads {
  return {
    versionSteps: (clusters) =>
      read(() => {
        const { cluster, group, kind, namespace, name, sequence } = appliedVersions
        const rows = queries
          .select()
          .from(appliedVersions)
          .where(clusters === null ? undefined : inArray(cluster, [...clusters]))
          .orderBy(asc(cluster), asc(group), asc(kind), asc(namespace), asc(name), asc(sequence))
          .all()
        return rows.map(stepOf)
      }),
  }
}

function stepOf({ group, kind, namespace, name, ...row }: VersionRow): VersionStep {
  const { cluster, version, revision, attempted, since, after } = row
  return { cluster, ref: { group, kind, namespace, name }, version, revision, attempted, since, after }
}
