import type { SnapshotEntry } from '../model/snapshot.ts'
import type { Documents } from './documents.ts'
import { readEntry } from './entry-text.ts'
import { readEntryVersions } from './load-snapshot.ts'
import type { SnapshotRow } from './schema.ts'

/** A stored text of an entry, with the document that holds it. */
export type StoredText = { readonly text: string; readonly id: number }

/** A stored snapshot as the next one needs it, read once for both ends of a run: what is known, and what is stored. */
export type PreviousSnapshot = {
  readonly row: SnapshotRow
  readonly byUid: ReadonlyMap<string, SnapshotEntry>
  /** The texts of an entry of `byUid`, by the object itself: nothing is compared. */
  readonly textOf: (entry: SnapshotEntry) => StoredText | undefined
  /** All entries with their texts, in their order. */
  readonly entries: readonly { readonly entry: SnapshotEntry; readonly stored: StoredText }[]
}

/** Throws `history-corrupt` where something of it was lost or altered. */
export function readPrevious(row: SnapshotRow, documents: Documents): PreviousSnapshot {
  const versions = readEntryVersions(row, documents)
  const { texts, ids } = documents.getList(row.entries)
  const byUid = new Map<string, SnapshotEntry>()
  const stored = new Map<SnapshotEntry, StoredText>()
  const entries = texts.map((text, index) => {
    const entry = readEntry(text, versions[index] ?? null)
    const one = { entry, stored: { text, id: ids[index]! } }
    stored.set(entry, one.stored)
    if (entry.uid !== null && entry.resourceVersion !== null) byUid.set(entry.uid, entry)
    return one
  })
  return { row, byUid, textOf: (entry) => stored.get(entry), entries }
}
