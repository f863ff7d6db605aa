import type { Json } from '../model/json.ts'

/** What can begin a number of 16 digits or more outside of a text; the only ones that a double may not hold. */
const LONG_INTEGER = /[:,[\s]-?\d{16,}/

type Context = { readonly source?: string }

/**
 * Parses JSON; integers beyond 2^53 become `{"$number": digits}` instead of being rounded.
 * Throws a SyntaxError, or a RangeError for a nesting that no API server sends.
 */
export function parseJson(text: string): Json {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text) as Json
  const parse = JSON.parse as (text: string, reviver: (key: string, value: Json, context: Context) => Json) => Json
  return parse(text, (_key, value, context) => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
    const { source } = context
    return source !== undefined && /^-?\d+$/.test(source) ? { $number: source } : value
  })
}
