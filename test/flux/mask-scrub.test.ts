import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/model/json.ts'
import { base64, CONFIG, hmac, masker, maskerKnowing, RELEASE, secretOf, underKey } from './mask-helpers.ts'

const RAW = 'p4ss/word+"é&x'

const FORMS: readonly [what: string, text: string][] = [
  ['raw', RAW],
  ['base64', base64(RAW)],
  ['base64 of more', base64(`${RAW}\n`)],
  ['base64url', Buffer.from(RAW).toString('base64url')],
  ['URL-encoded', encodeURIComponent(RAW)],
  ['URL-encoded in lower case', encodeURIComponent(RAW).replace(/%\w\w/g, (escape) => escape.toLowerCase())],
  ['form-encoded', new URLSearchParams({ '': RAW }).toString().slice(1)],
  ['JSON-escaped', JSON.stringify(RAW).slice(1, -1)],
  ['JSON in JSON', JSON.stringify(JSON.stringify(RAW)).slice(3, -3)],
]

for (const [what, form] of FORMS) {
  test(`a learned value is found ${what}`, () => {
    const knowing = maskerKnowing({ anything: RAW })
    assert.deepEqual(underKey('neutral', form, knowing), hmac(form))
    assert.deepEqual(underKey('neutral', `got <${form}> here`, knowing), hmac(`got <${form}> here`, 'got <***> here'))
    assert.equal(knowing.scrubText(`got <${form}> here`), 'got <***> here')
  })
}

const SEARCHED: readonly [key: string, value: string][] = [
  ['anything', 'hunter2'],
  ['anything', 'pa$$word'],
  ['anything', '12345678'],
  ['anything', 'thisissomeverylongsecret'],
  ['anything', '0a1b2c3d-4e5f-6789-abcd-ef0123456789'],
  ['anything', 'kQzWxVbN'],
  ['password', 'correct-horse-battery-staple'],
  ['password', 'postgres15'],
  ['username', 'svc-9f8a7b6c5d4e3f2a'],
  ['address', 'https://alerts.example.com/in/a1B2c3D4e5F6g7H8i9'],
]

for (const [key, value] of SEARCHED) {
  test(`${value} under ${key} is searched for`, () => {
    assert.equal(maskerKnowing({ [key]: value }).scrubText(`<${value}>`), '<***>')
  })
}

