import { MAX_DEPTH } from '../model/json.ts'
import { atMarker, isBlank, isBlankOrEnd, isBreak, readBreak, refuse, skipLine, take } from './yaml-chars.ts'
import type { Cursor } from './yaml-chars.ts'
import { scanBlock, scanPlain, scanQuoted } from './yaml-scan-text.ts'

export type TokenKind =
  | 'end'
  | 'directive'
  | 'document-start'
  | 'document-end'
  | 'block-list'
  | 'block-map'
  | 'block-end'
  | 'flow-list'
  | 'flow-list-end'
  | 'flow-map'
  | 'flow-map-end'
  | 'entry'
  | 'comma'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'plain'
  | 'quoted'

/** `value` is the text of a scalar, the name of an anchor, the tag as it is written, or a directive. */
export type Token = { readonly kind: TokenKind; readonly at: number; readonly value: string }

/** Where a key may have begun that only the colon after it reveals. `awaited`: its token is held back until that is known. */
type KeyStart = {
  readonly token: number
  readonly at: number
  readonly lineStart: number
  readonly required: boolean
  awaited: boolean
}

/**
 * The scanner of go-yaml v2, which decides what a document means where YAML 1.1 and 1.2 part. Tokens are made only when they are
 * asked for, so that whatever follows the first document does not matter.
 */
export type Scanner = Cursor & {
  readonly tokens: Token[]
  /** Number of tokens that were taken; the next one is `tokens[taken]`. */
  taken: number
  indent: number
  readonly indents: number[]
  /** One per open bracket, and one outside them. A number is that of the bracket: inside, no key may have begun yet. */
  readonly keys: (KeyStart | number | null)[]
  keyAllowed: boolean
}

export function createScanner(text: string): Scanner {
  const start = text.startsWith('\ufeff') ? 1 : 0
  return {
    text,
    pos: start,
    lineStart: start,
    tokens: [],
    taken: 0,
    indent: -1,
    indents: [],
    keys: [null],
    keyAllowed: true,
  }
}

export function peek(scanner: Scanner): Token {
  while (scanner.taken === scanner.tokens.length || mayBeKey(scanner)) scan(scanner)
  return scanner.tokens[scanner.taken]!
}

export function next(scanner: Scanner): Token {
  const token = peek(scanner)
  scanner.taken += 1
  return token
}

function mayBeKey(scanner: Scanner): boolean {
  if (scanner.tokens.at(-1)!.kind === 'end') return false
  for (const key of scanner.keys) {
    if (isKey(key) && key.awaited && key.token === scanner.taken && isFresh(scanner, key)) return true
  }
  return false
}

function isKey(key: KeyStart | number | null | undefined): key is KeyStart {
  return typeof key === 'object' && key !== null
}

function isFresh(scanner: Scanner, key: KeyStart): boolean {
  if (key.lineStart === scanner.lineStart && isShort(scanner.text, key.at, scanner.pos)) return true
  if (key.required) refuse(key.at, 'a colon is missing after a key')
  return false
}

/** Counted in signs, not in code units. */
function isShort(text: string, from: number, to: number): boolean {
  return to - from <= 1024 || (to - from <= 2048 && Array.from(text.slice(from, to)).length <= 1024)
}

function scan(scanner: Scanner): void {
  skipToToken(scanner)
  unroll(scanner, scanner.pos - scanner.lineStart)
  const { text, pos } = scanner
  if (pos >= text.length) return scanEnd(scanner)
  if (pos === scanner.lineStart && text[pos] === '%') return scanDirective(scanner)
  if (atMarker(scanner)) return scanMarker(scanner)
  const indicator = INDICATORS.get(text[pos]!)
  if (indicator?.(scanner) === true) return
  if (!canBeginPlain(scanner)) refuse(pos, 'a value begins with a reserved character')
  scanText(scanner, 'plain')
}

function skipToToken(scanner: Scanner): void {
  const { text } = scanner
  for (;;) {
    let code = text.charCodeAt(scanner.pos)
    while (code === 0x20 || (code === 0x09 && (inFlow(scanner) || !scanner.keyAllowed))) {
      scanner.pos += 1
      code = text.charCodeAt(scanner.pos)
    }
    if (code === 0x23) skipLine(scanner)
    if (!isBreak(text.charCodeAt(scanner.pos))) return
    readBreak(scanner)
    if (!inFlow(scanner)) scanner.keyAllowed = true
  }
}

function inFlow(scanner: Scanner): boolean {
  return scanner.keys.length > 1
}

function push(scanner: Scanner, kind: TokenKind, value = '', at = scanner.pos): true {
  scanner.tokens.push({ kind, at, value })
  return true
}

