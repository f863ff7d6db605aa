import { AppError } from '../../model/errors.ts'
import type { Page, PageRequest } from '../runs.ts'

const CURSOR = /^at-(\d{1,9})$/

/** A page of a list that never changes: the cursor is the position of the next item. Throws `input-invalid` for a foreign cursor. */
export function pageOf<T>(items: readonly T[], { limit, cursor }: PageRequest): Page<T> {
  const start = cursor === null ? 0 : positionOf(cursor)
  const end = start + Math.max(1, limit)
  return { items: items.slice(start, end), next: end < items.length ? `at-${end}` : null }
}

function positionOf(cursor: string): number {
  const position = CURSOR.exec(cursor)?.[1]
  if (position !== undefined) return Number(position)
  throw new AppError('input-invalid', 'the cursor is none of this list', {
    hint: 'Give back `next` of the page before as it is, or leave the cursor out to begin anew.',
  })
}
