/** Where a writer of YAML stands, as libyaml's emitter keeps it: it decides where lines break. */
export type Writer = {
  readonly out: string[]
  column: number
  /** Indentation of the block that is open; -1 at the top. */
  indent: number
  /** Whether the last thing written was a blank or an indentation. */
  blank: boolean
  /** Whether only indentation and indicators stand on this line. */
  indenting: boolean
}

const BEST_WIDTH = 80
const STEP = 2

export function createWriter(): Writer {
  return { out: [], column: 0, indent: -1, blank: true, indenting: true }
}

export function put(writer: Writer, sign: string): void {
  writer.out.push(sign)
  writer.column += 1
}

function putBreak(writer: Writer, sign = '\n'): void {
  writer.out.push(sign)
  writer.column = 0
}

/** Goes to the indentation of the open block, on a new line where something stands on this one. */
export function writeIndent(writer: Writer): void {
  const indent = Math.max(writer.indent, 0)
  const { column } = writer
  if (!writer.indenting || column > indent || (column === indent && !writer.blank)) putBreak(writer)
  while (writer.column < indent) put(writer, ' ')
  writer.blank = true
  writer.indenting = true
}

export function writeIndicator(writer: Writer, text: string, spaced: boolean, keepsIndenting = false): void {
  if (spaced && !writer.blank) put(writer, ' ')
  writer.out.push(text)
  writer.column += text.length
  writer.blank = false
  writer.indenting &&= keepsIndenting
}

/** Runs `write` in a block that is one step deeper; `top` is the indentation of the outermost one. */
export function indented(writer: Writer, top: number, write: () => void): void {
  const before = writer.indent
  writer.indent = before < 0 ? top : before + STEP
  write()
  writer.indent = before
}

const BREAKS = '\n\r\x85\u2028\u2029'

const NEEDS_ESCAPE = /[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|["\\]/

/** What a text allows, as libyaml's emitter analyses it. */
type Analysis = { plain: boolean; single: boolean; block: boolean; multiline: boolean }

const START_INDICATOR = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$))/
const INNER_INDICATOR = /:(?:[ \t]|$)|[\s\x85]#/
/** All that go-yaml v2 writes as it is: not even signs beyond 16 bits. */
const UNPRINTABLE = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/

function analyse(text: string): Analysis {
  if (text === '') return { plain: true, single: true, block: false, multiline: false }
  const multiline = /[\n\r\x85\u2028\u2029]/.test(text)
  const spaceBreak = / [\n\r\x85\u2028\u2029]/.test(text)
  const breakSpace = /[\n\r\x85\u2028\u2029] /.test(text)
  const special = UNPRINTABLE.test(text)
  const edge = text.startsWith(' ') || text.endsWith(' ')
  return {
    plain: !(edge || multiline || special || START_INDICATOR.test(text) || INNER_INDICATOR.test(text)),
    single: !(breakSpace || spaceBreak || special),
    block: !(text.endsWith(' ') || spaceBreak || special),
    multiline,
  }
}

/** Keys longer than this, in bytes, or with line ends are written after a question mark. */
export function isSimpleKey(text: string): boolean {
  return !analyse(text).multiline && Buffer.byteLength(text) <= 128
}

/** `quoted`: plain text would be taken for something else. `asKey`: a simple key, in which lines may not break. */
export function writeText(writer: Writer, text: string, { quoted, asKey }: { quoted: boolean; asKey: boolean }): void {
  const allowed = analyse(text)
  const width = asKey ? Infinity : BEST_WIDTH
  const before = writer.indent
  writer.indent = before < 0 ? STEP : before + STEP
  if (text.includes('\n') && allowed.block && !asKey) writeLiteral(writer, text)
  else if (text.includes('\n') || quoted) writeDouble(writer, text, width)
  else if (allowed.plain) writePlain(writer, text, width)
  else if (allowed.single) writeSingle(writer, text, width)
  else writeDouble(writer, text, width)
  writer.indent = before
}

/** Whether the line may end at the space at `at`: past `width`, and not at a second space. */
function folds(writer: Writer, text: string, at: number, width: number): boolean {
  return writer.column > width && text[at] === ' ' && text[at - 1] !== ' '
}

function writePlain(writer: Writer, text: string, width: number): void {
  if (!writer.blank) put(writer, ' ')
  for (const [at, sign] of signs(text)) {
    if (folds(writer, text, at, width) && text[at + 1] !== ' ') writeIndent(writer)
    else put(writer, sign)
    if (sign !== ' ') writer.indenting = false
  }
  writer.blank = false
  writer.indenting = false
}

/** Every sign with the index of its first code unit. */
function* signs(text: string): Generator<[number, string]> {
  let at = 0
  for (const sign of text) {
    yield [at, sign]
    at += sign.length
  }
}

function writeSingle(writer: Writer, text: string, width: number): void {
  writeIndicator(writer, "'", true)
  let afterBreak = false
  for (const [at, sign] of signs(text)) {
    if (sign === ' ') writeSingleSpace(writer, text, at, width)
    else if (BREAKS.includes(sign)) {
      putBreak(writer, sign)
      writer.indenting = true
      afterBreak = true
    } else {
      if (afterBreak) writeIndent(writer)
      if (sign === "'") put(writer, sign)
      put(writer, sign)
      writer.indenting = false
      afterBreak = false
    }
  }
  writeIndicator(writer, "'", false)
}

function writeSingleSpace(writer: Writer, text: string, at: number, width: number): void {
  const inside = at > 0 && at < text.length - 1 && text[at + 1] !== ' '
  if (inside && folds(writer, text, at, width)) writeIndent(writer)
  else put(writer, ' ')
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\0', '0'],
  ['\x07', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\x1b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\x85', 'N'],
  ['\xa0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
])

function writeDouble(writer: Writer, text: string, width: number): void {
  writeIndicator(writer, '"', true)
  // go-yaml looks for the byte order mark at the start of the text, not at the sign it writes: then it escapes all of them.
  const escapesAll = text.startsWith('\ufeff')
  for (const [at, sign] of signs(text)) {
    if (escapesAll || NEEDS_ESCAPE.test(sign)) for (const part of escape(sign)) put(writer, part)
    else if (at > 0 && at < text.length - 1 && folds(writer, text, at, width)) {
      writeIndent(writer)
      if (text[at + 1] === ' ') put(writer, '\\')
    } else put(writer, sign)
  }
  writeIndicator(writer, '"', false)
}

function escape(sign: string): string {
  const short = ESCAPES.get(sign)
  if (short !== undefined) return `\\${short}`
  const code = sign.codePointAt(0)!
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function writeLiteral(writer: Writer, text: string): void {
  writeIndicator(writer, '|', true)
  if (text.startsWith(' ') || BREAKS.includes(text[0]!)) writeIndicator(writer, String(STEP), false)
  const last = BREAKS.includes(text.at(-1)!)
  const chomp = !last ? '-' : text.length === 1 || BREAKS.includes(text.at(-2)!) ? '+' : ''
  writeIndicator(writer, chomp, false)
  putBreak(writer)
  writer.indenting = true
  writer.blank = true
  let afterBreak = true
  for (const [, sign] of signs(text)) {
    const isBreak = BREAKS.includes(sign)
    if (isBreak) putBreak(writer, sign)
    else {
      if (afterBreak) writeIndent(writer)
      put(writer, sign)
    }
    writer.indenting = isBreak
    afterBreak = isBreak
  }
}
