import { asc, inArray } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { compareRefs, compareText, refKey } from '../model/resource-ref.ts'
import type { VersionReads, VersionStep } from '../service/promotion/version-store.ts'
import { firstStepsOf } from './first-versions.ts'
import type { Queries } from './queries.ts'
import { appliedVersions, firstVersions, type VersionRow } from './version-schema.ts'

type Reading = { readonly queries: Queries; readonly read: <T>(work: () => T) => T }

/** What was applied when, in a database whose tables are there. */
export function createVersionReads({ queries, read }: Reading): VersionReads {
  return {
    versionSteps: (clusters) =>
      read(() => {
        const isAmong = (cluster: SQLiteColumn) => (clusters === null ? undefined : inArray(cluster, [...clusters]))
        const rows = queries
          .select()
          .from(appliedVersions)
          .where(isAmong(appliedVersions.cluster))
          .orderBy(asc(appliedVersions.sequence))
          .all()
          .map(stepOf)
        const known = new Set(rows.map(keyOf))
        const first = queries
          .select()
          .from(firstVersions)
          .where(isAmong(firstVersions.cluster))
          .all()
          .flatMap(firstStepsOf)
          .filter((step) => !known.has(keyOf(step)))
        return [...first, ...rows].sort((a, b) => compareText(a.cluster, b.cluster) || compareRefs(a.ref, b.ref))
      }),
  }
}

function stepOf({ group, kind, namespace, name, ...row }: VersionRow): VersionStep {
  const { cluster, version, revision, attempted, since, after } = row
  return { cluster, ref: { group, kind, namespace, name }, version, revision, attempted, since, after }
}

function keyOf({ cluster, ref }: VersionStep): string {
  return `${cluster} ${refKey(ref)}`
}
