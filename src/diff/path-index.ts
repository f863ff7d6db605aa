import { overlaps, withoutPositions } from './overlap.ts'

type Placed = { readonly path: string }

/**
 * Those of `items` at the very path; where there are none, those whose path overlaps it (see `overlaps`), in their order. Found without
 * looking at all of them.
 */
export type PathIndex<T extends Placed> = (path: string) => readonly T[]

export function indexPaths<T extends Placed>(items: readonly T[]): PathIndex<T> {
  if (items.length === 0) return () => items
  const exact = Map.groupBy(items, ({ path }) => path)
  const around = items.length > FEW ? indexed(items) : (path: string) => items.filter((one) => overlaps(one.path, path))
  return (path) => exact.get(path) ?? around(path)
}

/** So many are faster looked at than indexed. */
const FEW = 8

function indexed<T extends Placed>(items: readonly T[]): PathIndex<T> {
  const at = new Map<string, number[]>()
  const under = new Map<string, number[]>()
  for (const [position, item] of items.entries()) {
    const path = withoutPositions(item.path)
    add(at, path, position)
    for (const start of startsOf(path)) add(under, start, position)
  }
  return (path) => {
    const place = withoutPositions(path)
    const above = startsOf(place).flatMap((start) => at.get(start) ?? [])
    const found = [...above, ...(at.get(place) ?? []), ...(under.get(place) ?? [])]
    return found.sort((a, b) => a - b).map((position) => items[position]!)
  }
}

function add(map: Map<string, number[]>, key: string, position: number): void {
  const known = map.get(key)
  if (known) known.push(position)
  else map.set(key, [position])
}

/** All that lead to a path, but the path itself. */
function startsOf(path: string): string[] {
  const starts = path === '' ? [] : ['']
  for (let at = 1; at < path.length; at += 1) if (path[at] === '.' || path[at] === '[') starts.push(path.slice(0, at))
  return starts
}
