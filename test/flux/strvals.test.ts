import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { mutableCopy, setPathLiteral, setPathValue } from '../../src/flux/strvals.ts'
import type { MutableMap } from '../../src/flux/strvals.ts'
import type { Json } from '../../src/model/json.ts'
import { parseExact, readCases } from './vectors.ts'

type StrvalsCase = {
  name: string
  start: Json
  targetPath: string
  value: string
  literal?: boolean
  expect?: Json
  error?: string
}

for (const case_ of readCases<StrvalsCase>('strvals.json', 127, parseExact)) {
  test(`targetPath vector: ${case_.name}`, () => {
    const tree = mutableCopy(case_.start) as MutableMap
    const set = case_.literal === true ? setPathLiteral : setPathValue
    const run = () => set(tree, case_.targetPath, case_.value)
    if (case_.error !== undefined) assert.throws(run, SyntaxError, case_.name)
    else {
      run()
      assert.deepEqual(tree, case_.expect, case_.name)
    }
  })
}

// Answers of Helm's strvals: case folding of Unicode, and indexes that are only looked at where something is set.
test('odd words and indexes', () => {
  const outcome = (path: string, value: string) => {
    const tree: MutableMap = {}
    setPathValue(tree, path, value)
    return tree
  }
  assert.deepEqual(outcome('a', 'fal\u017fe'), { a: false })
  assert.deepEqual(outcome('a[99999].b', ''), { a: [] })
  for (const [path, value] of [
    ['a[99999]', ''],
    ['a[99999].b', 'x'],
    ['a[99999][0]', ''],
    ['a[-1].b', ''],
  ] as const) {
    assert.throws(() => outcome(path, value), SyntaxError)
  }
})

test('a literal value is the text, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const tree: MutableMap = {}
      setPathLiteral(tree, 'a.b', value)
      assert.deepEqual(tree, { a: { b: value } })
    }),
  )
})

test('arbitrary paths and values either set something or throw SyntaxError without quoting it', () => {
  const bits = fc.constantFrom('a', '.', '[', ']', '0', '1', '=', ',', '\\', '{', '}', '"', 'SECRET')
  const text = fc.array(bits, { maxLength: 12 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, text, (path, value) => {
      try {
        setPathValue({ a: [1, { a: 'x' }] }, path, value)
      } catch (error) {
        assert.ok(error instanceof SyntaxError)
        assert.doesNotMatch(error.message, /SECRET/)
      }
    }),
    { numRuns: 1000 },
  )
})

test('a path through __proto__ makes a key and touches no prototype', () => {
  const tree: MutableMap = {}
  setPathValue(tree, '__proto__.polluted', 'yes')
  setPathValue(tree, 'constructor.prototype.polluted', 'yes')
  assert.equal(({} as { polluted?: string }).polluted, undefined)
  assert.deepEqual(Object.keys(tree), ['__proto__', 'constructor'])
})
