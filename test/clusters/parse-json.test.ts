import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from '../../src/clusters/parse-json.ts'

test('integers that a double cannot hold keep their digits', () => {
  assert.deepEqual(parseJson('{"a":9007199254740993,"b":[-9223372036854775808],"c":9007199254740991}'), {
    a: { $number: '9007199254740993' },
    b: [{ $number: '-9223372036854775808' }],
    c: 9007199254740991,
  })
  assert.notDeepEqual(parseJson('9007199254740993 '.padStart(20)), parseJson('9007199254740992 '.padStart(20)))
})

test('long digits in texts, fractions and exponents are left as they are', () => {
  assert.deepEqual(parseJson('{"a":"x:12345678901234567890","b":0.12345678901234561,"c":1e20}'), {
    a: 'x:12345678901234567890',
    b: 0.12345678901234561,
    c: 1e20,
  })
})

test('a key __proto__ stays a key', () => {
  for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1},"b":9007199254740993}']) {
    const value = parseJson(text) as object
    assert.ok(Object.hasOwn(value, '__proto__'))
    assert.equal(Object.getPrototypeOf(value), Object.prototype)
  }
})
