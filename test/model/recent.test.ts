import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecent } from '../../src/model/recent.ts'

test('what was asked for last is made once, and what was not asked for longest is forgotten first', () => {
  const made: string[] = []
  const recent = createRecent<string, string | null>(2)
  const ask = (key: string) =>
    recent(key, () => {
      made.push(key)
      return key === 'n' ? null : key
    })
  for (const key of ['n', 'n', 'b', 'n', 'c', 'n', 'b']) ask(key)
  assert.deepEqual(made, ['n', 'b', 'c', 'b'])
})
