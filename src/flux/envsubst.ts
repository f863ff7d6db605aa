import { parseTemplate } from './envsubst-template.ts'
import type { Call, Part } from './envsubst-template.ts'
import { matchingPrefixes } from './glob-prefix.ts'
import { fromByteString, mapRunes, reverseRunes, runeAt, splitRunes, toByteString } from './go-bytes.ts'

/** `message` says what is wrong without quoting the template or a value. */
export type Substituted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string }

/** Longest result, in bytes: a short template can ask for a very long one. */
const MAX_RESULT = 16 * 1024 * 1024

type Scope = {
  readonly variables: ReadonlyMap<string, string>
  readonly bytes: ReadonlyMap<string, string>
  readonly strict: boolean
}

/**
 * Replaces the variables of a text as fluxcd/pkg's envsubst does for a Kustomization's postBuild. `strict`: a variable that is not
 * set is an error, unless an operator gives it a default; else it is empty. `bytes`: of variables that are not valid UTF-8, one
 * byte a code unit. Never throws.
 */
export function substituteVariables(
  template: string,
  variables: ReadonlyMap<string, string>,
  strict: boolean,
  bytes: ReadonlyMap<string, string> = new Map(),
): Substituted {
  try {
    const result = evaluate(parseTemplate(template), { variables, bytes, strict })
    const text = fromByteString(result)
    return text === null ? { ok: false, message: 'the result is not valid UTF-8' } : { ok: true, text }
  } catch (error) {
    const known = error instanceof SyntaxError
    return { ok: false, message: known ? error.message : 'the text is nested too deeply or grows too long' }
  }
}

function evaluate(parts: readonly Part[], scope: Scope): string {
  let bytes = ''
  for (const part of parts) {
    bytes += typeof part === 'string' ? toByteString(part) : evaluateCall(part, scope)
    if (bytes.length > MAX_RESULT) throw new SyntaxError('the text grows too long')
  }
  return bytes
}

const FALLBACKS: ReadonlySet<string> = new Set(['=', ':=', ':-', ':?', ':+'])

function evaluateCall({ operator, variable, args }: Call, scope: Scope): string {
  const values = args.map((arg) => evaluate([arg], scope))
  const value = scope.variables.get(variable)
  if (value === undefined && scope.strict && !FALLBACKS.has(operator)) throw new SyntaxError('a variable is not set')
  const bytes = scope.bytes.get(variable) ?? toByteString(value ?? '')
  return (OPERATIONS.get(operator) ?? withDefault)(bytes, values)
}

/** The variables that a template needs in strict mode: all that stand there without a default. None of one that cannot be read. */
export function requiredVariables(template: string): Set<string> {
  const names = new Set<string>()
  const visit = (part: Part): void => {
    if (typeof part === 'string') return
    if (!FALLBACKS.has(part.operator)) names.add(part.variable)
    part.args.forEach(visit)
  }
  try {
    parseTemplate(template).forEach(visit)
  } catch {
    // Not a template, or one nested beyond the stack: the build fails on it, whatever is defined.
    names.clear()
  }
  return names
}

type Operation = (value: string, args: readonly string[]) => string

/** The default is for empty values as for missing ones, whatever the operator; `+` and `?` mean the same here. */
function withDefault(value: string, args: readonly string[]): string {
  return value === '' ? args.join('') : value
}

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['length', (value) => String(value.length)],
  [',', (value) => mapFirst(value, lower)],
  [',,', (value) => mapRunes(value, lower)],
  ['^', (value) => mapFirst(value, upper)],
  ['^^', (value) => mapRunes(value, upper)],
  [':', substring],
  ['#', (value, [pattern = '']) => value.slice(matchingPrefixes(value, pattern)?.shortest ?? 0)],
  ['##', (value, [pattern = '']) => value.slice(matchingPrefixes(value, pattern)?.longest ?? 0)],
  ['%', (value, [pattern = '']) => withoutSuffix(value, pattern, 'shortest')],
  ['%%', (value, [pattern = '']) => withoutSuffix(value, pattern, 'longest')],
  ['/', (value, [from = '', to = '']) => value.replace(from, () => to)],
  ['//', replaceAll],
  [
    '/#',
    (value, [from = '', to]) => (to !== undefined && value.startsWith(from) ? value.replace(from, () => to) : value),
  ],
  [
    '/%',
    (value, [from = '', to]) =>
      to !== undefined && value.endsWith(from) ? value.slice(0, value.length - from.length) + to : value,
  ],
])

function replaceAll(value: string, [from = '', to = '']: readonly string[]): string {
  const parts = from === '' ? ['', ...splitRunes(value), ''] : value.split(from)
  if (parts.length * to.length > MAX_RESULT) throw new SyntaxError('the text grows too long')
  return parts.join(to)
}

function lower(sign: string): string {
  return Array.from(sign.toLowerCase())[0]!
}

/** Go maps one sign to one: Greek letters with an iota below, which JavaScript takes apart, to the one capital that has it. */
function upper(sign: string): string {
  const capitals = sign.toUpperCase()
  const code = sign.codePointAt(0)!
  if (capitals.length === sign.length || code < 0x1f80 || code > 0x1fff) return capitals
  const single = [8, 9].map((step) => String.fromCodePoint(code + step))
  return single.find((capital) => capital.toLowerCase() === sign) ?? capitals
}

function mapFirst(value: string, change: (sign: string) => string): string {
  if (value === '') return ''
  const { width } = runeAt(value, 0)
  return mapRunes(value.slice(0, width), change) + value.slice(width)
}

function withoutSuffix(value: string, pattern: string, which: 'shortest' | 'longest'): string {
  const turned = reverseRunes(value)
  return reverseRunes(turned.slice(matchingPrefixes(turned, reverseRunes(pattern))?.[which] ?? 0))
}

/** Counts bytes. A number that cannot be read leaves the value whole; a negative length ends the controller's run in a panic. */
function substring(value: string, [first = '', second]: readonly string[]): string {
  const start = integer(first)
  if (start === null) return value
  const from = start < 0n ? BigInt(value.length) + start : start
  const pos = Number(from < 0n ? 0n : from)
  if (second === undefined) return value.slice(pos)
  const length = integer(second)
  if (length === null) return value
  const end = Number(BigInt.asIntN(64, BigInt(pos) + length))
  if (end >= value.length) return value.slice(pos)
  if (end < pos) throw new SyntaxError('a substring has a negative length')
  return value.slice(pos, end)
}

function integer(text: string): bigint | null {
  if (!/^[-+]?[0-9]+$/.test(text)) return null
  const value = BigInt(text.replace('+', ''))
  return BigInt.asIntN(64, value) === value ? value : null
}