/** Closes the blocks that are indented deeper than `column`. */
function unroll(scanner: Scanner, column: number): void {
  if (inFlow(scanner)) return
  while (scanner.indent > column) {
    push(scanner, 'block-end')
    scanner.indent = scanner.indents.pop()!
  }
}

/** Opens a block at `column`, where none is open; its token goes before token number `before`. */
function roll(scanner: Scanner, column: number, kind: TokenKind, before = scanner.tokens.length): void {
  if (inFlow(scanner) || scanner.indent >= column) return
  if (scanner.indents.length > MAX_DEPTH) refuse(scanner.pos, 'the text is nested too deeply')
  scanner.indents.push(scanner.indent)
  scanner.indent = column
  scanner.tokens.splice(before, 0, { kind, at: scanner.pos, value: '' })
}

function saveKey(scanner: Scanner): void {
  if (!scanner.keyAllowed) return
  const { pos: at, lineStart, tokens } = scanner
  dropKey(scanner)
  const required = !inFlow(scanner) && scanner.indent === at - lineStart
  scanner.keys[scanner.keys.length - 1] = { token: tokens.length, at, lineStart, required, awaited: true }
}

function dropKey(scanner: Scanner): void {
  const key = scanner.keys.at(-1)
  if (!isKey(key)) return
  if (key.required) refuse(key.at, 'a colon is missing after a key')
  scanner.keys[scanner.keys.length - 1] = null
}

function scanEnd(scanner: Scanner): void {
  unroll(scanner, -1)
  dropKey(scanner)
  push(scanner, 'end')
}

function leaveBlocks(scanner: Scanner): void {
  unroll(scanner, -1)
  dropKey(scanner)
  scanner.keyAllowed = false
}

/** Too late for a key whose token is taken: its mark comes last. */
function placeOf({ tokens, taken }: Scanner, { token }: KeyStart): number {
  return token < taken ? tokens.length : token
}

const URI = String.raw`(?:[\w\-;/?:@&=+$,.!~*'()[\]]|%[0-7][\da-fA-F]|%[cdCD][\da-fA-F](?:%[89abAB][\da-fA-F])|%[eE][\da-fA-F](?:%[89abAB][\da-fA-F]){2}|%[fF][0-7](?:%[89abAB][\da-fA-F]){3})`
const END = String.raw`(?=[ \t\r\n\x85\u2028\u2029]|$)`
const DIRECTIVE = new RegExp(
  String.raw`%(?:YAML[ \t]+[0-9]{1,2}\.[0-9]{1,2}|TAG[ \t]+!(?:[\w-]*!)?[ \t]+${URI}+${END})[ \t]*(?:#.*)?`,
  'y',
)

function scanDirective(scanner: Scanner): void {
  leaveBlocks(scanner)
  const at = scanner.pos
  const match = take(scanner, DIRECTIVE)
  const atEnd = scanner.pos >= scanner.text.length || isBreak(scanner.text.charCodeAt(scanner.pos))
  if (match === null || !atEnd) refuse(at, 'a directive is malformed')
  push(scanner, 'directive', match[0], at)
}

function scanMarker(scanner: Scanner): void {
  leaveBlocks(scanner)
  push(scanner, scanner.text[scanner.pos] === '-' ? 'document-start' : 'document-end')
  scanner.pos += 3
}

function canBeginPlain({ text, pos, keys }: Scanner): boolean {
  const sign = text[pos]!
  if (sign === '-') return !isBlank(text.charCodeAt(pos + 1))
  if (sign === '?' || sign === ':') return keys.length === 1 && !isBlankOrEnd(text, pos + 1)
  return !isBlankOrEnd(text, pos) && !',[]{}#&*!|>\'"%@`'.includes(sign)
}

function scanText(scanner: Scanner, kind: 'plain' | 'quoted'): true {
  saveKey(scanner)
  const at = scanner.pos
  scanner.keyAllowed = false
  if (kind === 'quoted') return push(scanner, kind, scanQuoted(scanner, scanner.text[at] === "'"), at)
  const { value, atNewLine } = scanPlain(scanner, scanner.indent + 1, inFlow(scanner))
  if (atNewLine) scanner.keyAllowed = true
  return push(scanner, kind, value, at)
}

function scanBlockText(scanner: Scanner): boolean {
  if (inFlow(scanner)) return false
  dropKey(scanner)
  scanner.keyAllowed = true
  const at = scanner.pos
  return push(scanner, 'quoted', scanBlock(scanner, scanner.indent), at)
}

