import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatPath } from '../../src/diff/path.ts'
import { formatPointer } from '../../src/diff/pointer.ts'
import { diffTrees } from '../../src/diff/tree-diff.ts'
import type { TreeDiff } from '../../src/diff/tree-types.ts'
import { isJsonArray, isJsonObject, setOwn, type Json, type JsonObject } from '../../src/model/json.ts'
import { contextOf, diffSpecs } from './tree-helpers.ts'

const KEYS = fc.constantFrom('a', 'name', 'host', '', '__proto__', 'constructor', 'x.y', 'values.yaml', 'k/~')
const SCALARS = fc.constantFrom<Json>(
  null,
  true,
  false,
  0,
  1,
  '',
  'a',
  'b',
  '60s',
  '1m',
  './x',
  'a: 1\nb: 2\n',
  '{"a":1}',
)

function treeOf(lists: boolean): fc.Arbitrary<Json> {
  return fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      SCALARS,
      mapOf(tie('tree')),
      ...(lists ? [fc.array(tie('tree'), { maxLength: 4 }), namedItems(tie('tree'))] : []),
    ),
  })).tree
}

function mapOf(value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(KEYS, value), { maxLength: 4 }).map((entries) => {
    const map: Record<string, Json> = {}
    for (const [key, child] of entries) setOwn(map, key, child)
    return map
  })
}

function namedItems(value: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 })
  return fc.tuple(names, value, value).map(([list, a, b]) => list.map((name, n) => ({ name, v: n % 2 ? a : b })))
}

const SPEC = fc.record(
  {
    interval: fc.constantFrom('60s', '1m', '10m', 'bad'),
    timeout: fc.constantFrom('30s', '0.5m', '9m30s', '1m'),
    path: fc.constantFrom('', './', 'x', './x', 'x/'),
    suspend: fc.boolean(),
    dependsOn: fc.array(
      fc.record(
        { name: fc.constantFrom('a', 'b', 'c'), namespace: fc.constantFrom('apps', 'other') },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 4 },
    ),
    components: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 5 }),
    patches: fc.array(
      fc.record(
        {
          patch: fc.constantFrom('a: 1', 'a: 2', '- {op: add, path: /a}'),
          target: fc.record({ kind: fc.constantFrom('A', 'B') }),
        },
        { requiredKeys: ['patch'] },
      ),
      { maxLength: 4 },
    ),
    postBuild: fc.record({ substitute: fc.dictionary(KEYS, fc.constantFrom('', 'a', 'a\n')) }, { requiredKeys: [] }),
    unknown: treeOf(true),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Json>

const BODIES = fc.oneof(SPEC, treeOf(true))

function diff(from: Json, to: Json): TreeDiff {
  return diffSpecs('Kustomization', from, to)
}

test('a tree does not differ from itself, nor from itself with its keys in another order', () => {
  fc.assert(
    fc.property(BODIES, (tree) => {
      const nothing = { changes: [], equivalent: [], unknown: [] }
      assert.deepEqual(diff(tree, tree), nothing)
      assert.deepEqual(diff(tree, structuredClone(tree)), nothing)
      assert.deepEqual(diff(tree, turned(tree)), nothing)
    }),
  )
})

function turned(value: Json): Json {
  if (isJsonArray(value)) return value.map(turned)
  if (!isJsonObject(value)) return value
  const map: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value).reverse()) setOwn(map, key, turned(child))
  return map
}

test('the other way round, what was added is removed', () => {
  const opposite = { added: 'removed', removed: 'added', changed: 'changed', moved: 'moved' } as const
  fc.assert(
    fc.property(BODIES, BODIES, (from, to) => {
      const there = diff(from, to)
      const back = diff(to, from)
      const turn = back.changes.map((change) => ({
        change: opposite[change.change],
        from: change.toPointer,
        to: change.fromPointer,
      }))
      const ahead = there.changes.map(({ change, fromPointer, toPointer }) => ({
        change,
        from: fromPointer,
        to: toPointer,
      }))
      assert.deepEqual(sorted(turn), sorted(ahead))
      assert.equal(there.equivalent.length, back.equivalent.length)
    }),
    { numRuns: 500 },
  )
})

function sorted(list: readonly unknown[]): string[] {
  return list.map((entry) => JSON.stringify(entry)).sort()
}

