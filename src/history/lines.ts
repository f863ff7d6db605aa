import type { Connection } from './connect.ts'
import { idSpans } from './id-list.ts'
import { BETWEEN_TEXTS, corrupt, type ListMembers, type Lists } from './lists.ts'

/** Short JSON texts of lists that are mostly as the list before them: entries and references of snapshots. */
export type Lines = {
  /** Finds or stores a list; its row id. `idOf`: of a line that is stored, by its place in the list. */
  readonly putList: (texts: readonly string[], idOf: (index: number) => number | undefined) => number
  /** Throws `history-corrupt` where lines are gone or are not what was stored. */
  readonly getList: (id: number) => ListMembers
  /** Lines by their ids, unchecked: only a list has a digest. Throws `history-corrupt` where one is gone. */
  readonly read: (ids: readonly number[]) => readonly string[]
}

/** Lines of one row at most: few, since a row stays as long as one of them is needed. */
const BLOCK = 16
/** Characters of a row that has more than one line: four such rows fill a page of the database. */
const BLOCK_LENGTH = 2_000

/** The row that holds a line. */
export function blockOf(line: number): number {
  return Math.floor(line / BLOCK)
}

/** Nobody looks for a line by what it says: whoever stores a list knows the one before it. So lines share rows, and none has a digest. */
export function createLines(db: Connection, path: string, lists: Lists): Lines {
  const insert = db.prepare<[string]>('INSERT INTO lines (texts) VALUES (?)')
  const range = db.prepare<[number, number], [number, string]>('SELECT id, texts FROM lines WHERE id BETWEEN ? AND ?')
  const add = (texts: readonly string[]): number[] => {
    const ids: number[] = []
    for (let at = 0; at < texts.length;) {
      const some = texts.slice(at, endOfBlock(texts, at))
      const first = Number(insert.run(some.join(BETWEEN_TEXTS)).lastInsertRowid) * BLOCK
      for (const place of some.keys()) ids.push(first + place)
      at += some.length
    }
    return ids
  }
  const read = (ids: readonly number[]): readonly string[] => {
    const rows = idSpans(ids.map(blockOf)).flatMap(([first, last]) => range.raw().all(first, last))
    const blocks = new Map(rows.map(([block, texts]) => [block, texts.split(BETWEEN_TEXTS)]))
    return ids.map((id) => {
      const text = blocks.get(blockOf(id))?.[id % BLOCK]
      if (text === undefined) throw corrupt(path, `lacks line ${id}`)
      return text
    })
  }
  return {
    putList: (texts, idOf) =>
      lists.put(texts, () => {
        const known = texts.map((_, index) => idOf(index))
        const added = add(texts.filter((_, index) => known[index] === undefined)).values()
        return known.map((id) => id ?? added.next().value!)
      }),
    getList: (id) => lists.get(id, read),
    read,
  }
}

/** Where the block that begins at `start` ends. */
function endOfBlock(texts: readonly string[], start: number): number {
  let length = 0
  let end = start
  do {
    length += texts[end]!.length + BETWEEN_TEXTS.length
    end += 1
  } while (end < texts.length && end - start < BLOCK && length + texts[end]!.length < BLOCK_LENGTH)
  return end
}
