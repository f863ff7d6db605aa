import { looksLikeDocument, looksLikeJson, readDocument } from '../flux/embedded-document.ts'
import { fallbackAt, fieldAt, FREE, map, type Field, type ListField, type MapField } from '../flux/field.ts'
import { JSON_PATCH, UNKNOWN_LIST } from '../flux/list-semantics.ts'
import { isTree, normalText } from '../flux/normal-form.ts'
import { canonicalJson, isJsonArray, own, type Json } from '../model/json.ts'
import { isMasked } from '../model/mask.ts'
import { alignItems } from './align-items.ts'
import { alignLeaf } from './align-leaf.ts'
import { alignMask, holdsMask } from './align-mask.ts'
import { addChild, isContainer, setEqual, setLeaf, siteOf, type Pair, type Reason, type Walk } from './pair.ts'
import { sameJson } from './same-json.ts'

/** Content is compared this deep, documents in strings included; deeper places are compared as text. */
const MAX_PAIR_DEPTH = 250
const FREE_MAP = map({})
type Tree = { readonly [key: string]: Json }
const EMPTY: Tree = {}
const NOTHING: Reason = { because: 'empty-absent', detail: '' }

/** Fills a pair: what its two values have in common, by the semantics of its field. The values differ as text. */
export function align(pair: Pair, field: Field, walk: Walk): void {
  if (isMasked(pair.from) || isMasked(pair.to)) return alignMask(pair, walk.context)
  if (pair.depth > MAX_PAIR_DEPTH) return alignText(pair)
  switch (field.type) {
    case 'leaf':
      return isContainer(pair.from) || isContainer(pair.to) ? alignFree(pair, walk) : alignLeaf(pair, field, walk)
    case 'map':
      return alignMap(pair, field, walk)
    case 'list':
      return alignList(pair, field, walk)
    case 'document':
      return alignFree(pair, walk, field)
    case 'free':
      return alignFree(pair, walk)
  }
}

function alignText(pair: Pair): void {
  setLeaf(pair, textOf(pair.from), textOf(pair.to))
}

function textOf(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value)
}

function isNone(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null
}

function alignMap(pair: Pair, field: MapField, walk: Walk): void {
  const { from, to } = pair
  const a = isNone(from) ? EMPTY : from
  const b = isNone(to) ? EMPTY : to
  if (isNone(from) && isNone(to)) return setEqual(pair, NOTHING)
  if (!isTree(a) || !isTree(b) || (!field.implied && (isNone(from) || isNone(to)))) return alignFree(pair, walk)
  if (isEmpty(a) && isEmpty(b)) return setEqual(pair, NOTHING)
  alignEntries(pair, { from: a, to: b }, field, walk)
}

function alignEntries(
  pair: Pair,
  trees: { readonly from: Tree; readonly to: Tree },
  field: MapField,
  walk: Walk,
): void {
  pair.children ??= new Map()
  for (const key of new Set([...Object.keys(trees.from), ...Object.keys(trees.to)])) {
    const from = Object.hasOwn(trees.from, key) ? trees.from[key] : undefined
    const to = Object.hasOwn(trees.to, key) ? trees.to[key] : undefined
    if (sameJson(from, to)) continue
    const tokens = { from: from === undefined ? null : key, to: to === undefined ? null : key }
    align(addChild(pair, key, { step: { key }, tokens, from, to }), fieldAt(field, key), walk)
  }
}

function alignList(pair: Pair, field: ListField, walk: Walk): void {
  const { from, to } = pair
  const a = isNone(from) ? [] : from
  const b = isNone(to) ? [] : to
  if (isNone(from) && isNone(to)) return setEqual(pair, NOTHING)
  if (!isJsonArray(a) || !isJsonArray(b)) return alignFree(pair, walk)
  if (a.length === 0 && b.length === 0) return field.keepsEmpty ? alignText(pair) : setEqual(pair, NOTHING)
  if (statesDefault(pair, field, walk)) return
  alignItems(pair, { from: a, to: b, field, walk }, align)
}

