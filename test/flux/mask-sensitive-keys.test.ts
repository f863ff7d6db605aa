import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../src/model/json.ts'
import { hmac, masker, RELEASE, underKey } from './mask-helpers.ts'

const SECRET_PAIRS: readonly [key: string, value: Json][] = [
  ['password', 'swordfish'],
  ['adminPassword', 'hunter2'],
  ['DB_PASSWORD', 'postgres'],
  ['mysql-root-password', 'x'],
  ['dbpasswd', 'abc'],
  ['spring.datasource.password', 'abc def'],
  ['password2', 'abcdef'],
  ['password', 123456],
  ['password', { $number: '12345678901234567890' }],
  ['passphrase', 'correct horse battery staple'],
  ['token', 'abcdef'],
  ['GITHUB_TOKEN', 'abcdef'],
  ['botToken', 'abcdef'],
  ['apiKey', 'abcdef'],
  ['api_key', 'abcdef'],
  ['APIKey', 'abcdef'],
  ['APIkey', 'abcdef'],
  ['x-api-key', 'abcdef'],
  ['accessKey', 'minioadmin'],
  ['secretKey', 'minioadmin'],
  ['aws_secret_access_key', 'abcdef'],
  ['SECRET_KEY_BASE', 'abcdef'],
  ['privateKey', 'abcdef'],
  ['encryptionKey', 'abcdef'],
  ['accountKey', 'abcdef'],
  ['sasKey', 'abcdef'],
  ['clientSecret', 'my-oauth-secret'],
  ['OAuth2ClientSecret', 'abcdef'],
  ['cookieSecret', 'abcdef'],
  ['secret', 'swordfish'],
  ['secret', 'hunter2'],
  ['credentials', 'svc:hunter2'],
  ['dsn', 'host=db user=x'],
  ['connectionString', 'Server=db'],
  ['cookie', 'session=1'],
  ['auth', 'dXNlcjpodW50ZXIy'],
  ['Authorization', 'Basic dXNlcjpodW50ZXIy'],
  ['basicAuth', 'user:hunter2'],
  ['passwordHash', '$2a$10$abcdefgh'],
  ['htpasswd', 'user:$apr1$x'],
  ['licenseKey', 'ABC-123'],
  ['bearerToken', 'abc'],
  ['webhookPath', '/hook/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'],
  ['smtp_pass', 'abc'],
  ['pgpass', 'abc'],
  ['bindPw', 'abc'],
  ['bindpw', 'abc'],
  ['secret', 'apps/aGVsbG8gd29ybGQ'],
  ['secret', 'x7f3q9/basic-auth'],
  ['LDAP_ROOTPW', 'abc'],
  ['presharedKey', 'abc'],
  ['preshared_key', 'abc'],
  ['pushoverUserKey', 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG'],
  ['unsealKeys', 'abc'],
  ['routing_key', 'f8a7b6c5d4e3f2a19f8a7b6c5d4e3f2a'],
  ['htaccess-cookie', 'abc'],
]

for (const [key, value] of SECRET_PAIRS) {
  test(`${key}: ${JSON.stringify(value)} is secret`, () => {
    assert.deepEqual(underKey(key, value), hmac(value))
  })
}

const OPEN_PAIRS: readonly [key: string, value: Json][] = [
  ['secretRef', { name: 'backend-credentials' }],
  ['webhook_path', ['status', 'webhookPath']],
  ['webhookPath', '/github'],
  ['userKey', 'username'],
  ['secretName', 'backend-hunter2'],
  ['existingSecret', 'backend-hunter2'],
  ['tokenSecretName', 'backend-hunter2'],
  ['passwordKey', 'db-password'],
  ['userPasswordKey', 'hunter2'],
  ['existingSecretPasswordKey', 'hunter2'],
  ['secretKeys', { adminPasswordKey: 'hunter2', userPasswordKey: 'password' }],
  ['secretKey', 'secret-access-key'],
  ['accessKey', 'ACCESS_KEY'],
  ['valuesKey', 'token.yaml'],
  ['secretKeyRef', { name: 'db', key: 'token' }],
  ['serviceAccountToken', true],
  ['serviceAccountToken', { audience: 'vault', expirationSeconds: 3600, path: 'token' }],
  ['automountServiceAccountToken', false],
  ['tokenExpirationSeconds', 3600],
  ['tokenTTL', '15m'],
  ['maxTokens', 4096],
  ['tokens', 5],
  ['imagePullSecrets', [{ name: 'regcred' }]],
  ['imagePullSecrets', ['regcred2']],
  ['secrets', []],
  ['secrets', ['etcd-client-cert', 'regcred']],
  ['secrets', [{ name: 'db', key: 'password' }]],
  ['secret', { create: true, name: 'db', annotations: {} }],
  ['secret', 'grafana-oauth-credentials'],
  ['tlsSecret', 'wildcard-example-com'],
  ['nginx.ingress.kubernetes.io/auth-secret', 'network/basic-auth'],
  ['secrets', [{ name: 'db-password', alias: 'DATABASE_PASSWORD' }]],
  ['password', "os.environ['DB_PASSWORD']"],
  ['password', 'process.env.DB_PASSWORD'],
  ['pullSecret', 'ghcr-auth'],
  ['password', null],
  ['password', ''],
  ['password', true],
  ['password', '${db_password}'],
  ['password', '$(DB_PASSWORD)'],
  ['password', '{{ .Values.password }}'],
  ['password', '<< inputs.password >>'],
  ['password', '${user}:${password}'],
  ['password', { valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
  ['passwordFile', '/run/secrets/db'],
  ['token', '/var/run/secrets/kubernetes.io/serviceaccount/token'],
  ['token', 'op://vault/item/field'],
  ['privateKey', { algorithm: 'RSA', size: 4096, rotationPolicy: 'Always' }],
  ['tlsKey', 'tls.key'],
  ['publicKey', 'hunter2'],
  ['sshKey', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0Zx me@host'],
  ['tokenUrl', 'https://login.example.com/oauth/token'],
  ['auth', { enabled: true, username: 'app', database: 'app_db', existingSecret: 'db' }],
  ['auth', 'basic'],
  ['authMethod', 'kubernetes'],
  ['cookie', { expire: '168h', secure: true, domain: 'example.com' }],
  ['secretTypes', ['Opaque']],
  ['checksum/secret', '3f786850e387550fdab836ed7e6dc881de23001b'],
  ['bypass', 'hunter2'],
  ['routingKey', 'orders.created'],
  ['accessKey', 'accesskey'],
  ['refreshTokens', 'enabled'],
  ['dbSecret', 'db-main'],
  ['kmsKey', 'projects/p/locations/l/keyRings/r/cryptoKeys/k'],
  ['compass', 'hunter2'],
  ['monkey', 'hunter2'],
  ['topologyKey', 'kubernetes.io/hostname'],
  ['accessKeyId', 'backend'],
  ['credentials', { region: 'eu-west-1', provider: 'aws', username: 'app' }],
  ['passwordPolicy', 'strict2'],
]

for (const [key, value] of OPEN_PAIRS) {
  test(`${key}: ${JSON.stringify(value)} is not secret`, () => {
    assert.deepEqual(underKey(key, value), value)
  })
}

test('containers of secrets mask what stands for a value, and keep names and settings', () => {
  assert.deepEqual(underKey('passwords', { alice: 'abc', bob: 'def' }), { alice: hmac('abc'), bob: hmac('def') })
  assert.deepEqual(underKey('password', { value: 'abc', key: 'db' }), { value: hmac('abc'), key: 'db' })
  assert.deepEqual(underKey('secrets', { db: { FOO: 'hunter2', name: 'db' } }), {
    db: { FOO: hmac('hunter2'), name: 'db' },
  })
  assert.deepEqual(underKey('apiKeys', ['abc', 'def']), [hmac('abc'), hmac('def')])
})

test('a value next to its name is judged by that name', () => {
  assert.deepEqual(underKey('env', [{ name: 'DB_PASSWORD', value: 'abc' }]), [
    { name: 'DB_PASSWORD', value: hmac('abc') },
  ])
  assert.deepEqual(underKey('env', [{ name: 'DB_HOST', value: 'abc' }]), [{ name: 'DB_HOST', value: 'abc' }])
  assert.deepEqual(underKey('ops', [{ op: 'add', path: '/spec/values/adminPassword', value: 'abc' }]), [
    { op: 'add', path: '/spec/values/adminPassword', value: hmac('abc') },
  ])
  assert.deepEqual(underKey('ops', [{ op: 'add', path: '/spec/interval', value: '5m' }]), [
    { op: 'add', path: '/spec/interval', value: '5m' },
  ])
})

test('the argument after a secret flag is secret, another flag is not', () => {
  assert.deepEqual(underKey('args', ['--token', 'abc', '--user', 'abc', '--password', '--verbose']), [
    '--token',
    hmac('abc'),
    '--user',
    'abc',
    '--password',
    '--verbose',
  ])
  assert.deepEqual(underKey('args', ['--password=abc']), [hmac('--password=abc', '--password=***')])
})

test('an ExternalSecret names keys under secretKey', () => {
  const data = [{ secretKey: 'db-main-01x', remoteRef: { key: 'db', property: 'password' } }]
  assert.deepEqual(underKey('spec', { data }), { data })
})

test('substitute maps, inputs and ConfigMap data are searched like values', () => {
  const body = {
    spec: {
      postBuild: { substitute: { db_password: 'abc', region: 'eu' } },
      inputs: [{ tenant: 'a', token: 'abc' }],
    },
  }
  assert.deepEqual(masker().maskBody(body, RELEASE), {
    spec: {
      postBuild: { substitute: { db_password: hmac('abc'), region: 'eu' } },
      inputs: [{ tenant: 'a', token: hmac('abc') }],
    },
  })
})
