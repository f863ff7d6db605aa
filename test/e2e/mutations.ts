import fc from 'fast-check'
import { isMap, leavesOf, resolvePointer } from './naive-truth.ts'
import { base64 } from './truth-fleet.ts'
import type { KubeObject, Value, ValueMap } from './truth-fleet.ts'

/** `where` picks a leaf or container of an object, `what` says what becomes of it. */
export type Mutation = { readonly object: number; readonly where: number; readonly up: number; readonly what: What }
type What =
  | { readonly do: 'set'; readonly value: Value }
  | { readonly do: 'delete' | 'reverse' | 'edit' | 'drop-item' }
  | { readonly do: 'add'; readonly key: string; readonly value: Value }

const SCALAR: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(
    null,
    true,
    false,
    0,
    1,
    -1,
    1.5,
    9007199254740995n,
    '',
    '1',
    'true',
    'null',
    '60s',
    '1m',
    './x',
  ),
  fc.constantFrom<Value>(
    'a: 1\nb:\n  - x\n  - y\n',
    '{"a":[1,2]}',
    'two\nlines',
    ' spaced ',
    'ä🙂',
    'a: [',
    '# only a comment\n',
  ),
)
const VALUE: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: SCALAR },
  fc.constantFrom<Value>([], {}, [null], [[]], { a: {} }, [{ name: 'n', value: 1 }, { name: 'm' }], {
    '': { '~/': [0] },
  }),
)
const KEY = fc.constantFrom('', 'a.b', 'a/b~c', '__proto__', 'constructor', 'new', '0', 'x[name=y]', '"')

export const MUTATION: fc.Arbitrary<Mutation> = fc.record({
  object: fc.nat(1000),
  where: fc.nat(1000),
  up: fc.constantFrom(0, 0, 0, 0, 1, 2),
  what: fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('set' as const), value: VALUE }) },
    { weight: 3, arbitrary: fc.constantFrom<What>({ do: 'edit' }, { do: 'delete' }) },
    fc.constantFrom<What>({ do: 'reverse' }, { do: 'drop-item' }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant('add' as const), key: KEY, value: VALUE }) },
  ),
})

/** References decide which ConfigMaps and Secrets are looked at; they stay, so that the truth about those stays simple. */
const FIXED = /\/(?:valuesFrom|substituteFrom|secretRef|sourceRef|kubeConfig)(?:\/|$)/

/** Changes the object in place. A change that makes no sense at the place is left out. */
export function mutate(object: KubeObject, { where, up, what }: Mutation): void {
  const data = object.kind === 'ConfigMap' || object.kind === 'Secret'
  const root = data ? '/data' : '/spec'
  const leaves = leavesOf(resolvePointer(object, root) ?? {}, root).filter(({ pointer }) => !FIXED.test(pointer))
  if (leaves.length === 0) return
  let { pointer } = leaves[where % leaves.length]!
  if (data) return mutateText(object, pointer, what)
  for (let step = 0; step < up && pointer.lastIndexOf('/') > 5; step += 1) pointer = parentOf(pointer)
  const holder = [...leavesOf(resolvePointer(object, pointer)!, pointer)].some((leaf) => FIXED.test(leaf.pointer))
  if (!holder) change(object, pointer, what)
}

function change(object: KubeObject, pointer: string, what: What): void {
  const parent = resolvePointer(object, parentOf(pointer))!
  const key = pointer
    .slice(pointer.lastIndexOf('/') + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~')
  const here = resolvePointer(object, pointer)!
  if (what.do === 'set') put(parent, key, structuredClone(what.value))
  else if (what.do === 'edit') put(parent, key, edited(here))
  else if (what.do === 'delete' && isMap(parent)) delete parent[key]
  else if (what.do === 'add') put(isMap(here) ? here : parent, what.key, structuredClone(what.value))
  else if (what.do === 'drop-item' && Array.isArray(parent)) parent.splice(Number(key), 1)
  else if (what.do === 'reverse' && Array.isArray(parent)) parent.reverse()
}

function edited(value: Value): Value {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  if (typeof value === 'bigint') return value + 2n
  if (typeof value === 'string') return value.replace(/\n$/, '-edited\n').replace(/[^\n]$/, (end) => `${end}-edited`)
  return 'replaced'
}

/** ConfigMaps and Secrets hold text only, the latter in base64. */
function mutateText(object: KubeObject, pointer: string, what: What): void {
  const data = object['data'] as ValueMap
  const key = pointer.slice('/data/'.length)
  const encode = object.kind === 'Secret' ? base64 : (text: string): string => text
  const text = 'value' in what ? textOf(what.value) : 'edited-value'
  if (what.do === 'delete') delete data[key]
  else if (what.do === 'add') data['added.key'] = encode(`added-${text}`)
  else data[key] = encode(`new-${text}`)
}

function put(parent: Value, key: string, value: Value): void {
  if (Array.isArray(parent)) {
    if (/^\d+$/.test(key) && Number(key) < parent.length) parent[Number(key)] = value
  } else if (isMap(parent)) {
    Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true })
  }
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/'))
}

function textOf(value: Value): string {
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}` : item))
}
