import fc from 'fast-check'
import type { OpenApi, Operation, Parameter } from './openapi-answers.ts'

export type FuzzRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

type Schema = Readonly<Record<string, unknown>>
type Pool = Readonly<Record<string, readonly string[]>>
/** `wild`: anything goes; else only values of the pool, each parameter at most once. */
type Taste = { readonly pool: Pool; readonly wild: boolean }

/** What someone would send who knows the call, by name of the parameter or field: so that the fuzz also gets behind the validation. */
const RIGHT: Pool = {
  baseline: ['staging'],
  target: ['production'],
  targets: ['production'],
  cluster: ['staging', 'production'],
  labels: ['env=production'],
  maxAge: ['5m', '1h'],
  wait: ['0s', '1ms', '10s'],
  kind: ['HelmRelease', 'hr'],
  kinds: ['HelmRelease', 'ks'],
  namespace: ['a', 'b'],
  namespaces: ['a', 'b'],
  selector: ['app=x', '!a,b!=c'],
  resource: ['HelmRelease/a/shop'],
  layers: ['all', 'presence,spec'],
  ignore: ['spec.interval', '/spec/interval'],
  limit: ['1', '100', '500'],
  state: ['open', 'settling', 'resolved', 'all'],
  until: ['2126-12-01T00:00:00Z', '2126-12-01T00:00:00+02:00'],
  reason: ['known'],
  owner: ['team-a'],
}

/** What someone would send who does not. */
const WRONG: Pool = {
  baseline: ['staging', 'production', 'nowhere'],
  target: ['production', 'staging', 'edge'],
  targets: ['production', 'staging', 'edge'],
  cluster: ['staging', 'production', 'nowhere'],
  labels: ['env=production', 'env', 'a=b,c=d'],
  maxAge: ['5m', '1h', '0', '-5m', '5', '9999999h', '1e3s', '٥m'],
  wait: ['0s', '1ms', '61s', '1d'],
  kind: ['HelmRelease', 'hr', 'Pod', 'constructor'],
  kinds: ['HelmRelease', 'ks', '__proto__'],
  namespace: ['apps', 'flux-system', ''],
  namespaces: ['apps', 'flux-system'],
  name: ['podinfo', 'shop'],
  selector: ['app=x', 'a in (b', '!a,b!=c', '=='],
  resource: ['HelmRelease/apps/podinfo', 'a/b', '////', 'Pod/a/b'],
  layers: ['all', 'spec,values', 'spec,,', 'SPEC'],
  ignore: ['spec.interval', '/spec/interval', 'a[0]', 'a[', '(a+)+$'],
  continue: ['AAAA', 'eyJhIjoxfQ', '../../etc/passwd', '0', "' OR 1=1 --"],
  limit: ['1', '500', '501', '0', '-1', '1.5', '1e1', 'NaN', '99999999999999999999'],
  format: ['json', 'yaml', 'html', 'pdf', 'JSON'],
  until: ['2126-12-01T00:00:00Z', '2020-01-01T00:00:00Z', 'tomorrow', '2126-13-01T00:00:00Z'],
  reason: ['known', ' ', 'x'.repeat(1001)],
  definition: ['def_1', "' OR 1=1 --"],
  'Idempotency-Key': ['key-1', 'key-2', 'x y'],
}

const ODD = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '../../../etc/passwd',
    '..\\..\\',
    '%2e%2e%2f',
    '%00',
    '%',
    '%zz',
    '\u0000',
    '\u202e',
    '\ud800',
  ),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'null',
    'undefined',
    '[object Object]',
    '-0',
    '<script>alert(1)</script>',
    '${7*7}',
  ),
  fc.constantFrom('x'.repeat(300), 'é'.repeat(500)),
)

/** Requests for one operation: right ones, ones with something wrong in them, and ones that have little to do with it. */
export function requestsFor(document: OpenApi, call: Call, known: Pool): fc.Arbitrary<FuzzRequest> {
  const tame = requestsOf(document, call, { pool: { ...RIGHT, ...known }, wild: false })
  const wild = requestsOf(document, call, { pool: { ...WRONG, ...known }, wild: true })
  return fc.oneof(tame, wild)
}

