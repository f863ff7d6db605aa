import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { durationsEqual, formatGoDuration, parseGoDuration } from '../../src/flux/duration.ts'
import { readCases } from './vectors.ts'

type DurationCase =
  | { name: string; text: string; expect: { parses: boolean; nanoseconds?: string; canonical?: string } }
  | { name: string; a: string; b: string; expect: { equal: boolean } }
  | { name: string; a: string; b: string; error: string }

for (const case_ of readCases<DurationCase>('durations.json', 75)) {
  test(`duration vector: ${case_.name}`, () => {
    if ('text' in case_) {
      const nanoseconds = parseGoDuration(case_.text)
      assert.equal(nanoseconds !== null, case_.expect.parses, case_.name)
      assert.equal(nanoseconds?.toString(), case_.expect.nanoseconds, case_.name)
      if (nanoseconds !== null) assert.equal(formatGoDuration(nanoseconds), case_.expect.canonical, case_.name)
    } else {
      assert.equal(durationsEqual(case_.a, case_.b), 'error' in case_ ? false : case_.expect.equal, case_.name)
      assert.equal(durationsEqual(case_.b, case_.a), 'error' in case_ ? false : case_.expect.equal, case_.name)
    }
  })
}

test('the most negative duration is readable, its positive twin is not', () => {
  assert.equal(parseGoDuration('-9223372036854775808ns'), -(1n << 63n))
  assert.equal(parseGoDuration('9223372036854775808ns'), null)
  assert.equal(formatGoDuration(-(1n << 63n)), '-2562047h47m16.854775808s')
})

test('a unit is never looked up on the prototype', () => {
  assert.equal(parseGoDuration('1constructor'), null)
  assert.equal(parseGoDuration('1__proto__'), null)
})

test('formatting and parsing again gives the same duration and the same text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 53n), max: 1n << 53n }), (ns) => {
      const text = formatGoDuration(ns)
      const again = parseGoDuration(text)
      assert.equal(again, ns)
      assert.equal(formatGoDuration(ns), text)
    }),
  )
})

test('any text is either read or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+]?([0-9.]{0,25}(h|m|s|ms|us|ns|x)?){0,4}$/)), (text) => {
      const ns = parseGoDuration(text)
      if (ns !== null) assert.equal(durationsEqual(text, formatGoDuration(ns)), true)
    }),
  )
})
