import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HEAD, problemsOf } from './support.ts'

const HASH = 'a'.repeat(64)
const TOKEN = `access: { tokens: [{ name: a, sha256: ${HASH} }] }\n`

/** Line 5 on: what is added below the head. */
const CASES: readonly (readonly [string, string, ...string[]])[] = [
  [
    'a section that is not known',
    'operations: []',
    '5:1 operations is not a known key; known here: apiVersion, kind, clusters',
  ],
  ['a misspelt section', 'histroy: {}', '5:1 histroy is not a known key; did you mean history?'],
  [
    'a cluster without a way',
    '  - { name: b }',
    '5:5 clusters[1] does not say how the cluster is reached; write context: NAME, kubeconfig: PATH or inCluster: true',
  ],
  [
    'a cluster without a name',
    '  - { context: b }',
    '5:5 clusters[1].name is missing; it must be a text, such as production',
  ],
  [
    'two ways',
    '  - { name: b, context: c, inCluster: true }',
    '5:39 clusters[1].inCluster excludes context and kubeconfig; keep one way to the cluster',
  ],
  ['inCluster: false', '  - { name: b, inCluster: false }', '5:27 clusters[1].inCluster must be true'],
  [
    'a name given twice',
    '  - { name: staging, context: c }',
    '5:13 clusters[1].name is that of clusters[0] too; give each its own',
  ],
  [
    'a slug given twice',
    '  - { name: b, slug: s, context: c }\n  - { name: d, slug: s, context: e }',
    '6:22 clusters[2].slug is that of clusters[1] too; give each its own',
  ],
  [
    'a slug with capitals',
    '  - { name: b, slug: Prod, context: c }',
    '5:22 clusters[1].slug must be 1 to 63 lower-case letters, digits and -',
  ],
  [
    'the same cluster twice',
    '  - { name: b, context: stg }',
    '5:5 clusters[1] is the same cluster with the same namespaces as clusters[0]; remove one, or give them different namespaces',
  ],
  [
    'the same namespaces in another order',
    '  - { name: b, inCluster: true, namespaces: [x, y] }\n  - { name: c, inCluster: true, namespaces: [y, x] }',
    '6:5 clusters[2] is the same cluster with the same namespaces as clusters[1]; remove one, or give them different namespaces',
  ],
  [
    'a name that means a file',
    '  - { name: "file:x", context: c }',
    '5:13 clusters[1].name must not be - or begin with file:, which mean files',
  ],
  [
    'a duration without a unit',
    '  - { name: b, context: c, timeout: 30 }',
    '5:37 clusters[1].timeout must be a duration with a unit, such as 2m',
  ],
  [
    'an unknown unit',
    '  - { name: b, context: c, requestTimeout: 30sec }',
    '5:44 clusters[1].requestTimeout must be a duration with a unit, such as 30s (units: ns, us, ms, s, m, h)',
  ],
  [
    'a duration of nothing',
    '  - { name: b, context: c, timeout: 0s }',
    '5:37 clusters[1].timeout must be a duration with a unit, such as 2m (units: ns, us, ms, s, m, h)',
  ],
  [
    'a duration beyond timers',
    '  - { name: b, context: c, timeout: 25h }',
    '5:37 clusters[1].timeout must be at most 24h',
  ],
  [
    'days where they are not known',
    '  - { name: b, context: c, timeout: 1d }',
    '5:37 clusters[1].timeout must be a duration with a unit, such as 2m (units: ns, us, ms, s, m, h)',
  ],
  [
    'a comparison of secrets that there is not',
    '  - { name: b, context: c, secretCompare: "yes" }',
    '5:43 clusters[1].secretCompare must be one of equality, presence, off',
  ],
  [
    'groups without a user',
    '  - { name: b, context: c, asGroups: [x] }',
    '5:38 clusters[1].asGroups needs the user to impersonate; write as: NAME',
  ],
  [
    'no namespaces',
    '  - { name: b, context: c, namespaces: [] }',
    '5:40 clusters[1].namespaces must name at least one; leave it out for all',
  ],
  [
    'a namespace that is none',
    '  - { name: b, context: c, namespaces: [Flux] }',
    '5:41 clusters[1].namespaces[0] must be the name of a namespace: lower-case letters, digits and -',
  ],
  [
    'a pool that is no word',
    '  - { name: b, context: c, pool: "a:b" }',
    '5:34 clusters[1].pool must be 1 to 63 lower-case letters, digits and -',
  ],
  [
    'a label that is a number',
    '  - { name: b, context: c, labels: { tier: 1 } }',
    '5:44 clusters[1].labels.tier must be a text; write it in quotes',
  ],
  [
    'an address without a port',
    'server: { listen: 127.0.0.1 }',
    '5:19 server.listen must be host:port, such as 127.0.0.1:8080',
  ],
  [
    'a port that is none',
    'server: { listen: "127.0.0.1:70000" }',
    '5:19 server.listen must be host:port, such as 127.0.0.1:8080',
  ],
  [
    'a number for an address',
    'server: { listen: 8080 }',
    '5:19 server.listen must be host:port, such as 127.0.0.1:8080',
  ],
  [
    'an open address without tokens',
    'server: { listen: "0.0.0.0:8080" }',
    '5:19 server.listen is no loopback address, so access.tokens is needed; or write 127.0.0.1 with the port',
  ],
  [
    'an open address with an empty list of tokens',
    'server: { listen: "[::]:8080" }\naccess: { tokens: [] }',
    '5:19 server.listen is no loopback address, so access.tokens is needed; or write 127.0.0.1 with the port',
  ],
  [
    'a base path with a slash at its end',
    'server: { basePath: /x/ }',
    '5:21 server.basePath must be a path such as /flux-compare, without a slash at its end',
  ],
  [
    'a certificate without a key',
    'server: { tls: { certFile: /dev/null } }',
    '5:16 server.tls.keyFile is missing; it must be a text, such as /etc/flux-compare/tls.key',
    '5:28 server.tls.certFile names the file /dev/null, which is empty',
  ],
  [
    'a rate of nothing',
    'server: { rateLimit: { requests: 0, per: 1s } }',
    '5:34 server.rateLimit.requests must be at least 1, such as 100',
  ],
  [
    'a Redis URL in the file',
    'redis: { url: "redis://:CANARY@host" }',
    '5:8 redis does not say where Redis is; write urlFrom: { env: REDIS_URL }',
    '5:15 redis.url would hold a secret in the file; write urlFrom: { env: REDIS_URL }',
  ],
  [
    'a Redis URL where its source belongs',
    'redis: { urlFrom: "redis://:CANARY@host" }',
    '5:19 redis.urlFrom must say where the value is, such as { env: REDIS_URL } or { file: /run/secrets/redis_url }',
  ],
  [
    'a variable that is not set',
    'redis: { urlFrom: { env: NOT_SET } }',
    '5:26 redis.urlFrom.env names the environment variable NOT_SET, which is not set; set it, or write file: PATH',
  ],
  [
    'a variable that is empty',
    'redis: { urlFrom: { env: EMPTY } }',
    '5:26 redis.urlFrom.env names the environment variable EMPTY, which is empty; set it',
  ],
  [
    'a variable that holds no URL',
    'redis: { urlFrom: { env: CANARY_TEXT } }',
    '5:26 redis.urlFrom.env names the environment variable CANARY_TEXT, which holds no URL of the form redis://[user:password@]host:port[/db] (rediss:// for TLS)',
  ],
  [
    'a URL with options of a library',
    'redis: { urlFrom: { env: CANARY_QUERY } }',
    '5:26 redis.urlFrom.env names the environment variable CANARY_QUERY, which holds no URL of the form redis://[user:password@]host:port[/db] (rediss:// for TLS)',
  ],
  [
    'a database of a cluster',
    'redis: { urlFrom: { env: DATABASE }, cluster: { nodes: ["a:1"] } }',
    '5:26 redis.urlFrom.env names the environment variable DATABASE, which names a database, and a Redis Cluster has none but 0',
  ],
  [
    'a file that is not there',
    'redis: { urlFrom: { file: no-such-file } }',
    '5:27 redis.urlFrom.file names the file no-such-file, which does not exist',
  ],
  [
    'sentinels and a cluster',
    'redis: { sentinels: { name: m, nodes: ["a:1"] }, cluster: { nodes: ["b:1"] } }',
    '5:59 redis.cluster excludes sentinels; keep one of the two',
  ],
  [
    'sentinels without nodes',
    'redis: { sentinels: { name: m, nodes: [] } }',
    '5:39 redis.sentinels.nodes must name at least one node',
  ],
  [
    'a node without a port',
    'redis: { cluster: { nodes: [redis] } }',
    '5:29 redis.cluster.nodes[0] must be host:port, such as redis-0.example.com:6379',
  ],
  [
    'half a client certificate',
    'redis: { urlFrom: { env: URL }, tls: { certFile: config.yaml } }',
    '5:38 redis.tls has a client certificate without its key, or the reverse; write certFile and keyFile',
  ],
  [
    'months to keep',
    'history: { keep: 3mo }',
    '5:18 history.keep must be a duration with a unit, such as 90d (units: d, h, m, s)',
  ],
  [
    'nothing to keep',
    'history: { keep: 0d }',
    '5:18 history.keep must be a duration with a unit, such as 90d (units: d, h, m, s)',
  ],
  [
    'a key in the file',
    'key: { value: CANARY, from: { env: KEY } }',
    '5:15 key.value would hold a secret in the file; write from: { file: /run/secrets/fingerprint.key }',
  ],
  [
    'a key that is too short',
    'key: { from: { env: CANARY_TEXT } }',
    '5:21 key.from.env names the environment variable CANARY_TEXT, which holds no key; make one with: openssl rand -base64 32',
  ],
  [
    'a token in the file',
    'access: { tokens: [{ name: a, token: CANARY }] }',
    '5:20 access.tokens[0] has no hash; write sha256: HASH or sha256From: { env: NAME }, not both',
    '5:38 access.tokens[0].token would hold a secret in the file; write its hash: sha256: (printf %s TOKEN | sha256sum), or sha256From: { env: NAME }',
  ],
  [
    'a token where its hash belongs',
    'access: { tokens: [{ name: a, sha256: CANARY }] }',
    '5:39 access.tokens[0].sha256 must be the SHA-256 of the token: 64 hexadecimal digits (printf %s TOKEN | sha256sum)',
  ],
  [
    'a variable that holds no hash',
    'access: { tokens: [{ name: a, sha256From: { env: CANARY_TEXT } }] }',
    '5:50 access.tokens[0].sha256From.env names the environment variable CANARY_TEXT, which holds no SHA-256; make one with: printf %s TOKEN | sha256sum',
  ],
  [
    'two hashes',
    `access: { tokens: [{ name: a, sha256From: { env: KEY_HASH }, sha256: ${HASH} }] }`,
    '5:20 access.tokens[0] has two hashes; write sha256: HASH or sha256From: { env: NAME }, not both',
  ],
  [
    'two tokens of one name',
    `access: { tokens: [{ name: a, sha256: ${HASH} }, { name: a, sha256: ${HASH} }] }`,
    '5:115 access.tokens[1].name is that of access.tokens[0] too; give each its own',
  ],
  [
    'a scope that there is not',
    `access: { tokens: [{ name: a, sha256: ${HASH}, scopes: [write] }] }`,
    '5:114 access.tokens[0].scopes[0] must be one of read, trigger, admin',
  ],
  [
    'a token for a cluster that there is not',
    `access: { tokens: [{ name: a, sha256: ${HASH}, clusters: [prod] }] }`,
    '5:116 access.tokens[0].clusters[0] is no cluster of this file; write the name of one',
  ],
  [
    'a date that there is not',
    `access: { tokens: [{ name: a, sha256: ${HASH}, expires: 2027-02-30 }] }`,
    '5:114 access.tokens[0].expires must be a date, such as 2027-01-31 or 2027-01-31T12:00:00Z',
  ],
  [
    'a time without a zone',
    `access: { tokens: [{ name: a, sha256: ${HASH}, expires: "2027-02-01T10:00:00" }] }`,
    '5:114 access.tokens[0].expires must be a date, such as 2027-01-31 or 2027-01-31T12:00:00Z',
  ],
  [
    'a plugin by a relative path',
    'execPlugins: [./get-token]',
    '5:15 execPlugins[0] must be a command as the kubeconfig names it, such as aws or /usr/bin/aws',
  ],
]

