import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  canonicalQuantity,
  compareQuantities,
  quantitiesEqual,
  quantitySize,
  storedQuantity,
} from '../../src/flux/quantity.ts'
import { readCases } from './vectors.ts'

type QuantityCase =
  | { name: string; text: string; expect: { valid: boolean; canonical?: string; string?: string } }
  | { name: string; a: string; b: string; expect: { equal: boolean; compare: number; sameString: boolean } }
  | { name: string; a: string; b: string; error: string }

for (const case_ of readCases<QuantityCase>('quantities.json', 92)) {
  test(`quantity vector: ${case_.name}`, () => {
    if ('text' in case_) {
      assert.equal(canonicalQuantity(case_.text), case_.expect.canonical ?? null, case_.name)
      assert.equal(storedQuantity(case_.text), case_.expect.string ?? null, case_.name)
      assert.equal(quantitiesEqual(case_.text, case_.text), case_.expect.valid, case_.name)
    } else if ('error' in case_) {
      assert.equal(compareQuantities(case_.a, case_.b), null, case_.name)
      assert.equal(quantitiesEqual(case_.a, case_.b), false, case_.name)
    } else {
      assert.equal(compareQuantities(case_.a, case_.b), case_.expect.compare, case_.name)
      assert.equal(quantitiesEqual(case_.a, case_.b), case_.expect.equal, case_.name)
      assert.equal(storedQuantity(case_.a) === storedQuantity(case_.b), case_.expect.sameString, case_.name)
    }
  })
}

// Answers of resource.Quantity (apimachinery 0.36): beyond E it writes no suffix, yet compares by size.
test('from 1000E up the suffix is lost in writing', () => {
  for (const [text, written] of [
    ['999E', '999E'],
    ['1500E', '1500E'],
    ['1000E', '1'],
    ['-1500000E', '-1500'],
    ['1000000000000000000000', '1'],
    ['12000000000000000G', '12'],
    ['1000e24', '1e27'],
  ] as const) {
    assert.equal(canonicalQuantity(text), written)
    assert.equal(storedQuantity(text), written)
    assert.equal(Math.abs(compareQuantities(text, '1')!), 1)
  }
})

test('one size has one text, whatever its suffix', () => {
  assert.equal(quantitySize('1Gi'), quantitySize('1073741824'))
  assert.equal(quantitySize('0.5Ki'), quantitySize('512000m'))
  assert.equal(quantitySize('-0'), quantitySize('0Ki'))
  assert.notEqual(quantitySize('1000E'), quantitySize('1'))
  assert.equal(quantitySize('one'), null)
})

test('a huge exponent costs nothing', () => {
  assert.equal(compareQuantities('1e2000000000', '2e1999999999'), 1)
  assert.equal(compareQuantities('-1e2000000000', '1'), -1)
  assert.equal(quantitiesEqual('1e-2000000000', '1n'), true)
  assert.equal(canonicalQuantity('9'.repeat(100_000)), null)
})

const quantity = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.stringMatching(/^[0-9]{1,12}(\.[0-9]{0,10})?$/),
    fc.constantFrom(
      '',
      'n',
      'u',
      'm',
      'k',
      'M',
      'G',
      'T',
      'P',
      'E',
      'Ki',
      'Mi',
      'Gi',
      'Ti',
      'Pi',
      'Ei',
      'e3',
      'E-2',
      'e+20',
    ),
  )
  .map((parts) => parts.join(''))

test('the order is total: antisymmetric, transitive, and equal to itself in canonical form', () => {
  fc.assert(
    fc.property(quantity, quantity, quantity, (a, b, c) => {
      assert.equal(compareQuantities(a, b), 0 - compareQuantities(b, a)! + 0)
      if (compareQuantities(a, b)! <= 0 && compareQuantities(b, c)! <= 0) assert.ok(compareQuantities(a, c)! <= 0)
      assert.equal(quantitySize(a) === quantitySize(b), quantitiesEqual(a, b))
      if (compareQuantities(a.replace(/^[-+]/, ''), '1000E')! >= 0) return
      assert.equal(quantitiesEqual(a, canonicalQuantity(a)!), true)
      assert.equal(quantitiesEqual(a, storedQuantity(a)!), true)
    }),
  )
})

test('a thousand thousandths are one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (n) => {
      assert.equal(quantitiesEqual(`${n}000m`, `${n}`), true)
      assert.equal(quantitiesEqual(`${n}Mi`, `${n * 1024}Ki`), true)
    }),
  )
})

test('any text is either read or refused, never thrown at', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[-+]?[0-9.]{0,30}[eEinumkKMGTP]{0,3}[-+]?[0-9]{0,25}$/)),
      (text) => {
        const canonical = canonicalQuantity(text)
        if (canonical !== null) assert.equal(canonicalQuantity(canonical), canonical)
      },
    ),
  )
})
