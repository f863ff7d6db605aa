import { fieldAt, type Field, type ListField, type Owner, type Site } from '../flux/field.ts'
import { isTree, leafNormal, normalText } from '../flux/normal-form.ts'
import { canonicalJson, dig, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import { pairByContent, pairById, type Pairing } from './pair-items.ts'
import type { Step } from './tree-types.ts'

/** Where the items of a list stand: what their derived defaults may look at. */
export type ListSite = { readonly root: Json | undefined; readonly owner: Owner }

export type ItemStep = { readonly item: readonly (readonly [field: string, value: string])[] }

/** Longer texts make no readable step; their items are told apart by position. */
const MAX_STEP = 120

/** How the items of two lists belong together, and the step that leads to each of them. */
export type Matching = Pairing & {
  readonly fromSteps: readonly (ItemStep | null)[]
  readonly toSteps: readonly (ItemStep | null)[]
}

export type Lists = {
  readonly from: readonly Json[]
  readonly to: readonly Json[]
  readonly fromSite: ListSite
  readonly toSite: ListSite
  readonly sameReference: (from: string, to: string) => boolean
}

/** Pairs the items of two lists as the semantics of the list say: by identity, else by content, what remains by position. */
export function matchItems(lists: Lists, field: ListField): Matching {
  const fields = identityFields(lists, field)
  if (fields === null) {
    const texts = {
      from: lists.from.map((item) => itemText(field, item, lists.fromSite)),
      to: lists.to.map((item) => itemText(field, item, lists.toSite)),
      fromHints: hints(field, lists.from),
      toHints: hints(field, lists.to),
    }
    return { ...pairByContent(texts, field), fromSteps: [], toSteps: [] }
  }
  const from = lists.from.map((item) => identityOf(item, fields, field.item, lists.fromSite) ?? [])
  const to = lists.to.map((item) => identityOf(item, fields, field.item, lists.toSite) ?? [])
  const names = fields.indexOf('name')
  const same = (a: number, b: number) => sameButName(from[a] ?? [], to[b] ?? [], names, lists.sameReference)
  const pairing = pairById(
    { from: from.map(idText), to: to.map(idText), same: referenceItems(field.item) ? same : null },
    { ...field, weak: isWeak(field, fields) },
  )
  return { ...pairing, fromSteps: from.map((id) => stepOf(fields, id)), toSteps: to.map((id) => stepOf(fields, id)) }
}

/** A name is what people tell things apart by: under another name it is another thing. */
function isWeak(field: ListField, fields: readonly string[]): boolean {
  if (fields[0] === '') return field.order === 'ordered'
  return field.weak && !fields.some((name) => name === 'name' || name === 'metadata.name')
}

function identityFields(lists: Lists, field: ListField): readonly string[] | null {
  const all = [...lists.from, ...lists.to]
  if (all.every(isScalar)) return scalarIdentity(lists, field)
  if (!all.every(isTree)) return null
  return field.identity.find((fields) => identifies(lists, fields, field.item)) ?? null
}

function scalarIdentity(lists: Lists, field: ListField): readonly string[] | null {
  if (field.order === 'set') return ['']
  return field.order === 'ordered' && isUnique(lists.from) && isUnique(lists.to) ? [''] : null
}

function isUnique(values: readonly Json[]): boolean {
  return new Set(values.map(scalarText)).size === values.length
}

function identifies(lists: Lists, fields: readonly string[], item: Field): boolean {
  return allDifferent(lists.from, fields, item, lists.fromSite) && allDifferent(lists.to, fields, item, lists.toSite)
}

function allDifferent(items: readonly Json[], fields: readonly string[], item: Field, site: ListSite): boolean {
  const seen = new Set<string>()
  for (const value of items) {
    const id = identityOf(value, fields, item, site)
    if (id === null) return false
    const text = idText(id)
    if (seen.has(text)) return false
    seen.add(text)
  }
  return true
}

type Id = readonly (string | undefined)[]

function idText(id: Id): string {
  return id.length === 1 ? (id[0] ?? '') : JSON.stringify(id)
}

/** The texts of the identifying fields; null where the item does not have them all. A known field may be absent. */
export function identityOf(value: Json, fields: readonly string[], item: Field, site: ListSite): Id | null {
  const texts: (string | undefined)[] = []
  for (const name of fields) {
    const text = name === '' ? scalarText(value) : fieldText(value, name, item, site)
    if (text === null) return null
    texts.push(text)
  }
  return texts.every((text) => text === undefined) ? null : texts
}

function fieldText(value: Json, name: string, item: Field, site: ListSite): string | undefined | null {
  const found = dig(value, ...name.split('.'))
  const field = item.type === 'map' ? fieldAt(item, name) : item
  if (field.type === 'leaf') {
    const normal = leafNormal(field, found, { root: site.root, parent: value, owner: site.owner })
    return normal === undefined ? undefined : scalarText(normal)
  }
  return found === undefined ? null : scalarText(found)
}

function isScalar(value: Json): boolean {
  return !isJsonArray(value) && !isJsonObject(value)
}

function scalarText(value: Json): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

function stepOf(fields: readonly string[], id: Id): ItemStep | null {
  const item: [string, string][] = []
  fields.forEach((name, index) => {
    const value = id[index]
    if (value !== undefined) item.push([name, value])
  })
  return item.length === 0 || item.some(([, value]) => value.length > MAX_STEP) ? null : { item }
}

/** The step to an item that has no identity, or that the other side may have under another one. */
export function indexStep(from: number | null, to: number | null, fromLength: number): Step {
  if (from !== null) return { index: from }
  const index = to ?? 0
  return index < fromLength ? { added: index } : { index }
}

function itemText(field: ListField, item: Json, site: ListSite): string {
  const at: Site = { root: site.root, parent: undefined, owner: site.owner }
  return normalText(field.item, item, at)
}

function hints(field: ListField, items: readonly Json[]): readonly (string | null)[] | null {
  const { hint } = field
  if (hint === null) return null
  return items.map((item) => {
    const value = dig(item, hint)
    return value === undefined ? null : canonicalJson(value)
  })
}

function referenceItems(item: Field): boolean {
  if (item.type !== 'map') return false
  const name = fieldAt(item, 'name')
  return name.type === 'leaf' && name.form === 'reference'
}

function sameButName(a: Id, b: Id, names: number, same: (from: string, to: string) => boolean): boolean {
  const others = a.every((text, index) => index === names || text === b[index])
  const from = a[names]
  const to = b[names]
  return others && from !== undefined && to !== undefined && same(from, to)
}
