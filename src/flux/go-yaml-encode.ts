import { isBigNumber, isJsonArray } from '../model/json.ts'
import type { BigNumber, Json, JsonObject } from '../model/json.ts'
import { createWriter, indented, isSimpleKey, writeIndent, writeIndicator, writeText } from './go-yaml-writer.ts'
import type { Writer } from './go-yaml-writer.ts'
import { goFloat, resolvePlain } from './yaml-scalar.ts'

/** Order of the keys of a map: `bytes` as Flux sorts Helm values, `natural` as go-yaml sorts maps (`a9` before `a10`). */
export type KeyOrder = 'bytes' | 'natural'

/**
 * The YAML text that go-yaml v2 writes, to the byte: two spaces, dashes flush with their key, lines folded near column 80, text
 * quoted only where it would be read as something else. Numbers are doubles: whole ones within 64 bits are written as integers.
 */
export function encodeGoYaml(value: Json, order: KeyOrder): string {
  const writer = createWriter()
  writeNode(writer, value, { order, inMap: false })
  writeIndent(writer)
  return writer.out.join('')
}

type Context = { readonly order: KeyOrder; readonly inMap: boolean }

function writeNode(writer: Writer, value: Json, context: Context): void {
  if (typeof value === 'string') writeText(writer, value, { quoted: needsQuotes(value), asKey: false })
  else if (typeof value !== 'object' || value === null || isBigNumber(value)) {
    writeText(writer, scalarText(value), { quoted: false, asKey: false })
  } else if (isJsonArray(value)) writeList(writer, value, context)
  else writeMap(writer, value, context)
}

function scalarText(value: null | boolean | number | BigNumber): string {
  if (typeof value === 'number') return numberText(value)
  return typeof value === 'object' && value !== null ? value.$number : String(value)
}

function numberText(value: number): string {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) return BigInt(value).toString()
  return goFloat(value, 6)
}

const BASE_SIXTY = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

function needsQuotes(text: string): boolean {
  return text === '' || resolvePlain(text).tag !== 'str' || BASE_SIXTY.test(text)
}

function writeList(writer: Writer, items: readonly Json[], { order, inMap }: Context): void {
  if (items.length === 0) return writeIndicator(writer, '[]', true)
  const write = () => {
    for (const item of items) {
      writeIndent(writer)
      writeIndicator(writer, '-', true, true)
      writeNode(writer, item, { order, inMap: false })
    }
  }
  if (inMap && !writer.indenting) write()
  else indented(writer, 0, write)
}

function writeMap(writer: Writer, map: JsonObject, { order }: Context): void {
  const keys = sortedKeys(map, order)
  if (keys.length === 0) return writeIndicator(writer, '{}', true)
  indented(writer, 0, () => {
    for (const key of keys) {
      writeIndent(writer)
      const simple = isSimpleKey(key)
      if (!simple) writeIndicator(writer, '?', true, true)
      writeText(writer, key, { quoted: needsQuotes(key), asKey: simple })
      if (!simple) writeIndent(writer)
      writeIndicator(writer, ':', !simple, !simple)
      writeNode(writer, map[key]!, { order, inMap: true })
    }
  })
}

function sortedKeys(map: JsonObject, order: KeyOrder): string[] {
  return Object.keys(map).sort(order === 'bytes' ? compareBytes : compareNaturally)
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

const LETTER = /^\p{L}$/u
const DIGITS = /^\p{Nd}*/u

/** go-yaml's order of keys: letters after everything else, runs of digits by their number. */
function compareNaturally(a: string, b: string): number {
  const left = Array.from(a)
  const right = Array.from(b)
  const at = left.findIndex((sign, index) => sign !== right[index])
  if (at < 0 || at >= right.length) return left.length - right.length
  const [l, r] = [left[at]!, right[at]!]
  const letters = Number(LETTER.test(l)) - Number(LETTER.test(r))
  if (letters !== 0) return letters
  if (LETTER.test(l)) return l.codePointAt(0)! - r.codePointAt(0)!
  return compareDigits(left, right, at) || l.codePointAt(0)! - r.codePointAt(0)!
}

function compareDigits(left: readonly string[], right: readonly string[], at: number): number {
  const afterNumber = (left[at] === '0' || right[at] === '0') && /(?!0)\p{Nd}0*$/u.test(left.slice(0, at).join(''))
  const [a, b] = [left, right].map((signs) => Array.from(DIGITS.exec(signs.slice(at).join(''))![0]))
  const difference = numberOf(a!, afterNumber) - numberOf(b!, afterNumber)
  return difference === 0n ? a!.length - b!.length : difference < 0n ? -1 : 1
}

/** Any digit counts by its distance from 0, and 64 bits overflow, as in Go. */
function numberOf(digits: readonly string[], afterNumber: boolean): bigint {
  const from = afterNumber ? 1n : 0n
  return digits.reduce((sum, digit) => BigInt.asIntN(64, sum * 10n + BigInt(digit.codePointAt(0)! - 0x30)), from)
}
