/** Where a scanner stands in a text. A column is `pos - lineStart`. */
export type Cursor = { readonly text: string; pos: number; lineStart: number }

const BLANK = 1
const BREAK = 2
const FLOW = 4
const CLASSES = classes()

function classes(): Uint8Array {
  const table = new Uint8Array(128)
  for (const sign of ' \t') table[sign.charCodeAt(0)] = BLANK
  for (const sign of '\n\r') table[sign.charCodeAt(0)] = BREAK
  for (const sign of ',?[]{}') table[sign.charCodeAt(0)] = FLOW
  return table
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** Line ends of YAML 1.1: LF, CR, NEL, LS, PS. */
export function isBreak(code: number): boolean {
  return code < 0x80 ? CLASSES[code] === BREAK : code === 0x85 || code === 0x2028 || code === 0x2029
}

/** Whether a blank, a line end or the end of the text stands at `pos`. */
export function isBlankOrEnd(text: string, pos: number): boolean {
  const code = text.charCodeAt(pos)
  return Number.isNaN(code) || isBlank(code) || isBreak(code)
}

/** Where the run of plain text that begins at `pos` ends: at a blank, a line end, `: `, or an indicator inside brackets. */
export function plainRunEnd(text: string, from: number, inFlow: boolean): number {
  let pos = from
  for (; pos < text.length; pos += 1) {
    const code = text.charCodeAt(pos)
    if (code >= 0x80) {
      if (isBreak(code)) break
      continue
    }
    const kind = CLASSES[code]!
    if (kind === BLANK || kind === BREAK || (kind === FLOW && inFlow)) break
    if (code === 0x3a && isBlankOrEnd(text, pos + 1)) break
  }
  return pos
}

/** Reads the line end at the cursor: a newline, but for LS and PS, which stay what they are. */
export function readBreak(cursor: Cursor): string {
  const code = cursor.text.charCodeAt(cursor.pos)
  cursor.pos += code === 0x0d && cursor.text.charCodeAt(cursor.pos + 1) === 0x0a ? 2 : 1
  cursor.lineStart = cursor.pos
  return code < 0x2028 ? '\n' : String.fromCharCode(code)
}

export function skipLine(cursor: Cursor): void {
  const { text } = cursor
  while (cursor.pos < text.length && !isBreak(text.charCodeAt(cursor.pos))) cursor.pos += 1
}

/** Whether the cursor stands at `---` or `...` at the start of a line. */
export function atMarker({ text, pos, lineStart }: Cursor): boolean {
  if (pos !== lineStart) return false
  const code = text.charCodeAt(pos)
  if (code !== 0x2d && code !== 0x2e) return false
  return text.charCodeAt(pos + 1) === code && text.charCodeAt(pos + 2) === code && isBlankOrEnd(text, pos + 3)
}

/** Matches a sticky pattern at the cursor and steps over it; null where it does not match. */
export function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.pos
  const match = pattern.exec(cursor.text)
  if (match !== null) cursor.pos = pattern.lastIndex
  return match
}

/** Ends the reading of a text; caught where the reading began. `message` must not quote the text. */
export function refuse(offset: number, message: string): never {
  throw new SyntaxError(message, { cause: offset })
}
