import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createAccessControl, hasScope, type TokenRule } from '../../src/api/access-control.ts'

const NOW = new Date('2026-11-21T12:00:00Z')

function rule(token: string, part: Partial<TokenRule> = {}): TokenRule {
  const sha256 = createHash('sha256').update(token).digest('hex')
  return { name: token, sha256, scopes: ['read'], clusters: null, namespaces: null, expires: null, ...part }
}

test('without tokens everyone is anonymous and may do all', () => {
  for (const none of [null, []]) {
    const control = createAccessControl(none)
    assert.equal(control.hasTokens, false)
    const everything = { caller: 'anonymous', scope: 'admin', clusters: null, namespaces: null }
    assert.deepEqual(control.authenticate('Bearer whatever', NOW), everything)
  }
})

test('a token gives its caller, its widest scope and its limits', () => {
  const limits = { clusters: ['staging'], namespaces: ['apps'] }
  const control = createAccessControl([rule('one'), rule('two', { scopes: ['trigger', 'read'], ...limits })])
  assert.deepEqual(control.authenticate('Bearer two', NOW), { caller: 'two', scope: 'trigger', ...limits })
  assert.deepEqual(control.authenticate('bearer  one', NOW).scope, 'read')
})

test('whatever is wrong with a token is told in the same words', () => {
  const control = createAccessControl([rule('one'), rule('old', { expires: '2026-11-21T12:00:00Z' })])
  const refused = { code: 'unauthenticated', message: 'the token is not known or has expired' }
  assert.throws(() => control.authenticate('Bearer wrong', NOW), refused)
  assert.throws(() => control.authenticate('Bearer old', NOW), refused)
  assert.equal(control.authenticate('Bearer old', new Date('2026-11-21T11:59:59Z')).caller, 'old')
  for (const header of [undefined, '', 'one', 'Basic one', 'Bearer', 'Bearer one two', 'Digest Bearer one']) {
    assert.throws(() => control.authenticate(header, NOW), { code: 'unauthenticated' })
  }
})

test('admin includes trigger, which includes read', () => {
  const scopes = ['read', 'trigger', 'admin'] as const
  const reach = scopes.map((scope) =>
    scopes.filter((needed) => hasScope({ caller: 'x', scope, clusters: null, namespaces: null }, needed)),
  )
  assert.deepEqual(reach, [['read'], ['read', 'trigger'], ['read', 'trigger', 'admin']])
})
