import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, Parser } from 'yaml'
import type { Alias, Document, ErrorCode, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { isJsonArray, isJsonObject, MAX_DEPTH, MAX_NODES, setOwn } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { keyText, resolvePlain, resolveTagged } from './yaml-scalar.ts'
import type { ResolvedScalar } from './yaml-scalar.ts'

/** `line` counts from 1 and is null where it is not known. `message` never quotes the text, which may hold secrets. */
export type YamlFailure = { readonly ok: false; readonly line: number | null; readonly message: string }
export type YamlResult<Value extends Json = Json> = { readonly ok: true; readonly value: Value } | YamlFailure

/** Longest text that is read as one document, in UTF-16 code units. */
export const MAX_YAML_LENGTH = 4 * 1024 * 1024

type Numbers = 'exact' | 'float64'
type YamlNode = Alias | Scalar | YAMLMap | YAMLSeq
type Reading = {
  readonly text: string
  readonly numbers: Numbers
  readonly targets: ReadonlyMap<Alias, YamlNode>
  /** Anchored nodes that are being converted: an alias to one of them contains itself. */
  readonly open: Set<YamlNode>
  nodes: number
}

/**
 * Reads the first YAML document as sigs.k8s.io/yaml's YAMLToJSON does (go-yaml v2: YAML 1.1 words, merge keys, the last of equal
 * keys wins). Whole numbers that a double cannot hold become BigNumber. No document at all is null. Never throws.
 */
export function readYaml(text: string): YamlResult {
  return read(text, 'exact')
}

/** Reads a map of Helm values as Helm's ReadValues does: every number passes through a double, nothing and null are no values. */
export function readYamlValues(text: string): YamlResult<JsonObject> {
  const result = read(text, 'float64')
  if (!result.ok) return result
  if (result.value === null) return { ok: true, value: {} }
  return isJsonObject(result.value) ? { ok: true, value: result.value } : failure(null, 'the document is not a map')
}

function read(text: string, numbers: Numbers): YamlResult {
  if (text.length > MAX_YAML_LENGTH) return failure(null, 'the text is too long')
  try {
    return { ok: true, value: readJsonText(text) ?? readDocument(text, numbers) }
  } catch (error) {
    if (error instanceof SyntaxError && typeof error.cause === 'number') {
      return failure(lineAt(text, error.cause), error.message)
    }
    const tooDeep = error instanceof RangeError
    return failure(null, tooDeep ? 'the text is nested too deeply' : 'the text cannot be read as YAML')
  }
}

function failure(line: number | null, message: string): YamlFailure {
  return { ok: false, line, message }
}

function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

function refuse(offset: number, message: string): never {
  throw new SyntaxError(message, { cause: offset })
}

/** go-yaml takes these for line ends; as newlines they mean the same and keep every offset. */
const OTHER_LINE_ENDS = /\r(?!\n)|\x85/g

/** Where JSON and go-yaml part: surrogate escapes, `\/`, long or negative-zero numbers, huge exponents. */
const NOT_QUITE_YAML = /\\u[dD]|\\\/|[0-9]{16}|[eE](?:\+|-)?[0-9]{3}|-0|[\p{Cc}--[\r\n\t]]/v

/** JSON text is YAML: reads it the fast way where both agree. Undefined: read it as YAML. */
function readJsonText(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text) || NOT_QUITE_YAML.test(text)) return undefined
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return undefined
  }
  return isWithinLimits(value, 0) ? value : undefined
}

function isWithinLimits(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth >= MAX_DEPTH) return false
  if (isJsonArray(value)) return value.every((item) => isWithinLimits(item, depth + 1))
  return Object.keys(value).every((key) => key.length <= 1000 && isWithinLimits(value[key]!, depth + 1))
}

/** What go-yaml's reader refuses anywhere in the text. */
const FORBIDDEN = /[[\p{Cc}\ufffe\uffff]--[\t\n\r\x85]]/v

function readDocument(text: string, numbers: Numbers): Json {
  const forbidden = FORBIDDEN.exec(text)
  if (forbidden !== null) refuse(forbidden.index, 'control characters are not allowed')
  return convertDocument(text.replace(OTHER_LINE_ENDS, '\n'), numbers)
}

function convertDocument(text: string, numbers: Numbers): Json {
  const document = firstDocument(text)
  const problem = document?.errors[0]
  if (problem !== undefined) refuse(problem.pos[0], PROBLEMS[problem.code])
  const root = document?.contents ?? null
  const targets = new Map<Alias, YamlNode>()
  if (text.includes('*')) linkAliases(root, new Map(), targets)
  return toJson({ text, numbers, targets, open: new Set(), nodes: 0 }, root, 0)
}

/** Every level takes at most a few entries of the parser's stack; beyond this its recursion would end in a stack overflow. */
const MAX_STACK = MAX_DEPTH * 4

