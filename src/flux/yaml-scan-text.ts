import {
  atMarker,
  isBlank,
  isBlankOrEnd,
  isBreak,
  plainRunEnd,
  readBreak,
  refuse,
  skipLine,
  take,
} from './yaml-chars.ts'
import type { Cursor } from './yaml-chars.ts'

/** Text that was scanned, and whether a line end follows it directly (then a key may begin). */
export type ScannedText = { readonly value: string; readonly atNewLine: boolean }

type Gap = { readonly text: string; readonly broke: boolean }

/** Plain text over one or more lines, indented by at least `indent` outside brackets. */
export function scanPlain(cursor: Cursor, indent: number, inFlow: boolean): ScannedText {
  const { text } = cursor
  let value = ''
  let gap: Gap = { text: '', broke: false }
  while (!atMarker(cursor) && text.charCodeAt(cursor.pos) !== 0x23) {
    const end = plainRunEnd(text, cursor.pos, inFlow)
    if (end > cursor.pos) {
      value += gap.text + text.slice(cursor.pos, end)
      gap = { text: '', broke: false }
      cursor.pos = end
    }
    if (!isGap(cursor)) break
    gap = readGap(cursor, indent)
    if (!inFlow && cursor.pos - cursor.lineStart < indent) break
  }
  return { value, atNewLine: gap.broke }
}

function isGap({ text, pos }: Cursor): boolean {
  const code = text.charCodeAt(pos)
  return isBlank(code) || isBreak(code)
}

/** Blanks and line ends between two words: one line end is a space, more of them are one newline less. */
function readGap(cursor: Cursor, indent: number): Gap {
  const { text } = cursor
  const start = cursor.pos
  while (isBlank(text.charCodeAt(cursor.pos))) cursor.pos += 1
  if (!isBreak(text.charCodeAt(cursor.pos))) return { text: text.slice(start, cursor.pos), broke: false }
  const first = readBreak(cursor)
  const more = readEmptyLines(cursor, indent)
  return { text: first === '\n' ? more || ' ' : first + more, broke: true }
}

/** The line ends of empty lines; the blanks in them and before the next word are dropped. */
function readEmptyLines(cursor: Cursor, indent: number): string {
  const { text } = cursor
  let breaks = ''
  for (let code = text.charCodeAt(cursor.pos); isBlank(code) || isBreak(code); code = text.charCodeAt(cursor.pos)) {
    if (isBreak(code)) breaks += readBreak(cursor)
    else {
      if (code === 0x09 && cursor.pos - cursor.lineStart < indent) refuse(cursor.pos, 'a tab is used as indentation')
      cursor.pos += 1
    }
  }
  return breaks
}

/** Text in quotes; the cursor stands at the opening one. */
export function scanQuoted(cursor: Cursor, single: boolean): string {
  const start = cursor.pos
  const ordinary = single ? SINGLE_RUN : DOUBLE_RUN
  let value = ''
  cursor.pos += 1
  for (;;) {
    value += take(cursor, ordinary)![0]
    if (cursor.pos >= cursor.text.length) refuse(start, 'a closing quote is missing')
    const sign = cursor.text[cursor.pos]!
    if (sign === '\\') value += readEscape(cursor)
    else if (sign !== "'" && sign !== '"') {
      value += readGap(cursor, 0).text
      if (atMarker(cursor)) refuse(start, 'a closing quote is missing')
    } else {
      cursor.pos += 1
      if (!single || cursor.text[cursor.pos] !== "'") return value
      value += "'"
      cursor.pos += 1
    }
  }
}

const SINGLE_RUN = /[^' \t\r\n\x85\u2028\u2029]*/y
const DOUBLE_RUN = /[^"\\ \t\r\n\x85\u2028\u2029]*/y

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])

const CODE = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})/y

function readEscape(cursor: Cursor): string {
  const start = cursor.pos
  cursor.pos += 1
  if (isBreak(cursor.text.charCodeAt(cursor.pos))) {
    readBreak(cursor)
    const breaks = readEmptyLines(cursor, 0)
    if (atMarker(cursor)) refuse(start, 'a closing quote is missing')
    return breaks
  }
  const simple = ESCAPES.get(cursor.text[cursor.pos] ?? '')
  if (simple !== undefined) {
    cursor.pos += 1
    return simple
  }
  const match = take(cursor, CODE)
  const code = match === null ? Number.NaN : Number.parseInt(match[1] ?? match[2] ?? match[3]!, 16)
  if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) refuse(start, 'an escape in double quotes is unknown')
  return String.fromCodePoint(code)
}

const BLOCK_HEADER = /[|>](?:([-+])([0-9]?)|([0-9])([-+]?))?[ \t]*/y

/** A literal or folded block; the cursor stands at its indicator. `parentIndent` is -1 at the top. */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const start = cursor.pos
  const [, chomp1, digit1, digit2, chomp2] = take(cursor, BLOCK_HEADER)!
  const chomp = chomp1 ?? chomp2 ?? ''
  const digit = digit1 ?? digit2 ?? ''
  if (cursor.text[cursor.pos] === '#') skipLine(cursor)
  if (digit === '0' || !isBlankOrEnd(cursor.text, cursor.pos) || isBlank(cursor.text.charCodeAt(cursor.pos))) {
    refuse(start, 'a block indicator is malformed')
  }
  if (cursor.pos < cursor.text.length) readBreak(cursor)
  const block = { cursor, indent: digit === '' ? 0 : Math.max(parentIndent, 0) + Number(digit) }
  const before = readBlockBreaks(block, parentIndent)
  return readBlockLines(block, cursor.text[start] === '|', chomp, before)
}

type Block = { readonly cursor: Cursor; indent: number }

function readBlockLines(block: Block, literal: boolean, chomp: string, before: string): string {
  const { cursor } = block
  const { text } = cursor
  let value = ''
  let lineEnd = ''
  let breaks = before
  let wasBlank = false
  while (cursor.pos - cursor.lineStart === block.indent && cursor.pos < text.length) {
    const startsBlank = isBlank(text.charCodeAt(cursor.pos))
    const folds = !literal && lineEnd === '\n' && !wasBlank && !startsBlank
    value += folds ? breaks || ' ' : lineEnd + breaks
    wasBlank = startsBlank
    const start = cursor.pos
    skipLine(cursor)
    value += text.slice(start, cursor.pos)
    lineEnd = cursor.pos < text.length ? readBreak(cursor) : ''
    breaks = readBlockBreaks(block, 0)
  }
  if (chomp === '-') return value
  return chomp === '+' ? value + lineEnd + breaks : value + lineEnd
}

/** Steps over indentation and empty lines, and finds out the indentation where it is not known yet (0). */
function readBlockBreaks(block: Block, parentIndent: number): string {
  const { cursor } = block
  const { text } = cursor
  let breaks = ''
  let widest = 0
  for (;;) {
    const limit = block.indent === 0 ? Infinity : cursor.lineStart + block.indent
    while (cursor.pos < limit && text.charCodeAt(cursor.pos) === 0x20) cursor.pos += 1
    widest = Math.max(widest, cursor.pos - cursor.lineStart)
    const code = text.charCodeAt(cursor.pos)
    if (code === 0x09 && cursor.pos < limit) refuse(cursor.pos, 'a tab is used as indentation')
    if (!isBreak(code)) break
    breaks += readBreak(cursor)
  }
  if (block.indent === 0) block.indent = Math.max(widest, parentIndent + 1, 1)
  return breaks
}
