import type { Json } from '../model/json.ts'
import { parseJsonText } from '../model/json-text.ts'

/** What can begin a number of 16 digits or more outside of a text; the only ones that a double may not hold. */
const LONG_INTEGER = /[:,[\s]-?\d{16,}/
/** Digits of the shortest integer that a double may not hold. */
const LONG = 16

type Context = { readonly source?: string }

/**
 * Parses JSON; integers beyond 2^53 become `{"$number": digits}` instead of being rounded.
 * Throws a SyntaxError, or a RangeError for a nesting that no API server sends.
 */
export function parseJson(text: string): Json {
  if (!hasLongDigits(text) || !LONG_INTEGER.test(text)) return parseJsonText(text)
  const parse = JSON.parse as (text: string, reviver: (key: string, value: Json, context: Context) => Json) => Json
  return parseJsonText(text, (given) =>
    parse(given, (_key, value, context) => {
      if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
      const { source } = context
      return source !== undefined && /^-?\d+$/.test(source) ? { $number: source } : value
    }),
  )
}

/** Whether {@link LONG} digits follow each other. So many of them cover one of the places that are looked at, so most of the text is not read. */
function hasLongDigits(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue
    let start = at
    let end = at + 1
    while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1
    while (end < text.length && isDigit(text.charCodeAt(end))) end += 1
    if (end - start >= LONG) return true
  }
  return false
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
