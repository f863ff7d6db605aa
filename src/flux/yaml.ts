import { isBigNumber, isJsonArray, isJsonObject, MAX_DEPTH, MAX_NODES } from '../model/json.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { refuse } from './yaml-chars.ts'
import { parseYaml } from './yaml-parser.ts'
import type { Extent, Numbers } from './yaml-parser.ts'
import { parseJsonText } from '../model/json-text.ts'

/** `line` counts from 1 and is null where it is not known. `message` never quotes the text, which may hold secrets. */
export type YamlFailure = { readonly ok: false; readonly line: number | null; readonly message: string }
export type YamlResult<Value extends Json = Json> = { readonly ok: true; readonly value: Value } | YamlFailure

/** Longest text that is read as one document, in UTF-16 code units. */
export const MAX_YAML_LENGTH = 4 * 1024 * 1024

/**
 * Reads the first YAML document as sigs.k8s.io/yaml's YAMLToJSON does (go-yaml v2: YAML 1.1 words, merge keys, the last of equal
 * keys wins). Whole numbers that a double cannot hold become BigNumber. No document at all is null. Never throws.
 */
export function readYaml(text: string): YamlResult {
  return read(text, 'exact')
}

/**
 * As {@link readYaml}, but fails where anything follows the first document: `[a-z]+-web` is no list, although go-yaml reads one
 * there, and two texts that begin alike would be one document.
 */
export function readWholeYaml(text: string): YamlResult {
  return read(text, 'exact', 'whole')
}

/** Reads a map of Helm values as Helm's ReadValues does: every number passes through a double, nothing and null are no values. */
export function readYamlValues(text: string): YamlResult<JsonObject> {
  const result = read(text, 'float64')
  if (!result.ok) return result
  if (result.value === null) return { ok: true, value: {} }
  return isJsonObject(result.value) ? { ok: true, value: result.value } : failure(null, 'the document is not a map')
}