/** Whether one side leaves out the list and the other one states what that means. */
function statesDefault(pair: Pair, field: ListField, walk: Walk): boolean {
  const side = isAbsentList(pair.from, field) ? 'from' : isAbsentList(pair.to, field) ? 'to' : null
  if (side === null || field.fallback === undefined) return false
  const site = siteOf(pair, walk, side)
  const stated = pair[side === 'from' ? 'to' : 'from']
  const fallback = fallbackAt(field.fallback, site)
  if (fallback === undefined || isNone(stated)) return false
  if (normalText(field, stated, site) !== normalText(field, fallback, site)) return false
  setEqual(pair, { because: 'default-value', detail: `absent means ${canonicalJson(fallback)}` })
  return true
}

function isAbsentList(value: Json | undefined, field: ListField): boolean {
  return isNone(value) || (!field.keepsEmpty && isJsonArray(value) && value.length === 0)
}

/** Compares what nobody knows: as maps or lists where both are, as documents where both hold one, else as they stand. */
function alignFree(pair: Pair, walk: Walk, field: Field = FREE): void {
  if (alignContents(pair, pair, UNKNOWN_LIST, walk)) return
  const documents = readBoth(pair, field, walk)
  if (documents === null) return alignText(pair)
  const json = [pair.from, pair.to].every((text) => typeof text !== 'string' || looksLikeJson(text))
  const reason: Reason = { because: json ? 'json-text' : 'yaml-text', detail: 'both hold the same document' }
  if (sameJson(documents.from, documents.to)) return setEqual(pair, reason)
  pair.otherwise = reason
  pair.inside = true
  alignContents(pair, documents, isJsonPatch(field, documents) ? JSON_PATCH : UNKNOWN_LIST, walk)
}

type Contents = { readonly from: Json | undefined; readonly to: Json | undefined }

/** Compares two maps or two lists with content, one of which may be absent; false where they are something else. */
function alignContents(pair: Pair, contents: Contents, list: ListField, walk: Walk): boolean {
  const { from, to } = contents
  if (isAbsentOr(isTree, from) && isAbsentOr(isTree, to)) {
    const trees = { from: isTree(from) ? from : EMPTY, to: isTree(to) ? to : EMPTY }
    if (isEmpty(trees.from) && isEmpty(trees.to)) return false
    alignEntries(pair, trees, FREE_MAP, walk)
    return true
  }
  const a = from ?? []
  const b = to ?? []
  if (!isJsonArray(a) || !isJsonArray(b) || a.length + b.length === 0) return false
  alignItems(pair, { from: a, to: b, field: list, walk }, align)
  return true
}

function isAbsentOr(test: (value: Json | undefined) => boolean, value: Json | undefined): boolean {
  return value === undefined || test(value)
}

function isEmpty(tree: Tree): boolean {
  return Object.keys(tree).length === 0
}

/**
 * Both sides as what they hold, where they are strings with documents of one kind. A map or list is never the same as its text, but one with
 * masks in it may be a text that was masked as a document: it stands for itself.
 */
function readBoth(pair: Pair, field: Field, walk: Walk): { readonly from: Json; readonly to: Json } | null {
  const key = pair.step && 'key' in pair.step ? pair.step.key : null
  const read = (text: string) =>
    field.type === 'document' || looksLikeDocument(text, key) ? readDocument(text, walk.context.documents) : null
  const from = readSide(pair.from, read)
  const to = readSide(pair.to, read)
  if (from === null || to === null || isJsonArray(from) !== isJsonArray(to)) return null
  return { from, to }
}

function readSide(value: Json | undefined, read: (text: string) => Json | null): Json | null {
  if (typeof value === 'string') return read(value)
  return value !== undefined && isContainer(value) && holdsMask(value) ? value : null
}

function isJsonPatch(field: Field, documents: Contents): boolean {
  const { from, to } = documents
  if (field.type !== 'document' || !isJsonArray(from) || !isJsonArray(to)) return false
  return [...from, ...to].every((operation) => own(operation, 'op') !== undefined)
}
