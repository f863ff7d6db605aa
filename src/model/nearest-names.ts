import { compareText } from './resource-ref.ts'

/** `names` by how few edits turn each into `wanted` (letter case aside), nearest first. */
export function nearestNames(wanted: string, names: readonly string[]): string[] {
  const target = wanted.toLowerCase()
  return names
    .map((name) => ({ name, distance: editDistance(target, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name))
    .map(({ name }) => name)
}

/** The name that `wanted` was probably meant to be: at most a third of it is edited. Null where none is that near. */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  const [nearest] = nearestNames(wanted, names)
  if (nearest === undefined) return null
  const most = Math.max(1, Math.floor(wanted.length / 3))
  return editDistance(wanted.toLowerCase(), nearest.toLowerCase()) <= most ? nearest : null
}

/** Levenshtein distance; a name that contains the other counts as near (`prod` for an ARN that ends in it). */
function editDistance(a: string, b: string): number {
  if (a !== '' && b.includes(a)) return 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1))
    }
    previous = row
  }
  return previous[b.length]!
}
