import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolve } from '../../src/diff/resolve.ts'
import { diffTrees } from '../../src/diff/tree-diff.ts'
import type { Fingerprint } from '../../src/flux/fingerprint.ts'
import { canonicalJson, type Json } from '../../src/model/json.ts'
import { contextOf, diffSpecs, told } from './tree-helpers.ts'

function data(from: Json, to: Json, fingerprint: Fingerprint | null = null) {
  return diffTrees({ data: from }, { data: to }, contextOf('ConfigMap', { fingerprint }))
}

test('documents in a ConfigMap are compared as what they hold', () => {
  const diff = data({ 'values.yaml': 'a: 1\nb: {c: [x]}\n' }, { 'values.yaml': '# new\nb:\n  c: [x, y]\na: 2\n' })
  assert.deepEqual(told(diff), ['changed data["values.yaml"].a', 'added data["values.yaml"].b.c[1]'])
  const [change] = diff.changes
  assert.deepEqual([change?.fromPointer, change?.toPointer], ['/data/values.yaml', '/data/values.yaml'])
  assert.deepEqual([change?.from, change?.to], [1, 2])
})

test('comments and indentation are no difference, and are told', () => {
  assert.deepEqual(told(data({ x: 'a:\n  b: 1\n' }, { x: 'a:\n    b: 1 # one\n' })), ['~ data.x yaml-text'])
  assert.deepEqual(told(data({ x: '{"a": 1, "b": 2}' }, { x: '{"b":2,"a":1}' })), ['~ data.x json-text'])
})

test('what an anchor stands for is not what is written', () => {
  const anchored = 'base: &b {x: 1}\nuse: *b\n'
  assert.deepEqual(told(data({ v: anchored }, { v: 'base: {x: 1}\nuse: {x: 1}\n' })), ['~ data.v yaml-text'])
})

test('inside values documents nothing is defaulted', () => {
  assert.deepEqual(told(data({ v: 'a: false\nb: 1\n' }, { v: 'b: 1\nc:\n' })), ['removed data.v.a', 'added data.v.c'])
})

test('texts that are no documents are compared as texts', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a', 'b'],
    ['echo a\necho b\n', 'echo a\necho c\n'],
    ['a: 1', 'a:  1'],
    ['a: [\n', 'a: {\n'],
    ['a: 1\n', 'just text'],
    ['{{ .Values.a }}', '{{ .Values.b }}'],
    ['- a\n', 'a: 1\n'],
  ]
  for (const [from, to] of cases) assert.deepEqual(told(data({ x: from }, { x: to })), ['changed data.x'])
})

test('a text that only begins like a document is compared as a whole', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['[a-z]+-staging', '[a-z]+-production'],
    ['[FIRING] staging', '[FIRING] production'],
    ['{a,b}/staging.log', '{a,b}/production.log'],
    ['{"n": 1}\n{"n": 2}\n', '{"n": 1}\n{"n": 3}\n'],
    ['a: 1\nb: 2\n...\nstaging\n', 'a: 1\nb: 2\n...\nproduction\n'],
    ['a: 1\n---\n[x] staging\n', 'a: 1\n---\n[x] production\n'],
  ]
  for (const [from, to] of cases) assert.deepEqual(told(data({ x: from }, { x: to })), ['changed data.x'], from)
  assert.deepEqual(told(data({ x: 'a: 1\nb: 2\n' }, { x: '---\na: 1\nb: 2\n...\n---\n' })), ['~ data.x yaml-text'])
})

test('a key with the ending of another format is a text', () => {
  assert.deepEqual(told(data({ 'a.sh': 'x: 1\ny: 2 # a\n' }, { 'a.sh': 'x: 1\ny: 2 # b\n' })), ['changed data["a.sh"]'])
})

test('a document that one side lacks is one text', () => {
  assert.deepEqual(told(data({}, { 'values.yaml': 'a: 1\nb: 2\n' })), ['added data["values.yaml"]'])
})

