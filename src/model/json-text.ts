import { isJsonArray, isJsonObject, setOwn, type Json } from './json.ts'

/** A sign of the private use area, repeated until the text has it nowhere: it then stands before the keys that were rewritten. */
const MARK = '\ue000'
/** Begins what stands for a backslash, a quote or itself in such a key. */
const STANDS_FOR = '\ue001'

/**
 * JSON.parse with the keys that the text has. Node's own (V8, in Node 24 and 26: nodejs/node#63785) reads a key with an escape as another
 * key that it saw before and that ends in a backslash where the escape begins: `{"\n": 1}` can come out as `{"\\": 1}`. Keys with
 * escapes are therefore read without them and put right afterwards. Throws a SyntaxError.
 */
export function parseJsonText(text: string, parse: (text: string) => Json = parseNative): Json {
  const keys = escapedKeys(text)
  if (keys.length === 0) return parse(text)
  const mark = unusedMark(text)
  const parts: string[] = []
  let end = 0
  for (const key of keys) {
    parts.push(text.slice(end, key.start), mark, withoutEscapes(text.slice(key.start, key.end)))
    end = key.end
  }
  parts.push(text.slice(end))
  return restored(parse(parts.join('')), mark)
}

function parseNative(text: string): Json {
  return JSON.parse(text) as Json
}

type Span = { readonly start: number; readonly end: number }

/**
 * Where keys with an escape stand in the text, without their quotes. Those of managedFields (`k:{"name":"x"}`) are left out: they
 * are on every object of a cluster and nobody reads them.
 */
function escapedKeys(text: string): Span[] {
  const found: Span[] = []
  const restOfString = /(?:[^"\\]|\\[^])*"[ \t\n\r]*(:?)/y
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', restOfString.lastIndex)) {
    restOfString.lastIndex = at
    const match = restOfString.exec(text)
    if (match === null) return found
    if (match[1] !== ':') continue
    // The first backslash of its string: the quote before it opens the string.
    const start = text.lastIndexOf('"', at) + 1
    const end = text.lastIndexOf('"', restOfString.lastIndex - 1)
    if (!isManagedField(text, start)) found.push({ start, end })
  }
  return found
}

function isManagedField(text: string, start: number): boolean {
  return text.startsWith('k:{\\"', start) || text.startsWith('v:\\"', start)
}

function unusedMark(text: string): string {
  let mark = MARK
  while (text.includes(mark)) mark += MARK
  return mark
}

function withoutEscapes(raw: string): string {
  return raw.replaceAll(/["\\\ue001]/g, (sign) => `${STANDS_FOR}${sign === '"' ? 'q' : sign === '\\' ? 'b' : 's'}`)
}

/** The same value with the marked keys as they were written. Two keys of one map that are the same: the last one holds, as in JSON.parse. */
function restored(value: Json, mark: string): Json {
  if (isJsonArray(value)) return value.map((item) => restored(item, mark))
  if (!isJsonObject(value)) return value
  const map: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    setOwn(map, key.startsWith(mark) ? writtenKey(key.slice(mark.length)) : key, restored(value[key]!, mark))
  }
  return map
}

const SIGNS: Readonly<Record<string, string>> = { q: '"', b: '\\', s: STANDS_FOR }

/** As a value of its own a text is read right; only keys are not. */
function writtenKey(key: string): string {
  const raw = key.replaceAll(/\ue001([qbs])/g, (_, letter: string) => SIGNS[letter]!)
  return JSON.parse(`"${raw}"`) as string
}
