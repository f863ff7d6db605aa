import { and, desc, eq, getTableColumns, sql, type Placeholder } from 'drizzle-orm'
import { SEVERITIES, type Comparison } from '../model/comparison.ts'
import { compareText, refKey } from '../model/resource-ref.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { withCarriedNotes } from '../service/ledger/carried-notes.ts'
import type { LedgerDefinition } from '../service/ledger/definition.ts'
import type { LedgerEntry, LedgerEvent } from '../service/ledger/ledger.ts'
import type { TrackedComparison } from '../service/ledger/ledger-store.ts'
import { factsOf, type ObjectFacts } from '../service/ledger/object-facts.ts'
import { updateLedger, type LedgerUpdate } from '../service/ledger/update-ledger.ts'
import { entryOf, rowOf, type NewEntryRow } from './ledger-rows.ts'
import { ledgerDefinitions, ledgerEntries, ledgerEvents, type EntryRow } from './ledger-schema.ts'
import type { Queries } from './queries.ts'

/** A kept snapshot by its whole id. */
export type LoadKept = (id: string) => Snapshot | null

/**
 * Brings the ledger of the comparison's definition up to date; false where it is of older snapshots and changes nothing. Must run in the
 * transaction that stores the comparison.
 */
export function trackComparison(
  queries: Queries,
  comparison: Comparison,
  { definition, now, snapshots }: TrackedComparison,
  loadKept: LoadKept,
): boolean {
  const kept = queries.select().from(ledgerDefinitions).where(eq(ledgerDefinitions.id, definition.id)).get()
  const rows = kept ? queries.select().from(ledgerEntries).where(eq(ledgerEntries.definition, kept.sequence)).all() : []
  const { rules, damping } = definition
  const facts = lazyFacts(comparison, snapshots, loadKept)
  const before = { head: kept?.head ?? null, entries: rows.map(entryOf) }
  const own = updateLedger(before, comparison, { now, rules, damping, facts })
  if (own === null) return false
  const update = withCarriedNotes(own, entriesOfOther(queries, definition), now)
  const { head } = update
  const { id, name } = definition
  const row = { id, name, definition, head, comparedAt: now }
  const { sequence } = queries
    .insert(ledgerDefinitions)
    .values(row)
    .onConflictDoUpdate({ target: ledgerDefinitions.id, set: row })
    .returning({ sequence: ledgerDefinitions.sequence })
    .get()
  storeEntries(queries, { sequence, id }, rows, update)
  return true
}

/** What is known of the name under the definition that was compared last, where that is another one. */
function entriesOfOther(queries: Queries, { id, name }: LedgerDefinition): readonly LedgerEntry[] {
  if (name === null) return []
  const last = queries
    .select({ id: ledgerDefinitions.id, sequence: ledgerDefinitions.sequence })
    .from(ledgerDefinitions)
    .where(eq(ledgerDefinitions.name, name))
    .orderBy(desc(ledgerDefinitions.comparedAt), desc(ledgerDefinitions.sequence))
    .limit(1)
    .get()
  if (!last || last.id === id) return []
  return queries.select().from(ledgerEntries).where(eq(ledgerEntries.definition, last.sequence)).all().map(entryOf)
}

/** Most comparisons find what the one before found: then no snapshot is read. */
function lazyFacts({ clusters }: Comparison, given: readonly Snapshot[] | null, loadKept: LoadKept): ObjectFacts {
  let made: ObjectFacts | undefined
  const facts = (): ObjectFacts => {
    if (made) return made
    const sides = clusters.flatMap(({ name, snapshot: id }) => {
      const snapshot = given === null ? loadKept(id) : given.find((one) => one.id === id)
      return snapshot ? [{ cluster: name, snapshot }] : []
    })
    return (made = factsOf(sides))
  }
  return { revisions: (drift) => facts().revisions(drift), isRollingOut: (drift) => facts().isRollingOut(drift) }
}

type Definition = { readonly sequence: number; readonly id: string }

