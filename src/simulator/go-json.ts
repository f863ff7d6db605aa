/** What YAML and JSON hold here: whole numbers beyond 2^53 stay exact as bigint. */
export type Value = null | boolean | number | bigint | string | readonly Value[] | ValueMap
export type ValueMap = { readonly [key: string]: Value }

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The own property `key` as a map; an empty one where there is none. */
export function mapAt(map: ValueMap, key: string): ValueMap {
  const found = valueAt(map, key)
  return isMap(found) ? found : {}
}

export function valueAt(map: ValueMap, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

export function textAt(map: ValueMap, key: string): string {
  const found = valueAt(map, key)
  return typeof found === 'string' ? found : ''
}

const UNSAFE = /[<>&\u2028\u2029]/g

/** Compact JSON as Go's encoding/json writes a map: keys in byte order, `<`, `>`, `&` and line separators escaped. */
export function goJson(value: Value): string {
  if (typeof value === 'string') return goString(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  const map = value as ValueMap
  return `{${Object.keys(map)
    .sort(byBytes)
    .map((key) => `${goString(key)}:${goJson(map[key]!)}`)
    .join(',')}}`
}

/** Compact JSON of a Go struct: the keys named come first, in that order (absent ones are left out), then the rest sorted. */
export function goStruct(map: ValueMap, order: readonly string[]): string {
  const keys = Object.keys(map)
  const known = order.filter((key) => keys.includes(key))
  const rest = keys.filter((key) => !order.includes(key)).sort(byBytes)
  const parts = [...known, ...rest].map((key) => `${goString(key)}:${goJson(map[key]!)}`)
  return `{${parts.join(',')}}`
}

export function goString(text: string): string {
  return escapeUnsafe(JSON.stringify(text.toWellFormed()))
}

/** JSON text with the signs escaped that Go's encoder escapes so that JSON can stand inside HTML. */
export function escapeUnsafe(json: string): string {
  return json.replaceAll(UNSAFE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Compact JSON text re-indented by two spaces, as the API server answers curl and `?pretty=true`. Escapes and digits stay as they are. */
export function indentJson(text: string): string {
  let depth = 0
  const newline = (): string => `\n${'  '.repeat(depth)}`
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
    if (token === ',') return `,${newline()}`
    if (token === ':') return ': '
    if (token === '{' || token === '[') {
      depth += 1
      return token + newline()
    }
    if (token === '}' || token === ']') {
      depth -= 1
      return newline() + token
    }
    return token
  })
}

/** Order of UTF-8 bytes, in which Go sorts keys and etcd sorts names; UTF-16 order differs beyond U+FFFF. */
export function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x !== y) return isSurrogate(x) === isSurrogate(y) ? x - y : beyondSurrogates(x, y)
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

function beyondSurrogates(x: number, y: number): number {
  return x >= 0xd800 && y >= 0xd800 ? y - x : x - y
}
