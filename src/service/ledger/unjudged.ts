import type { Comparison } from '../../model/comparison.ts'
import type { SeenItem, SeenItems } from './seen-items.ts'

/** Findings that speak of all clusters at once: with one that could not be read, others would follow from that alone. */
const OF_ALL: ReadonlySet<string> = new Set(['suspended-everywhere', 'rule-not-checked'])

export type JudgedItems = SeenItems & { readonly isBlind: boolean; readonly withheld: ReadonlySet<string> }

/**
 * What the ledger takes of a comparison with clusters of which nothing could be read. Without its baseline the targets are measured against
 * each other: that is another question, whose answer begins and ends nothing. `isBlind`: nothing is to be resolved; `withheld`: nor is this.
 */
export function judgedItems(seen: SeenItems, { baseline, clusters }: Comparison): JudgedItems {
  const unread = new Set(clusters.flatMap(({ name, error }) => (error === null ? [] : [name])))
  const isBlind = baseline !== null && unread.has(baseline)
  if (unread.size === 0) return { ...seen, isBlind, withheld: new Set() }
  const isJudged = ({ item: { layer, path } }: SeenItem): boolean => {
    if (layer === 'finding' && (path === 'cluster-unread' || path.startsWith('coverage-'))) return true
    return !isBlind && !(layer === 'finding' && OF_ALL.has(path))
  }
  const items = new Map([...seen.items].filter(([, item]) => isJudged(item)))
  const withheld = new Set([...seen.items.keys()].filter((fingerprint) => !items.has(fingerprint)))
  return { items, withheld, explained: isBlind ? new Set() : seen.explained, isBlind }
}
