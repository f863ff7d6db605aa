import { formatPath } from './path.ts'

/** The path of something in the tree at a key. */
export function below(keys: readonly string[], path: string): string {
  const start = formatPath(keys.map((key) => ({ key })))
  if (path === '' || start === '') return start + path
  return path.startsWith('[') ? start + path : `${start}.${path}`
}

/**
 * Whether one of the two paths is the other or leads to it. Positions in lists mean something else in every pair of trees, so paths are
 * followed only as far as the first of them.
 */
export function overlaps(a: string, b: string): boolean {
  const [one, other] = [withoutPositions(a), withoutPositions(b)]
  return leadsTo(one, other) || leadsTo(other, one)
}

export function withoutPositions(path: string): string {
  return path.replace(/\[\+?\d+\].*$/s, '')
}

function leadsTo(start: string, path: string): boolean {
  if (start === '' || start === path) return true
  return path.startsWith(start) && /[.[]/.test(path[start.length] ?? '')
}
