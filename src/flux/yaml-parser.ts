import { exceedsLimits, isBigNumber, isJsonArray, isJsonObject, MAX_DEPTH, MAX_NODES, setOwn } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { refuse } from './yaml-chars.ts'
import { keyText, resolvePlain, resolveTagged } from './yaml-scalar.ts'
import type { ResolvedScalar } from './yaml-scalar.ts'
import { createScanner, next, peek } from './yaml-scanner.ts'
import type { Scanner, Token, TokenKind } from './yaml-scanner.ts'

/** `exact`: whole numbers that a double cannot hold become BigNumber; `float64`: every number is rounded to a double. */
export type Numbers = 'exact' | 'float64'

/** What was read: `scalar` and `merges` tell what it would be as a key. */
type Content = { readonly value: Json; readonly scalar: ResolvedScalar | null; readonly merges: boolean }
/** `content` is null while it is being read: an alias to it then contains itself. `steps`: those that decoding it takes. */
type Anchor = { content: Content | null; steps: number }

type Reading = {
  readonly scanner: Scanner
  readonly numbers: Numbers
  readonly anchors: Map<string, Anchor>
  readonly handles: Map<string, string>
  nodes: number
  /** Steps of decoding as go-yaml counts them, and those of them that aliases cause. */
  steps: number
  aliasSteps: number
  /** Where something stands that JSON has not; it is an error only where no later key takes its place. Null: nowhere. */
  noJsonAt: number | null
}

/** Stands in a map for a key that JSON has not. */
const NO_JSON_KEY = Symbol('no JSON key')

/** Which collections may begin at a place: outside brackets, and `- ` at the column of the key before it. */
type Place = 'flow' | 'block' | 'after-key'

const NULL: Content = { value: null, scalar: { tag: 'null', value: null }, merges: false }
const LONG_TAG = 'tag:yaml.org,2002:'

/** `first`: what follows the first document is not looked at, as go-yaml v2 has it; `whole`: nothing may follow it. */
export type Extent = 'first' | 'whole'

/**
 * Reads the first document of a text as go-yaml v2 and sigs.k8s.io/yaml do together; null where there is none.
 * Throws SyntaxError with the offset as its cause, whose message does not quote the text.
 */
export function parseYaml(text: string, numbers: Numbers, extent: Extent = 'first'): Json {
  const handles = new Map(Object.entries({ '!': '!', '!!': LONG_TAG }))
  const scanner = createScanner(text)
  const reading: Reading = {
    scanner,
    numbers,
    anchors: new Map(),
    handles,
    nodes: 0,
    steps: 1,
    aliasSteps: 0,
    noJsonAt: null,
  }
  if (!readStart(reading)) return null
  const value = readValue(reading, 'block', 0)
  peek(reading.scanner)
  if (extent === 'whole') readEnd(reading)
  const limit = reading.aliasSteps > 0 ? exceedsLimits(value) : null
  if (limit !== null) refuse(0, limit === 'depth' ? TOO_DEEP : TOO_MANY)
  if (reading.noJsonAt !== null && !isJson(value)) refuse(reading.noJsonAt, NO_JSON)
  return value
}

const NO_JSON = 'a number is infinite or not a number, or a key is null or a number out of range'

function isJson(value: Json): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (isJsonArray(value)) return value.every(isJson)
  return !isJsonObject(value) || (!(NO_JSON_KEY in value) && Object.values(value).every(isJson))
}

const TOO_DEEP = 'the text is nested too deeply'
const TOO_MANY = 'the text has too many values'
const UNEXPECTED = 'something is not expected here'

/** Reads directives and the marker; false where there is no content. */
function readStart(reading: Reading): boolean {
  const { scanner } = reading
  const seen = new Set<string>()
  while (peek(scanner).kind === 'directive') readDirective(reading, next(scanner), seen)
  const first = peek(scanner)
  if (first.kind === 'document-start') {
    next(scanner)
    return !['document-start', 'document-end', 'directive', 'end'].includes(peek(scanner).kind)
  }
  if (seen.size > 0) refuse(first.at, 'a directive has no document')
  return first.kind !== 'end'
}

