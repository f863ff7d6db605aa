import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exceedsLimits, MAX_DEPTH, MAX_NODES, type Json } from '../../src/model/json.ts'

/** A leaf below this many containers. */
function nest(levels: number): Json {
  let value: Json = 'leaf'
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { key: value }
  return value
}

test('a leaf may stand below as many containers as the limit says, and not below one more', () => {
  assert.equal(exceedsLimits(nest(MAX_DEPTH)), null)
  assert.equal(exceedsLimits(nest(MAX_DEPTH + 1)), 'depth')
  assert.equal(exceedsLimits([1, { a: nest(MAX_DEPTH - 1) }]), 'depth')
})

test('a nesting that would overflow the stack is only deep', () => {
  assert.equal(exceedsLimits(nest(1_000_000)), 'depth')
})

test('nodes are counted over the whole value, containers and leaves', () => {
  assert.equal(exceedsLimits(Array.from({ length: MAX_NODES - 1 }, () => 1)), null)
  assert.equal(exceedsLimits(Array.from({ length: MAX_NODES }, () => 1)), 'size')
  assert.equal(
    exceedsLimits(Array.from({ length: 400 }, () => ({ list: Array.from({ length: 500 }, () => 1) }))),
    'size',
  )
})

test('scalars, empty containers and keys of the prototype are within limits', () => {
  for (const value of [null, true, 1, 'text', [], {}, JSON.parse('{"__proto__":{"a":1}}') as Json]) {
    assert.equal(exceedsLimits(value), null)
  }
})