function openFlow(scanner: Scanner, kind: TokenKind): true {
  saveKey(scanner)
  if (scanner.keys.length > MAX_DEPTH + 1) refuse(scanner.pos, 'the text is nested too deeply')
  scanner.keys.push(scanner.tokens.length)
  scanner.keyAllowed = true
  return step(scanner, kind)
}

function closeFlow(scanner: Scanner, kind: TokenKind): true {
  dropKey(scanner)
  if (inFlow(scanner)) stopAwaiting(scanner, scanner.keys.pop())
  scanner.keyAllowed = false
  return step(scanner, kind)
}

/** go-yaml forgets to wait for the colon after brackets in which no key may have begun: `{}: 1` is an empty map, and then a colon. */
function stopAwaiting(scanner: Scanner, closed: KeyStart | number | null | undefined): void {
  const key = scanner.keys.at(-1)
  if (isKey(key) && key.token === closed) key.awaited = false
}

function step(scanner: Scanner, kind: TokenKind): true {
  push(scanner, kind)
  scanner.pos += 1
  return true
}

function scanComma(scanner: Scanner): true {
  dropKey(scanner)
  scanner.keyAllowed = true
  return step(scanner, 'comma')
}

function requireKeyAllowed(scanner: Scanner, message: string): void {
  if (!inFlow(scanner) && !scanner.keyAllowed) refuse(scanner.pos, message)
}

function scanEntry(scanner: Scanner): boolean {
  if (!isBlankOrEnd(scanner.text, scanner.pos + 1)) return false
  requireKeyAllowed(scanner, 'a list is not allowed here')
  roll(scanner, scanner.pos - scanner.lineStart, 'block-list')
  dropKey(scanner)
  scanner.keyAllowed = true
  return step(scanner, 'entry')
}

function scanKey(scanner: Scanner): boolean {
  if (!inFlow(scanner) && !isBlankOrEnd(scanner.text, scanner.pos + 1)) return false
  requireKeyAllowed(scanner, 'a key is not allowed here')
  roll(scanner, scanner.pos - scanner.lineStart, 'block-map')
  dropKey(scanner)
  scanner.keyAllowed = !inFlow(scanner)
  return step(scanner, 'key')
}

function scanValue(scanner: Scanner): boolean {
  if (!inFlow(scanner) && !isBlankOrEnd(scanner.text, scanner.pos + 1)) return false
  const key = scanner.keys.at(-1)
  if (isKey(key) && isFresh(scanner, key)) {
    scanner.tokens.splice(placeOf(scanner, key), 0, { kind: 'key', at: key.at, value: '' })
    roll(scanner, key.at - key.lineStart, 'block-map', placeOf(scanner, key))
    scanner.keys[scanner.keys.length - 1] = null
    scanner.keyAllowed = false
  } else {
    requireKeyAllowed(scanner, 'a nested map is not allowed on this line')
    roll(scanner, scanner.pos - scanner.lineStart, 'block-map')
    scanner.keyAllowed = !inFlow(scanner)
  }
  return step(scanner, 'value')
}

const NAME = /[*&]([\w-]+)(?=[ \t\r\n\x85\u2028\u2029?:,\]}%@`]|$)/y
const TAG = new RegExp(String.raw`!(?:<${URI}+>|[\w-]*!${URI}+|(?![\w-]*!)${URI}*)${END}`, 'y')

function scanProperty(scanner: Scanner, kind: TokenKind, pattern: RegExp): true {
  saveKey(scanner)
  scanner.keyAllowed = false
  const at = scanner.pos
  const match = take(scanner, pattern)
  if (match === null) refuse(at, 'an anchor, an alias or a tag is malformed')
  return push(scanner, kind, match[1] ?? match[0], at)
}

/** Each answers false where its sign is no indicator after all. */
const INDICATORS: ReadonlyMap<string, (scanner: Scanner) => boolean> = new Map([
  ['[', (scanner) => openFlow(scanner, 'flow-list')],
  ['{', (scanner) => openFlow(scanner, 'flow-map')],
  [']', (scanner) => closeFlow(scanner, 'flow-list-end')],
  ['}', (scanner) => closeFlow(scanner, 'flow-map-end')],
  [',', scanComma],
  ['-', scanEntry],
  ['?', scanKey],
  [':', scanValue],
  ['*', (scanner) => scanProperty(scanner, 'alias', NAME)],
  ['&', (scanner) => scanProperty(scanner, 'anchor', NAME)],
  ['!', (scanner) => scanProperty(scanner, 'tag', TAG)],
  ['|', scanBlockText],
  ['>', scanBlockText],
  ["'", (scanner) => scanText(scanner, 'quoted')],
  ['"', (scanner) => scanText(scanner, 'quoted')],
] satisfies [string, (scanner: Scanner) => boolean][])
