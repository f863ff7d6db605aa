import type { Comparison } from '../../model/comparison.ts'
import { isAboutReading, itemKeyOf } from './ledger-item.ts'
import type { LedgerEntry } from './ledger.ts'
import type { SeenItem, SeenItems } from './seen-items.ts'

/** Findings that speak of all clusters at once: with one that could not be read, others would follow from that alone. */
const OF_ALL: ReadonlySet<string> = new Set(['suspended-everywhere', 'rule-not-checked'])

export type JudgedItems = SeenItems & { readonly isBlind: boolean; readonly withheld: ReadonlySet<string> }

/**
 * What the ledger takes of a comparison with clusters of which nothing could be read. Without its baseline the targets are measured against
 * each other: that is another question, whose answer begins and ends nothing. A finding that lacks but such clusters of one in `entries` is
 * that one. `isBlind`: nothing is to be resolved; `withheld`: nor is this.
 */
export function judgedItems(
  seen: SeenItems,
  { baseline, clusters }: Comparison,
  entries: readonly LedgerEntry[],
): JudgedItems {
  const unread = new Set(clusters.flatMap(({ name, error }) => (error === null ? [] : [name])))
  const isBlind = baseline !== null && unread.has(baseline)
  if (unread.size === 0) return { ...seen, isBlind, withheld: new Set() }
  const open = entries.filter(({ state, item }) => state !== 'resolved' && item.layer === 'finding')
  const isJudged = ({ item, fingerprint }: SeenItem): boolean => {
    if (isAboutReading(item)) return true
    if (isBlind || item.layer !== 'finding') return !isBlind
    if (OF_ALL.has(item.path)) return false
    return open.some((entry) => entry.fingerprint === fingerprint) || !isRestOfOne(item, open, unread)
  }
  const items = new Map([...seen.items].filter(([, item]) => isJudged(item)))
  const withheld = new Set([...seen.items.keys()].filter((fingerprint) => !items.has(fingerprint)))
  return { items, withheld, explained: isBlind ? new Set() : seen.explained, isBlind }
}

/** Whether one that is open is about the same and its clusters, but for some that could not be read. */
function isRestOfOne(rest: SeenItem['item'], open: readonly LedgerEntry[], unread: ReadonlySet<string>): boolean {
  const key = itemKeyOf(rest)
  return open.some(({ item }) => {
    const lacking = item.clusters.filter((name) => !rest.clusters.includes(name))
    return (
      itemKeyOf(item) === key &&
      lacking.length > 0 &&
      lacking.every((name) => unread.has(name)) &&
      rest.clusters.every((name) => item.clusters.includes(name))
    )
  })
}
