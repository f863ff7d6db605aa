import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readDuration, readLongDuration, writeDuration, writeLongDuration } from '../../src/config/durations.ts'
import { readConfigFile } from '../../src/config/load-config.ts'
import { printConfig } from '../../src/config/print-config.ts'
import { folderWith, HEAD } from './support.ts'

const FULL = `${HEAD}  - { name: b, kubeconfig: mounted, labels: { a: "1" }, namespaces: [x], pool: eu, timeout: 1h, requestTimeout: 1500ms, secretCompare: presence, as: u, asGroups: [g], insecure: true }
  - { name: c, inCluster: true, slug: here }
  - { name: d, context: stg, kubeconfig: /etc/kube/config }
server: { listen: "[::1]:0", basePath: /x, publicUrl: https://x.example/x, tls: { certFile: a, keyFile: b }, rateLimit: { requests: 1, per: 1m } }
redis:
  urlFrom: { file: url }
  tls: { caFile: ca, certFile: c, keyFile: k }
  sentinels: { name: m, nodes: ["a:1", "[::1]:2"], passwordFrom: { env: SENTINEL } }
history: { path: h.db, keep: 36h, keepLatest: 9 }
key: { from: { file: k } }
access:
  tokens:
    - { name: a, sha256: ${'a'.repeat(64)}, clusters: [b], namespaces: [x], expires: 2030-01-01 }
    - { name: b, sha256From: { env: HASH }, scopes: [admin] }
execPlugins: [aws]
comparisons:
  - { name: all, targets: [b, c, d] }
  - name: some
    baseline: staging
    targets: { matchLabels: { a: "1" } }
    layers: all
    kinds: [hr]
    namespaces: [shop]
    selector: team=shop
    ignore: [/spec/interval]
    maxAge: 1d
    damping: 3
    schedule: { cron: "30 0 8 * * 1-5", timeZone: Europe/Berlin, jitter: 90s }
    quietHours: { timeZone: UTC, windows: [{ from: "22:00", to: "24:00", days: [sat] }], exceptFrom: high }
    notify:
      - a
      - { channel: b, severity: high, matchLabels: { a: "1" }, namespaces: [x], owners: [team-shop], when: always, repeatInterval: 7d, resolved: false, groupBy: owner, groupInterval: 90m }
      - { channel: b, quietHours: { timeZone: Asia/Kolkata, windows: [{ from: "05:30", to: "06:05" }] } }
owners:
  - { owner: team-shop, namespaces: [shop, "shop-*"] }
channels:
  - { name: a, slack: { urlFrom: { env: A } } }
  - { name: b, slackBot: { tokenFrom: { file: t }, channel: C1 }, allowPrivate: true }
  - { name: c, teams: { urlFrom: { env: A } } }
  - { name: d, discord: { urlFrom: { env: A } } }
  - { name: e, webhook: { urlFrom: { env: A } }, allowHttp: true }
  - { name: f, webhook: { urlFrom: { env: A }, secretFrom: { env: B }, formerSecretFrom: { file: c } } }
  - { name: g, webhook: { urlFrom: { env: A }, signature: flux-hmac, secretFrom: { env: B } } }
  - { name: h, alertmanager: { urlFrom: { env: A }, tokenFrom: { env: B }, validFor: 3d8h } }
  - { name: i, alertmanager: { urlFrom: { env: A } } }
  - { name: j, github: { tokenFrom: { env: A }, repository: o/r, pullRequest: 1, apiUrl: https://ghe.example/api/v3 } }
  - { name: k, gitlab: { tokenFrom: { env: A }, project: g/s/p, mergeRequest: 2 } }
`

for (const [what, text] of [
  ['the smallest file', HEAD],
  ['everything', FULL],
  ['a cluster of Redis', `${HEAD}redis: { cluster: { nodes: ["a:1"] }, urlFrom: { env: U } }\n`],
] as const) {
  test(`what is printed of ${what} is the same configuration`, (t) => {
    const folder = folderWith(t, { 'config.yaml': text })
    const { config } = readConfigFile(join(folder, 'config.yaml'), null)
    const printed = folderWith(t, { 'config.yaml': printConfig(config) })
    const again = readConfigFile(join(printed, 'config.yaml'), null).config
    assert.deepEqual({ ...again, source: null }, { ...config, source: null })
  })
}

test('defaults are written out, and secrets only as where they are', (t) => {
  const folder = folderWith(t, { 'config.yaml': `${HEAD}redis: { urlFrom: { env: REDIS_URL } }\n` })
  assert.equal(
    printConfig(readConfigFile(join(folder, 'config.yaml'), null).config),
    `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - name: staging
    slug: staging
    context: stg
    labels: {}
    parameters: {}
    pool: default
    requestTimeout: 30s
    timeout: 2m
    secretCompare: equality
    asGroups: []
    insecure: false
comparisons: []
owners: []
rules: []
channels: []
server:
  listen: 127.0.0.1:8080
  basePath: /
  rateLimit:
    requests: 100
    per: 1s
redis:
  urlFrom:
    env: REDIS_URL
  prefix: flux-compare
history:
  keep: 90d
  keepLatest: 1
access:
  tokens: []
execPlugins: []
`,
  )
})

for (const [ms, short, long] of [
  [1, '1ms', '1ms'],
  [1500, '1.5s', '1.5s'],
  [60_000, '1m', '1m'],
  [90_000, '1m30s', '1m30s'],
  [600_000, '10m', '10m'],
  [3_600_000, '1h', '1h'],
  [3_630_000, '1h0m30s', '1h0m30s'],
  [36_000_000, '10h', '10h'],
  [86_400_000, '24h', '1d'],
  [129_600_000, '36h', '36h'],
] as const) {
  test(`${ms} ms are written ${short} or ${long}`, () => {
    assert.equal(writeDuration(ms), short)
    assert.equal(writeLongDuration(ms), long)
  })
}

test('a duration that is written is read as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), (ms) => {
      assert.equal(readDuration(writeDuration(ms)), ms)
      assert.equal(readLongDuration(writeLongDuration(ms)), ms)
    }),
  )
})