const ENV = {
  EMPTY: ' ',
  CANARY_TEXT: 'CANARY',
  URL: 'redis://h',
  DATABASE: 'redis://:CANARY@h/2',
  CANARY_QUERY: 'redis://:CANARY@h?tls=x',
  KEY: Buffer.alloc(32).toString('base64'),
  KEY_HASH: HASH,
}

for (const [what, added, ...problems] of CASES) {
  test(`${what}: told with path, line and what to write`, (t) => {
    const found = problemsOf(t, `${HEAD}${added}\n`, ENV)
    if (what.startsWith('a section')) assert.ok(found[0]?.startsWith(problems[0]!), found[0])
    else assert.deepEqual(found, problems)
    assert.doesNotMatch(found.join('\n'), /CANARY(?!_TEXT|_QUERY)/)
  })
}

test('another kind of file', (t) => {
  assert.deepEqual(problemsOf(t, 'apiVersion: flux-compare.dev/v2\nkind: Rules\nclusters: []\n'), [
    '1:13 apiVersion must be flux-compare.dev/v1',
    '2:7 kind must be Config',
    '3:11 clusters must name at least one cluster',
  ])
})

test('problems of the schema, between values and of the environment are told together', (t) => {
  const text = `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - { name: a, context: c, tiemout: 1m }
  - { name: a, context: d }
redis: { urlFrom: { env: NOT_SET } }
server: { listen: "0.0.0.0:80" }
`
  assert.deepEqual(problemsOf(t, text), [
    '4:28 clusters[0].tiemout is not a known key; did you mean timeout?',
    '5:13 clusters[1].name is that of clusters[0] too; give each its own',
    '6:26 redis.urlFrom.env names the environment variable NOT_SET, which is not set; set it, or write file: PATH',
    '7:19 server.listen is no loopback address, so access.tokens is needed; or write 127.0.0.1 with the port',
  ])
})

test('with tokens any address may be listened on, whatever else is wrong', (t) => {
  assert.deepEqual(problemsOf(t, `${HEAD}server: { listen: "0.0.0.0:80", x: 1 }\n${TOKEN}`), [
    '5:33 server.x is not a known key; known here: listen, basePath, publicUrl, tls, rateLimit',
  ])
})