function readEnd({ scanner }: Reading): void {
  while (accept(scanner, 'document-end', 'document-start'));
  if (!nextIs(scanner, 'end')) refuse(peek(scanner).at, UNEXPECTED)
}

function readDirective(reading: Reading, { value, at }: Token, seen: Set<string>): void {
  const [name = '', first = '', second = ''] = value.split(/[ \t]+/)
  const defined = name === '%TAG' ? first : name
  if (seen.has(defined)) refuse(at, 'a directive stands there twice')
  seen.add(defined)
  if (name === '%TAG') reading.handles.set(first, unescapeUri(second))
  else if (!/^0?1\.0?1(?:#|$)/.test(first)) refuse(at, 'only YAML 1.1 is understood')
}

/** Beyond ASCII, bytes stay bytes: no tag that is known has any. */
function unescapeUri(text: string): string {
  return text.replaceAll(/%([\da-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function count(reading: Reading, depth: number, nodes = 1): void {
  reading.nodes += nodes
  if (depth > MAX_DEPTH) refuse(reading.scanner.pos, TOO_DEEP)
  if (reading.nodes > MAX_NODES) refuse(reading.scanner.pos, TOO_MANY)
}

function readNode(reading: Reading, place: Place, depth: number): Content {
  count(reading, depth)
  reading.steps += 1
  const { scanner } = reading
  let token = peek(scanner)
  if (token.kind === 'plain') return plainContent(reading, next(scanner))
  if (token.kind === 'alias') return aliasContent(reading, next(scanner))
  let anchor: Anchor | null = null
  let tag: Token | null = null
  for (; token.kind === 'anchor' || token.kind === 'tag'; token = peek(scanner)) {
    // A second one belongs to another value, which only the end of the first document excuses.
    if (token.kind === 'tag' ? tag !== null : anchor !== null) break
    if (token.kind === 'tag') tag = token
    else anchor = declareAnchor(reading, token)
    next(scanner)
  }
  const before = reading.steps - 1
  const hasProperties = anchor !== null || tag !== null
  const properties = { tag: tagOf(reading, tag), at: token.at, hasProperties }
  const content = readContent(reading, place, depth, properties)
  if (anchor !== null) Object.assign(anchor, { content, steps: reading.steps - before })
  return content
}

function declareAnchor(reading: Reading, { value }: Token): Anchor {
  const anchor: Anchor = { content: null, steps: 0 }
  reading.anchors.set(value, anchor)
  return anchor
}

function aliasContent(reading: Reading, { value, at }: Token): Content {
  const anchor = reading.anchors.get(value)
  if (anchor === undefined) refuse(at, 'an alias has no anchor')
  if (anchor.content === null) refuse(at, 'an anchor contains itself')
  reading.steps += anchor.steps
  reading.aliasSteps += anchor.steps
  if (hasTooManyAliases(reading)) refuse(at, 'aliases make up too much of the text')
  return { ...anchor.content, merges: false }
}

const FEW_STEPS = 400_000
const MANY_STEPS = 4_000_000

/** go-yaml's guard against texts that aliases blow up. */
function hasTooManyAliases({ steps, aliasSteps }: Reading): boolean {
  const size = Math.min(Math.max((steps - FEW_STEPS) / (MANY_STEPS - FEW_STEPS), 0), 1)
  return aliasSteps > 100 && steps > 1000 && aliasSteps / steps > 0.99 - 0.89 * size
}

/** The full tag, or '' where there is none. */
function tagOf(reading: Reading, token: Token | null): string {
  if (token === null) return ''
  if (token.value === '!') return BARE_TAG
  if (token.value.startsWith('!<')) return unescapeUri(token.value.slice(2, -1))
  const [, handle, suffix = ''] = /^(![\w-]*!|!)(.*)$/.exec(token.value)!
  const prefix = reading.handles.get(handle!)
  return prefix === undefined ? refuse(token.at, 'a tag is not known') : prefix + unescapeUri(suffix)
}

/** Makes plain text text, and quoted `<<` a merge key. */
const BARE_TAG = '!'

type Properties = { readonly tag: string; readonly at: number; readonly hasProperties: boolean }

function readContent(reading: Reading, place: Place, depth: number, properties: Properties): Content {
  const { scanner } = reading
  const { kind } = peek(scanner)
  const inBlock = place !== 'flow'
  if (kind === 'plain' || kind === 'quoted') return taggedContent(reading, next(scanner), properties)
  if (kind === 'flow-map') return collection(readFlowMap(reading, depth + 1))
  if (kind === 'flow-list') return collection(readFlowList(reading, depth + 1))
  if (kind === 'block-map' && inBlock) return collection(readBlockMap(reading, depth + 1))
  if (kind === 'block-list' && inBlock) return collection(readBlockList(reading, depth + 1))
  if (kind === 'entry' && place === 'after-key') return collection(readEntries(reading, depth + 1))
  if (!properties.hasProperties) refuse(peek(scanner).at, UNEXPECTED)
  return taggedContent(reading, { kind: 'plain', at: properties.at, value: '' }, properties)
}

function collection(value: Json): Content {
  return { value, scalar: null, merges: false }
}

function plainContent(reading: Reading, { value }: Token): Content {
  return scalarContent(reading, resolvePlain(value), value === '<<')
}

function taggedContent(reading: Reading, token: Token, { tag }: Properties): Content {
  const { kind, value, at } = token
  if (tag === '' && kind === 'plain') return plainContent(reading, token)
  if (tag === '') return scalarContent(reading, { tag: 'str', value }, false)
  const resolved = resolveTagged(tag, value) ?? refuse(at, 'a value does not fit its tag')
  return scalarContent(reading, resolved, value === '<<' && (tag === `${LONG_TAG}merge` || tag === BARE_TAG))
}

function scalarContent(reading: Reading, scalar: ResolvedScalar, merges: boolean): Content {
  const { value } = scalar
  if (typeof value === 'number' && !Number.isFinite(value)) reading.noJsonAt ??= lastOffset(reading.scanner)
  if (typeof value !== 'bigint' && typeof value !== 'number') return { value, scalar, merges }
  return { value: reading.numbers === 'exact' ? exactNumber(value) : Number(value), scalar, merges }
}

/** As it reads back from the JSON text that Go writes: there, a large float that is whole is a whole number. */
function exactNumber(value: number | bigint): Json {
  if (typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value))) return value
  const digits = typeof value === 'bigint' ? value : Math.abs(value) < 1e20 ? BigInt(String(value)) : null
  const isWhole = digits !== null && digits >= -(1n << 63n) && digits < 1n << 64n
  return isWhole ? { $number: digits.toString() } : Number(value)
}

/** Where the content that was just read begins. */
function lastOffset({ tokens, taken }: Scanner): number {
  return tokens[taken - 1]?.at ?? 0
}

function readValue(reading: Reading, place: Place, depth: number): Json {
  return readNode(reading, place, depth).value
}

/** Takes the token where it is one of `kinds`. */
function accept(scanner: Scanner, ...kinds: TokenKind[]): boolean {
  const found = kinds.includes(peek(scanner).kind)
  if (found) next(scanner)
  return found
}

function nextIs(scanner: Scanner, ...kinds: TokenKind[]): boolean {
  return kinds.includes(peek(scanner).kind)
}

function readBlockList(reading: Reading, depth: number): Json {
  const { scanner } = reading
  const items: Json[] = []
  next(scanner)
  while (accept(scanner, 'entry')) {
    items.push(nextIs(scanner, 'entry', 'block-end') ? null : readValue(reading, 'block', depth))
  }
  if (!accept(scanner, 'block-end')) refuse(peek(scanner).at, 'the indentation is wrong')
  return items
}

/** A list whose dashes stand in the column of the key before it. */
function readEntries(reading: Reading, depth: number): Json {
  const { scanner } = reading
  const items: Json[] = []
  while (accept(scanner, 'entry')) {
    const empty = nextIs(scanner, 'entry', 'key', 'value', 'block-end')
    items.push(empty ? null : readValue(reading, 'block', depth))
  }
  return items
}

function readBlockMap(reading: Reading, depth: number): Json {
  const { scanner } = reading
  const map: Record<string, Json> = {}
  next(scanner)
  while (accept(scanner, 'key')) {
    const key = nextIs(scanner, 'key', 'value', 'block-end') ? NULL : readNode(reading, 'after-key', depth)
    const at = lastOffset(scanner)
    const empty = !accept(scanner, 'value') || nextIs(scanner, 'key', 'value', 'block-end')
    addPair(reading, map, { key, at, value: empty ? null : readValue(reading, 'after-key', depth) })
  }
  if (!accept(scanner, 'block-end')) refuse(peek(scanner).at, 'the indentation is wrong, or a key is missing')
  return map
}

function readFlowList(reading: Reading, depth: number): Json {
  const { scanner } = reading
  const items: Json[] = []
  next(scanner)
  while (!accept(scanner, 'flow-list-end')) {
    if (items.length > 0) readComma(scanner)
    if (accept(scanner, 'flow-list-end')) break
    items.push(accept(scanner, 'key') ? readFlowPair(reading, depth) : readValue(reading, 'flow', depth))
  }
  return items
}

function readComma(scanner: Scanner): void {
  if (!accept(scanner, 'comma')) refuse(peek(scanner).at, 'a comma or a closing bracket is missing')
}

/** `[a: b]`: a map of one pair in a list. */
function readFlowPair(reading: Reading, depth: number): Json {
  const map: Record<string, Json> = {}
  readFlowEntry(reading, map, depth + 1)
  return map
}

function readFlowMap(reading: Reading, depth: number): Json {
  const { scanner } = reading
  const map: Record<string, Json> = {}
  next(scanner)
  for (let first = true; !accept(scanner, 'flow-map-end'); first = false) {
    if (!first) readComma(scanner)
    if (accept(scanner, 'flow-map-end')) break
    if (accept(scanner, 'key')) readFlowEntry(reading, map, depth)
    else addPair(reading, map, { key: readNode(reading, 'flow', depth), at: lastOffset(scanner), value: null })
  }
  return map
}

/** What follows the mark of a key inside brackets. */
function readFlowEntry(reading: Reading, map: Record<string, Json>, depth: number): void {
  const { scanner } = reading
  const noKey = nextIs(scanner, 'value', 'comma', 'flow-list-end', 'flow-map-end')
  const key = noKey ? NULL : readNode(reading, 'flow', depth)
  const at = lastOffset(scanner)
  const empty = !accept(scanner, 'value') || nextIs(scanner, 'comma', 'flow-list-end', 'flow-map-end')
  addPair(reading, map, { key, at, value: empty ? null : readValue(reading, 'flow', depth) })
}

type Pair = { readonly key: Content; readonly at: number; readonly value: Json }

/** In the order of the text: the last of equal keys wins, and a merge overwrites the keys before it, as go-yaml v2 has it. */
function addPair(reading: Reading, map: Record<string, Json>, { key, at, value }: Pair): void {
  if (key.merges) return mergeInto(reading, map, value)
  if (key.scalar === null) refuse(at, 'a key is a list or a map')
  const text = keyText(key.scalar, key.scalar.tag === 'float')
  if (text === null) refuseKey(reading, map, at)
  else setOwn(map, text, value)
}

function refuseKey(reading: Reading, map: Record<string, Json>, at: number): void {
  reading.noJsonAt ??= at
  Object.defineProperty(map, NO_JSON_KEY, { value: true, enumerable: false })
}

function mergeInto(reading: Reading, map: Record<string, Json>, value: Json): void {
  const sources = isJsonArray(value) ? value.toReversed() : [value]
  for (const source of sources) {
    if (!isMap(source)) refuse(lastOffset(reading.scanner), 'a merge key needs a map or a list of maps')
    for (const key of Object.keys(source)) setOwn(map, key, source[key]!)
    if (NO_JSON_KEY in source) refuseKey(reading, map, lastOffset(reading.scanner))
    count(reading, 0, Object.keys(source).length)
  }
}

function isMap(value: Json): value is JsonObject {
  return isJsonObject(value) && !isBigNumber(value)
}
