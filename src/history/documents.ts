import { AppError } from '../model/errors.ts'
import type { Digest } from '../model/snapshot.ts'
import type { Connection } from './connect.ts'
import { guarded } from './sqlite-errors.ts'
import { idSpans } from './id-list.ts'
import { createLines, type Lines } from './lines.ts'
import { corrupt, createLists, hashOf, type ListMembers } from './lists.ts'

/** Content-addressed JSON texts and lists of them: what is there already is found again instead of being stored once more. */
export type Documents = {
  readonly has: (digest: Digest) => boolean
  /** Stores a text whose digest is known; one that is stored already stays as it is. */
  readonly add: (digest: Digest, text: string) => void
  /** Finds or stores a text; its row id. */
  readonly put: (text: string) => number
  /** A text by its digest. Throws `history-corrupt` where it is gone or is not what was stored, and as `guarded` does. */
  readonly find: (digest: Digest) => string
  /** A text by its row id; throws as `find`. */
  readonly get: (id: number) => string
  /** Finds or stores a list of documents; its row id. `put` stores each of them. */
  readonly putList: (texts: readonly string[], put?: (text: string) => number) => number
  readonly getList: (id: number) => ListMembers
  /** Texts of lists that share rows, in the same table of lists. */
  readonly lines: Lines
}

const PREFIX = 'sha256:'
const DIGEST_BYTES = 32

export function createDocuments(db: Connection, path: string): Documents {
  const selectId = db.prepare<[Buffer], number>('SELECT id FROM documents WHERE digest = ?').pluck()
  const selectText = db.prepare<[Buffer], string>('SELECT json FROM documents WHERE digest = ?').pluck()
  const selectRow = db.prepare<[number], { digest: Buffer; json: string }>(
    'SELECT digest, json FROM documents WHERE id = ?',
  )
  const insert = db.prepare<[Buffer, string]>(
    'INSERT INTO documents (digest, json) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const range = db.prepare<[number, number], [number, string]>(
    'SELECT id, json FROM documents WHERE id BETWEEN ? AND ?',
  )
  const lists = createLists(db, path)

  const checked = (text: string | undefined, digest: Buffer): string => {
    if (text === undefined) throw corrupt(path, `lacks the content sha256:${digest.toString('hex')}`)
    if (!hashOf(text).equals(digest)) throw corrupt(path, `has altered content for sha256:${digest.toString('hex')}`)
    return text
  }
  const put = (text: string): number => {
    const digest = hashOf(text)
    const { changes, lastInsertRowid } = insert.run(digest, text)
    return changes === 1 ? Number(lastInsertRowid) : selectId.get(digest)!
  }
  const readAll = (ids: readonly number[]): readonly string[] => {
    const byId = new Map(idSpans(ids).flatMap(([first, last]) => range.raw().all(first, last)))
    return ids.map((id) => byId.get(id) ?? '')
  }
  return {
    has: (digest) => selectId.get(bytesOf(digest)) !== undefined,
    add: (digest, text) => void insert.run(bytesOf(digest), text),
    put,
    find: (digest) =>
      guarded(path, () => {
        const bytes = bytesOf(digest)
        return checked(selectText.get(bytes), bytes)
      }),
    get: (id) => {
      const row = selectRow.get(id)
      if (!row) throw corrupt(path, `lacks document ${id}`)
      return checked(row.json, row.digest)
    },
    putList: (texts, putOne = put) => lists.put(texts, () => texts.map(putOne)),
    getList: (id) => lists.get(id, readAll),
    lines: createLines(db, path, lists),
  }
}

function bytesOf(digest: Digest): Buffer {
  // Ends at the first sign that is no digit: so many bytes are so many digits.
  const bytes = Buffer.from(digest.slice(PREFIX.length), 'hex')
  const isWhole = bytes.length === DIGEST_BYTES && digest.length === PREFIX.length + 2 * DIGEST_BYTES
  if (isWhole && digest.startsWith(PREFIX)) return bytes
  throw new AppError('internal', 'a digest is not sha256 and 64 hexadecimal digits')
}
