import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLru } from '../../src/service/lru.ts'

test('what was not used for the longest time goes first', () => {
  const lru = createLru<string>(3, () => 1)
  for (const key of ['a', 'b', 'c']) lru.set(key, key)
  assert.equal(lru.get('a'), 'a')
  lru.set('d', 'd')
  assert.deepEqual(['a', 'b', 'c', 'd'].map(lru.get), ['a', undefined, 'c', 'd'])
})

test('the weight is bounded, also where a key is set again', () => {
  const lru = createLru<string>(10, (value) => value.length)
  lru.set('a', '1234')
  lru.set('b', '1234')
  lru.set('a', '123456')
  assert.deepEqual(['a', 'b'].map(lru.get), ['123456', '1234'])
  lru.set('c', '1')
  assert.deepEqual(['a', 'b', 'c'].map(lru.get), [undefined, '1234', '1'])
})

test('what is too heavy by itself is not remembered, and takes nothing else with it', () => {
  const lru = createLru<string>(10, (value) => value.length)
  lru.set('a', '1234')
  lru.set('b', '12345678901')
  assert.deepEqual(['a', 'b'].map(lru.get), ['1234', undefined])
})