type Call = { readonly path: string; readonly method: string; readonly operation: Operation }

function requestsOf(document: OpenApi, call: Call, taste: Taste): fc.Arbitrary<FuzzRequest> {
  const parameters = call.operation.parameters ?? []
  const at = (place: string): readonly Parameter[] => parameters.filter((parameter) => parameter.in === place)
  const body = Object.values(call.operation.requestBody?.content ?? {})[0]?.schema ?? null
  const usually = <T>(usual: T, other: readonly T[]): fc.Arbitrary<T> =>
    taste.wild ? mostly(fc.constant(usual), fc.constantFrom(...other)) : fc.constant(usual)
  return fc
    .record({
      path: pathOf(call.path, taste),
      query: queryOf(at('query'), taste),
      method: usually(call.method.toUpperCase(), METHODS),
      body: bodyOf(document, body, taste),
      type: usually('application/json', TYPES),
      accept: usually('*/*', ACCEPTED),
      headers: taste.wild ? headersOf(at('header'), taste) : fc.constant({}),
    })
    .map(({ path, query, method, body, type, accept, headers }) => ({
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: { accept, ...(type === '' || method !== 'POST' ? {} : { 'content-type': type }), ...headers },
      body: method === 'POST' ? body : null,
    }))
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']
const TYPES = [
  '',
  'text/plain',
  'application/xml',
  'application/jsonx',
  'multipart/form-data',
  'application/json; charset=utf-16',
]
const ACCEPTED = ['application/json', 'text/html', 'image/png', 'text/*;q=0.3, */*;q=0', ',,;q=', 'x'.repeat(500)]

function mostly<T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: usual, weight: 5 }, { arbitrary: other, weight: 1 })
}

/** The usual thing, and for wild requests now and then the other. */
function or<T>({ wild }: Taste, usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return wild ? mostly(usual, other) : usual
}

function valueOf(name: string, taste: Taste): fc.Arbitrary<string> {
  const usual = Object.hasOwn(taste.pool, name) ? taste.pool[name]! : []
  if (!taste.wild) return fc.constantFrom(...(usual.length === 0 ? ['x'] : usual))
  return usual.length === 0 ? ODD : mostly(fc.constantFrom(...usual), ODD)
}

function pathOf(path: string, taste: Taste): fc.Arbitrary<string> {
  const parts = path.split(/\{(\w+)\}/)
  const values = parts.map((part, index) => (index % 2 === 0 ? fc.constant(part) : valueOf(part, taste).map(encode)))
  const whole = fc.tuple(...values).map((all) => all.join(''))
  return or(
    taste,
    whole,
    fc.tuple(whole, fc.constantFrom('/', '//', '/..', '/../..', '/%2e%2e/', '/x', '%2f')).map((all) => all.join('')),
  )
}

function queryOf(parameters: readonly Parameter[], taste: Taste): fc.Arbitrary<string> {
  const one = (parameter: Parameter): fc.Arbitrary<string> =>
    fc
      .array(enumerated(parameter.schema, parameter.name, taste), { minLength: 1, maxLength: taste.wild ? 3 : 1 })
      .map((values) => values.map((value) => `${parameter.name}=${encode(value)}`).join('&'))
  const unknown = fc.tuple(ODD, ODD).map(([name, value]) => `${encode(name)}=${encode(value)}`)
  const some = fc.tuple(
    ...parameters.map((parameter) => maybe(!taste.wild && SIDES.includes(parameter.name), one(parameter))),
  )
  return fc
    .tuple(some, or(taste, fc.constant(''), unknown))
    .map(([known, extra]) => [...known, extra].filter((part) => part !== '').join('&'))
}

const SIDES: readonly string[] = ['baseline', 'target']

function maybe(isNeeded: boolean, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  if (isNeeded) return value
  return fc.oneof({ arbitrary: value, weight: 2 }, { arbitrary: fc.constant(''), weight: 7 })
}