function storeEntries(queries: Queries, definition: Definition, rows: readonly EntryRow[], update: LedgerUpdate): void {
  const { entries, dropped, events } = update
  const before = new Map(rows.map((row) => [row.fingerprint, row]))
  remove(
    queries,
    dropped.flatMap((fingerprint) => before.get(fingerprint)?.sequence ?? []),
  )
  const put = preparePut(queries)
  const sequences = new Map(rows.map((row) => [row.fingerprint, row.sequence]))
  const seenAgain = new Map<number, LedgerEntry[]>()
  for (const entry of inStoredOrder(entries)) {
    const prior = before.get(entry.fingerprint)
    const row = rowOf(definition, entry)
    if (!prior || !isOnlySeenAgain(prior, row)) sequences.set(entry.fingerprint, put(row).sequence)
    else if (prior.lastSeen !== row.lastSeen) {
      const further = row.sightings - prior.sightings
      const group = seenAgain.get(further)
      if (group) group.push(entry)
      else seenAgain.set(further, [entry])
    }
  }
  for (const [further, group] of seenAgain) markSeen(queries, definition, further, group)
  storeEvents(queries, events, sequences)
}

/** Pages are newest first: of what came together, the most severe then comes first, each kind by its names. */
function inStoredOrder(entries: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const nameOf = ({ item: { ref, path } }: LedgerEntry): string => (ref === null ? path : `${refKey(ref)} ${path}`)
  return entries.toSorted(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || compareText(nameOf(b), nameOf(a)),
  )
}

type Sequence = { readonly sequence: number }

/** A day can bring thousands of them, and building a query costs more than running it. */
function preparePut(queries: Queries): (row: NewEntryRow) => Sequence {
  const { sequence: _, ...columns } = getTableColumns(ledgerEntries)
  const set = Object.fromEntries(Object.entries(columns).map(([key, { name }]) => [key, sql.raw(`excluded."${name}"`)]))
  const put = queries
    .insert(ledgerEntries)
    .values(placeholders(columns))
    .onConflictDoUpdate({ target: ledgerEntries.id, set })
    .returning({ sequence: ledgerEntries.sequence })
    .prepare()
  return (row) => put.get(row)
}

function placeholders<T extends object>(columns: T): { [Name in keyof T]: Placeholder } {
  return Object.fromEntries(Object.keys(columns).map((name) => [name, sql.placeholder(name)])) as {
    [Name in keyof T]: Placeholder
  }
}

const COUNTED: ReadonlySet<string> = new Set(['lastSeen', 'sightings', 'streak'])

/** Parts that the update left alone are the very same objects; the others are written in one order. */
function isOnlySeenAgain(prior: EntryRow, row: NewEntryRow): boolean {
  const keys = Object.keys(row) as (keyof NewEntryRow)[]
  return keys.every(
    (key) => COUNTED.has(key) || prior[key] === row[key] || JSON.stringify(prior[key]) === JSON.stringify(row[key]),
  )
}

/** One statement for all of what goes on, which is nearly everything on most days. */
function markSeen(queries: Queries, { sequence }: Definition, further: number, entries: readonly LedgerEntry[]): void {
  const fingerprints = JSON.stringify(entries.map(({ fingerprint }) => fingerprint))
  queries
    .update(ledgerEntries)
    .set({
      lastSeen: entries[0]!.lastSeen,
      sightings: sql`${ledgerEntries.sightings} + ${further}`,
      streak: sql`${ledgerEntries.streak} + ${further}`,
    })
    .where(
      and(
        eq(ledgerEntries.definition, sequence),
        sql`${ledgerEntries.fingerprint} in (select value from json_each(${fingerprints}))`,
      ),
    )
    .run()
}

function storeEvents(queries: Queries, events: readonly LedgerEvent[], sequences: ReadonlyMap<string, number>): void {
  if (events.length === 0) return
  const { sequence: _, ...columns } = getTableColumns(ledgerEvents)
  const insert = queries.insert(ledgerEvents).values(placeholders(columns)).prepare()
  for (const event of events) insert.run({ ...event, entry: sequences.get(event.fingerprint)! })
}

/** Removes entries with their events, by sequence. */
export function remove(queries: Queries, sequences: readonly number[]): void {
  if (sequences.length === 0) return
  const ids = JSON.stringify(sequences)
  queries
    .delete(ledgerEvents)
    .where(sql`${ledgerEvents.entry} in (select value from json_each(${ids}))`)
    .run()
  queries
    .delete(ledgerEntries)
    .where(sql`${ledgerEntries.sequence} in (select value from json_each(${ids}))`)
    .run()
}
