import { isCustom, type ApiResource } from './api-resources.ts'
import { mapAt, textAt, type ValueMap } from './go-json.ts'
import type { StoredObject } from './stored-object.ts'

export type Selector = (object: StoredObject) => boolean
/** A selector, or why it cannot be read, in the API server's words. */
export type ParsedSelector = { readonly matches: Selector } | { readonly problem: string }

type Requirement = (labels: ValueMap) => boolean
type Tokens = { readonly list: readonly string[]; at: number }

const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
]
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Event: EVENT_FIELDS,
  Secret: ['type'],
  Namespace: ['status.phase'],
  Pod: ['status.phase', 'spec.nodeName'],
}

/** A label selector: `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, joined by commas. */
export function parseLabelSelector(text: string): ParsedSelector {
  const tokens: Tokens = { list: text.match(/==|!=|[=!(),]|[^\s=!(),]+/g) ?? [], at: 0 }
  const requirements: Requirement[] = []
  try {
    while (tokens.at < tokens.list.length) {
      requirements.push(requirement(tokens))
      if (tokens.at < tokens.list.length) expect(tokens, ',', "',' or 'end of string'")
    }
  } catch (error) {
    return { problem: `unable to parse requirement: ${(error as Error).message}` }
  }
  return { matches: (object) => requirements.every((fits) => fits(object.labels)) }
}

/** A field selector over the fields that the resource supports. */
export function parseFieldSelector(text: string, resource: ApiResource): ParsedSelector {
  const supported = ['metadata.name', ...(resource.namespaced ? ['metadata.namespace'] : []), ...fieldsOf(resource)]
  const terms: Selector[] = []
  for (const term of text.split(',').filter((part) => part !== '')) {
    const match = /^([^=!]*)(!=|==|=)(.*)$/.exec(term)
    if (match === null) return { problem: `invalid selector: '${text}'; can't understand '${term}'` }
    const [, field = '', operator, value = ''] = match
    if (!supported.includes(field)) return { problem: unsupported(field, resource) }
    terms.push((object) => (fieldOf(object, field) === value) === (operator !== '!='))
  }
  return { matches: (object) => terms.every((fits) => fits(object)) }
}

/** The name that `metadata.name=NAME` asks for: authorisation looks at it, for lists too. */
export function nameInFieldSelector(text: string): string {
  const term = text.split(',').find((part) => /^metadata\.name={1,2}[^=]/.test(part)) ?? ''
  return term.slice(term.lastIndexOf('=') + 1)
}

function requirement(tokens: Tokens): Requirement {
  const negated = tokens.list[tokens.at] === '!'
  if (negated) tokens.at += 1
  const key = identifier(tokens)
  const operator = tokens.list[tokens.at]
  if (negated) return (labels) => !Object.hasOwn(labels, key)
  if (operator === undefined || operator === ',') return (labels) => Object.hasOwn(labels, key)
  tokens.at += 1
  if (operator === '=' || operator === '==' || operator === '!=') {
    const value = exactValue(tokens)
    return (labels) => (labels[key] === value) === (operator !== '!=')
  }
  if (operator === 'in' || operator === 'notin') {
    const values = valueSet(tokens)
    return (labels) => (Object.hasOwn(labels, key) && values.has(textAt(labels, key))) === (operator === 'in')
  }
  throw new Error(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`)
}

function exactValue(tokens: Tokens): string {
  const next = tokens.list[tokens.at]
  return next === undefined || next === ',' ? '' : identifier(tokens)
}

function valueSet(tokens: Tokens): Set<string> {
  expect(tokens, '(', "'('")
  const values = new Set<string>()
  while (tokens.list[tokens.at] !== ')') {
    values.add(identifier(tokens))
    if (tokens.list[tokens.at] !== ')') expect(tokens, ',', "',' or ')'")
  }
  tokens.at += 1
  return values
}

function identifier(tokens: Tokens): string {
  const token = tokens.list[tokens.at]
  if (token === undefined || /^[=!(),]/.test(token)) throw new Error(`found '${token ?? ''}', expected: identifier`)
  tokens.at += 1
  return token
}

function expect(tokens: Tokens, wanted: string, named: string): void {
  const token = tokens.list[tokens.at]
  if (token !== wanted) throw new Error(`found '${token ?? ''}', expected: ${named}`)
  tokens.at += 1
}

function fieldsOf(resource: ApiResource): readonly string[] {
  return resource.group === '' ? (FIELDS[resource.kind] ?? []) : []
}

function fieldOf(object: StoredObject, field: string): string {
  let here = object.object
  if (field === 'source') here = { source: textAt(mapAt(here, 'source'), 'component') }
  const path = field.split('.')
  for (const key of path.slice(0, -1)) here = mapAt(here, key)
  return textAt(here, path.at(-1)!)
}

function unsupported(field: string, resource: ApiResource): string {
  const known = isCustom(resource) || fieldsOf(resource).length > 0
  if (known) return `field label not supported: ${field}`
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
}
