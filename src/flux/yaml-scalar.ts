import { lossyText } from './go-bytes.ts'

/** What a scalar is after its tag is resolved. `bigint` stands for whole numbers that a double cannot hold. */
export type ScalarValue = null | boolean | number | bigint | string
export type ScalarTag = 'null' | 'bool' | 'int' | 'float' | 'str' | 'timestamp' | 'merge'
export type ResolvedScalar = { readonly tag: ScalarTag; readonly value: ScalarValue }

const WORDS: ReadonlyMap<string, ResolvedScalar> = new Map([
  ...words('bool', true, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']),
  ...words('bool', false, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']),
  ...words('null', null, ['', '~', 'null', 'Null', 'NULL']),
  ...words('float', Number.NaN, ['.nan', '.NaN', '.NAN']),
  ...words('float', Infinity, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']),
  ...words('float', -Infinity, ['-.inf', '-.Inf', '-.INF']),
])

function words(tag: ScalarTag, value: ScalarValue, spellings: string[]): [string, ResolvedScalar][] {
  return spellings.map((spelling) => [spelling, { tag, value }])
}

const MAYBE_SPECIAL = /^[-+0-9.yYnNtTfFoO~]/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
/** Read by Go's ParseFloat, which takes underscores between digits. */
const POINT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/
const SMALL_INTEGER = /^-?(?:0|[1-9][0-9]{0,14})$/
const INTEGER = /^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]+|0|[1-9][0-9]*)$/
const TIMESTAMP =
  /^[0-9]{4}-([0-9]{1,2})-([0-9]{1,2})(?:[Tt ]([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?$/
const INT64_MAX = (1n << 63n) - 1n
const LARGEST: Readonly<Record<string, bigint>> = { '': (1n << 64n) - 1n, '+': INT64_MAX, '-': INT64_MAX + 1n }

/**
 * What go-yaml v2 takes an untagged plain scalar for: YAML 1.1 booleans and octal numbers, 64-bit integers, floats; base sixty and
 * floats out of range stay text. `<<` as a value is text; only as a key it merges.
 */
export function resolvePlain(text: string): ResolvedScalar {
  if (text !== '' && !MAYBE_SPECIAL.test(text)) return { tag: 'str', value: text }
  const word = WORDS.get(text)
  if (word !== undefined) return word
  const first = text.charCodeAt(0)
  if (first > 0x39) return { tag: 'str', value: text }
  if (first === 0x2e)
    return POINT_FLOAT.test(text) ? resolveFloat(text.replaceAll('_', ''), text) : { tag: 'str', value: text }
  if (isTimestamp(text)) return { tag: 'timestamp', value: text }
  return resolveNumber(text)
}

function resolveNumber(text: string): ResolvedScalar {
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  const integer = integerValue(plain)
  if (integer !== null) return { tag: 'int', value: integer }
  return FLOAT.test(plain) ? resolveFloat(plain, text) : { tag: 'str', value: text }
}

function resolveFloat(digits: string, text: string): ResolvedScalar {
  const value = Number(digits)
  return Number.isFinite(value) ? { tag: 'float', value } : { tag: 'str', value: text }
}

/** Null where it is no whole number, or beyond what 64 bits hold: signed, or unsigned where there is no sign. */
function integerValue(text: string): number | bigint | null {
  if (SMALL_INTEGER.test(text)) return Number(text) + 0
  const sign = /^[-+]?/.exec(text)![0]
  const body = text.slice(sign.length)
  if (!INTEGER.test(body)) return null
  const size = BigInt(/^0[0-7]/.test(body) ? `0o${body}` : body)
  if (size > LARGEST[sign]!) return null
  const value = sign === '-' ? -size : size
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function isTimestamp(text: string): boolean {
  const match = text.charCodeAt(4) === 0x2d ? TIMESTAMP.exec(text) : null
  if (match === null) return false
  const [, month, day, hour, minute, second, zone] = match
  if (hour !== undefined && (zone !== undefined) !== !text.includes(' ')) return false
  const days = daysInMonth(Number(text.slice(0, 4)), Number(month))
  if (Number(day) < 1 || Number(day) > days) return false
  return hour === undefined || (Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60)
}

function daysInMonth(year: number, month: number): number {
  if (month < 1 || month > 12) return 0
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

const LONG_TAG = 'tag:yaml.org,2002:'

/**
 * A scalar with a tag, as go-yaml v2 reads it: null where the text does not fit the tag, which is an error. An unknown tag makes
 * it text. `tag` is the full one (`tag:yaml.org,2002:int`).
 */
export function resolveTagged(tag: string, text: string): ResolvedScalar | null {
  const name = tag.startsWith(LONG_TAG) ? tag.slice(LONG_TAG.length) : ''
  if (name === 'binary') return resolveBinary(text)
  if (!['bool', 'int', 'float', 'null', 'timestamp'].includes(name)) return { tag: 'str', value: text }
  const resolved = resolvePlain(text)
  if (resolved.tag === name) return resolved
  const isSigned = resolved.tag === 'int' && (typeof resolved.value !== 'bigint' || resolved.value <= INT64_MAX)
  return name === 'float' && isSigned ? { tag: 'float', value: Number(resolved.value) } : null
}

function resolveBinary(text: string): ResolvedScalar | null {
  const base64 = text.replaceAll(/[\r\n]/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) return null
  return { tag: 'str', value: lossyText(Buffer.from(base64, 'base64')) }
}

/** The text that sigs.k8s.io/yaml makes of a key; null where it refuses it: null, and whole numbers beyond signed 64 bits. */
export function keyText({ value }: ResolvedScalar, isFloat: boolean): string | null {
  if (value === null || (typeof value === 'bigint' && value > INT64_MAX)) return null
  return typeof value === 'number' && isFloat ? goFloat32(value) : String(value)
}

/** A float as Go's FormatFloat(value, 'g', -1, 32) writes it: the shortest text that reads back as the same 32-bit float. */
function goFloat32(value: number): string {
  const single = Math.fround(value)
  if (single === 0) return goFloat(single, 6)
  if (!Number.isFinite(single)) return Number.isNaN(single) ? '.nan' : single > 0 ? '.inf' : '-.inf'
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(single.toPrecision(digits))
    if (Math.fround(short) === single) return goFloat(short, 6)
  }
  return goFloat(Number(single.toPrecision(9)), 6)
}

/**
 * A finite double as Go's FormatFloat(value, 'g', -1) writes it: with an exponent from ten to the power of `threshold` up and
 * below 0.0001, otherwise without.
 */
export function goFloat(value: number, threshold: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < threshold) return plainDecimal(digits, exponent)
  const size = Math.abs(exponent).toString().padStart(2, '0')
  return `${digits}e${exponent < 0 ? '-' : '+'}${size}`
}

function plainDecimal(digits: string, exponent: number): string {
  const sign = digits.startsWith('-') ? '-' : ''
  const all = digits.replace(/[-.]/g, '')
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${all}`
  const whole = all.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const fraction = all.slice(exponent + 1)
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`
}
