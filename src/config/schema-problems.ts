import * as z from 'zod'
import { nearestName } from '../model/nearest-names.ts'
import { keyText, type Path, type Problem } from './problems.ts'

type RawIssue = z.core.$ZodRawIssue
type Issue = z.core.$ZodIssue

/** Checks data against a schema: the value, or every problem. Messages say what to write and never quote a value. */
export function checkSchema<T>(schema: z.ZodType<T>, data: unknown): { readonly value: T } | readonly Problem[] {
  const result = schema.safeParse(data, { error: messageOf })
  return result.success ? { value: result.data } : result.error.issues.flatMap((issue) => problemsOf(issue, []))
}

/** What zod does not word itself; a message given in the schema goes before these. */
function messageOf(issue: RawIssue): string {
  const example = exampleText(issue)
  switch (issue.code) {
    case 'unrecognized_keys':
      return JSON.stringify(knownKeys(issue))
    case 'invalid_type':
      return `${wrongType(issue.expected, issue.input)}${example}`
    case 'invalid_value':
      return valuesText(issue.values, issue.input)
    case 'too_small':
      return `must ${sizeText(issue.origin, 'least', issue.minimum)}${example}`
    case 'too_big':
      return `must ${sizeText(issue.origin, 'most', issue.maximum)}${example}`
    case 'invalid_union':
      return NO_MESSAGE
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
    default:
      return `is not valid${example}`
  }
}

/** Of a union whose schema has no message of its own: that of its forms is taken. */
const NO_MESSAGE = ''

function problemsOf(issue: Issue, above: Path): Problem[] {
  const path = [...above, ...(issue.path as Path)]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: unknownText(key, issue.message),
        place: 'key',
      }))
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, message: `is a key that ${message}`, place: 'key' }))
    case 'invalid_union':
      return unionProblems(issue, path)
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_type':
    case 'invalid_value':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
    default:
      return [{ path, message: issue.message, place: null }]
  }
}

/** Of several forms, the problems of the one that was probably meant: what is wrong deepest, then what is least wrong. */
function unionProblems(issue: Extract<Issue, { code: 'invalid_union' }>, path: Path): Problem[] {
  const forms = issue.errors.map((issues) => issues.flatMap((inner) => problemsOf(inner, path)))
  const reached = forms.filter((form) => form.some((problem) => problem.path.length > path.length))
  if (reached.length === 0) {
    if (issue.message !== NO_MESSAGE) return [{ path, message: issue.message, place: null }]
    const words = [...new Set(forms.flat().map(({ message }) => message.replace(/^must be /, '')))]
    return [{ path, message: `must be ${words.join(', or ')}`, place: null }]
  }
  return reached.toSorted((a, b) => a.length - b.length)[0]!
}

function unknownText(key: string, message: string): string {
  const known = parsedKeys(message)
  if (known === null) return message
  const nearest = nearestName(key, known)
  if (nearest !== null) return `is not a known key; did you mean ${nearest}?`
  return `is not a known key; known here: ${known.map(keyText).join(', ')}`
}

/** Null: the schema has a message of its own for keys that it does not know. */
function parsedKeys(message: string): string[] | null {
  return message.startsWith('[') ? (JSON.parse(message) as string[]) : null
}

/** Keys that only exist to be refused (a literal secret) are no suggestions. */
function knownKeys(issue: RawIssue): string[] {
  if (!(issue.inst instanceof z.ZodObject)) return []
  return Object.entries(issue.inst.shape)
    .filter(([, field]) => !isRefused(field as z.ZodType))
    .map(([key]) => key)
}

function isRefused(field: z.ZodType): boolean {
  return field instanceof z.ZodNever || (field instanceof z.ZodOptional && field.unwrap() instanceof z.ZodNever)
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
}

function typeText(expected: string): string {
  return TYPES[expected] ?? `of type ${expected}`
}

function wrongType(expected: string, input: unknown): string {
  if (input === undefined) return `is missing; it must be ${typeText(expected)}`
  const unquoted = expected === 'string' && (typeof input === 'number' || typeof input === 'boolean')
  return `must be ${typeText(expected)}${unquoted ? '; write it in quotes' : ''}`
}

function valuesText(values: readonly unknown[], input: unknown): string {
  const names = values.map(String)
  if (names.length === 1) return `must be ${names[0]}`
  const nearest = typeof input === 'string' ? nearestName(input, names) : null
  const text = `must be one of ${names.join(', ')}`
  return nearest === null ? text : `${text}; did you mean ${nearest}?`
}

function sizeText(origin: string, bound: 'least' | 'most', size: number | bigint): string {
  if (origin === 'string') return `have at ${bound} ${size} characters`
  if (origin === 'array') return `hold at ${bound} ${size} ${size === 1 ? 'item' : 'items'}`
  return `be at ${bound} ${size}`
}

/** The first of `examples` in the metadata of the schema. */
function exampleText(issue: RawIssue): string {
  const schema = issue.schema ?? issue.inst
  const examples = schema instanceof z.ZodType ? z.globalRegistry.get(schema)?.['examples'] : undefined
  const [example] = Array.isArray(examples) ? examples : []
  return example === undefined ? '' : `, such as ${typeof example === 'string' ? example : JSON.stringify(example)}`
}
