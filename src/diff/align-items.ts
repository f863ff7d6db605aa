import { FREE, type Field, type ListField } from '../flux/field.ts'
import type { Json } from '../model/json.ts'
import { indexStep, matchItems, type Matching } from './match-items.ts'
import { addChild, NO_TOKENS, setMoved, type Pair, type Walk } from './pair.ts'
import { sameJson } from './same-json.ts'
import { inOrder, type IndexPair } from './sequence.ts'
import type { Step } from './tree-types.ts'

export type ItemLists = {
  readonly from: readonly Json[]
  readonly to: readonly Json[]
  readonly field: ListField
  readonly walk: Walk
}

type Align = (pair: Pair, field: Field, walk: Walk) => void

/** Compares two lists item by item, and their order as the semantics of the list say. */
export function alignItems(pair: Pair, lists: ItemLists, align: Align): void {
  const { field, walk } = lists
  pair.children ??= new Map()
  const matching = matchItems(
    {
      from: lists.from,
      to: lists.to,
      fromSite: { root: walk.from, owner: walk.owner },
      toSite: { root: walk.to, owner: walk.owner },
      sameReference: walk.context.sameReference,
    },
    field,
  )
  for (const match of matching.pairs) alignPaired(pair, lists, { matching, match, align })
  for (const from of matching.fromOnly) alignSingle(pair, lists, { matching, from, to: null, align })
  for (const to of matching.toOnly) alignSingle(pair, lists, { matching, from: null, to, align })
  noteOrder(pair, lists, matching)
}

type PairedItem = { readonly matching: Matching; readonly match: IndexPair; readonly align: Align }

function alignPaired(pair: Pair, lists: ItemLists, { matching, match, align }: PairedItem): void {
  const [a, b] = match
  const step: Step = (matching.loose.has(match) ? null : matching.fromSteps[a]) ?? { index: a }
  const tokens = { from: String(a), to: String(b) }
  if (lists.field.order === 'ordered' && matching.moved.has(match)) {
    setMoved(addChild(pair, `moved ${a}`, { step, tokens, from: a, to: b }))
  }
  const from = lists.from[a]
  const to = lists.to[b]
  if (sameJson(from, to)) return
  align(addChild(pair, `both ${a}`, { step, tokens, from, to }), lists.field.item, lists.walk)
}

type SingleItem = {
  readonly matching: Matching
  readonly from: number | null
  readonly to: number | null
  readonly align: Align
}

/** An item that one side lacks is there with all it says: nothing in it is a default of the other side. */
function alignSingle(pair: Pair, lists: ItemLists, { matching, from, to, align }: SingleItem): void {
  const named = from === null ? matching.toSteps[to ?? 0] : matching.fromSteps[from]
  const step = named ?? indexStep(from, to, lists.from.length)
  const tokens = { from: from === null ? null : String(from), to: to === null ? null : String(to) }
  const values = {
    from: from === null ? undefined : lists.from[from],
    to: to === null ? undefined : lists.to[to],
  }
  const key = from === null ? `to ${to}` : `from ${from}`
  align(addChild(pair, key, { step, tokens, ...values }), FREE, lists.walk)
}

function noteOrder(pair: Pair, lists: ItemLists, matching: Matching): void {
  const { order } = lists.field
  const reordered = !inOrder(matching.pairs.filter((match) => !matching.loose.has(match)))
  if (order === 'keyed' && reordered) return noteReordered(pair, matching)
  if (order !== 'set') return
  if (reordered) pair.always = { because: 'list-order', detail: 'the order of this list means nothing' }
  else if (matching.repeats)
    pair.always = { because: 'list-repeat', detail: 'an item that is there twice is there once' }
}

/** The list as a whole is what moved; what is shown is the order of the items that both sides have. */
function noteReordered(pair: Pair, matching: Matching): void {
  const named = matching.pairs.filter((match) => !matching.loose.has(match))
  const from = named.map(([a]) => labelOf(matching, a))
  const to = named.toSorted((x, y) => x[1] - y[1]).map(([a]) => labelOf(matching, a))
  setMoved(addChild(pair, 'order', { step: null, tokens: NO_TOKENS, from, to }))
}

function labelOf(matching: Matching, from: number): string {
  return (matching.fromSteps[from]?.item ?? []).map(([, value]) => value).join('/')
}
