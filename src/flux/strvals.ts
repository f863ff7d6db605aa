import { isBigNumber, isJsonArray } from '../model/json.ts'
import type { Json } from '../model/json.ts'

/** Marks a leaf with the place in the list of sources that gave it. No map of a cluster can pose as one. */
export const SOURCE = Symbol('source')
/** A leaf that remembers its source. `padding`: a null in front of a list item that a targetPath set. */
export type SourcedLeaf = { readonly [SOURCE]: number; readonly value: Json; readonly padding: boolean }

/** Stands where nobody can say what stands there, or whether anything does. */
export const ANYTHING: SourcedLeaf = Object.freeze({ [SOURCE]: -1, value: null, padding: false })
/** Of a map: any key that it has not may stand there, with anything. */
export const OPEN = Symbol('open')
/** Of a map: the one that may be the same map as this, so that what is set in this may be set in it, too. */
export const TWIN = Symbol('twin')

/** A tree that is changed in place: as in Helm, maps and lists may be shared between trees, and a change shows in all of them. */
export type MutableMap = { [key: string]: MutableJson; [OPEN]?: true; [TWIN]?: MutableMap }
export type MutableJson = null | boolean | number | string | MutableJson[] | MutableMap | SourcedLeaf

/** Makes the leaf that is put into the tree of a scalar that was read. */
export type MakeLeaf = (value: Json, padding: boolean) => MutableJson

type Reading = {
  readonly signs: readonly string[]
  pos: number
  readonly asText: boolean
  readonly leaf: MakeLeaf
  /** Set in the place of whatever text follows the path, where that is not known. */
  readonly given: SourcedLeaf | null
}

const MAX_LEVEL = 30
const MAX_INDEX = 65_536

/** Ended by the end of the text where Helm takes it for the end of all assignments. */
const END = Symbol('end')

/**
 * Sets the values of one targetPath in `tree`, in place, as Flux and `helm --set` do: dots and `[i]` lead into the tree, a comma
 * begins another assignment, `{a,b}` is a list, whole numbers, booleans and null are typed unless the value is in quotes.
 * Throws SyntaxError where Helm fails; its message quotes nothing. The tree is then half changed.
 */
export function setPathValue(tree: MutableMap, path: string, value: string, leaf: MakeLeaf = bare): void {
  const quote = ["'", '"'].some((sign) => value.startsWith(sign) && value.endsWith(sign))
  const text = quote ? value.replace(/^['"]+|['"]+$/g, '') : value
  assignAll(tree, `${path}=${text}`, { asText: quote, leaf, given: null })
}

/** Sets one targetPath to the text as it is, as `literal: true` does. The path keeps its meaning. */
export function setPathLiteral(tree: MutableMap, path: string, value: string, leaf: MakeLeaf = bare): void {
  assignAll(tree, `${path}=${value.replace(/[\\,]|^\{/g, '\\$&')}`, { asText: true, leaf, given: null })
}

/** Sets one targetPath to a value whose text is not known (a mask): one leaf, whatever the text might be read as. */
export function setPathUnread(tree: MutableMap, path: string, given: SourcedLeaf, leaf: MakeLeaf): void {
  assignAll(tree, `${path}=`, { asText: true, leaf, given })
}

function bare(value: Json): MutableJson {
  return value as MutableJson
}

function assignAll(tree: MutableMap, text: string, how: Pick<Reading, 'asText' | 'leaf' | 'given'>): void {
  const reading = { signs: Array.from(text), pos: 0, ...how }
  while (readKey(reading, tree, 0) !== END);
}

/** Reads up to a sign of `stops`, which is taken; a backslash takes the next sign as it is. `stop` is '' at the end of the text. */
function readUntil(reading: Reading, stops: string): { text: string; stop: string } {
  let text = ''
  while (reading.pos < reading.signs.length) {
    const sign = reading.signs[reading.pos++]!
    if (stops.includes(sign)) return { text, stop: sign }
    if (sign !== '\\') text += sign
    else if (reading.pos < reading.signs.length) text += reading.signs[reading.pos++]!
  }
  return { text, stop: '' }
}

type Outcome = typeof END | 'next'

function readKey(reading: Reading, map: MutableMap, level: number): Outcome {
  const { text: key, stop } = readUntil(reading, '=[,.')
  if (stop === '') return key === '' ? END : fail('a key has no value')
  if (stop === ',') return fail('a key has no value')
  if (stop === '=') {
    const { value, outcome } = readValue(reading)
    set(map, key, value)
    return outcome
  }
  return stop === '[' ? readIntoList(reading, map, key, level) : readIntoMap(reading, map, key, level + 1)
}

function fail(message: string): never {
  throw new SyntaxError(message)
}

/** Sets an own property even for the key `__proto__`. */
export function setMember(map: MutableMap, key: string, value: MutableJson): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
  } else map[key] = value
}

/** As Helm does: an empty key sets nothing. */
function set(map: MutableMap, key: string, value: MutableJson): void {
  if (key === '') return
  setMember(map, key, value)
  const twin = map[TWIN]
  if (twin !== undefined) set(twin, key, ANYTHING)
}

/** A map of which no key is known. */
export function openMap(): MutableMap {
  return { [OPEN]: true }
}

function memberOf(map: MutableMap, key: string): MutableJson | undefined {
  if (Object.hasOwn(map, key)) return map[key]
  return map[OPEN] ? ANYTHING : undefined
}

export function isMutableMap(value: MutableJson | undefined): value is MutableMap {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(SOURCE in value) && !isBigNumber(value)
  )
}

