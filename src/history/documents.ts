import { hash } from 'node:crypto'
import { AppError } from '../model/errors.ts'
import type { Digest } from '../model/snapshot.ts'
import type { Connection } from './connect.ts'
import { guarded } from './sqlite-errors.ts'
import { decodeIds, encodeIds } from './id-list.ts'

/** The texts of a list in its order, and the documents that hold them. */
export type ListMembers = { readonly texts: readonly string[]; readonly ids: readonly number[] }

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
  /** Finds or stores a list; its row id. `idOf`: of a text that is certainly stored, by its place. */
  readonly putList: (texts: readonly string[], idOf: (index: number) => number | undefined) => number
  readonly getList: (id: number) => ListMembers
}

const PREFIX = 'sha256:'
const DIGEST_BYTES = 32
/** Ids that are this close are read by one range scan, rows between them included. */
const NEAR = 4

export function createDocuments(db: Connection, path: string): Documents {
  const selectId = db.prepare<[Buffer], number>('SELECT id FROM documents WHERE digest = ?').pluck()
  const selectText = db.prepare<[Buffer], string>('SELECT json FROM documents WHERE digest = ?').pluck()
  const selectRow = db.prepare<[number], { digest: Buffer; json: string }>(
    'SELECT digest, json FROM documents WHERE id = ?',
  )
  const insert = db.prepare<[Buffer, string]>(
    'INSERT INTO documents (digest, json) VALUES (?, ?) ON CONFLICT DO NOTHING',
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
    putList: (texts, idOf) => {
      const digest = hashOf(texts.join('\n'))
      const known = lists.find(digest)
      if (known !== undefined) return known
      return lists.add(
        digest,
        texts.map((text, index) => idOf(index) ?? put(text)),
      )
    },
    getList: lists.get,
  }
}

type Lists = {
  readonly find: (digest: Buffer) => number | undefined
  readonly add: (digest: Buffer, ids: readonly number[]) => number
  readonly get: (id: number) => ListMembers
}

function createLists(db: Connection, path: string): Lists {
  const selectId = db.prepare<[Buffer], number>('SELECT id FROM lists WHERE digest = ?').pluck()
  const select = db.prepare<[number], { digest: Buffer; members: Buffer }>(
    'SELECT digest, members FROM lists WHERE id = ?',
  )
  const insert = db.prepare<[Buffer, Buffer]>('INSERT INTO lists (digest, members) VALUES (?, ?)')
  const range = db.prepare<[number, number], [number, string]>(
    'SELECT id, json FROM documents WHERE id BETWEEN ? AND ?',
  )
  return {
    find: (digest) => selectId.get(digest),
    add: (digest, ids) => Number(insert.run(digest, encodeIds(ids)).lastInsertRowid),
    get: (id) => {
      const row = select.get(id)
      if (!row) throw corrupt(path, `lacks list ${id}`)
      const ids = decodeIds(row.members)
      const byId = new Map(spans(ids).flatMap(([first, last]) => range.raw().all(first, last)))
      const texts = ids.map((member) => byId.get(member) ?? '')
      if (!hashOf(texts.join('\n')).equals(row.digest)) throw corrupt(path, `has altered or lost members of list ${id}`)
      return { texts, ids }
    },
  }
}

/** The fewest ranges that cover the ids without many rows between them. */
function spans(ids: readonly number[]): [first: number, last: number][] {
  const found: [number, number][] = []
  for (const id of Float64Array.from(ids).sort()) {
    const current = found.at(-1)
    if (current && id - current[1] <= NEAR) current[1] = id
    else found.push([id, id])
  }
  return found
}

function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function bytesOf(digest: Digest): Buffer {
  // Ends at the first sign that is no digit: so many bytes are so many digits.
  const bytes = Buffer.from(digest.slice(PREFIX.length), 'hex')
  const isWhole = bytes.length === DIGEST_BYTES && digest.length === PREFIX.length + 2 * DIGEST_BYTES
  if (isWhole && digest.startsWith(PREFIX)) return bytes
  throw new AppError('internal', 'a digest is not sha256 and 64 hexadecimal digits')
}

function corrupt(path: string, what: string): AppError {
  return new AppError('history-corrupt', `the history ${path} ${what}`)
}
