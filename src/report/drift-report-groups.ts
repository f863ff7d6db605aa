import type { DriftItem, ItemList } from '../model/drift-report.ts'
import { canonicalJson } from '../model/json.ts'

/**
 * Items that are told on one line. `part`: leaves of a part of one object that only some clusters have; `same`: the same in many objects
 * of a kind, or absent for one cause.
 */
export type ItemGroup = {
  readonly as: 'one' | 'part' | 'same'
  readonly items: readonly [DriftItem, ...DriftItem[]]
}

/** Two lines are read faster than one with two names. */
const FEWEST_SAME = 3

/** The items in the order of the first of each group. What is in a group has the same severity, and all else that its line tells. */
export function groupItems(items: readonly DriftItem[], list: ItemList): readonly ItemGroup[] {
  const position = new Map(items.map((item, index) => [item, index]))
  const [parts, others] = parted(items, (item) => partKey(item, list), 2)
  const [alike, singles] = parted(others, (item) => sameKey(item, list), FEWEST_SAME)
  const groups: ItemGroup[] = [
    ...parts.map((group) => ({ as: 'part' as const, items: group })),
    ...alike.map((group) => ({ as: 'same' as const, items: group })),
    ...singles.map((item) => ({ as: 'one' as const, items: [item] as const })),
  ]
  return groups.sort((a, b) => position.get(a.items[0])! - position.get(b.items[0])!)
}

/** The groups of at least so many, and what is in none. An item with the key null is in none. */
function parted(
  items: readonly DriftItem[],
  keyOf: (item: DriftItem) => string | null,
  fewest: number,
): [ItemGroup['items'][], DriftItem[]] {
  const groups = [...Map.groupBy(items, keyOf)]
  const isGroup = ([key, group]: (typeof groups)[number]): boolean => key !== null && group.length >= fewest
  return [
    groups.filter(isGroup).map(([, [first, ...rest]]) => [first!, ...rest]),
    groups.filter((group) => !isGroup(group)).flatMap(([, group]) => group),
  ]
}

function partKey(item: DriftItem, list: ItemList): string | null {
  const { ref, layer, within, changes, values, unknown } = item
  // A line says who has the part: only where all of it is there or not.
  if (within === null || ref === null || Object.keys(unknown).length > 0) return null
  return canonicalJson([{ ...ref }, layer, within, changes, Object.keys(values).sort(), told(item, list)])
}

function sameKey(item: DriftItem, list: ItemList): string | null {
  const { ref, layer, path, changes, values, unknown, among, cause } = item
  if (ref === null || layer === 'finding') return null
  // What is missing because of one thing is missing together, whatever kinds it is of.
  const kind = layer === 'presence' && cause !== null ? null : { group: ref.group, kind: ref.kind }
  return canonicalJson([kind, layer, path, changes, values, unknown, [...among], cause, told(item, list)])
}

/** What lines of this list tell besides. */
function told(item: DriftItem, list: ItemList): readonly (string | null)[] {
  const { severity, previousSeverity, firstSeen, uncounted = null } = item
  return [severity, previousSeverity, list === 'fresh' ? null : firstSeen.slice(0, 10), uncounted]
}
