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
  'a..b/c=d',
  `${'a.'.repeat(126)}ab/c`,
  'a>-1',
  'a>b',
  'a>9223372036854775808',
  'a\u00a0',
  'a>=1',
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

// Answers of k8s.io/apimachinery/pkg/labels: whole numbers are compared, and what is none does not match.
test('labels that are numbers are compared', () => {
  const matches = parseSelector('tier>5,tier < 10')
  const found = ['5', '6', '09', '10', 'six', ''].map((tier) => matches({ tier }))
  assert.deepEqual(found, [false, true, true, false, false, false])
  assert.equal(matches({}), false)
})
