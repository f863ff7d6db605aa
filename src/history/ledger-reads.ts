import { and, asc, desc, eq, getTableColumns, gt, inArray, lt, lte, ne, or, sql, type SQL } from 'drizzle-orm'
import type {
  DriftFilter,
  DriftNews,
  DriftRecord,
  DriftScope,
  LedgerReads,
  LedgerWrites,
} from '../service/ledger/ledger-store.ts'
import { noteEntry } from '../service/ledger/notes.ts'
import type { PageRequest } from '../service/runs.ts'
import { definitionOfRow, entryOf, eventOf, recordOf, rowOf } from './ledger-rows.ts'
import { ledgerDefinitions, ledgerEntries, ledgerEvents } from './ledger-schema.ts'
import { among, readCursor, toPage } from './page-cursor.ts'
import type { Queries } from './queries.ts'

type Reading = { readonly queries: Queries; readonly read: <T>(work: () => T) => T }

/** Events of one entry that are told. */
const TIMELINE = 500

/** What can be read of the ledger, in a database whose tables are there. */
export function createLedgerReads({ queries, read }: Reading): LedgerReads {
  return {
    ledgerDefinitions: () =>
      read(() =>
        queries.select().from(ledgerDefinitions).orderBy(desc(ledgerDefinitions.comparedAt)).all().map(definitionOfRow),
      ),
    driftPage: (filter, scope, page) =>
      read(() => {
        const rows = pageQuery(queries, { filter, scope }, page).all()
        const keyed = rows.map((row) => ({ ...row, sequence: row.entry.sequence }))
        return toPage('drift', page.limit, keyed, (shown) =>
          shown.map(({ entry, definition }) => recordOf(entry, definition)),
        )
      }),
    driftRecord: (id) => read(() => findRecord(queries, id)),
    driftIds: (beginning) => read(() => idsFrom(queries, beginning)),
    driftTimeline: (id) =>
      read(() => {
        const rows = queries
          .select({ event: ledgerEvents, fingerprint: ledgerEntries.fingerprint })
          .from(ledgerEvents)
          .innerJoin(ledgerEntries, eq(ledgerEntries.sequence, ledgerEvents.entry))
          .where(eq(ledgerEntries.id, id))
          .orderBy(desc(ledgerEvents.sequence))
          .limit(TIMELINE)
          .all()
        return rows.toReversed().map(({ event, fingerprint }) => eventOf(event, fingerprint))
      }),
    driftNews: (definition, after, limit) => read(() => newsOf(queries, definition, { after, limit })),
  }
}

/** Notes of people, each in a transaction of its own. */
export function createLedgerWrites(queries: Queries, write: <T>(work: () => T) => T): LedgerWrites {
  return {
    noteDrift: (id, note, now) =>
      write(() => {
        const found = records(queries).where(eq(ledgerEntries.id, id)).get()
        if (!found) return null
        const { entry, event } = noteEntry(entryOf(found.entry), note, now)
        const { sequence, definition } = found.entry
        const row = rowOf({ sequence: definition, id: found.definition.id }, entry)
        queries.update(ledgerEntries).set(row).where(eq(ledgerEntries.sequence, sequence)).run()
        if (event !== null) {
          const { fingerprint: _, ...rest } = event
          queries
            .insert(ledgerEvents)
            .values({ ...rest, entry: sequence })
            .run()
        }
        return recordOf({ ...row, sequence }, found.definition)
      }),
  }
}

function records(queries: Queries) {
  return queries
    .select({ entry: getTableColumns(ledgerEntries), definition: ledgerDefinitions.definition })
    .from(ledgerEntries)
    .innerJoin(ledgerDefinitions, eq(ledgerDefinitions.sequence, ledgerEntries.definition))
}

function findRecord(queries: Queries, id: string): DriftRecord | null {
  const found = records(queries).where(eq(ledgerEntries.id, id)).get()
  return found ? recordOf(found.entry, found.definition) : null
}

function idsFrom(queries: Queries, beginning: string): readonly string[] {
  const begins = sql`substr(${ledgerEntries.id}, 1, length(${beginning})) = ${beginning}`
  const rows = queries
    .select({ id: ledgerEntries.id })
    .from(ledgerEntries)
    .where(begins)
    .orderBy(ledgerEntries.id)
    .limit(2)
  return rows.all().map(({ id }) => id)
}