test('several documents in one text are a list of them', () => {
  const two = (replicas: number) =>
    `kind: A\nmetadata: {name: x}\n---\nkind: B\nmetadata: {name: x}\nreplicas: ${replicas}\n`
  assert.deepEqual(told(data({ x: two(1) }, { x: two(2) })), ['changed data.x[kind=B,metadata.name=x].replicas'])
})

test('patches are documents: strategic merge patches and JSON patches', () => {
  const merge = (replicas: number, indent: string) => ({
    patches: [{ patch: `spec:\n${indent}replicas: ${replicas}\n` }],
  })
  assert.deepEqual(told(diffSpecs('Kustomization', merge(1, '  '), merge(1, '    '))), [
    '~ spec.patches[0].patch yaml-text',
  ])
  const diff = diffSpecs('Kustomization', merge(1, '  '), merge(2, '  '))
  assert.deepEqual(told(diff), ['changed spec.patches[0].patch.spec.replicas'])
  assert.equal(diff.changes[0]?.toPointer, '/spec/patches/0/patch')
})

test('the order of operations in a JSON patch counts', () => {
  const operation = (path: string) => `- {op: add, path: ${path}, value: 1}\n`
  const from = { patches: [{ patch: operation('/a') + operation('/b') + operation('/c') }] }
  const to = { patches: [{ patch: operation('/c') + operation('/a') + operation('/b') }] }
  assert.deepEqual(told(diffSpecs('Kustomization', from, to)), ['moved spec.patches[0].patch[path=/c]'])
})

test('documents inside documents keep the pointer of the outermost string', () => {
  const outer = (x: number) => ({ v: JSON.stringify({ inner: JSON.stringify({ x }) }) })
  const diff = data(outer(1), outer(2))
  assert.deepEqual(told(diff), ['changed data.v.inner.x'])
  assert.equal(diff.changes[0]?.fromPointer, '/data/v')
})

const fingerprint: Fingerprint = (value) => `hmac:k1:${canonicalJson(value).replaceAll(/\W/g, '_')}`
const mask = (tag: string, key = 'k1') => ({ masked: `hmac:${key}:${tag}` })

test('masks of one key are compared by their tags, of two keys they are unknown', () => {
  assert.deepEqual(told(data({ a: mask('x') }, { a: mask('y') })), ['changed data.a'])
  assert.deepEqual(told(data({ a: mask('x') }, { a: mask('x', 'k2') })), ['? data.a key'])
  assert.deepEqual(told(data({ a: mask('x') }, {})), ['removed data.a'])
  assert.deepEqual(told(data({ a: { ...mask('x'), text: 'https://a' } }, { a: { ...mask('x'), text: 'https://b' } })), [
    '~ data.a masked-equal',
  ])
})

test('presence and SOPS say nothing of the value', () => {
  assert.deepEqual(told(data({ a: { masked: 'present' } }, { a: { masked: 'present', text: 'x' } })), [
    '? data.a presence',
  ])
  assert.deepEqual(told(data({ a: { masked: 'present' } }, { a: mask('x') })), ['? data.a presence'])
  assert.deepEqual(told(data({ a: { masked: 'sops' } }, { a: 'plain' })), ['? data.a sops'])
  assert.deepEqual(told(data({ a: { masked: 'sops' } }, {})), ['removed data.a'])
})

test('what may not be compared is unknown even where it looks the same', () => {
  const tree = { a: { masked: 'sops' }, b: [{ masked: 'present' }], c: mask('x'), d: 1 }
  assert.deepEqual(told(data(tree, tree)), ['? data.a sops', '? data.b[0] presence'])
  assert.deepEqual(told(data(tree, structuredClone(tree))), ['? data.a sops', '? data.b[0] presence'])
})

test('a string is read once where documents are shared', () => {
  const documents = new Map<string, Json | null>()
  const context = contextOf('ConfigMap', { documents })
  const [from, to] = ['a: 1\nb: 2\n', 'a: 1\nb: 3\n']
  diffTrees({ data: { x: from } }, { data: { x: to } }, context)
  assert.deepEqual([...documents.keys()], [from, to])
  assert.equal(resolve({ data: { x: from } }, [{ key: 'data' }, { key: 'x' }, { key: 'b' }], context)?.value, 2)
})

