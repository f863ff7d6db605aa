import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { accessTokens } from '../../src/config/access-tokens.ts'
import { defaultConfig } from '../../src/config/config.ts'
import { findConfigFile, loadConfig, withListen } from '../../src/config/load-config.ts'
import { readKeyBytes, readSecret } from '../../src/config/secret-source.ts'
import { withoutSecrets } from '../../src/config/source-problems.ts'
import { AppError } from '../../src/model/errors.ts'
import { folderWith, HEAD, load } from './support.ts'

const HASH = 'a'.repeat(64)

test('the smallest file: every default', (t) => {
  const { source, ...config } = load(t, HEAD)
  assert.match(source!, /config\.yaml$/)
  assert.deepEqual(config, {
    clusters: [
      {
        name: 'staging',
        slug: 'staging',
        connection: { by: 'context', context: 'stg', kubeconfig: null },
        labels: {},
        parameters: {},
        namespaces: null,
        pool: 'default',
        requestTimeoutMs: 30_000,
        timeoutMs: 120_000,
        secretCompare: 'equality',
        as: null,
        asGroups: [],
        insecure: false,
      },
    ],
    comparisons: [],
    owners: [],
    rules: [],
    channels: [],
    server: {
      listen: { host: '127.0.0.1', port: 8080 },
      basePath: '',
      publicUrl: null,
      tls: null,
      rateLimit: { requests: 100, perMs: 1000 },
    },
    redis: null,
    history: { path: null, keepMs: 90 * 86_400_000, keepLatest: 1 },
    key: null,
    access: { tokens: [] },
    execPlugins: [],
  })
})

test('without a file: every context is a cluster, on loopback, and plugins run', () => {
  const config = defaultConfig(['staging', 'arn:aws:eks:eu-west-1:1:cluster/prod'])
  assert.equal(config.source, null)
  assert.equal(config.execPlugins, null)
  assert.deepEqual(config.server.listen, { host: '127.0.0.1', port: 8080 })
  assert.deepEqual(
    config.clusters.map(({ name, slug, connection, insecure }) => ({ name, slug, connection, insecure })),
    [
      {
        name: 'staging',
        slug: 'staging',
        connection: { by: 'context', context: 'staging', kubeconfig: null },
        insecure: true,
      },
      {
        name: 'arn:aws:eks:eu-west-1:1:cluster/prod',
        slug: 'arn-aws-eks-eu-west-1-1-cluster-prod',
        connection: { by: 'context', context: 'arn:aws:eks:eu-west-1:1:cluster/prod', kubeconfig: null },
        insecure: true,
      },
    ],
  )
})

test('without a file, but with --kubeconfig: contexts of that file', () => {
  assert.deepEqual(defaultConfig(['a'], '/k').clusters[0]?.connection, {
    by: 'context',
    context: 'a',
    kubeconfig: '/k',
  })
})

test('everything written out; relative paths are against the folder of the file', (t) => {
  const folder = folderWith(t, {
    'config.yaml': `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - name: Staging EU
    context: stg
    kubeconfig: kube/config
    labels: { env: staging, team.example.com/name: shop }
    namespaces: [apps, flux-system, apps]
    pool: eu
    requestTimeout: 1m30s
    timeout: 1.5h
    secretCompare: off
    as: auditor
    asGroups: [readers]
    insecure: true
  - { name: production, slug: prod, kubeconfig: /etc/clusters/production }
  - { name: Prod, inCluster: true }
server:
  listen: "[::]:443"
  basePath: /flux/compare
  tls: { certFile: tls.crt, keyFile: tls.key }
  rateLimit: { requests: 5, per: 1m }
redis:
  urlFrom: { env: REDIS_URL }
  prefix: fc
  tls: { caFile: ca.crt, serverName: redis.internal }
  sentinels:
    name: mymaster
    nodes: [sentinel-0:26379, "[fd00::1]:26379"]
    passwordFrom: { file: sentinel-password }
history: { path: data/history.db, keep: 1d12h, keepLatest: 3 }
key: { from: { env: KEY } }
access:
  tokens:
    - { name: ci, sha256: ${HASH.toUpperCase()}, scopes: [trigger, read], clusters: [Prod], namespaces: [apps], expires: 2027-01-31 }
    - { name: ops, sha256From: { file: hash }, scopes: [admin], expires: "2027-01-31T12:00:00+02:00" }
execPlugins: [aws, /usr/bin/kubelogin]
`,
    'tls.crt': 'x',
    'tls.key': 'x',
    'ca.crt': 'x',
    'sentinel-password': 's3cret\n',
    hash: `${'B'.repeat(64)}  -\n`,
  })
  const env = { REDIS_URL: 'rediss://user:pw@ignored:1/2', KEY: Buffer.alloc(32, 7).toString('base64') }
  const config = loadConfig({ path: join(folder, 'config.yaml'), env })
  const at = (name: string): string => join(folder, name)
  assert.deepEqual(config, {
    source: at('config.yaml'),
    clusters: [
      {
        name: 'Staging EU',
        slug: 'staging-eu',
        connection: { by: 'context', context: 'stg', kubeconfig: at('kube/config') },
        labels: { env: 'staging', 'team.example.com/name': 'shop' },
        parameters: {},
        namespaces: ['apps', 'flux-system'],
        pool: 'eu',
        requestTimeoutMs: 90_000,
        timeoutMs: 5_400_000,
        secretCompare: 'off',
        as: 'auditor',
        asGroups: ['readers'],
        insecure: true,
      },
      {
        ...defaultConfig(['production']).clusters[0]!,
        slug: 'prod',
        connection: { by: 'kubeconfig', path: '/etc/clusters/production' },
        insecure: false,
      },
      {
        ...defaultConfig(['Prod']).clusters[0]!,
        slug: 'prod-2',
        connection: { by: 'in-cluster' },
        insecure: false,
      },
    ],
    comparisons: [],
    owners: [],
    rules: [],
    channels: [],
    server: {
      listen: { host: '::', port: 443 },
      basePath: '/flux/compare',
      publicUrl: null,
      tls: { certFile: at('tls.crt'), keyFile: at('tls.key') },
      rateLimit: { requests: 5, perMs: 60_000 },
    },
    redis: {
      url: { env: 'REDIS_URL' },
      prefix: 'fc',
      tls: { caFile: at('ca.crt'), certFile: null, keyFile: null, serverName: 'redis.internal' },
      sentinels: {
        name: 'mymaster',
        nodes: [
          { host: 'sentinel-0', port: 26379 },
          { host: 'fd00::1', port: 26379 },
        ],
        password: { file: at('sentinel-password') },
      },
      cluster: null,
    },
    history: { path: at('data/history.db'), keepMs: 129_600_000, keepLatest: 3 },
    key: { env: 'KEY' },
    access: {
      tokens: [
        {
          name: 'ci',
          sha256: HASH,
          scopes: ['read', 'trigger'],
          clusters: ['Prod'],
          namespaces: ['apps'],
          expires: '2027-01-31T00:00:00.000Z',
        },
        {
          name: 'ops',
          sha256: { file: at('hash') },
          scopes: ['admin'],
          clusters: null,
          namespaces: null,
          expires: '2027-01-31T10:00:00.000Z',
        },
      ],
    },
    execPlugins: ['aws', '/usr/bin/kubelogin'],
  })
  assert.deepEqual(
    accessTokens(config, env).map(({ sha256 }) => sha256),
    [HASH, 'b'.repeat(64)],
  )
  assert.deepEqual(Buffer.from(readKeyBytes(config.key, env)), Buffer.alloc(32, 7))
  assert.equal(readSecret(config.redis.sentinels.password, env), 's3cret')
  assert.deepEqual(withoutSecrets({ ...env, PATH: '/bin' }, config), { PATH: '/bin' })
})

