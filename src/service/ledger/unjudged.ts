import type { Comparison } from '../../model/comparison.ts'
import { refKey } from '../../model/resource-ref.ts'
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
    const { layer, path } = item
    if (layer === 'finding' && (path === 'cluster-unread' || path.startsWith('coverage-'))) return true
    if (isBlind || layer !== 'finding') return !isBlind
    if (OF_ALL.has(path)) return false
    return open.some((entry) => entry.fingerprint === fingerprint) || !isRestOfOne(item, open, unread)
  }
  const items = new Map([...seen.items].filter(([, item]) => isJudged(item)))
  const withheld = new Set([...seen.items.keys()].filter((fingerprint) => !items.has(fingerprint)))
  return { items, withheld, explained: isBlind ? new Set() : seen.explained, isBlind }
}

function isRestOfOne(
  { path, ref, clusters }: SeenItem['item'],
  open: readonly LedgerEntry[],
  unread: ReadonlySet<string>,
): boolean {
  const key = ref === null ? '' : refKey(ref)
  return open.some(({ item }) => {
    if (item.path !== path || (item.ref === null ? '' : refKey(item.ref)) !== key) return false
    const lacking = item.clusters.filter((name) => !clusters.includes(name))
    return (
      lacking.length > 0 &&
      lacking.every((name) => unread.has(name)) &&
      clusters.every((name) => item.clusters.includes(name))
    )
  })
}
