import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { generatorHash, splitGeneratedName } from '../../src/flux/generator-name.ts'
import { formatInventoryId, parseInventoryId } from '../../src/flux/inventory.ts'
import type { RawObject } from '../../src/model/snapshot.ts'
import { readCases } from './vectors.ts'

type HashCase = {
  name: string
  what: 'hash'
  object: RawObject & { metadata: { name: string } }
  expect: { suffix: string; nameWithoutSuffix: string }
}
type IdParts = { group: string; kind: string; name: string; namespace: string; writtenBack: string }
type IdCase = { name: string; what: 'inventoryId'; id: string } & ({ expect: IdParts } | { error: string })

for (const case_ of readCases<HashCase | IdCase>('names.json', 69)) {
  test(`name vector: ${case_.name}`, () => {
    if (case_.what === 'hash') checkHash(case_)
    else if ('error' in case_) assert.equal(parseInventoryId(case_.id), null, case_.name)
    else {
      const { writtenBack, ...parts } = case_.expect
      const ref = parseInventoryId(case_.id)
      assert.deepEqual(ref, parts, case_.name)
      assert.equal(formatInventoryId(parts), writtenBack, case_.name)
    }
  })
}

function checkHash(case_: HashCase) {
  const { suffix, nameWithoutSuffix } = case_.expect
  assert.equal(generatorHash(case_.object), suffix, case_.name)
  assert.deepEqual(
    splitGeneratedName(case_.object.metadata.name),
    { stem: nameWithoutSuffix, suffix: `-${suffix}` },
    case_.name,
  )
}

// kustomize 0.21.1, secretGenerator without any data; the API server returns no field for an empty map.
test('a Secret without data has the hash of an empty map', () => {
  assert.equal(generatorHash({ kind: 'Secret', type: 'Opaque' }), '46f8b28mk5')
  assert.equal(generatorHash({ kind: 'Secret', type: 'Opaque', data: {} }), '46f8b28mk5')
})

test('names that no generator made are not split', () => {
  for (const name of ['app', 'app-1234567890', 'app-h29d89cmm', '-h29d89cmmt', 'apph29d89cmmt', 'app-H29D89CMMT', '']) {
    assert.equal(splitGeneratedName(name), null, name)
  }
})

test('stem and suffix make up the name again', () => {
  const suffix = fc.stringMatching(/^-[2456789bcdfghkmt]{10}$/)
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), suffix, (stem, suffix) => {
      assert.deepEqual(splitGeneratedName(stem + suffix), { stem, suffix })
    }),
  )
})

test('a hash has ten letters of the alphabet, whatever the object holds, and does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom('ConfigMap', 'Secret'), (data, kind) => {
      const object = { kind, data, binaryData: data } as RawObject
      const turned = { kind, binaryData: turn(data), data: turn(data) } as RawObject
      assert.match(generatorHash(object), /^[2456789bcdfghkmt]{10}$/)
      assert.equal(generatorHash(turned), generatorHash(object))
    }),
  )
})

function turn(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).reverse())
}

test('an inventory id is read back from what is written, where no part holds an underscore', () => {
  const part = fc.stringMatching(/^[a-zA-Z0-9.:-]{0,12}$/)
  fc.assert(
    fc.property(part, fc.stringMatching(/^[a-z0-9.:-]{1,12}$/), part, part, (namespace, name, group, kind) => {
      const ref = { namespace, name, group, kind }
      assert.deepEqual(parseInventoryId(formatInventoryId(ref)), ref)
    }),
  )
})