type Asked = { readonly filter: DriftFilter; readonly scope: DriftScope }

function pageQuery(queries: Queries, { filter, scope }: Asked, page: PageRequest) {
  const before = readCursor('drift', page)
  return records(queries)
    .where(
      and(
        before === null ? undefined : lt(ledgerEntries.sequence, before),
        ...conditionsOf(filter),
        ...limitsOf(scope),
      ),
    )
    .orderBy(desc(ledgerEntries.sequence))
    .limit(page.limit + 1)
}

function conditionsOf({ states, severity, kinds, namespace, cluster, definition }: DriftFilter): (SQL | undefined)[] {
  const disagrees = sql`exists (select 1 from json_each(${ledgerEntries.item}, '$.clusters') where value = ${cluster})`
  return [
    states.length === 0 ? undefined : among(ledgerEntries.state, states),
    severity === null ? undefined : eq(ledgerEntries.severity, severity),
    kinds === null ? undefined : among(ledgerEntries.kind, kinds),
    namespace === null ? undefined : eq(ledgerEntries.namespace, namespace),
    cluster === null ? undefined : disagrees,
    definition === null ? undefined : or(eq(ledgerDefinitions.id, definition), eq(ledgerDefinitions.name, definition)),
  ]
}

function limitsOf({ definitions, namespaces }: DriftScope): (SQL | undefined)[] {
  const ids = (secrets: boolean): string[] =>
    (definitions ?? []).flatMap((one) => (one.secrets === secrets ? [one.id] : []))
  const withoutSecrets = and(inArray(ledgerDefinitions.id, ids(false)), eq(ledgerEntries.secret, false))
  return [
    definitions === null ? undefined : or(inArray(ledgerDefinitions.id, ids(true)), withoutSecrets),
    namespaces === null
      ? undefined
      : and(among(ledgerEntries.namespace, namespaces), ne(ledgerEntries.layer, 'finding')),
  ]
}

/** All of a definition that are not resolved, and those that the news name. */
export function reportableRecords(
  queries: Queries,
  definition: string,
  news: readonly { readonly drift: string }[],
): readonly DriftRecord[] {
  const named = JSON.stringify([...new Set(news.map(({ drift }) => drift))])
  const isNamed = sql`${ledgerEntries.id} in (select value from json_each(${named}))`
  const rows = records(queries)
    .where(and(eq(ledgerDefinitions.id, definition), or(ne(ledgerEntries.state, 'resolved'), isNamed)))
    .all()
  return rows.map(({ entry, definition: of }) => recordOf(entry, of))
}

/** All of a definition that are open. */
export function openRecords(queries: Queries, definition: string): readonly DriftRecord[] {
  const rows = records(queries).where(and(eq(ledgerDefinitions.id, definition), eq(ledgerEntries.state, 'open')))
  return rows.all().map(({ entry, definition: of }) => recordOf(entry, of))
}

/** See `driftNews`; a limit of -1 is none. */
export function newsOf(
  queries: Queries,
  definition: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): ReturnType<LedgerReads['driftNews']> {
  return newsWhere(queries, and(gt(ledgerEvents.sequence, after), eq(ledgerDefinitions.id, definition)), limit)
}

/** All that happened to an entry up to an event, in its order. */
export function newsUntil(queries: Queries, drift: string, last: number): readonly DriftNews[] {
  return newsWhere(queries, and(lte(ledgerEvents.sequence, last), eq(ledgerEntries.id, drift)), -1)
}

function newsWhere(queries: Queries, condition: SQL | undefined, limit: number): readonly DriftNews[] {
  const rows = queries
    .select({ event: ledgerEvents, fingerprint: ledgerEntries.fingerprint, drift: ledgerEntries.id })
    .from(ledgerEvents)
    .innerJoin(ledgerEntries, eq(ledgerEntries.sequence, ledgerEvents.entry))
    .innerJoin(ledgerDefinitions, eq(ledgerDefinitions.sequence, ledgerEntries.definition))
    .where(condition)
    .orderBy(asc(ledgerEvents.sequence))
    .limit(limit)
    .all()
  return rows.map(({ event, fingerprint, drift }) => ({
    ...eventOf(event, fingerprint),
    sequence: event.sequence,
    drift,
  }))
}
