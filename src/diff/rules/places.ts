import { looksLikeDocument, readDocument } from '../../flux/embedded-document.ts'
import { fieldAt, FREE } from '../../flux/field.ts'
import type { Field } from '../../flux/field.ts'
import { fieldsOf } from '../../flux/field-semantics.ts'
import { UNKNOWN_LIST } from '../../flux/list-semantics.ts'
import { isTree } from '../../flux/normal-form.ts'
import { isJsonArray } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { isMasked } from '../../model/mask.ts'
import { matchItems } from '../match-items.ts'
import { formatPath } from '../path.ts'
import { follow, partsOf, startOf } from '../path-pattern.ts'
import type { KeyedPart, PathPattern } from '../path-pattern.ts'
import type { Step, TreeContext } from '../tree-types.ts'

/** A place in the tree of one side at which a pattern ends, by the path that the same place has on every side. */
export type FoundPlace = { readonly path: string; readonly steps: readonly Step[]; readonly value: Json }

type Search = {
  readonly parts: readonly KeyedPart[]
  readonly context: TreeContext
  readonly root: Json
  readonly found: FoundPlace[]
}
type Here = {
  readonly value: Json
  readonly field: Field
  readonly key: string | null
  readonly steps: readonly Step[]
}

/**
 * The places at which a pattern ends in a tree rooted at the object; not what is below them. Items of lists are told apart as in
 * differences. In ConfigMaps and Secrets a keyed pattern may also start below `data`.
 */
export function findPlaces(tree: Json, pattern: PathPattern, context: TreeContext, data: boolean): FoundPlace[] {
  const search: Search = { parts: partsOf(pattern), context, root: tree, found: [] }
  const field = fieldsOf(context.group, context.kind)
  visit(search, { value: tree, field, key: null, steps: [] }, startOf(search.parts))
  const below =
    data && pattern.form === 'keyed' && isTree(tree) && Object.hasOwn(tree, 'data') ? tree['data'] : undefined
  if (below !== undefined) {
    const steps = [{ key: 'data' }]
    visit(
      search,
      { value: below, field: field.type === 'map' ? fieldAt(field, 'data') : FREE, key: 'data', steps },
      startOf(search.parts),
    )
  }
  return [...new Map(search.found.map((place) => [place.path, place])).values()]
}

/** Documents in strings of documents end here, so that no stack overflows. */
const MAX_STEPS = 250

function visit(search: Search, here: Here, places: ReadonlySet<number>): void {
  if (places.size === 0 || here.steps.length > MAX_STEPS) return
  if (places.has(search.parts.length)) {
    search.found.push({ path: formatPath(here.steps), steps: here.steps, value: here.value })
    return
  }
  for (const child of childrenOf(search, here)) {
    visit(search, child, follow(search.parts, places, child.steps.at(-1)!))
  }
}

function childrenOf(search: Search, here: Here): Here[] {
  const { value, key } = here
  if (isMasked(value)) return []
  if (isTree(value)) return entriesOf(value, here)
  if (isJsonArray(value)) return itemsOf(search, value, here)
  if (typeof value !== 'string' || !looksLikeDocument(value, key)) return []
  const document = readDocument(value, search.context.documents)
  return document === null ? [] : childrenOf(search, { ...here, value: document, field: FREE })
}

function entriesOf(tree: { readonly [key: string]: Json }, { field, steps }: Here): Here[] {
  return Object.keys(tree).map((key) => ({
    value: tree[key]!,
    field: field.type === 'map' ? fieldAt(field, key) : FREE,
    key,
    steps: [...steps, { key }],
  }))
}

function itemsOf(search: Search, items: readonly Json[], { field, steps }: Here): Here[] {
  const list = field.type === 'list' ? field : UNKNOWN_LIST
  const site = { root: search.root, owner: { ...search.context, name: search.context.name ?? null } }
  const lists = { from: items, to: items, fromSite: site, toSite: site, sameReference: search.context.sameReference }
  const named = matchItems(lists, list).fromSteps
  return items.map((value, index) => ({
    value,
    field: list.item,
    key: null,
    steps: [...steps, named[index] ?? { index }],
  }))
}
