import { hash } from 'node:crypto'
import { AppError } from '../model/errors.ts'
import type { Connection } from './connect.ts'
import { decodeIds, encodeIds } from './id-list.ts'

/** The texts of a list in its order, and the ids under which they are stored. */
export type ListMembers = { readonly texts: readonly string[]; readonly ids: readonly number[] }

/** Ordered lists of texts, each list once. Where the texts themselves are is the caller's. */
export type Lists = {
  /** Finds the list of these texts, or stores it with the ids that `store` gives; its row id. */
  readonly put: (texts: readonly string[], store: () => readonly number[]) => number
  /** Throws `history-corrupt` where the list is gone, or the texts that `read` gives are not those that were stored. */
  readonly get: (id: number, read: (ids: readonly number[]) => readonly string[]) => ListMembers
}

/** JSON text has none. */
export const BETWEEN_TEXTS = '\n'

export function createLists(db: Connection, path: string): Lists {
  const selectId = db.prepare<[Buffer], number>('SELECT id FROM lists WHERE digest = ?').pluck()
  const select = db.prepare<[number], { digest: Buffer; members: Buffer }>(
    'SELECT digest, members FROM lists WHERE id = ?',
  )
  const insert = db.prepare<[Buffer, Buffer]>('INSERT INTO lists (digest, members) VALUES (?, ?)')
  const digestOf = (texts: readonly string[]): Buffer => hashOf(texts.join(BETWEEN_TEXTS))
  return {
    put: (texts, store) => {
      const digest = digestOf(texts)
      return selectId.get(digest) ?? Number(insert.run(digest, encodeIds(store())).lastInsertRowid)
    },
    get: (id, read) => {
      const row = select.get(id)
      if (!row) throw corrupt(path, `lacks list ${id}`)
      const ids = decodeIds(row.members)
      const texts = read(ids)
      if (!digestOf(texts).equals(row.digest)) throw corrupt(path, `has altered or lost members of list ${id}`)
      return { texts, ids }
    },
  }
}

/** Under which a text is stored and checked. */
export function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

export function corrupt(path: string, what: string): AppError {
  return new AppError('history-corrupt', `the history ${path} ${what}`)
}
