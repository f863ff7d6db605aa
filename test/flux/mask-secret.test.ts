import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/model/json.ts'
import { base64, CONFIG, hmac, masker, RELEASE, SECRET } from './mask-helpers.ts'

const NO_YAML: ReadonlySet<string> = new Set()

function maskData(data: JsonObject, ...yamlKeys: string[]): unknown {
  return masker().maskSecretBody({ data, type: 'Opaque' }, new Set(yamlKeys))['data']
}

test('each value is masked as the text that it decodes to; keys, type, immutable and metadata stay', () => {
  const body = {
    data: { user: base64('app'), empty: '', umlaut: base64('grün') },
    immutable: true,
    metadata: { labels: { 'reconcile.fluxcd.io/watch': 'Enabled' } },
    type: 'Opaque',
  }
  assert.deepEqual(masker().maskSecretBody(body, NO_YAML), {
    ...body,
    data: { user: hmac('app'), empty: hmac(''), umlaut: hmac('grün') },
  })
})

test('a value that is no text is tagged by its bytes, however its base64 is wrapped', () => {
  assert.deepEqual(maskData({ key: '//79/A==' }), { key: hmac({ $binary: '//79/A==' }) })
  assert.deepEqual(maskData({ key: '//79\n/A==\n' }), { key: hmac({ $binary: '//79/A==' }) })
})

test('stringData wins over data and equals the same value in data', () => {
  const body = { data: { a: base64('x'), b: base64('y') }, stringData: { a: 'z', c: 'w' } }
  assert.deepEqual(masker().maskSecretBody(body, NO_YAML), { data: { a: hmac('z'), b: hmac('y'), c: hmac('w') } })
})

test('a value that Flux reads as YAML becomes a tree of masked leaves', () => {
  const yaml = 'replicas: 2\nnested:\n  list: [a, true, null]\n  none: {}\n  empty: []\n'
  assert.deepEqual(maskData({ 'values.yaml': base64(yaml), other: base64(yaml) }, 'values.yaml'), {
    'values.yaml': {
      replicas: hmac(2),
      nested: { list: [hmac('a'), hmac(true), null], none: {}, empty: [] },
    },
    other: hmac(yaml),
  })
})

test('a value that should be YAML and is not, or is a scalar, is masked whole', () => {
  assert.deepEqual(maskData({ 'values.yaml': base64('a: [') }, 'values.yaml'), { 'values.yaml': hmac('a: [') })
  assert.deepEqual(maskData({ 'values.yaml': base64('hello') }, 'values.yaml'), { 'values.yaml': hmac('hello') })
})

test('values encrypted by SOPS are unknown, and its metadata is dropped', () => {
  const encrypted = 'ENC[AES256_GCM,data:abc=,iv:def=,tag:ghi=,type:str]'
  const body = { data: { a: encrypted }, stringData: { b: encrypted }, sops: { mac: encrypted, version: '3.9.0' } }
  assert.deepEqual(masker().maskSecretBody(body, new Set(['a'])), {
    data: { a: { masked: 'sops' }, b: { masked: 'sops' } },
  })
  assert.deepEqual(masker().maskBody({ data: { a: 'b' }, sops: { mac: 'x' } }, CONFIG), { data: { a: 'b' } })
})

const MALFORMED: readonly [what: string, body: JsonObject, expected: JsonObject][] = [
  ['data that is a string', { data: 'hunter2' }, { data: hmac('hunter2') }],
  ['data that is a list', { data: ['hunter2', { a: 1 }] }, { data: [hmac('hunter2'), { a: hmac(1) }] }],
  ['a value that is a number', { data: { pin: 1234, ok: 'YQ==' } }, { data: { pin: hmac(1234), ok: hmac('YQ==') } }],
  ['a value that is a map', { data: { a: { b: 'hunter2' } } }, { data: { a: { b: hmac('hunter2') } } }],
  ['invalid base64', { data: { a: 'hunter2!' }, type: 'x' }, { data: { a: hmac('hunter2!') }, type: hmac('x') }],
  ['base64 without padding', { data: { a: 'YQ' } }, { data: { a: hmac('YQ') } }],
  ['stringData that is a number', { stringData: 5 }, { stringData: hmac(5) }],
  ['stringData with a list', { stringData: { a: ['x'] } }, { stringData: { a: [hmac('x')] } }],
  ['a type that is a map', { type: { a: 'x' } }, { type: { a: hmac('x') } }],
  ['immutable that is text', { immutable: 'hunter2' }, { immutable: hmac('hunter2') }],
  ['an unknown field', { dta: { a: 'hunter2' } }, { dta: { a: hmac('hunter2') } }],
  [
    'an annotation that is a map',
    { metadata: { name: 'db', annotations: { a: { b: 'x' } } }, kind: 'Secret' },
    { metadata: { name: 'db', annotations: { a: { b: hmac('x') } } }, kind: 'Secret' },
  ],
]

for (const [what, body, expected] of MALFORMED) {
  test(`a Secret with ${what} is masked whole`, () => {
    assert.deepEqual(masker().maskSecretBody(body, NO_YAML), expected)
    assert.deepEqual(masker().maskBody(body, SECRET), expected)
  })
}

test('the kind asked for and the kind of the object each suffice to mask it as a Secret', () => {
  const data = { user: base64('app') }
  assert.deepEqual(masker().maskBody({ data }, SECRET), { data: { user: hmac('app') } })
  assert.deepEqual(masker().maskBody({ kind: 'Secret', data }, CONFIG), { kind: 'Secret', data: { user: hmac('app') } })
})

test('presence tells only that there is a value', () => {
  for (const secrets of ['presence', 'off'] as const) {
    const by = masker(secrets)
    assert.deepEqual(by.maskSecretBody({ data: { a: base64('x') } }, NO_YAML), { data: { a: { masked: 'present' } } })
    assert.deepEqual(by.maskBody({ spec: { values: { password: 'x', url: 'https://u:p@h/' } } }, RELEASE), {
      spec: { values: { password: { masked: 'present' }, url: { masked: 'present', text: 'https://u:***@h/' } } },
    })
    assert.match(by.id, new RegExp(`^1:[0-9a-f]{12}:${secrets}$`))
  }
})

test('__proto__ and constructor are keys like others', () => {
  const body = JSON.parse('{"data":{"__proto__":"YQ==","constructor":"Yg=="}}') as JsonObject
  const masked = masker().maskSecretBody(body, NO_YAML)
  assert.deepEqual(Object.entries(masked['data'] as JsonObject), [
    ['__proto__', hmac('a')],
    ['constructor', hmac('b')],
  ])
  const values = JSON.parse('{"spec":{"values":{"__proto__":{"password":"a"},"constructor":"b"}}}') as JsonObject
  assert.equal(
    JSON.stringify(masker().maskBody(values, RELEASE)),
    `{"spec":{"values":{"__proto__":{"password":${JSON.stringify(hmac('a'))}},"constructor":"b"}}}`,
  )
})
