import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import deepDiff from 'deep-diff'
import fc from 'fast-check'
import { findDifferences, MAX_LEVELS, MAX_WIDTH, type Normal } from '../../src/diff/deep-diff.ts'

function wide(width: number, change: number | null = null): Normal {
  const entries = Array.from({ length: width }, (_, n) => [`k${n}`, n === change ? 'other' : `v${n}`] as const)
  return Object.fromEntries(entries)
}

test('differences come out as the keys that lead to them, sorted', () => {
  const from: Normal = { b: { x: '1', y: '2' }, a: '1', c: '3' }
  const to: Normal = { b: { x: '1', y: '3' }, a: '2', d: '4' }
  assert.deepEqual(findDifferences(from, to), [['a'], ['b', 'y'], ['c'], ['d']])
  assert.deepEqual(findDifferences(from, from), [])
})

test('the empty key, which deep-diff misses when it was added, is found', () => {
  assert.deepEqual(findDifferences({}, { '': '1' }), [['']])
  assert.deepEqual(findDifferences({ '': '1' }, {}), [['']])
  assert.deepEqual(findDifferences({ '': { '': '1' } }, { '': { '': '2' } }), [['', '']])
})

test('keys of prototypes are keys like any other', () => {
  const map = (key: string, value: string): Normal => JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(value)}}`)
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ':a', '#0', '$']) {
    assert.deepEqual(findDifferences({}, map(key, '1')), [[key]])
    assert.deepEqual(findDifferences(map(key, '1'), {}), [[key]])
    assert.deepEqual(findDifferences(map(key, '1'), map(key, '2')), [[key]])
    assert.deepEqual(findDifferences(map(key, '1'), map(key, '1')), [])
  }
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
})

test('deep-diff never gets a map wider than the limit, nor a list, nor text that looks like a pattern', () => {
  let widest = 0
  const measure = (value: Normal): void => {
    assert.ok(!Array.isArray(value))
    if (typeof value === 'string') return
    widest = Math.max(widest, Object.keys(value).length)
    Object.values(value).forEach(measure)
  }
  const spy = (from: Normal, to: Normal) => {
    measure(from)
    measure(to)
    return deepDiff.diff(from, to) ?? []
  }
  assert.deepEqual(findDifferences(wide(20_000), wide(20_000, 12_345), spy), [['k12345']])
  assert.deepEqual(findDifferences({ a: wide(70_000) }, { a: wide(70_000, 3) }, spy), [['a', 'k3']])
  assert.equal(findDifferences({ a: {} }, { a: wide(1_000) }, spy).length, 1_000)
  assert.ok(widest <= MAX_WIDTH, String(widest))
})

test('trees deeper than the limit are compared as text', () => {
  const deep = (levels: number, end: string): Normal => {
    let tree: Normal = end
    for (let n = 0; n < levels; n += 1) tree = { k: tree }
    return tree
  }
  assert.deepEqual(findDifferences(deep(3_000, 'a'), deep(3_000, 'a')), [])
  assert.deepEqual(findDifferences(deep(3_000, 'a'), deep(3_000, 'b'))[0]?.length, MAX_LEVELS)
})

test('a text against a map is one difference', () => {
  assert.deepEqual(findDifferences({ a: '{}' }, { a: {} }), [['a']])
  assert.deepEqual(findDifferences('a', { a: '1' }), [[]])
})

test('arguments stay as they are', () => {
  const freeze = (value: Normal): Normal => {
    if (typeof value !== 'string') Object.values(Object.freeze(value)).forEach(freeze)
    return value
  }
  findDifferences(freeze({ a: { b: '1' } }), freeze({ a: { b: '2' }, c: '3' }))
})

test('what is found is what a plain walk finds', () => {
  const tree = fc.letrec<{ tree: Normal }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('1', '2'),
      fc.dictionary(fc.constantFrom('', 'a', 'b', '__proto__', 'constructor'), tie('tree'), { maxKeys: 4 }),
    ),
  })).tree
  fc.assert(
    fc.property(tree, tree, (from, to) => {
      const found = findDifferences(from, to).map((keys) => JSON.stringify(keys))
      assert.deepEqual(found.toSorted(), [...walk(from, to, [])].toSorted())
    }),
  )
})

function* walk(from: Normal | undefined, to: Normal | undefined, keys: readonly string[]): Generator<string> {
  if (typeof from !== 'object' || typeof to !== 'object') {
    if (from !== to) yield JSON.stringify(keys)
    return
  }
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const a = Object.hasOwn(from, key) ? from[key] : undefined
    yield* walk(a, Object.hasOwn(to, key) ? to[key] : undefined, [...keys, key])
  }
}

test('nothing but the door imports deep-diff, and it applies no changes', () => {
  const root = new URL('../../src/', import.meta.url)
  const importers = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /from ['"]deep-diff['"]/.test(readFileSync(new URL(name, root), 'utf8')))
  assert.deepEqual(importers, ['diff/deep-diff.ts'])
  assert.doesNotMatch(
    readFileSync(new URL('diff/deep-diff.ts', root), 'utf8'),
    /\b(?:deepDiff|library)\.(?:apply|revert|orderInd)/,
  )
})
