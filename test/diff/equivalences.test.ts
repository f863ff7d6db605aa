import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { EQUIVALENCES, equivalencesDocument } from '../../src/diff/equivalences.ts'

test('docs/equivalences.md says what the table says', () => {
  const file = new URL('../../docs/equivalences.md', import.meta.url)
  assert.equal(readFileSync(file, 'utf8'), equivalencesDocument())
})

test('every equivalence has words for people, a rule and a source', () => {
  for (const [code, { title, rule, source }] of Object.entries(EQUIVALENCES)) {
    assert.match(code, /^[a-z]+(?:-[a-z]+)*$/)
    assert.ok(title.length < 60 && rule.endsWith('.') && source.endsWith('.'), code)
  }
})
