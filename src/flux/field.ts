import { isJsonArray, isJsonObject, type Json } from '../model/json.ts'

/** Whose field it is. `name` is null where it is not known; defaults made from it then do not apply. */
export type Owner = {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string | null
}

/** Where a field stands on one side: what derived defaults may look at. */
export type Site = { readonly root: Json | undefined; readonly parent: Json | undefined; readonly owner: Owner }

/** What an absent field means: a value, or one that follows from other fields (undefined: nothing in particular). */
export type Default = Json | ((site: Site) => Json | undefined)

/** Which spellings of a scalar are one value. `reference`: the name of a ConfigMap or Secret that may carry a generator hash. */
export type LeafForm =
  | 'plain'
  | 'duration'
  | 'path'
  | 'quantity'
  | 'letter-case'
  | 'one-line'
  | 'api-group'
  | 'reference'

export type LeafField = {
  readonly type: 'leaf'
  readonly form: LeafForm
  readonly fallback: Default | undefined
  /** False, 0 and '' mean something else than absent. */
  readonly keepsEmpty: boolean
  /** Values that the controller treats as if the field were absent. */
  readonly absentIf: ((value: Json) => boolean) | null
}

export type MapField = {
  readonly type: 'map'
  readonly fields: Readonly<Record<string, Field>>
  /** Of every key that is not in `fields`. */
  readonly rest: Field
  /** The absent map means the same as the empty one. */
  readonly implied: boolean
}

/**
 * - `set`: order means nothing;
 * - `ordered`: order means something, an item that moved is one change;
 * - `keyed`: items are told apart by a key, a change of their order is one change of the list.
 */
export type ListOrder = 'set' | 'ordered' | 'keyed'

export type ListField = {
  readonly type: 'list'
  readonly item: Field
  readonly order: ListOrder
  /** Sets of fields that may identify an item, the first that does on both sides is taken. */
  readonly identity: readonly (readonly string[])[]
  /** Items whose identity differs may still be one item that changed. */
  readonly weak: boolean
  /** A field by whose whole content items are paired that are equal in nothing else. */
  readonly hint: string | null
  readonly fallback: Default | undefined
  readonly keepsEmpty: boolean
}

/** A string that holds a YAML or JSON document. */
export type DocumentField = { readonly type: 'document' }

/** Helm values and whatever is not known: nothing is defaulted, every textual difference counts. */
export type FreeField = { readonly type: 'free' }

export type Field = LeafField | MapField | ListField | DocumentField | FreeField

export const FREE: FreeField = { type: 'free' }
export const DOCUMENT: DocumentField = { type: 'document' }

function leaf(form: LeafForm, fallback?: Default): LeafField {
  return { type: 'leaf', form, fallback, keepsEmpty: false, absentIf: null }
}

/** A scalar; '', 0 and false mean the same as absent, which means `fallback`. */
export function plain(fallback?: Default): LeafField {
  return leaf('plain', fallback)
}

/** A scalar whose '', 0 or false is a value of its own. */
export function kept(fallback?: Default): LeafField {
  return { ...leaf('plain', fallback), keepsEmpty: true }
}

export function duration(fallback?: Default): LeafField {
  return leaf('duration', fallback)
}

/** A path in a source; the empty one is a spelling of its root. */
export function path(fallback?: Default): LeafField {
  return { ...leaf('path', fallback), keepsEmpty: true }
}

export function formed(form: LeafForm, fallback?: Default): LeafField {
  return leaf(form, fallback)
}

/** A map whose mere presence means something. */
export function map(fields: Readonly<Record<string, Field>>): MapField {
  return { type: 'map', fields, rest: FREE, implied: false }
}

/** A map that, absent, means the same as empty. */
export function section(fields: Readonly<Record<string, Field>>, rest: Field = FREE): MapField {
  return { type: 'map', fields, rest, implied: true }
}

/** A map of strings with keys of the user: an empty string is not an absent one. */
export const STRINGS: MapField = section({}, kept())

type ListOptions = Partial<Omit<ListField, 'type' | 'item' | 'order'>>

export function list(order: ListOrder, item: Field, options: ListOptions = {}): ListField {
  return {
    type: 'list',
    item,
    order,
    identity: [],
    weak: false,
    hint: null,
    fallback: undefined,
    keepsEmpty: false,
    ...options,
  }
}

/** Told apart by something else than a name, an item may have changed that, too: it is one item then, not one gone and one come. */
export function setOf(item: Field, ...identity: readonly (readonly string[])[]): ListField {
  return list('set', item, { identity, weak: true })
}

export function ordered(item: Field, ...identity: readonly (readonly string[])[]): ListField {
  return list('ordered', item, { identity, weak: true })
}

export function keyed(item: Field, ...identity: readonly (readonly string[])[]): ListField {
  return list('keyed', item, { identity, weak: true })
}

/** Whether a value has no content of its own: null, false, 0, '', [] or {}. */
export function isEmptyValue(value: Json): boolean {
  if (isJsonArray(value)) return value.length === 0
  if (isJsonObject(value)) return Object.keys(value).length === 0
  return value === null || value === false || value === 0 || value === ''
}

/** What an absent field means at this site; undefined: nothing in particular. */
export function fallbackAt(fallback: Default | undefined, site: Site): Json | undefined {
  return typeof fallback === 'function' ? fallback(site) : fallback
}

/** The field at a key; keys come from clusters, so only own properties count. */
export function fieldAt(field: MapField, key: string): Field {
  return Object.hasOwn(field.fields, key) ? (field.fields[key] ?? field.rest) : field.rest
}
