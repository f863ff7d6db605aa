import { canonicalJson, isBigNumber, isJsonArray, isJsonObject, type Json } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import { formatGoDuration, parseGoDuration } from './duration.ts'
import {
  fallbackAt,
  fieldAt,
  isEmptyValue,
  type Field,
  type LeafField,
  type LeafForm,
  type ListField,
  type MapField,
  type Site,
} from './field.ts'
import { quantitySize } from './quantity.ts'

/** A map that is content: neither a mask nor a number too big for JSON. */
export function isTree(value: Json | undefined): value is { readonly [key: string]: Json } {
  return isJsonObject(value) && !isMasked(value) && !isBigNumber(value)
}

/** Whether the controller cannot tell the value from an absent field. */
export function isNothing(field: LeafField, value: Json | undefined): boolean {
  if (value === undefined || value === null) return true
  return (!field.keepsEmpty && isEmptyValue(value)) || (field.absentIf?.(value) ?? false)
}

/** The one spelling of all that mean the same in this field; undefined: absent, and that means nothing in particular. */
export function leafNormal(field: LeafField, value: Json | undefined, site: Site): Json | undefined {
  const meant = isNothing(field, value) ? fallbackAt(field.fallback, site) : value
  return meant === undefined ? undefined : spell(field.form, meant)
}

const SPELLINGS: Readonly<Record<Exclude<LeafForm, 'plain' | 'reference'>, (text: string) => string>> = {
  duration: canonicalDuration,
  path: canonicalPath,
  quantity: (text) => quantitySize(text) ?? text,
  'letter-case': (text) => text.toUpperCase(),
  'one-line': (text) => text.replaceAll('\n', ''),
  'api-group': (text) => (text.includes('/') ? text.slice(0, text.indexOf('/')) : ''),
}

function spell(form: LeafForm, value: Json): Json {
  if (typeof value !== 'string' || form === 'plain' || form === 'reference') return value
  return SPELLINGS[form](value)
}

function canonicalDuration(text: string): string {
  const ns = parseGoDuration(text)
  return ns === null ? text : formatGoDuration(ns)
}

/** `./x`, `x` and `x/` are one path, and so are '', `.` and `./`. */
function canonicalPath(text: string): string {
  const bare = text.replace(/^(?:\.\/+)+/, '').replace(/(?<=[^/])\/+$/, '')
  return bare === '' || bare === '.' ? './' : bare
}

/**
 * One text for all values that mean the same in this field, for telling list items apart and for finding equal ones.
 * '' stands for what means nothing. `site.parent` is the map that holds the value.
 */
export function normalText(field: Field, value: Json, site: Site): string {
  const normal = normalForm(field, value, site)
  return normal === undefined ? '' : canonicalJson(normal)
}

function normalForm(field: Field, value: Json, site: Site): Json | undefined {
  if (field.type === 'leaf' && !isTree(value) && !isJsonArray(value)) return leafOrDefault(field, value, site)
  if (field.type === 'map' && isTree(value)) return mapNormal(field, value, site)
  if (field.type === 'list' && isJsonArray(value)) return listNormal(field, value, site)
  return value
}

/** A value that only states the default is left out, as if it were absent. */
function leafOrDefault(field: LeafField, value: Json, site: Site): Json | undefined {
  if (isJsonObject(value)) return value
  const normal = leafNormal(field, value, site)
  return normal === leafNormal(field, undefined, site) ? undefined : normal
}

function mapNormal(field: MapField, value: { readonly [key: string]: Json }, site: Site): Json | undefined {
  const kept: [string, Json][] = []
  for (const [key, child] of Object.entries(value)) {
    const normal = normalForm(fieldAt(field, key), child, { ...site, parent: value })
    if (normal !== undefined) kept.push([key, normal])
  }
  return kept.length === 0 && field.implied ? undefined : Object.fromEntries(kept)
}

function listNormal(field: ListField, value: readonly Json[], site: Site): Json | undefined {
  if (value.length === 0 && !field.keepsEmpty) return undefined
  const items = value.map((item) => normalForm(field.item, item, site) ?? null)
  if (field.order !== 'set') return items
  return items.sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1))
}
