import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { displayRef } from '../../src/model/resource-ref.ts'
import { isJsonObject, type JsonObject } from '../../src/model/json.ts'
import type { Masker } from '../../src/flux/mask-object.ts'
import { labelsOf } from '../../src/clusters/raw-object.ts'
import { reduceObject } from '../../src/flux/reduce.ts'
import { readYamlDocuments } from '../../src/flux/yaml.ts'
import { masker } from './mask-helpers.ts'

const FOLDER = new URL('mask-corpus/', import.meta.url)

function objectsIn(file: string): JsonObject[] {
  return readYamlDocuments(readFileSync(new URL(file, FOLDER), 'utf8')).flatMap(({ result }) => {
    assert.ok(result.ok, `${file} is no YAML`)
    return isJsonObject(result.value) ? [result.value] : []
  })
}

function knowing(): Masker {
  const made = masker()
  for (const secret of objectsIn('learned.yaml')) made.learn(secret)
  return made
}

for (const file of readdirSync(FOLDER).filter((name) => name !== 'learned.yaml')) {
  for (const object of objectsIn(file)) {
    const { ref, body, status } = reduceObject(object)
    const labels = labelsOf(object)
    test(`${displayRef(ref)} of ${file} shows no mask, although Secrets hold common words`, () => {
      const by = knowing()
      assert.deepEqual(by.maskBody(body, ref), body)
      assert.equal(by.maskBody(body, ref), body, 'nothing is to be copied')
      if (status !== null) assert.deepEqual(by.maskStatus(status, ref), status)
      assert.deepEqual(by.scrubLabels(labels), labels)
    })
  }
}

test('every text of the corpus passes as free text', () => {
  const by = knowing()
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && !value.includes('\n')) assert.equal(by.scrubText(value), value)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit)
  }
  for (const file of readdirSync(FOLDER).filter((name) => name !== 'learned.yaml')) visit(objectsIn(file))
})
