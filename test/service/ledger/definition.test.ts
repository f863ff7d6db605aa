import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rule } from '../../../src/model/rules.ts'
import { definitionOf } from '../../../src/service/ledger/definition.ts'
import { QUESTION } from './ledger-fixtures.ts'

const RULE: Rule = { id: 'rules.yaml:3', action: 'ignore', paths: ['/spec/interval'], reason: 'polling' }
const OTHER: Rule = { id: 'rules.yaml:9', action: 'ignore', paths: ['/spec/timeout'], reason: 'slow' }

test('a definition is its baseline, targets and scope, whatever their order', () => {
  const { id } = definitionOf({ ...QUESTION, clusters: ['staging', 'production', 'edge'] })
  assert.match(id, /^def_[0-9a-f]{20}$/)
  assert.equal(
    definitionOf({ ...QUESTION, clusters: ['edge', 'staging', 'production'], layers: ['spec', 'presence'] }).id,
    id,
  )
  assert.notEqual(definitionOf({ ...QUESTION, clusters: ['edge', 'staging', 'production'], baseline: 'edge' }).id, id)
  assert.notEqual(definitionOf({ ...QUESTION, clusters: ['staging', 'production'] }).id, id)
  assert.notEqual(definitionOf({ ...QUESTION, layers: ['spec'] }).id, definitionOf(QUESTION).id)
  const filter = { ...QUESTION.filter, namespaces: ['a', 'b'] }
  const swapped = { ...QUESTION.filter, namespaces: ['b', 'a'] }
  assert.equal(definitionOf({ ...QUESTION, filter }).id, definitionOf({ ...QUESTION, filter: swapped }).id)
})

test('a rule set that is renamed, moved or sorted is the same; other rules are another question', () => {
  const { id, rules } = definitionOf({ ...QUESTION, rules: [RULE, OTHER] })
  const renamed = [
    { ...OTHER, id: 'team.yaml:1', owner: 'team' },
    { ...RULE, id: 'team.yaml:2', reason: 'it is so' },
  ]
  assert.equal(definitionOf({ ...QUESTION, rules: renamed }).id, id)
  const others = [
    definitionOf({ ...QUESTION, rules: [RULE] }),
    definitionOf(QUESTION),
    definitionOf({ ...QUESTION, ignore: ['spec.interval'] }),
  ]
  for (const other of others) {
    assert.notEqual(other.id, id)
    assert.notEqual(other.rules, rules)
  }
})

test('a rule that only says how severe something is hides nothing: the question is the same', () => {
  const { id, rules } = definitionOf({ ...QUESTION, rules: [RULE] })
  const rated = [
    { ...RULE, severity: 'low' as const },
    { ...OTHER, action: 'rate' as const, severity: 'high' as const },
  ]
  const other = definitionOf({ ...QUESTION, rules: rated })
  assert.deepEqual([other.id, other.rules], [id, rules])
})

test('a definition with a name stays the same when its rules change, and the digest of the rules tells it', () => {
  const named = { ...QUESTION, name: 'prod-vs-staging' }
  const [plain, ruled] = [definitionOf(named), definitionOf({ ...named, rules: [RULE] })]
  assert.equal(plain.id, ruled.id)
  assert.notEqual(plain.rules, ruled.rules)
  assert.notEqual(plain.id, definitionOf(QUESTION).id)
  assert.notEqual(plain.id, definitionOf({ ...named, clusters: ['staging', 'edge'] }).id)
})
