import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { configJsonSchema } from '../../src/config/json-schema.ts'

test('docs/config.schema.json is the schema that the program checks by', () => {
  assert.equal(
    readFileSync('docs/config.schema.json', 'utf8'),
    configJsonSchema(),
    'write it anew: node src/main.ts config schema > docs/config.schema.json',
  )
})

type Node = { readonly [key: string]: unknown }

/** Every map of the schema that describes an object. */
function objectsIn(node: unknown): Node[] {
  if (Array.isArray(node)) return node.flatMap(objectsIn)
  if (typeof node !== 'object' || node === null) return []
  const here = node as Node
  return [...(here['type'] === 'object' ? [here] : []), ...Object.values(here).flatMap(objectsIn)]
}

test('no map takes unknown keys, but for labels and parameters', () => {
  const objects = objectsIn(JSON.parse(configJsonSchema()))
  assert.ok(objects.length > 10)
  const open = objects.filter(({ additionalProperties }) => additionalProperties !== false)
  assert.deepEqual(
    open.map(({ description }) => description),
    [
      'To choose clusters by.',
      'What of its names and values is its own: docs/parameters.md.',
      'Labels of the targets.',
      'Labels of the clusters that the message is for.',
      'Clusters that it is about, by their labels.',
      'Clusters that it is about, by their labels.',
    ],
  )
})