function enumerated(schema: Schema, name: string, taste: Taste): fc.Arbitrary<string> {
  const values = (schema['enum'] ?? (schema['items'] as Schema | undefined)?.['enum']) as readonly string[] | undefined
  return values === undefined ? valueOf(name, taste) : or(taste, fc.constantFrom(...values), ODD)
}

function headersOf(parameters: readonly Parameter[], taste: Taste): fc.Arbitrary<Record<string, string>> {
  const one = ({ name }: Parameter): fc.Arbitrary<[string, string]> =>
    valueOf(name, taste).map((value) => [name.toLowerCase(), value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?')])
  return fc
    .tuple(...parameters.map((parameter) => fc.option(one(parameter))))
    .map((all) => Object.fromEntries(all.filter((entry) => entry !== null)))
}

function bodyOf(document: OpenApi, schema: Schema | null, taste: Taste): fc.Arbitrary<string> {
  const right =
    schema === null ? fc.constant('') : jsonFor(document, schema, '', taste).map((value) => JSON.stringify(value))
  const wrong = fc.oneof(
    fc.json(),
    fc.constantFrom(
      '',
      '{',
      '{"a":}',
      'null',
      '[]',
      '"text"',
      '1e999',
      '{"__proto__":{"x":1}}',
      '\ufeff{}',
      '{"baseline":"a","baseline":"b"}',
    ),
    fc.constantFrom(
      '['.repeat(5000),
      `${'['.repeat(5000)}${']'.repeat(5000)}`,
      JSON.stringify({ baseline: 'x'.repeat(300_000) }),
    ),
    ODD,
  )
  return or(taste, right, wrong)
}

/** A value for a JSON schema, now and then one that does not fit it. */
function jsonFor(document: OpenApi, schema: Schema, name: string, taste: Taste): fc.Arbitrary<unknown> {
  const found =
    typeof schema['$ref'] === 'string' ? document.components.schemas[schema['$ref'].split('/').at(-1)!]! : schema
  const right = rightFor(document, found, name, taste)
  if (!taste.wild) return right
  return fc.oneof({ arbitrary: right, weight: 12 }, { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 })
}

function rightFor(document: OpenApi, schema: Schema, name: string, taste: Taste): fc.Arbitrary<unknown> {
  const options = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined
  if (options !== undefined) return fc.oneof(...options.map((option) => jsonFor(document, option, name, taste)))
  if (schema['enum'] !== undefined) return fc.constantFrom(...(schema['enum'] as readonly unknown[]))
  const types = [schema['type']].flat()
  if (types.includes('object') && schema['properties'] === undefined) return fc.dictionary(ODD, ODD, { maxKeys: 3 })
  if (types.includes('object')) return objectFor(document, schema, taste)
  if (types.includes('array'))
    return fc.array(jsonFor(document, schema['items'] as Schema, name, taste), { maxLength: 3 })
  if (types.includes('boolean')) return fc.boolean()
  if (types.includes('integer')) return fc.integer()
  return types.includes('null')
    ? mostly(valueOf(name, taste), fc.constant(null as unknown as string))
    : valueOf(name, taste)
}

function objectFor(document: OpenApi, schema: Schema, taste: Taste): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema['properties'] as Readonly<Record<string, Schema>>)
  const values = Object.fromEntries(properties.map(([key, child]) => [key, jsonFor(document, child, key, taste)]))
  const some = fc.record(values, { requiredKeys: [] })
  const usual = fc.constant({ baseline: 'staging', targets: ['production'] })
  // Labels that no cluster has would have every second right request refused.
  if (!taste.wild) return fc.tuple(some, usual).map(([{ labels: _labels, ...rest }, sides]) => ({ ...rest, ...sides }))
  const extra = mostly(fc.constant({}), fc.dictionary(ODD, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 1 }))
  return fc.tuple(some, mostly(fc.constant({}), usual), extra).map(([a, b, c]) => ({ ...a, ...b, ...c }))
}

function encode(text: string): string {
  // A lone surrogate cannot be encoded; as it stands in the text, a URL holds its replacement.
  return encodeURIComponent(text.toWellFormed())
}