function readIntoMap(reading: Reading, map: MutableMap, key: string, level: number): Outcome {
  if (level > MAX_LEVEL) return fail('the path has too many levels')
  const member = memberOf(map, key)
  const found = member === ANYTHING ? openMap() : member === undefined ? {} : member
  if (!isMutableMap(found)) return fail('the path leads through something that is no map')
  const outcome = readKey(reading, found, level)
  if (Object.keys(found).length > 0) set(map, key, found)
  else if (outcome !== END) return fail('a key has no value')
  return outcome
}

function readIntoList(reading: Reading, map: MutableMap, key: string, level: number): Outcome {
  const index = readIndex(reading)
  if (index === END) return END
  const member = memberOf(map, key)
  const found = member === ANYTHING || member === undefined ? [] : member
  if (!Array.isArray(found)) return fail('the path leads through something that is no list')
  const { list, outcome } = readItem(reading, found, index, level)
  set(map, key, member === ANYTHING ? ANYTHING : list)
  return outcome
}

function readIndex(reading: Reading): number | typeof END {
  const { text, stop } = readUntil(reading, ']')
  if (stop === '') return END
  if (!/^[-+]?[0-9]{1,18}$/.test(text)) return fail('an index is not a number')
  const index = Number(text)
  return index < 0 ? fail('an index is out of range') : index
}

type Item = { readonly list: MutableJson[]; readonly outcome: Outcome }

function readItem(reading: Reading, list: MutableJson[], index: number, level: number): Item {
  const { text, stop } = readUntil(reading, '[.=')
  if (text !== '') return fail('an index is followed by something unexpected')
  if (stop === '') return { list, outcome: END }
  if (stop === '=') {
    return { list: setItem(reading, list, index, readValue(reading).value), outcome: 'next' }
  }
  return stop === '[' ? readListItem(reading, list, index, level) : readMapItem(reading, list, index, level)
}

function readListItem(reading: Reading, list: MutableJson[], index: number, level: number): Item {
  const next = readIndex(reading)
  if (next === END) return { list, outcome: END }
  const inner = isNull(list[index]) ? [] : list[index]
  if (!Array.isArray(inner)) return fail('the path leads through something that is no list')
  const item = readItem(reading, inner, next, level)
  return item.outcome === END
    ? { list, outcome: END }
    : { list: setItem(reading, list, index, list[index] === ANYTHING ? ANYTHING : item.list), outcome: 'next' }
}

function isNull(item: MutableJson | undefined): boolean {
  const value = typeof item === 'object' && item !== null && SOURCE in item ? item['value'] : item
  return value === undefined || value === null
}

function readMapItem(reading: Reading, list: MutableJson[], index: number, level: number): Item {
  const found = list[index]
  const inner: MutableMap = isMutableMap(found) ? found : found === ANYTHING ? openMap() : {}
  if (index < list.length) list[index] = inner
  const outcome = readKey(reading, inner, level)
  // An empty value ends everything in Helm before a list could grow: `l[0].a` set to nothing gives an empty list.
  return outcome === END ? { list, outcome } : { list: setItem(reading, list, index, inner), outcome }
}

/**
 * In place where the list is long enough, else in a longer copy, padded with null. Only here is an index too large: one at which
 * nothing is set is not looked at.
 */
function setItem(reading: Reading, list: MutableJson[], index: number, value: MutableJson): MutableJson[] {
  if (index > MAX_INDEX) return fail('an index is out of range')
  const padding = Array.from({ length: index + 1 - list.length }, () => reading.leaf(null, true))
  const target = index < list.length ? list : [...list, ...padding]
  target[index] = value
  return target
}

function readValue(reading: Reading): { value: MutableJson; outcome: Outcome } {
  if (reading.given !== null) return { value: reading.given, outcome: 'next' }
  if (reading.pos >= reading.signs.length) return { value: reading.leaf('', false), outcome: END }
  if (reading.signs[reading.pos] === '{') return { value: readBraces(reading), outcome: 'next' }
  return { value: reading.leaf(typed(readUntil(reading, ',').text, reading.asText), false), outcome: 'next' }
}

function readBraces(reading: Reading): MutableJson[] {
  const items: MutableJson[] = []
  reading.pos += 1
  for (;;) {
    const { text, stop } = readUntil(reading, ',}')
    if (stop === '') return fail('a list in braces is not closed')
    items.push(reading.leaf(typed(text, reading.asText), false))
    if (stop === '}') break
  }
  if (reading.signs[reading.pos] === ',') reading.pos += 1
  return items
}

/** In any case; Go's folding takes the long s (U+017F) for an s. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** Whole numbers are 64-bit integers, and text where they begin with 0 or do not fit. */
function typed(text: string, asText: boolean): Json {
  if (asText) return text
  const word = WORDS.get(text.toLowerCase().replaceAll('ſ', 's'))
  if (word !== undefined) return word
  if (text === '0') return 0
  return /^[-+]?[0-9]+$/.test(text) && !text.startsWith('0') ? integer(text) : text
}

function integer(text: string): Json {
  const value = BigInt(text.replace('+', ''))
  if (BigInt.asIntN(64, value) !== value) return text
  return Number.isSafeInteger(Number(value)) ? Number(value) : { $number: value.toString() }
}

/** A copy that shares nothing with `value`, nor parts of it with each other: of YAML aliases, each is a copy of its own. */
export function mutableCopy(value: Json): MutableJson {
  if (isJsonArray(value)) return value.map(mutableCopy)
  if (typeof value !== 'object' || value === null) return value
  const copy: MutableMap = {}
  for (const key of Object.keys(value)) setMember(copy, key, mutableCopy(value[key]!))
  return copy
}