function firstDocument(text: string): Document | undefined {
  const composer = new Composer({ schema: 'failsafe', resolveKnownTags: false, uniqueKeys: false, logLevel: 'silent' })
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive' && /^%YAML\s+(?!1\.1(?:\s|$))/.test(token.source)) {
        refuse(token.offset, 'only YAML 1.1 is understood')
      }
      for (const document of composer.next(token)) return document
    }
    if (parser.stack.length > MAX_STACK) refuse(parser.offset, 'the text is nested too deeply')
  }
  for (const token of parser.end()) for (const document of composer.next(token)) return document
  for (const document of composer.end()) return document
  return undefined
}

/** Finds what every alias stands for: the nearest node before it that has the anchor. */
function linkAliases(node: YamlNode | null, anchors: Map<string, YamlNode>, targets: Map<Alias, YamlNode>): void {
  if (isAlias(node)) {
    const target = anchors.get(node.source)
    if (target === undefined) refuse(offsetOf(node), 'an alias has no anchor')
    targets.set(node, target)
    return
  }
  if (node?.anchor !== undefined) anchors.set(node.anchor, node)
  if (isSeq(node)) for (const item of node.items) linkAliases(item as YamlNode | null, anchors, targets)
  if (!isMap(node)) return
  for (const pair of node.items) {
    linkAliases(pair.key as YamlNode | null, anchors, targets)
    linkAliases(pair.value as YamlNode | null, anchors, targets)
  }
}

function offsetOf(node: YamlNode | null): number {
  return node?.range?.[0] ?? 0
}

function toJson(reading: Reading, node: YamlNode | null, depth: number): Json {
  reading.nodes += 1
  if (reading.nodes > MAX_NODES) refuse(offsetOf(node), 'the text has too many values')
  if (depth > MAX_DEPTH) refuse(offsetOf(node), 'the text is nested too deeply')
  if (node === null) return null
  if (isScalar(node)) return scalarToJson(reading, node)
  if (isAlias(node)) return aliasToJson(reading, node, depth)
  if (node.anchor === undefined) return collectionToJson(reading, node, depth)
  reading.open.add(node)
  const value = collectionToJson(reading, node, depth)
  reading.open.delete(node)
  return value
}

function aliasToJson(reading: Reading, alias: Alias, depth: number): Json {
  return toJson(reading, aliasTarget(reading, alias), depth)
}

function aliasTarget(reading: Reading, alias: Alias): YamlNode {
  const target = reading.targets.get(alias)!
  if (reading.open.has(target)) refuse(offsetOf(alias), 'an anchor contains itself')
  return target
}

function collectionToJson(reading: Reading, node: YAMLMap | YAMLSeq, depth: number): Json {
  if (isSeq(node)) return node.items.map((item) => toJson(reading, item as YamlNode | null, depth + 1))
  const target: Record<string, Json> = {}
  addPairs(reading, node, target, depth)
  return target
}

/** In the order of the text: a merge after a key overwrites it, as go-yaml v2 has it. */
function addPairs(reading: Reading, node: YAMLMap, target: Record<string, Json>, depth: number): void {
  for (const pair of node.items) {
    const key = pair.key as YamlNode | null
    const value = pair.value as YamlNode | null
    if (isMergeKey(key)) merge(reading, value, target, depth)
    else setOwn(target, keyOf(reading, key), toJson(reading, value, depth + 1))
  }
}

function isMergeKey(key: YamlNode | null): boolean {
  if (!isScalar(key) || key.value !== '<<') return false
  return key.tag === undefined || key.tag === '!' ? key.type === 'PLAIN' : key.tag === 'tag:yaml.org,2002:merge'
}

function merge(reading: Reading, value: YamlNode | null, target: Record<string, Json>, depth: number): void {
  if (!isSeq(value)) return mergeMap(reading, value, target, depth)
  for (const item of value.items.toReversed()) mergeMap(reading, item as YamlNode | null, target, depth)
}

function mergeMap(reading: Reading, node: YamlNode | null, target: Record<string, Json>, depth: number): void {
  const map = isAlias(node) ? aliasTarget(reading, node) : node
  if (!isMap(map)) refuse(offsetOf(node), 'a merge key needs a map or a list of maps')
  reading.nodes += 1
  if (reading.nodes > MAX_NODES || depth > MAX_DEPTH) refuse(offsetOf(node), 'the text has too many values')
  reading.open.add(map)
  addPairs(reading, map, target, depth)
  reading.open.delete(map)
}

function keyOf(reading: Reading, key: YamlNode | null): string {
  const node = isAlias(key) ? aliasTarget(reading, key) : key
  if (node !== null && !isScalar(node)) refuse(offsetOf(key), 'a key is a list or a map')
  const resolved = node === null ? null : resolve(reading, node)
  const text = resolved === null ? null : keyText(resolved, resolved.tag === 'float')
  return text ?? refuse(offsetOf(key), 'a key is null or a number out of range')
}

function scalarToJson(reading: Reading, node: Scalar): Json {
  const { value } = resolve(reading, node)
  if (typeof value === 'bigint') return reading.numbers === 'exact' ? { $number: value.toString() } : Number(value)
  if (typeof value === 'number' && !Number.isFinite(value))
    refuse(offsetOf(node), 'a number is infinite or not a number')
  return value
}