test('nothing is lost: every textual difference is a change, an equivalence, or below one', () => {
  fc.assert(
    fc.property(treeOf(false), treeOf(false), (from, to) => {
      for (const kind of ['HelmRelease', 'Kustomization']) {
        const result = diffTrees({ spec: from, values: to }, { spec: to, values: from }, contextOf(kind))
        const told = pointers(result)
        const equal = result.equivalent.map((entry) => entry.path)
        for (const [keys, pointer] of naive({ spec: from, values: to }, { spec: to, values: from })) {
          const path = formatPath(keys.map((key) => ({ key })))
          const covered =
            told.some((place) => isAtOrBelow(pointer, place) || isAtOrBelow(place, pointer)) ||
            equal.some((place) => place.startsWith(path) || path.startsWith(place))
          assert.ok(covered, `${path} is missing`)
        }
        for (const change of result.changes) assert.notDeepEqual(change.from, change.to)
      }
    }),
  )
})

function pointers(result: TreeDiff): string[] {
  return [...result.changes, ...result.unknown]
    .flatMap((entry) => [entry.fromPointer, entry.toPointer])
    .filter((entry) => entry !== null)
}

function isAtOrBelow(pointer: string, place: string): boolean {
  return pointer === place || pointer.startsWith(`${place}/`)
}

type Place = readonly [keys: readonly string[], pointer: string]

function* naive(from: Json | undefined, to: Json | undefined, keys: readonly string[] = []): Generator<Place> {
  if (isJsonObject(from) && isJsonObject(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      const a = Object.hasOwn(from, key) ? from[key] : undefined
      const b = Object.hasOwn(to, key) ? to[key] : undefined
      yield* naive(a, b, [...keys, key])
    }
  } else if (from !== to) yield [keys, formatPointer(keys)]
}

test('in free content every textual leaf is reported, and no other', () => {
  const plain = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Json>(null, true, false, 0, 1, '', 'a', '60s', '1m'),
      mapOf(tie('tree')),
    ),
  })).tree
  fc.assert(
    fc.property(plain, plain, (from, to) => {
      const result = diffSpecs('HelmRelease', { values: { x: from } }, { values: { x: to } })
      const found = result.changes.map((change) => change.fromPointer ?? change.toPointer ?? '')
      assert.deepEqual(found.toSorted(), [...leaves(from, to, '/spec/values/x')].toSorted())
      assert.deepEqual(result.equivalent, [])
    }),
    { numRuns: 500 },
  )
})

/** Pointers of the leaves at which two trees without lists differ; of a map that one side lacks, those of its leaves. */
function* leaves(from: Json | undefined, to: Json | undefined, at: string): Generator<string> {
  const some = from ?? to
  const maps = [from, to].every((value) => value === undefined || isJsonObject(value))
  if (maps && isJsonObject(some) && Object.keys({ ...objectOf(from), ...objectOf(to) }).length > 0) {
    for (const key of new Set([...Object.keys(objectOf(from)), ...Object.keys(objectOf(to))])) {
      const a = Object.hasOwn(objectOf(from), key) ? objectOf(from)[key] : undefined
      const b = Object.hasOwn(objectOf(to), key) ? objectOf(to)[key] : undefined
      yield* leaves(a, b, `${at}${formatPointer([key])}`)
    }
  } else if (JSON.stringify(from) !== JSON.stringify(to)) yield at
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}

test('shuffling a set-like list changes nothing', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(names, fc.infiniteStream(fc.nat()), (list, random) => {
      const items = list.map((name, n) => ({ name, namespace: `n${n % 3}` }))
      const shuffled = items.map((entry) => [random.next().value ?? 0, entry] as const)
      shuffled.sort((a, b) => a[0] - b[0])
      const from = { dependsOn: items, buildMetadata: list }
      const to = { dependsOn: shuffled.map((entry) => entry[1]), buildMetadata: list.toReversed() }
      const result = diff(from, to)
      assert.deepEqual([result.changes, result.unknown], [[], []])
      assert.ok(result.equivalent.every((entry) => entry.because === 'list-order'))
    }),
  )
})

test('arguments stay as they are', () => {
  const frozen = (value: Json): Json => {
    if (typeof value === 'object' && value !== null) Object.values<Json>(Object.freeze(value)).forEach(frozen)
    return value
  }
  fc.assert(fc.property(BODIES, BODIES, (from, to) => void diff(frozen(from), frozen(to))))
})

test('a hundred levels are compared to the last', () => {
  const deep = (end: Json): Json => {
    let tree = end
    for (let n = 0; n < 97; n += 1) tree = n % 2 ? { k: tree } : [tree]
    return tree
  }
  assert.equal(diff({ x: deep(1) }, { x: deep(2) }).changes.length, 1)
})