const COMMON: readonly [key: string, value: string][] = [
  ['password', 'postgres'],
  ['password', 'production'],
  ['password', 'admin'],
  ['password', 'abc12'],
  ['password', '1234567'],
  ['password', 'true'],
  ['password', 'my-app-production'],
  ['anything', 'prod-eu-1'],
  ['anything', 'cluster.local'],
  ['anything', 'https://github.com/org/repo'],
  ['anything', 'flux@example.com'],
  ['anything', 'v1.2.3'],
  ['anything', '10.0.0.0/16'],
  ['anything', 'ghcr.io/org/app2:1.2.3'],
  ['anything', 'sha256:3f786850e387550fdab836ed7e6dc881de23001b3f786850e387550fdab836ed'],
  ['anything', '512Mi'],
  ['anything', '0 5 * * *'],
  ['username', 'postgres15'],
  ['region', 'useast1'],
  ['clientId', '0a1b2c3d-4e5f-6789-abcd-ef0123456789'],
  ['known_hosts', 'github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'],
  ['identity.pub', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'],
  ['ca.crt', '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAbcdefgh0123456789\n-----END CERTIFICATE-----'],
  ['bundle', '-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAbcdefgh0123456789\n-----END CERTIFICATE-----'],
]

for (const [key, value] of COMMON) {
  test(`${value.slice(0, 40)} under ${key} stays in ordinary objects`, () => {
    const values = Object.fromEntries(value.split('\n').map((line, at) => [`line${at}`, `see ${line} there`]))
    assert.deepEqual(underKey('neutral', values, maskerKnowing({ [key]: value })), values)
  })
}

test('the leaves of YAML, JSON and Docker configs are searched for', () => {
  const values = maskerKnowing({ 'values.yaml': 'db:\n  host: db.example.com\n  password: hunter2\nkey: zx81zx81\n' })
  assert.equal(values.scrubText('db.example.com hunter2 zx81zx81'), 'db.example.com *** ***')
  const login = base64('robot:hunter2hunter')
  const docker = maskerKnowing({ '.dockerconfigjson': JSON.stringify({ auths: { 'ghcr.io': { auth: login } } }) })
  assert.equal(docker.scrubText(`ghcr.io robot hunter2hunter ${login}`), 'ghcr.io robot *** ***')
})

test('the lines of a key are searched for, its label and footer are not', () => {
  const lines = [
    'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB',
    'QyNTUxOQAAACBJ0Zx9QmXv7bqk8oT2r4YwLhN6cVfGdEsPuKiRjB',
  ]
  const pem =
    ['-----BEGIN OPENSSH PRIVATE', 'KEY-----\n'].join(' ') + `${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`
  const knowing = maskerKnowing({ identity: pem })
  assert.equal(knowing.scrubText(`x ${lines[1]} y`), 'x *** y')
  assert.equal(knowing.scrubText('-----END OPENSSH PRIVATE KEY-----'), '-----END OPENSSH PRIVATE KEY-----')
})

test('passwords inside URLs and assignments are searched for, raw and decoded', () => {
  const knowing = maskerKnowing({ uri: 'postgres://app:hunter%232@db/app', conf: 'user=app\npassword = zx81zx81\n' })
  assert.equal(knowing.scrubText('app <hunter#2> <hunter%232> zx81zx81'), 'app <***> <***> ***')
})

test('malformed Secrets are learned too', () => {
  const by = masker()
  by.learn({ kind: 'Secret', data: { a: 'hunter2!', b: { c: ['hunter3!'] }, d: 12345678 } })
  by.learn({ kind: 'Secret', data: 'hunter4!', stringData: { x: 'hunter5!' } })
  by.learn({ kind: 'Secret' })
  assert.equal(by.scrubText('hunter2! hunter3! hunter4! hunter5! 12345678'), '*** *** *** *** ***')
})

test('of a very long value the beginning suffices, and the rest of the text goes with it', () => {
  const long = Array.from({ length: 3000 }, (_, at) => `k${at}x`).join('')
  const text = maskerKnowing({ blob: long }).scrubText(`see ${long.slice(0, 5000)}`)
  assert.equal(text, 'see ***')
})

test('keys that hold a learned value are replaced, two of them by two keys', () => {
  const knowing = maskerKnowing({ a: 'hunter2', b: 'hunter3' })
  const masked = underKey('neutral', { hunter2: 1, hunter3: 2, open: 3 }, knowing) as JsonObject
  const keys = Object.keys(masked)
  assert.equal(new Set(keys).size, 3)
  for (const key of keys.slice(0, 2)) assert.match(key, /^\*\*\*#[\w-]{10}$/)
  assert.deepEqual(Object.values(masked), [1, 2, 3])
})

test('names of references and of the object are identity, even if a Secret holds the same text', () => {
  const knowing = maskerKnowing({ a: 'hunter2' })
  const body = {
    spec: {
      chart: { spec: { chart: 'x', sourceRef: { kind: 'HelmRepository', name: 'hunter2', namespace: 'hunter2' } } },
      valuesFrom: [{ kind: 'Secret', name: 'hunter2', valuesKey: 'hunter2' }],
      serviceAccountName: 'hunter2',
      releaseName: 'hunter2',
      values: { secretRef: { name: 'hunter2', key: 'hunter2' }, label: 'hunter2' },
    },
  }
  const masked = knowing.maskBody(body, RELEASE)
  const expected = structuredClone(body) as { spec: { values: JsonObject } }
  expected.spec.values = { secretRef: { name: 'hunter2', key: 'hunter2' }, label: hmac('hunter2') }
  assert.deepEqual(masked, expected)
})

test('labels and texts are scrubbed; labels that name an owner stay', () => {
  const knowing = maskerKnowing({ a: 'hunter2' })
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': 'hunter2',
    'example.com/x': 'is-hunter2',
    'example.com/password': 'abc',
    app: 'x',
  }
  assert.deepEqual(knowing.scrubLabels(labels), {
    'kustomize.toolkit.fluxcd.io/name': 'hunter2',
    'example.com/x': 'is-***',
    'example.com/password': '***',
    app: 'x',
  })
  assert.equal(knowing.scrubText('exec: token=abc https://u:p@h'), 'exec: token=*** https://u:***@h')
})

test('status messages are masked with their readable part', () => {
  const message = 'key "hunter2" has no value'
  const status = { conditions: [{ type: 'Ready', message }] }
  assert.deepEqual(maskerKnowing({ a: 'hunter2' }).maskStatus(status, RELEASE), {
    conditions: [{ type: 'Ready', message: hmac(message, 'key "***" has no value') }],
  })
})

test('the secret set is a keyed tag over all learned values, in any order', () => {
  const [ab, ba, a] = [masker(), masker(), masker()]
  for (const value of ['hunter2', 'hunter3']) ab.learn(secretOf({ x: value }))
  for (const value of ['hunter3', 'hunter2', 'hunter2']) ba.learn(secretOf({ y: value }))
  a.learn(secretOf({ x: 'hunter2' }))
  assert.equal(ab.secretSet(), ba.secretSet())
  assert.notEqual(ab.secretSet(), a.secretSet())
  assert.match(a.secretSet(), /^[\w-]{22}$/)
})

test('what holds no secret is returned itself, and nothing is changed in place', () => {
  const knowing = maskerKnowing({ a: 'hunter2' })
  const body = { data: { a: 'open', 'values.yaml': 'a: 1\n' } }
  assert.equal(knowing.maskBody(body, CONFIG), body)
  const secret = { spec: { values: { keep: { a: [1] }, list: ['x', 'hunter2'], password: 'p' } } }
  const before = structuredClone(secret)
  const masked = knowing.maskBody(secret, RELEASE) as unknown as typeof secret
  assert.deepEqual(secret, before)
  assert.equal(masked.spec.values.keep, secret.spec.values.keep)
})

test('a passphrase of three words under a key for passwords is searched for', () => {
  const by = masker()
  by.learn({
    apiVersion: 'v1',
    kind: 'Secret',
    data: { password: Buffer.from('correct-horse-battery').toString('base64') },
  })
  assert.equal(by.scrubText('url?k=correct-horse-battery'), 'url?k=***')
})