function read(text: string, numbers: Numbers, extent: Extent = 'first'): YamlResult {
  if (text.length > MAX_YAML_LENGTH) return failure(null, 'the text is too long')
  try {
    return { ok: true, value: readJsonText(text) ?? readDocument(text, numbers, extent) }
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

/** Where JSON and go-yaml part: surrogate escapes, `\/`, long or negative-zero numbers, huge exponents, a colon on a line of its own, more line ends. */
const NOT_QUITE_YAML =
  /\\u[dD]|\\\/|[0-9]{16}|[eE](?:\+|-)?[0-9]{3}|-0|[\r\n][ \t]*:|[[\p{Cc}\u2028\u2029\ufffe\uffff]--[\r\n\t]]/v

/** JSON text is YAML: reads it the fast way where both agree. Undefined: read it as YAML. */
function readJsonText(text: string): Json | undefined {
  if (!/^[ \r\n]*[{[]/.test(text) || NOT_QUITE_YAML.test(text) || endsWithTab(text)) return undefined
  let value: Json
  try {
    value = parseJsonText(text)
  } catch {
    return undefined
  }
  return countNodes(value, 0) <= MAX_NODES ? value : undefined
}

/** After the value a tab may stand where YAML forbids it: at the start of a line. */
function endsWithTab(text: string): boolean {
  return text.includes('\t', text.trimEnd().length)
}

/**
 * Whether a value comes back as it is when its JSON text, with `<`, `>` and `&` escaped or not, is read as YAML. No in doubt:
 * what is written and read then shows it.
 */
export function survivesYaml(value: Json): boolean {
  return lengthBound(value, 0) * LONGEST_ESCAPE <= MAX_YAML_LENGTH
}

/** Length of `\u003c`. */
const LONGEST_ESCAPE = 6
const LONGEST_KEY = 1000 / LONGEST_ESCAPE
/** Signs that JSON writes as they are, and YAML refuses or takes for the end of a line. */
const NOT_ESCAPED = /[\u007f-\u009f\ufffe\uffff]/
/** One search settles nearly every text. */
const SUSPECT = /[\u007f-\u009f\ud800-\udfff\ufffe\uffff]/
/** At least, so that what is short enough has fewer than {@link MAX_NODES}. */
const SHORTEST_NODE = 4

/** At least the length of the JSON text without escapes of `<`, `>` and `&`; Infinity where it may not come back as it is. */
function lengthBound(value: Json, depth: number): number {
  if (typeof value === 'string') return survivesAsText(value) ? SHORTEST_NODE + value.length * 2 : Infinity
  if (typeof value === 'number') return survivesAsNumber(value) ? LONGEST_NUMBER : Infinity
  if (typeof value !== 'object' || value === null) return SHORTEST_NODE + 1
  if (depth >= MAX_DEPTH) return Infinity
  return isJsonArray(value) ? boundOfItems(value, depth) : boundOfMap(value, depth)
}

function boundOfItems(items: readonly Json[], depth: number): number {
  let length = SHORTEST_NODE
  for (const item of items) length += lengthBound(item, depth + 1)
  return length
}

function boundOfMap(map: JsonObject, depth: number): number {
  if (isBigNumber(map)) return Infinity
  let length = SHORTEST_NODE
  for (const key of Object.keys(map)) {
    if (key.length > LONGEST_KEY || !survivesAsText(key)) return Infinity
    length += SHORTEST_NODE + key.length * 2 + lengthBound(map[key]!, depth + 1)
  }
  return length
}

function survivesAsText(text: string): boolean {
  return !SUSPECT.test(text) || (!NOT_ESCAPED.test(text) && text.isWellFormed())
}

/** Of `-1.234567890123456e-99`. */
const LONGEST_NUMBER = 24

function survivesAsNumber(value: number): boolean {
  return Number.isInteger(value) ? Math.abs(value) < 1e15 : !NOT_QUITE_YAML.test(String(value))
}

/** Infinity for what the slow way refuses or takes otherwise: nesting too deep, keys too long, large numbers (`1e18`). */
function countNodes(value: Json, depth: number): number {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER ? Infinity : 1
  if (typeof value !== 'object' || value === null) return 1
  if (depth >= MAX_DEPTH) return Infinity
  let nodes = 1
  if (isJsonArray(value)) for (const item of value) nodes += countNodes(item, depth + 1)
  else
    for (const key of Object.keys(value))
      nodes += key.length > LONGEST_KEY ? Infinity : countNodes(value[key]!, depth + 1)
  return nodes
}

/** Whether a text was not read for a limit of ours, so that nobody knows what go-yaml makes of it. */
export function isBeyondLimits({ message }: YamlFailure): boolean {
  return / too /.test(message)
}

/** Signs that go-yaml refuses anywhere: control characters but tabs and line ends, U+FFFE, U+FFFF. */
const FORBIDDEN = /[[\p{Cc}\ufffe\uffff]--[\t\n\r\x85]]/v

function readDocument(text: string, numbers: Numbers, extent: Extent): Json {
  const forbidden = FORBIDDEN.exec(text)
  if (forbidden !== null) refuse(forbidden.index, 'control characters are not allowed')
  return parseYaml(text, numbers, extent)
}

/** A document of a file: `line` (from 1) is where its content begins; lines in `result` count from the start of the file too. */
export type YamlDocument = { readonly line: number; readonly result: YamlResult }

/**
 * Reads every document of a file of Kubernetes manifests. Documents are separated before they are read, so that one that cannot be
 * read does not spoil the others; empty ones are left out, and kinds named List are not taken apart. `readPart` reads each of
 * them. Never throws.
 */
export function readYamlDocuments(text: string, readPart = readYaml): YamlDocument[] {
  const documents: YamlDocument[] = []
  for (const { line, part } of splitDocuments(text)) {
    const result = readPart(part)
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
