import assert from 'node:assert/strict'
import { test } from 'node:test'
import { elideValues } from '../../src/model/elide-values.ts'

test('a short value stays as it is, and what is no text too', () => {
  const values = { a: 'x'.repeat(80), b: 1, c: null, d: { masked: 'present' }, e: [] }
  assert.deepEqual(elideValues(values, 80), values)
})

test('two long texts that begin alike stay different: what they share goes first', () => {
  const shared = 's'.repeat(100)
  assert.deepEqual(elideValues({ a: `${shared}one`, b: `${shared}two` }, 80), {
    a: `…${'s'.repeat(16)}one`,
    b: `…${'s'.repeat(16)}two`,
  })
})

test('a text that is long to its end is cut to so many characters, whole signs only', () => {
  const [value] = Object.values(elideValues({ a: '🙂'.repeat(100) }, 80))
  assert.equal(value, `${'🙂'.repeat(79)}…`)
})

test('what is shared is not cut within a sign', () => {
  const shared = '🙂'.repeat(50)
  const { a } = elideValues({ a: `${shared}a${'x'.repeat(15)}`, b: `${shared}b${'x'.repeat(15)}` }, 80)
  assert.equal((a as string).isWellFormed(), true)
  const odd = elideValues({ a: `s${shared}${'x'.repeat(15)}a`, b: `s${shared}${'x'.repeat(15)}b` }, 80)
  assert.equal((odd['a'] as string).isWellFormed(), true)
  assert.notEqual(odd['a'], odd['b'])
})

test('of several long texts each shows how it differs from the one most like it', () => {
  const [long, other] = ['s'.repeat(100), 't'.repeat(100)]
  const values = { a: `${long}one`, b: 'x', c: `${other}one`, d: `${long}two`, e: `${other}two`, f: `${long}one` }
  assert.deepEqual(elideValues(values, 80), {
    a: `…${'s'.repeat(16)}one`,
    b: 'x',
    c: `…${'t'.repeat(16)}one`,
    d: `…${'s'.repeat(16)}two`,
    e: `…${'t'.repeat(16)}two`,
    f: `…${'s'.repeat(16)}one`,
  })
})
