import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Config } from '../../src/config/config.ts'
import { diffConfig } from '../../src/config/diff-config.ts'
import { HEAD, load } from './support.ts'

const TOKENS = `access: { tokens: [{ name: a, sha256: ${'a'.repeat(64)} }] }\n`
const ENV = { R: 'redis://h', K: 'a'.repeat(64) }

test('the same file again changes nothing', (t) => {
  const config = load(t, `${HEAD}${TOKENS}`)
  assert.deepEqual(diffConfig(config, load(t, `${HEAD}${TOKENS}`)).clusters, { added: [], removed: [], changed: [] })
  const { applied, refused } = diffConfig(config, structuredClone(config))
  assert.deepEqual({ applied, refused }, { applied: [], refused: [] })
})

test('clusters come, go and change while the process runs', (t) => {
  const old = load(t, `${HEAD}  - { name: b, context: b }\n  - { name: c, context: c }\n`)
  const next = load(t, `${HEAD}  - { name: b, context: b, timeout: 5m }\n  - { name: d, context: d }\n`)
  const change = diffConfig(old, next)
  assert.deepEqual(change.clusters, { added: ['d'], removed: ['c'], changed: ['b'] })
  assert.deepEqual(change.refused, [])
  assert.deepEqual(change.config, next)
})

test('access, limits, plugins and retention are applied', (t) => {
  const old = load(t, HEAD)
  const next = load(
    t,
    `${HEAD}${TOKENS}execPlugins: [aws]\nhistory: { keep: 1d, keepLatest: 5 }\nserver: { rateLimit: { requests: 1, per: 1s } }\n`,
  )
  const change = diffConfig(old, next)
  assert.deepEqual(change.applied, ['access', 'execPlugins', 'history.keep', 'history.keepLatest', 'server.rateLimit'])
  assert.deepEqual(change.refused, [])
  assert.deepEqual(change.config, { ...next, source: next.source })
})

test('comparisons and owners are applied', (t) => {
  const old = load(t, `${HEAD}  - { name: b, context: b }\n`)
  const next = load(
    t,
    `${HEAD}  - { name: b, context: b }
comparisons: [{ name: a, targets: [staging, b], schedule: { cron: "@daily" } }]
owners: [{ owner: o, namespaces: [x] }]
`,
  )
  assert.deepEqual(diffConfig(old, next).applied, ['comparisons', 'owners'])
  assert.deepEqual(diffConfig(old, next).config.comparisons, next.comparisons)
})

test('what the process was built on stays, and is refused with the reason', (t) => {
  const old = load(t, HEAD)
  const next = load(
    t,
    `${HEAD}server: { listen: 127.0.0.1:9090, basePath: /x, tls: { certFile: config.yaml, keyFile: config.yaml } }
redis: { urlFrom: { env: R } }
history: { path: x.db }
key: { from: { env: K } }
`,
    ENV,
  )
  const change = diffConfig(old, next)
  assert.deepEqual(
    change.refused.map(({ path, reason }) => `${path}: ${reason}`),
    ['server.listen', 'server.basePath', 'server.tls', 'redis', 'history.path', 'key'].map(
      (path) => `${path}: restart to change it`,
    ),
  )
  assert.deepEqual(change.applied, [])
  assert.deepEqual({ ...change.config, source: null }, { ...old, source: null })
})

test('tokens are not dropped while the process still listens on more than loopback', (t) => {
  const old: Config = load(t, `${HEAD}${TOKENS}server: { listen: "0.0.0.0:8080" }\n`)
  const change = diffConfig(old, load(t, HEAD))
  assert.deepEqual(
    change.refused.map(({ path }) => path),
    ['server.listen', 'access'],
  )
  assert.deepEqual(change.config.access, old.access)
  assert.deepEqual(change.config.server.listen, old.server.listen)
})
