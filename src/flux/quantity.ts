/** `binary`: Ki to Ei, `decimal`: n to E or none, `exponent`: e3. */
type Format = 'binary' | 'decimal' | 'exponent'

/** `digits` times ten to the power of `exponent`; no zeros at the end of `digits`, and 0 has the exponent 0. */
type Amount = { readonly digits: bigint; readonly exponent: number }
type Quantity = Amount & { readonly format: Format; readonly asWritten: boolean }
type Suffix = { readonly format: Format; readonly base: 2 | 10; readonly exponent: number }

const DECIMAL: readonly string[] = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const NANO = -9
const BINARY_CAP = (1n << 63n) - 1n
const GRAMMAR = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/

/** Longest text that is read; longer ones would cost time without meaning anything. */
const MAX_LENGTH = 256

/** Whether both are Kubernetes quantities of the same size: `1000m` and `1`. False where one cannot be read. */
export function quantitiesEqual(a: string, b: string): boolean {
  return compareQuantities(a, b) === 0
}

/** -1, 0 or 1 as Quantity.Cmp of apimachinery answers, by exact size and not by text; null where one cannot be read. */
export function compareQuantities(a: string, b: string): -1 | 0 | 1 | null {
  const left = parseQuantity(a)
  const right = parseQuantity(b)
  return left === null || right === null ? null : compareAmounts(left, right)
}

/** One text for all quantities of one size, however written; null where it is none. */
export function quantitySize(text: string): string | null {
  const quantity = parseQuantity(text)
  return quantity === null ? null : `${quantity.digits}e${quantity.exponent}`
}

/**
 * The canonical form of a Kubernetes quantity (`1000m` is `1`, `1024Ki` is `1Mi`, `1.5` is `1500m`); null where it is none. From 1000E up
 * it is of another size: apimachinery then leaves the suffix out.
 */
export function canonicalQuantity(text: string): string | null {
  const quantity = parseQuantity(text)
  return quantity === null ? null : canonicalText(quantity)
}

/**
 * What Kubernetes writes for a quantity that it has read: the canonical form, but for some texts that it keeps as they were
 * (`+5`, `007`, `1.500`), which is why equal quantities can be written differently by one API server. Null where it is none.
 */
export function storedQuantity(text: string): string | null {
  const quantity = parseQuantity(text)
  if (quantity === null) return null
  return quantity.asWritten ? text : canonicalText(quantity)
}

function parseQuantity(text: string): Quantity | null {
  const match = text === '' || text.length > MAX_LENGTH ? null : GRAMMAR.exec(text)
  if (match === null) return null
  const [, sign = '', whole = '', decimals = '', suffixText = ''] = match
  const suffix = parseSuffix(suffixText)
  return suffix === null ? null : quantityOf(suffix, sign === '-', whole, decimals)
}

function quantityOf(suffix: Suffix, negative: boolean, written: string, decimals: string): Quantity | null {
  const whole = written.replace(/^0+/, '') || '0'
  const short = isShort(suffix, whole, decimals)
  if (!short && written + decimals === '') return null
  const { digits, exponent } = limit(amountOf(suffix, whole, decimals), suffix.format)
  const asWritten = short && isKeptAsWritten(suffix, whole, decimals)
  return { digits: negative ? -digits : digits, exponent, format: suffix.format, asWritten }
}

function amountOf(suffix: Suffix, whole: string, decimals: string): Amount {
  const digits = BigInt(whole + decimals)
  if (suffix.base === 10) return { digits, exponent: suffix.exponent - decimals.length }
  return { digits: digits << BigInt(suffix.exponent), exponent: -decimals.length }
}

function parseSuffix(text: string): Suffix | null {
  const decimal = DECIMAL.indexOf(text)
  if (decimal >= 0) return { format: 'decimal', base: 10, exponent: decimal * 3 + NANO }
  const binary = BINARY.indexOf(text)
  if (binary >= 0) return { format: 'binary', base: 2, exponent: binary * 10 }
  if (!/^[eE][-+]?[0-9]+$/.test(text)) return null
  const exponent = BigInt(text.slice(1).replace('+', ''))
  if (BigInt.asIntN(64, exponent) !== exponent) return null
  return { format: 'exponent', base: 10, exponent: Number(BigInt.asIntN(32, exponent)) }
}

