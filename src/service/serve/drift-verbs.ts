import type { Access } from '../access.ts'
import { secretsOf } from '../compare-task.ts'
import { driftKinds } from '../kind-names.ts'
import type { LedgerEvent } from '../ledger/ledger.ts'
import type { DriftFilter, DriftRecord, DriftScope, KeptDefinition } from '../ledger/ledger-store.ts'
import type { DriftNote } from '../ledger/notes.ts'
import type { DriftQuery, DriftView, Service } from '../service.ts'
import { notFound, requireScope, seesCluster, seesNamespace } from './access-rules.ts'
import { findCluster } from './find-cluster.ts'
import { nowOf, type ServiceContext } from './service-context.ts'

type Verbs = Pick<Service, 'listDrift' | 'drift' | 'noteDrift'>

export function driftVerbs(context: ServiceContext): Verbs {
  return {
    listDrift: async (access, query, page) => {
      const definitions = await visibleDefinitions(context, access)
      const filter = filterOf(context, access, query, definitions)
      const { items, next } = await context.kept.driftPage(filter, scopeOf(context, access, definitions), page)
      return { items: items.map((record) => visibleRecord(access, record)), next }
    },
    drift: async (access, id) => viewOf(context, access, await findDrift(context, access, id)),
    noteDrift: async (access, id, noting) => {
      requireScope(access, 'trigger')
      await findDrift(context, access, id)
      const note: DriftNote = { ...noting, by: access.caller }
      const noted = await context.ledger.noteDrift(id, note, nowOf(context))
      if (noted === null) throw notFound('drift', id)
      return viewOf(context, access, noted)
    },
  }
}

/** A definition is known to who sees all its clusters, as a comparison is. */
async function visibleDefinitions(context: ServiceContext, access: Access): Promise<readonly KeptDefinition[]> {
  const all = await context.kept.ledgerDefinitions()
  return all.filter((definition) => clustersOf(definition).every((cluster) => seesCluster(access, cluster)))
}

type Sides = Pick<KeptDefinition, 'baseline' | 'targets'>

function clustersOf({ baseline, targets }: Sides): readonly string[] {
  return baseline === null ? targets : [baseline, ...targets]
}

/** Entries tell what the levels of their time allowed; where less is allowed now, secrets are left out. */
function tellsSecrets(context: ServiceContext, definition: Sides): boolean {
  return secretsOf(clustersOf(definition), context.clusters()) === 'equality'
}

function scopeOf(context: ServiceContext, access: Access, definitions: readonly KeptDefinition[]): DriftScope {
  const told = definitions.map((one) => ({ id: one.id, secrets: tellsSecrets(context, one) }))
  return { definitions: told, namespaces: access.namespaces }
}

function filterOf(
  context: ServiceContext,
  access: Access,
  { states, severity, kind, namespace, cluster, definition }: DriftQuery,
  definitions: readonly KeptDefinition[],
): DriftFilter {
  const isCompared = definitions.some((one) => cluster !== null && clustersOf(one).includes(cluster))
  const name = cluster === null || isCompared ? cluster : findCluster(context, access, cluster).name
  const kinds = kind === null ? null : driftKinds(kind)
  return { states, severity, kinds, namespace, cluster: name, definition }
}

/** Throws `not-found`, also for drift that the caller must not know of. */
async function findDrift(context: ServiceContext, access: Access, id: string): Promise<DriftRecord> {
  const record = await context.kept.driftRecord(id)
  if (record?.id !== id || !seesRecord(context, access, record)) throw notFound('drift', id)
  return record
}

function seesRecord(context: ServiceContext, access: Access, { definition, item, secret }: DriftRecord): boolean {
  if (!clustersOf(definition).every((cluster) => seesCluster(access, cluster))) return false
  if (secret && !tellsSecrets(context, definition)) return false
  return access.namespaces === null || (item.layer !== 'finding' && seesNamespace(access, item.ref?.namespace ?? ''))
}

async function viewOf(context: ServiceContext, access: Access, record: DriftRecord): Promise<DriftView> {
  const timeline = await context.kept.driftTimeline(record.id)
  return { ...visibleRecord(access, record), timeline: timeline.map((event) => visibleEvent(access, event)) }
}

/** Users, causes and revisions come from objects of other namespaces too. */
function visibleRecord(access: Access, record: DriftRecord): DriftRecord {
  if (access.namespaces === null) return record
  const { item, since } = record
  const usedBy = item.usedBy.filter(({ namespace }) => seesNamespace(access, namespace))
  return { ...record, item: { ...item, usedBy, cause: null }, since: { ...since, revisions: {} } }
}

function visibleEvent(access: Access, event: LedgerEvent): LedgerEvent {
  return access.namespaces === null ? event : { ...event, revisions: {} }
}
