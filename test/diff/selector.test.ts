import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSelector } from '../../src/diff/selector.ts'

for (const text of [
  'a=(b',
  'app in (a',
  'a b',
  'team=-shop',
  '-a',
  'Team/Shop/x',
  'env in (dev,(x)',
  `a=${'x'.repeat(64)}`,
]) {
  test(`a selector that an API server would refuse is refused: ${text.slice(0, 20)}`, () => {
    assert.throws(() => parseSelector(text), { code: 'input-invalid' })
  })
}

test('keys with a prefix and empty values are labels', () => {
  const matches = parseSelector('app.kubernetes.io/name=web,tier=,!legacy,env in (dev,prod)')
  assert.equal(matches({ 'app.kubernetes.io/name': 'web', tier: '', env: 'dev' }), true)
  assert.equal(matches({ 'app.kubernetes.io/name': 'web', tier: 'x', env: 'dev' }), false)
})
