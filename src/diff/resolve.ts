import { readDocument } from '../flux/embedded-document.ts'
import { fieldAt, FREE, type Field, type Owner } from '../flux/field.ts'
import { fieldsOf } from '../flux/field-semantics.ts'
import { isTree } from '../flux/normal-form.ts'
import { isJsonArray, own, type Json } from '../model/json.ts'
import { identityOf, type ItemStep, type ListSite } from './match-items.ts'
import { formatPointer } from './pointer.ts'
import type { Step, TreeContext } from './tree-types.ts'

type Place = {
  readonly value: Json
  readonly field: Field
  readonly tokens: readonly string[]
  readonly inside: boolean
}

/**
 * What stands in a tree at the end of the steps of a difference, and its pointer (RFC 6901, rooted at the object; inside a document in a
 * string, that of the string). Null where the tree has nothing there. Steps by index mean the index in this tree.
 */
export function resolve(
  tree: Json,
  steps: readonly Step[],
  context: TreeContext,
): { pointer: string; value: Json } | null {
  const site: ListSite = { root: tree, owner: { ...context, name: context.name ?? null } satisfies Owner }
  let place: Place | null = { value: tree, field: fieldsOf(context.group, context.kind), tokens: [], inside: false }
  for (const step of steps) {
    place = follow(place, step, { site, context })
    if (place === null) return null
  }
  return { pointer: formatPointer(place.tokens), value: place.value }
}

type Around = { readonly site: ListSite; readonly context: TreeContext }

function follow(place: Place, step: Step, around: Around): Place | null {
  if (typeof place.value === 'string') return followInto(place, place.value, step, around)
  if ('key' in step) {
    const value = isTree(place.value) ? own(place.value, step.key) : undefined
    const field = place.field.type === 'map' ? fieldAt(place.field, step.key) : FREE
    return value === undefined ? null : enter(place, step.key, value, field)
  }
  if (!isJsonArray(place.value)) return null
  const item = place.field.type === 'list' ? place.field.item : FREE
  const index =
    'item' in step ? indexOfItem(place.value, step, item, around) : 'index' in step ? step.index : step.added
  const value = place.value[index]
  return value === undefined ? null : enter(place, String(index), value, item)
}

/** A step into a string leads into the document that it holds; pointers go no further. */
function followInto(place: Place, text: string, step: Step, around: Around): Place | null {
  const document = readDocument(text, around.context.documents)
  return document === null ? null : follow({ ...place, value: document, field: FREE, inside: true }, step, around)
}

function enter(place: Place, token: string, value: Json, field: Field): Place {
  return { value, field, tokens: place.inside ? place.tokens : [...place.tokens, token], inside: place.inside }
}

function indexOfItem(items: readonly Json[], step: ItemStep, item: Field, around: Around): number {
  const fields = step.item.map(([field]) => field)
  const wanted = step.item.map(([, value]) => value)
  const ids = items.map((value) => identityOf(value, fields, item, around.site))
  const exact = ids.findIndex((id) => id !== null && wanted.every((text, n) => id[n] === text))
  if (exact >= 0) return exact
  const { sameReference } = around.context
  return ids.findIndex(
    (id) =>
      id !== null &&
      wanted.every((text, n) => id[n] === text || (fields[n] === 'name' && sameReference(text, id[n] ?? ''))),
  )
}
