import { isBigNumber, isJsonArray } from '../model/json.ts'
import type { Json } from '../model/json.ts'

/**
 * The JSON text that Go's encoding/json writes, as far as a reader of YAML can tell: whole numbers keep their digits, and U+2028
 * and U+2029 are escaped. Other control characters from U+007F on are not, which go-yaml refuses.
 */
export function goJson(value: Json): string {
  if (isBigNumber(value)) return value.$number
  if (isJsonArray(value)) return `[${value.map(goJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${goString(key)}:${goJson(item)}`)
      .join(',')}}`
  }
  return typeof value === 'string' ? goString(value) : JSON.stringify(value)
}

/** A text as Go writes it, with `<`, `>` and `&` escaped too. */
export function goString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
