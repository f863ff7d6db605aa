import type { Access } from '../access.ts'
import type { SnapshotFacts } from '../compute/read-snapshot.ts'
import type { KeptHeader } from '../kept-reads.ts'
import type { SnapshotSummary } from '../ports.ts'
import type { VisibleSnapshot } from '../service.ts'
import { notFound, seesCluster } from './access-rules.ts'
import { scopeFor, type ServiceContext } from './service-context.ts'

type SnapshotName = { readonly id: string; readonly cluster: string }

/** What the caller may know of a snapshot, read whole once and then remembered. */
export async function readFacts(context: ServiceContext, access: Access, at: SnapshotName): Promise<SnapshotFacts> {
  const scope = scopeFor(context, access, [at.cluster])
  const key = JSON.stringify([at.id, scope])
  const known = context.facts.get(key)
  if (known) return known
  const facts = await context.compute.snapshotFacts(at.id, scope)
  context.facts.set(key, facts)
  return facts
}

/** Throws `not-found`, also for a snapshot of a cluster that the caller does not see. */
export async function findSnapshot(context: ServiceContext, access: Access, id: string): Promise<KeptHeader> {
  const header = await context.kept.snapshotHeader(id)
  if (header && seesCluster(access, header.cluster)) return header
  throw notFound('snapshot', id)
}

export function visibleSummary(access: Access, summary: SnapshotSummary): VisibleSnapshot {
  const { id, cluster, uid, takenAt, engine, error, objects, changed } = summary
  const counts = access.namespaces === null ? { objects, changed } : { objects: null, changed: null }
  return { id, cluster, uid, takenAt, engine, error, ...counts }
}
