import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64, CONFIG, hmac, masker, maskerKnowing, RELEASE, underKey } from './mask-helpers.ts'

test('a YAML document in a string becomes its tree where something in it is secret', () => {
  const text = 'replicas: 2\nauth:\n  username: app\n  password: hunter2\n'
  assert.deepEqual(masker().maskBody({ data: { 'values.yaml': text } }, CONFIG), {
    data: { 'values.yaml': { replicas: 2, auth: { username: 'app', password: hmac('hunter2') } } },
  })
})

test('a JSON document in a string becomes its tree too, and documents in documents', () => {
  assert.deepEqual(underKey('config', '{"password":"a","nested":"{\\"token\\":\\"b\\"}"}'), {
    password: hmac('a'),
    nested: { token: hmac('b') },
  })
})

test('a document without secrets stays the string that it was', () => {
  const text = 'secretRef:\n  name: db # no secret here\nvaluesKey: token.yaml\n'
  assert.equal(underKey('neutral', text), text)
})

test('several documents in one string are masked one by one', () => {
  const text = 'a: 1\n---\npassword: hunter2\n'
  assert.deepEqual(underKey('neutral', text), [{ a: 1 }, { password: hmac('hunter2') }])
})

test('a document with secrets in its comments only becomes its tree, which has no comments', () => {
  const text = 'replicas: 2\n# password: hunter2\n'
  assert.deepEqual(underKey('neutral', text), { replicas: 2 })
})

test('a template that is no YAML is masked line by line', () => {
  const text = [
    'spec:',
    '  {{- if .x }}',
    '  password: hunter2',
    '  user: app',
    '  key: |',
    '    open',
    '  privateKey: |',
    '    line one',
    '    line two',
    '  env:',
    '    - name: DB_TOKEN',
    '      value: abc',
    '    - name: DB_HOST',
    '      value: abc',
    '  login: {user: app, password: abc}',
    '  secretRef: db',
    '  token: {{ .token }}',
    '',
  ].join('\n')
  const shown = text
    .replace('password: hunter2', 'password: ***')
    .replace('    line one\n    line two', '    ***\n    ***')
    .replace('TOKEN\n      value: abc', 'TOKEN\n      value: ***')
    .replace('password: abc}', 'password: ***}')
  assert.deepEqual(underKey('neutral', text), hmac(text, shown))
})

test('Secret manifests in templates keep only their placeholders', () => {
  const text = [
    '<< if true >>',
    'kind: Secret',
    'stringData:',
    '  url: https://example.com',
    '  user: << inputs.user >>',
    '---',
    '<< end >>',
    'kind: ConfigMap',
    'data:',
    '  url: https://example.com',
  ].join('\n')
  const shown = text.replace('url: https://example.com', 'url: ***')
  assert.deepEqual(underKey('resourcesTemplate', text), hmac(text, shown))
})

test('Secret manifests inside other objects are masked value by value', () => {
  const body = {
    spec: {
      resources: [
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'db' },
          stringData: { user: 'app', host: '<< inputs.host >>' },
          data: { host: base64('db.example.com') },
        },
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'db' }, data: { host: 'db.example.com' } },
      ],
    },
  }
  const masked = masker().maskBody(body, { ...RELEASE, kind: 'ResourceSet' })
  assert.deepEqual(masked, {
    spec: {
      resources: [
        {
          ...body.spec.resources[0],
          stringData: { user: hmac('app'), host: '<< inputs.host >>' },
          data: { host: hmac('db.example.com') },
        },
        body.spec.resources[1],
      ],
    },
  })
})

test('patches of a Secret are masked, whatever their form; the same patch of a ConfigMap is not', () => {
  const patch = '- op: replace\n  path: /data/host\n  value: ZGI=\n'
  const merge = 'stringData:\n  host: db\n'
  const broken = 'stringData:\n  {{ x }}\n  host: db\n'
  assert.deepEqual(underKey('patches', [{ target: { kind: 'Secret' }, patch }]), [
    { target: { kind: 'Secret' }, patch: [{ op: 'replace', path: '/data/host', value: hmac('db') }] },
  ])
  assert.deepEqual(underKey('patches', [{ target: { kind: 'Secret' }, patch: merge }]), [
    { target: { kind: 'Secret' }, patch: { stringData: { host: hmac('db') } } },
  ])
  assert.deepEqual(underKey('patches', [{ target: { kind: 'Secret' }, patch: broken }]), [
    { target: { kind: 'Secret' }, patch: hmac(broken) },
  ])
  assert.deepEqual(underKey('patches', [{ target: { kind: 'ConfigMap' }, patch }]), [
    { target: { kind: 'ConfigMap' }, patch },
  ])
})

test('an inline kubeconfig keeps its addresses and certificates', () => {
  const text = [
    'kind: Config',
    'clusters:',
    '  - name: prod',
    '    cluster:',
    '      server: https://10.0.0.1:6443',
    '      certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURkekND',
    'users:',
    '  - name: admin',
    '    user:',
    '      token: hunter2',
  ].join('\n')
  assert.deepEqual(underKey('kubeconfig', text), {
    kind: 'Config',
    clusters: [
      {
        name: 'prod',
        cluster: {
          server: 'https://10.0.0.1:6443',
          'certificate-authority-data': 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURkekND',
        },
      },
    ],
    users: [{ name: 'admin', user: { token: hmac('hunter2') } }],
  })
})

test('learned values are found inside documents, as leaves and in comments', () => {
  const knowing = maskerKnowing({ anything: 'zx81-hunter2' })
  assert.deepEqual(underKey('neutral', 'a: 1\nb: zx81-hunter2\n', knowing), { a: 1, b: hmac('zx81-hunter2') })
  const text = 'a: 1\n# was zx81-hunter2\n'
  assert.deepEqual(underKey('neutral', text, knowing), { a: 1 })
})