/** Whether apimachinery reads it through 64-bit integers; only there may digits be missing and the text be kept. */
function isShort(suffix: Suffix, whole: string, decimals: string): boolean {
  if (suffix.base === 2) return decimals === '' && 14 - whole.length - Math.trunc((suffix.exponent * 3) / 10) >= 0
  return whole.length + decimals.length <= 18 && suffix.exponent - decimals.length >= NANO
}

function isKeptAsWritten(suffix: Suffix, whole: string, decimals: string): boolean {
  if (suffix.base === 2) return (BigInt(whole) & 7n) !== 0n
  const digits = whole + decimals
  return (suffix.exponent - decimals.length) % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
}

/** Nothing is smaller than one billionth (rounded up), and no binary quantity is larger than 64 bits. */
function limit(amount: Amount, format: Format): Amount {
  const limited = normalize(amount.exponent < NANO ? roundUpToNano(amount) : amount)
  const cap = normalize({ digits: BINARY_CAP, exponent: 0 })
  return format === 'binary' && compareAmounts(limited, cap) > 0 ? cap : limited
}

function roundUpToNano({ digits, exponent }: Amount): Amount {
  const places = NANO - exponent
  if (digits === 0n) return { digits, exponent: NANO }
  if (places > MAX_LENGTH * 2) return { digits: 1n, exponent: NANO }
  const unit = 10n ** BigInt(places)
  return { digits: (digits + unit - 1n) / unit, exponent: NANO }
}

function normalize({ digits, exponent }: Amount): Amount {
  if (digits === 0n) return { digits, exponent: 0 }
  const zeros = /0*$/.exec(digits.toString())![0].length
  return { digits: digits / 10n ** BigInt(zeros), exponent: exponent + zeros }
}

/** Compares without writing out the powers of ten, so that `1e2000000000` costs no more than `1`. */
function compareAmounts(a: Amount, b: Amount): -1 | 0 | 1 {
  if (a.digits === b.digits && a.exponent === b.exponent) return 0
  const sign = signOf(a.digits)
  if (sign !== signOf(b.digits)) return sign < signOf(b.digits) ? -1 : 1
  const larger = magnitude(a) - magnitude(b) || alignedDifference(a, b)
  return larger > 0 === sign > 0 ? 1 : -1
}

function signOf(digits: bigint): -1 | 0 | 1 {
  return digits === 0n ? 0 : digits > 0n ? 1 : -1
}

function magnitude({ digits, exponent }: Amount): number {
  return absolute(digits).toString().length + exponent
}

/** Of two amounts of the same magnitude, whose exponents then differ by no more than the length of their digits. */
function alignedDifference(a: Amount, b: Amount): number {
  const exponent = Math.min(a.exponent, b.exponent)
  const left = absolute(a.digits) * 10n ** BigInt(a.exponent - exponent)
  const right = absolute(b.digits) * 10n ** BigInt(b.exponent - exponent)
  return left > right ? 1 : -1
}

function absolute(digits: bigint): bigint {
  return digits < 0n ? -digits : digits
}

function canonicalText({ digits, exponent, format }: Quantity): string {
  if (digits === 0n) return '0'
  if (format === 'binary' && exponent >= 0) {
    const value = digits * 10n ** BigInt(exponent)
    if (absolute(value) >= 1024n) return binaryText(value)
  }
  const lower = Math.floor(exponent / 3) * 3
  const number = digits * 10n ** BigInt(exponent - lower)
  if (format === 'exponent') return lower === 0 ? `${number}` : `${number}e${lower}`
  // Beyond E there is no suffix, and apimachinery then writes none at all: 1000E becomes 1.
  return `${number}${DECIMAL[(lower - NANO) / 3] ?? ''}`
}

function binaryText(value: bigint): string {
  let number = value
  let unit = 0
  for (; number % 1024n === 0n && unit < BINARY.length - 1; unit += 1) number /= 1024n
  return `${number}${BINARY[unit]}`
}
