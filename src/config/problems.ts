import { AppError } from '../model/errors.ts'

export type Path = readonly (string | number)[]
/** Both from 1. */
export type Place = { readonly line: number; readonly column: number }

/** One thing that is wrong: `message` goes on from the path (`clusters[1].pool` + `must be a text`) and says what to write. */
export type Problem = {
  readonly path: Path
  readonly message: string
  /** Null: where the value at the path stands. `'key'`: where its key stands. */
  readonly place: Place | 'key' | null
}

/** At the value that stands at the path. */
export function problemAt(path: Path, message: string): Problem {
  return { path, message, place: null }
}

const MOST = 50

/**
 * The one error of a document, with every problem in the order of the lines. `source` is the path of the file. No value of the
 * document is quoted.
 */
export function configInvalid(
  source: string,
  problems: readonly Problem[],
  placeOf: (path: Path, of: 'key' | 'value') => Place,
): AppError {
  const placed = problems.map(({ path, message, place }) => {
    const at = place === null ? placeOf(path, 'value') : place === 'key' ? placeOf(path, 'key') : place
    return { at, text: `${pathText(path)} ${message}`.trim() }
  })
  const sorted = placed.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
  const rows = sorted.slice(0, MOST).map(({ at, text }) => `  ${at.line}:${at.column} ${text}`)
  const rest = sorted.length > MOST ? [`  and ${sorted.length - MOST} more`] : []
  const count = sorted.length === 1 ? '1 problem' : `${sorted.length} problems`
  return new AppError('config-invalid', [`${source} has ${count} (line:column)`, ...new Set(rows), ...rest].join('\n'))
}

/** `clusters[1].labels["a.b"]`; the document itself is `the document`. Keys are cut and freed of control characters. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the document'
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(keyText(step))}]`
  })
  return steps.join('').replace(/^\./, '')
}

/** A key as it may be shown. */
export function keyText(key: string): string {
  const visible = key.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
  return visible.length > 80 ? `${visible.slice(0, 80)}…` : visible
}