function resolve(reading: Reading, node: Scalar): ResolvedScalar {
  const text = scalarText(reading.text, node)
  if (node.type === 'QUOTE_DOUBLE') checkEscapes(reading.text, node)
  const { tag } = node
  if (tag !== undefined && tag !== '!')
    return resolveTagged(tag, text) ?? refuse(offsetOf(node), 'a value does not fit its tag')
  return node.type === 'PLAIN' ? resolvePlain(text) : { tag: 'str', value: text }
}

/** A block that ends with the text and not with a newline gets none from go-yaml, while the parser here adds one. */
function scalarText(text: string, node: Scalar): string {
  const value = typeof node.value === 'string' ? node.value : ''
  const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
  if (!isBlock || node.range?.[1] !== text.length || !/[^\s][^\n]*$/.test(text.slice(-value.length - 1))) return value
  return value.endsWith('\n') ? value.slice(0, -1) : value
}

/** Escapes of UTF-16 surrogates, which JSON has and YAML has not. */
function checkEscapes(text: string, node: Scalar): void {
  const [start, end] = node.range ?? [0, 0]
  const source = text.slice(start, end)
  if (source.includes('\\u') && /(?<!\\)(?:\\\\)*\\(?:u|U0000)[dD][89a-fA-F]/.test(source)) {
    refuse(start, 'an escape is not a character')
  }
}

const PROBLEMS: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias has an anchor or a tag',
  BAD_ALIAS: 'an alias has no name',
  BAD_COLLECTION_TYPE: 'a value does not fit its tag',
  BAD_DIRECTIVE: 'a directive is malformed',
  BAD_DQ_ESCAPE: 'an escape in double quotes is unknown',
  BAD_INDENT: 'the indentation is wrong',
  BAD_PROP_ORDER: 'an anchor or a tag is in the wrong place',
  BAD_SCALAR_START: 'a value begins with a reserved character',
  BLOCK_AS_IMPLICIT_KEY: 'a nested map is not allowed on this line',
  BLOCK_IN_FLOW: 'an indented block is not allowed inside brackets',
  DUPLICATE_KEY: 'a key stands twice',
  IMPOSSIBLE: 'the text cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'a key is too long',
  MISSING_CHAR: 'a closing character, a colon or a space is missing',
  MULTILINE_IMPLICIT_KEY: 'a key runs over several lines',
  MULTIPLE_ANCHORS: 'a value has two anchors',
  MULTIPLE_DOCS: 'there is more than one document',
  MULTIPLE_TAGS: 'a value has two tags',
  NON_STRING_KEY: 'a key is not text',
  RESOURCE_EXHAUSTION: 'the text is nested too deeply',
  TAB_AS_INDENT: 'a tab is used as indentation',
  TAG_RESOLVE_FAILED: 'a tag is not known',
  UNEXPECTED_TOKEN: 'something is not expected here',
}

/** A document of a file: `line` (from 1) is where its content begins; lines in `result` count from the start of the file too. */
export type YamlDocument = { readonly line: number; readonly result: YamlResult }

/**
 * Reads every document of a file of Kubernetes manifests. Documents are separated before they are read, so that one that cannot be
 * read does not spoil the others; empty ones are left out, and kinds named List are not taken apart. Never throws.
 */
export function readYamlDocuments(text: string): YamlDocument[] {
  const documents: YamlDocument[] = []
  for (const { line, part } of splitDocuments(text)) {
    const result = readYaml(part)
    if (result.ok && result.value === null) continue
    const shifted = result.ok || result.line === null ? result : { ...result, line: result.line + line - 1 }
    documents.push({ line: line + contentLine(part), result: shifted })
  }
  return documents
}

/** Lines that hold nothing: blank, a comment, a directive, a bare marker. */
const IDLE_LINE = /^\s*(?:#.*)?$|^%|^(?:---|\.\.\.)\s*(?:#.*)?$/
const MARKER = /^---(?:\s|$)/
const END_MARKER = /^\.\.\.(?:\s|$)/

type Part = { readonly line: number; readonly part: string }

function splitDocuments(text: string): Part[] {
  const parts: Part[] = []
  const lines = text.split(/(?<=\n)/)
  let start = 0
  let marked = false
  let seen = false
  const close = (end: number) => {
    if (seen) parts.push({ line: start + 1, part: lines.slice(start, end).join('') })
    start = end
    marked = false
    seen = false
  }
  for (const [index, line] of lines.entries()) {
    const marker = MARKER.test(line)
    if (marker && (marked || seen)) close(index)
    marked ||= marker
    seen ||= !IDLE_LINE.test(line)
    if (END_MARKER.test(line)) close(index + 1)
  }
  close(lines.length)
  return parts
}

/** How many lines stand before the content. */
function contentLine(part: string): number {
  const lines = part.split('\n')
  return Math.max(
    0,
    lines.findIndex((line) => !IDLE_LINE.test(line)),
  )
}