test('a key may be raw, in base64 or in hexadecimal digits', (t) => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
  const folder = folderWith(t, { raw: key, hex: `${key.toString('hex')}\n`, base64: `${key.toString('base64')}\n` })
  for (const file of ['raw', 'hex', 'base64']) {
    assert.deepEqual(Buffer.from(readKeyBytes({ file: join(folder, file) }, {})), key, file)
  }
})

test('a worker needs neither the certificate of the server nor the tokens', (t) => {
  const text = `${HEAD}server: { tls: { certFile: a, keyFile: b } }
access: { tokens: [{ name: a, sha256From: { env: NOT_SET } }] }
`
  assert.equal(load(t, text, {}, 'worker').clusters.length, 1)
})

test('which file: the one named, the variable, flux-compare.yaml, none', (t) => {
  const empty = folderWith(t, {})
  const folder = folderWith(t, { 'flux-compare.yaml': HEAD })
  assert.equal(findConfigFile(null, {}, empty), null)
  assert.equal(findConfigFile(null, {}, folder), join(folder, 'flux-compare.yaml'))
  assert.equal(findConfigFile(null, { FLUX_COMPARE_CONFIG: '/etc/x.yaml' }, folder), '/etc/x.yaml')
  assert.equal(findConfigFile('y.yaml', { FLUX_COMPARE_CONFIG: '/etc/x.yaml' }, folder), join(folder, 'y.yaml'))
})

test('--listen goes through the same law as server.listen', (t) => {
  const open = load(t, HEAD)
  const guarded = load(t, `${HEAD}access: { tokens: [{ name: a, sha256: ${HASH} }] }\n`)
  assert.deepEqual(withListen(open, '127.0.0.1:0').server.listen, { host: '127.0.0.1', port: 0 })
  assert.deepEqual(withListen(guarded, '0.0.0.0:80').server.listen, { host: '0.0.0.0', port: 80 })
  const refused = (listen: string) => (error: unknown) =>
    error instanceof AppError && error.code === 'input-invalid' && error.message.startsWith(`--listen ${listen} is no`)
  assert.throws(() => withListen(open, '0.0.0.0:80'), refused('0.0.0.0:80'))
  assert.throws(() => withListen(guarded, '8080'), refused('8080'))
})

test('a file that cannot be read is told as such', (t) => {
  const folder = folderWith(t, { 'latin1.yaml': Buffer.from([0x61, 0xff, 0x0a]) })
  const failing = (name: string): AppError => {
    try {
      loadConfig({ path: join(folder, name), env: {} })
    } catch (error) {
      if (error instanceof AppError) return error
    }
    return assert.fail('no AppError')
  }
  assert.equal(failing('missing.yaml').code, 'file-unreadable')
  assert.equal(failing('.').code, 'file-unreadable')
  assert.equal(failing('latin1.yaml').code, 'config-invalid')
})
