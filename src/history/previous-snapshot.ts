import { runsByObject } from '../model/reference-runs.ts'
import type { Reference, SnapshotEntry } from '../model/snapshot.ts'
import type { Documents } from './documents.ts'
import { readEntries, readReferenceRuns } from './entry-text.ts'
import { readEntryVersions } from './load-snapshot.ts'
import type { SnapshotRow } from './schema.ts'

/** A stored line, with its id. */
export type StoredText = { readonly text: string; readonly id: number }

/** A stored snapshot as the next one needs it, read once for both ends of a run: what is known, and what is stored. */
export type PreviousSnapshot = {
  readonly row: SnapshotRow
  readonly byUid: ReadonlyMap<string, SnapshotEntry>
  /** By `refKey` of the object that refers; read anew by each call. */
  readonly references: () => ReadonlyMap<string, readonly Reference[]>
  /** The text of the references of one object, by the objects that `references` gave. */
  readonly storedRun: (run: readonly Reference[]) => StoredText | undefined
  /** Of the line with such a text. */
  readonly idOfRun: (text: string) => number | undefined
  /** The texts of an entry of `byUid`, by the object itself: nothing is compared. */
  readonly textOf: (entry: SnapshotEntry) => StoredText | undefined
  /** All entries with their texts, in their order. */
  readonly entries: readonly { readonly entry: SnapshotEntry; readonly stored: StoredText }[]
}

/** Throws `history-corrupt` where something of it was lost or altered. */
export function readPrevious(row: SnapshotRow, documents: Documents): PreviousSnapshot {
  const versions = readEntryVersions(row, documents)
  const { texts, ids } = documents.lines.getList(row.entries)
  const byUid = new Map<string, SnapshotEntry>()
  const stored = new Map<SnapshotEntry, StoredText>()
  const entries = readEntries(texts, versions).map((entry, index) => {
    const one = { entry, stored: { text: texts[index]!, id: ids[index]! } }
    stored.set(entry, one.stored)
    if (entry.uid !== null && entry.resourceVersion !== null) byUid.set(entry.uid, entry)
    return one
  })
  return { row, byUid, textOf: (entry) => stored.get(entry), entries, ...readRuns(row, documents) }
}

type Runs = Pick<PreviousSnapshot, 'references' | 'storedRun' | 'idOfRun'>

/** They are parsed when a run wants to know them; storing finds texts. */
function readRuns(row: SnapshotRow, documents: Documents): Runs {
  const { texts, ids } = documents.lines.getList(row.references)
  const stored = new Map<Reference | undefined, StoredText & { readonly run: readonly Reference[] }>()
  let byText: ReadonlyMap<string, number> | null = null
  return {
    references: () => {
      const runs = readReferenceRuns(texts)
      for (const [index, run] of runs.entries()) stored.set(run[0], { text: texts[index]!, id: ids[index]!, run })
      return runsByObject(runs)
    },
    storedRun: (run) => {
      const found = stored.get(run[0])
      return found?.run.length === run.length && found.run.every((one, at) => one === run[at]) ? found : undefined
    },
    idOfRun: (text) => {
      byText ??= new Map(texts.map((one, index) => [one, ids[index]!]))
      return byText.get(text)
    },
  }
}
