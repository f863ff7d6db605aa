import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { equivalencesDocument } from '../../src/diff/equivalences.ts'

test('docs/equivalences.md says what the table says', () => {
  const file = new URL('../../docs/equivalences.md', import.meta.url)
  assert.equal(readFileSync(file, 'utf8'), equivalencesDocument())
})
