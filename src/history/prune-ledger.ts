import { and, eq, inArray, lt, notExists, or } from 'drizzle-orm'
import { remove } from './keep-ledger.ts'
import { ledgerDefinitions, ledgerEntries, ledgerEvents } from './ledger-schema.ts'
import { BATCH, type RemoveSome } from './prune-rows.ts'

/** Entries that were resolved before then, or whose definition was not compared since; with their events. */
export const removeDrift: RemoveSome = (queries, { before }) => {
  const isOver = and(eq(ledgerEntries.state, 'resolved'), lt(ledgerEntries.resolvedAt, before))
  const rows = queries
    .select({ sequence: ledgerEntries.sequence })
    .from(ledgerEntries)
    .innerJoin(ledgerDefinitions, eq(ledgerDefinitions.sequence, ledgerEntries.definition))
    .where(or(isOver, lt(ledgerDefinitions.comparedAt, before)))
    .limit(BATCH)
    .all()
  remove(
    queries,
    rows.map(({ sequence }) => sequence),
  )
  return rows.length
}

/** Events before then, also of what is still open: where it appeared stands in the entry. */
export const removeDriftEvents: RemoveSome = (queries, { before }) => {
  const rows = queries
    .select({ sequence: ledgerEvents.sequence })
    .from(ledgerEvents)
    .where(lt(ledgerEvents.at, before))
    .limit(BATCH)
    .all()
  const sequences = rows.map(({ sequence }) => sequence)
  return queries.delete(ledgerEvents).where(inArray(ledgerEvents.sequence, sequences)).run().changes
}

/** Definitions that were not compared since and have no entries. */
export const removeDefinitions: RemoveSome = (queries, { before }) => {
  const hasEntries = queries
    .select()
    .from(ledgerEntries)
    .where(eq(ledgerEntries.definition, ledgerDefinitions.sequence))
  return queries
    .delete(ledgerDefinitions)
    .where(and(lt(ledgerDefinitions.comparedAt, before), notExists(hasEntries)))
    .run().changes
}