test('numbers in JSON that a double cannot hold are not rounded', () => {
  const json = (number: string) => `{"n": ${number}}`
  const differ: readonly (readonly [string, string])[] = [
    ['9007199254740993', '9007199254740992'],
    ['1e400', '1e401'],
  ]
  for (const [a, b] of differ) assert.deepEqual(told(data({ x: json(a) }, { x: json(b) })), ['changed data.x.n'])
  assert.deepEqual(told(data({ x: json('1.0') }, { x: json('1') })), ['~ data.x json-text'])
})

test('a mask against a plain value needs the key', () => {
  assert.deepEqual(told(data({ a: mask('_x_') }, { a: 'x' })), ['? data.a key'])
  assert.deepEqual(told(data({ a: mask('_x_') }, { a: 'x' }, fingerprint)), ['~ data.a masked-equal'])
  assert.deepEqual(told(data({ a: 'y' }, { a: mask('_x_') }, fingerprint)), ['changed data.a'])
  assert.deepEqual(told(data({ a: mask('_x_', 'k2') }, { a: 'x' }, fingerprint)), ['? data.a key'])
})

test('a mask stands for a scalar, so a tree is something else', () => {
  assert.deepEqual(told(data({ v: { a: mask('x') } }, { v: mask('y') }, fingerprint)), ['changed data.v'])
  assert.deepEqual(told(data({ v: mask('y') }, { v: [mask('x')] })), ['changed data.v'])
  assert.deepEqual(told(data({ v: { a: 1 } }, { v: mask('_a_1_') }, fingerprint)), ['changed data.v'])
})

test('a text of a Secret that only some clusters read as YAML may be the same as its tree', () => {
  const [tree, whole] = [{ data: { v: { a: mask('x') } } }, { data: { v: mask('y') } }]
  const context = { group: '', kind: 'Secret', namespace: 'apps', fingerprint, sameReference: () => false }
  const diff = diffTrees(tree, whole, { ...context, readInTwoWays: new Set(['v']) })
  assert.deepEqual(
    diff.unknown.map(({ path, reason }) => [path, reason]),
    [['data.v', 'form']],
  )
  assert.deepEqual(diff.changes, [])
  const other = diffTrees(tree, { data: { v: mask('y', 'k2') } }, { ...context, readInTwoWays: new Set(['v']) })
  assert.deepEqual(
    other.unknown.map(({ reason }) => reason),
    ['key'],
  )
  assert.deepEqual(diffTrees(tree, whole, { ...context, readInTwoWays: new Set(['w']) }).unknown, [])
})

test('a document of which only the comments are hidden may be the same as its tree', () => {
  const text = { ...mask('y'), text: 'a: x\nb: # password=***\n  - c\n' }
  assert.deepEqual(told(data({ v: { a: mask('x') } }, { v: text }, fingerprint)), ['? data.v key'])
})

test('a map is not the text that holds it', () => {
  const text = 'a: 1\nb:\n  - x\n'
  assert.deepEqual(told(diffSpecs('HelmRelease', { values: { c: { a: 1, b: ['x'] } } }, { values: { c: text } })), [
    'changed spec.values.c',
  ])
})

test('a tree of masks against a text holding the same document is compared leaf by leaf', () => {
  const tree = { user: mask('_admin_'), port: mask('_b_'), list: [mask('1')] }
  const text = 'user: admin\nport: c\nlist: [1]\nmore: d\n'
  assert.deepEqual(told(data({ v: tree }, { v: text }, fingerprint)), [
    'added data.v.more',
    'changed data.v.port',
    '~ data.v.list[0] masked-equal',
    '~ data.v.user masked-equal',
  ])
})

test('a mask in a list hides no other item', () => {
  assert.deepEqual(
    told(diffSpecs('HelmRelease', { values: { l: [mask('a'), 'b'] } }, { values: { l: [mask('a'), 'c'] } })),
    ['changed spec.values.l[1]'],
  )
})
