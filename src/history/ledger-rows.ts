import { hasMask } from '../service/ledger/known.ts'
import { driftIdOf, type LedgerDefinition } from '../service/ledger/definition.ts'
import type { LedgerEntry, LedgerEvent } from '../service/ledger/ledger.ts'
import type { DriftRecord, KeptDefinition } from '../service/ledger/ledger-store.ts'
import type { DefinitionRow, EntryRow, EventRow } from './ledger-schema.ts'

export type NewEntryRow = Omit<EntryRow, 'sequence'>

/** The entry as the ledger knows it, without what its row adds to search by. */
export function entryOf(row: EntryRow): LedgerEntry {
  const {
    sequence: _,
    id: _id,
    definition: _of,
    kind: _kind,
    namespace: _in,
    layer: _layer,
    secret: _is,
    ...entry
  } = row
  return entry
}

export function rowOf(definition: { readonly sequence: number; readonly id: string }, entry: LedgerEntry): NewEntryRow {
  const { ref, layer, values } = entry.item
  return {
    ...entry,
    id: driftIdOf(definition.id, entry.fingerprint),
    definition: definition.sequence,
    kind: ref?.kind ?? '',
    namespace: ref?.namespace ?? '',
    layer,
    secret: (ref?.group === '' && ref.kind === 'Secret') || Object.values(values).some(hasMask),
  }
}

export function recordOf(row: EntryRow, { id, name, baseline, targets }: LedgerDefinition): DriftRecord {
  return { ...entryOf(row), id: row.id, secret: row.secret, definition: { id, name, baseline, targets } }
}

export function definitionOfRow({ definition, head }: DefinitionRow): KeptDefinition {
  return { ...definition, head }
}

export function eventOf(row: EventRow, fingerprint: string): LedgerEvent {
  const { sequence: _, entry: __, ...event } = row
  return { fingerprint, ...event }
}
