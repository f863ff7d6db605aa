import { structuredPatch } from 'diff'

export type DiffLine = { readonly sign: ' ' | '-' | '+' | '@'; readonly text: string }

const CONTEXT = 2
const MAX_EDITS = 2_000

/**
 * The lines in which two texts differ, with two lines of context. Null where they differ in more lines than are worth showing:
 * the algorithm is quadratic in that number.
 */
export function diffLines(from: string, to: string): readonly DiffLine[] | null {
  const patch = structuredPatch('', '', from, to, '', '', { context: CONTEXT, maxEditLength: MAX_EDITS })
  if (!patch) return null
  return patch.hunks.flatMap((hunk, index) => [
    ...(index === 0 ? [] : [{ sign: '@' as const, text: '' }]),
    ...hunk.lines
      .filter((line) => !line.startsWith('\\'))
      .map((line) => ({ sign: line[0] as ' ' | '-' | '+', text: line.slice(1) })),
  ])
}

/** `(12 lines against 40)`: said in place of a difference that is too large to show. */
export function describeSizes(from: string, to: string): string {
  return `${from.split('\n').length} lines against ${to.split('\n').length}`
}
