import { BLANK, blankPassages, unquote } from './secret-passages.ts'
import { keyFacts } from './sensitive-keys.ts'
import { isReferenceValue, isSecretText } from './sensitive-values.ts'

/** `--password=x`, `PASSWORD="x"`; `==` and `=~` are comparisons. */
const ASSIGNMENT =
  /(?<![\w.$-])((?:--?)?[A-Za-z_][\w.-]{0,80})=(?![=~])("[^"\n]{0,4096}"|'[^'\n]{0,4096}'|[^\s;&,"'`)<>]{1,4096})/g
/** What follows a flag that is only spoken of: `set --token to ...`. */
const PROSE = /^(?:to|is|or|and|if|for|from|in|as|with|when|on|flag|flags|option|argument|parameter)[.,;:)]?$/
const FLAG = /(?<![\w-])(--?[A-Za-z][\w.-]{0,80})[ \t]+("[^"\n]{0,4096}"|'[^'\n]{0,4096}'|[^\s"'-][^\s"']{0,4096})/g
const JSON_PAIR = /(\\{0,3}")([\w.-]{1,80})\1\s*:\s*\1((?:(?!\1)[^\n]){1,4096})\1/g
/** A default in a post-build variable: `${password:-x}`. */
const DEFAULT = /\$\{([A-Za-z_]\w{0,80})(:?[-=])([^{}\n]{1,4096})\}/g

/** An entry of a flow mapping: `{password: x, ...}`. */
const FLOW = /([{,]\s*["']?([\w.-]{1,80})["']?\s*:\s+)([^,{}\n]{1,4096})/g
const LINE = /^(\s*(?:- +)*)(["']?)([\w.\-/$]{1,120})\2(\s*(?::(?=\s|$)|=(?![=~]))\s*)(.*?)(\s*)$/
const BLOCK_SCALAR = /^[|>][-+0-9]{0,2}(?:\s+#.*)?$/

/** Running text with the values of `password=x`, `--token x`, `"secret": "x"` and `${password:-x}` replaced by `***`. */
export function blankAssignments(text: string): string {
  let blanked = blankPassages(text)
  if (blanked.includes('${')) {
    blanked = blanked.replace(DEFAULT, (whole, name: string, sign: string, value: string) =>
      isSecret(name, value) ? `\${${name}${sign}${BLANK}}` : whole,
    )
  }
  if (blanked.includes('=')) {
    blanked = blanked.replace(ASSIGNMENT, (_whole, name: string, value: string) =>
      isSecret(name, unquote(value)) ? `${name}=${BLANK}` : `${name}=${blankInner(value)}`,
    )
  }
  if (blanked.includes('-')) {
    blanked = blanked.replace(FLAG, (whole, name: string, value: string) =>
      keyFacts(name).level >= 3 && !PROSE.test(value) && isSecret(name, unquote(value)) ? `${name} ${BLANK}` : whole,
    )
  }
  if (!blanked.includes('"')) return blanked
  return blanked.replace(JSON_PAIR, (whole, quote: string, name: string, value: string) =>
    isSecret(name, value) ? `${quote}${name}${quote}: ${quote}${BLANK}${quote}` : whole,
  )
}

/** `--set=auth.password=x`: what is assigned may itself be an assignment. */
function blankInner(value: string): string {
  return value.replace(ASSIGNMENT, (whole, name: string, inner: string) =>
    isSecret(name, unquote(inner)) ? `${name}=${BLANK}` : whole,
  )
}

function isSecret(name: string, value: string): boolean {
  return value !== BLANK && isSecretText(keyFacts(name).level, value)
}

/** Where the lines of a document that cannot be parsed stand: which of them belong to a secret above. */
type Reading = {
  /** Lines indented deeper than this are part of a secret block scalar. */
  block: number | null
  /** Values of lines indented deeper than this are Secret data. */
  data: number | null
  /** A `- name: PASSWORD` was read; the next `value:` is its value. */
  named: string | null
  secretKind: boolean
}

/**
 * A document that cannot be parsed (Go templates, broken YAML), line by line: values of sensitive keys, of Secret data and of
 * `name: PASSWORD` / `value: x` pairs are replaced by `***`.
 */
export function blankLines(text: string): string {
  const lines = text.split('\n')
  const reading: Reading = { block: null, data: null, named: null, secretKind: false }
  return lines
    .map((line) =>
      line.replace(FLOW, (whole, lead: string, key: string, value: string) =>
        isSecret(key, unquote(value.trim())) ? lead + BLANK : whole,
      ),
    )
    .map((line, at) => {
      if (/^---(?:\s|$)/.test(line) || at === 0)
        Object.assign(reading, { block: null, data: null, named: null, secretKind: isSecretChunk(lines, at) })
      return blankLine(line, reading)
    })
    .join('\n')
}

/** Whether the document that begins at this line says `kind: Secret`, before or after its data. */
function isSecretChunk(lines: readonly string[], start: number): boolean {
  for (let at = start; at < lines.length; at += 1) {
    if (at > start && /^---(?:\s|$)/.test(lines[at]!)) return false
    if (/^\s*(?:- +)?["']?kind["']?:\s*["']?Secret["']?\s*(?:#.*)?$/.test(lines[at]!)) return true
  }
  return false
}

function blankLine(line: string, reading: Reading): string {
  if (line.trim() === '') return line
  const indent = line.length - line.trimStart().length
  if (reading.block !== null && indent > reading.block)
    return line.slice(0, indent) + (isReferenceValue(line.trim()) ? line.trim() : BLANK)
  reading.block = null
  if (reading.data !== null && indent <= reading.data) reading.data = null
  const parts = LINE.exec(line)
  if (parts === null) return reading.data === null ? line : line.slice(0, indent) + blankUnlessReference(line.trim())
  return blankPair(line, parts, reading, indent)
}

function blankPair(line: string, parts: RegExpExecArray, reading: Reading, indent: number): string {
  const [lead, key, value, end] = [parts[1]!, parts[3]!, parts[5]!, parts[6]!]
  const secret = reading.data !== null || isSecretKey(key, value, reading)
  noteName(key, value, reading)
  if (value === '' || BLOCK_SCALAR.test(value)) {
    if (secret && value !== '') reading.block = indent + lead.trimStart().length
    if (reading.data === null && opensSecretData(key, reading)) reading.data = indent
    return line
  }
  if (!secret || isReferenceValue(unquote(value))) return line
  return line.slice(0, line.length - end.length - value.length) + BLANK + end
}

function opensSecretData(key: string, reading: Reading): boolean {
  return key === 'stringData' || (key === 'data' && reading.secretKind)
}

function isSecretKey(key: string, value: string, reading: Reading): boolean {
  const name = key === 'value' && reading.named !== null ? reading.named : key
  const level = keyFacts(name).level
  return BLOCK_SCALAR.test(value) ? level >= 2 : isSecretText(level, unquote(value))
}

function noteName(key: string, value: string, reading: Reading): void {
  if (key === 'name' || key === 'key') reading.named = unquote(value)
  else if (key === 'value') reading.named = null
}

function blankUnlessReference(text: string): string {
  return isReferenceValue(text) || /^[#{[]|^-$/.test(text) ? text : BLANK
}
