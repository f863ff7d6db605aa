import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { configuredContexts, type Connection } from '../../src/clusters/configured-contexts.ts'
import { createConfiguredSource, type ConfiguredTarget } from '../../src/clusters/configured-source.ts'
import { AppError } from '../../src/model/errors.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import type { CollectScope, SnapshotSource } from '../../src/service/ports.ts'
import { KEY, refs, statusOf } from './collect-support.ts'
import { folderOf, helmRelease, recordedTiming, secret, startOne } from './support.ts'

const CANARY = 'CANARY-hunter2'

function target(name: string, connection: Connection, more: Partial<ConfiguredTarget> = {}): ConfiguredTarget {
  return {
    name,
    connection,
    insecure: false,
    namespaces: null,
    secretCompare: 'equality',
    requestTimeoutMs: 10_000,
    timeoutMs: 30_000,
    as: null,
    asGroups: [],
    ...more,
  }
}

function sourceOf(clusters: readonly ConfiguredTarget[], execPlugins: readonly string[] | null = []): SnapshotSource {
  return createConfiguredSource(clusters, {
    env: { PATH: process.env['PATH'] },
    execPlugins,
    engine: 'test',
    fingerprintKey: KEY,
    clock: { now: () => new Date('2026-01-01T00:00:00Z') },
    ids: { next: (prefix) => `${prefix}_1` },
    timing: recordedTiming(),
  })
}

function collect(source: SnapshotSource, cluster: string, scope: Partial<CollectScope> = {}): Promise<Snapshot> {
  return source.collect({
    cluster,
    scope: {
      kinds: null,
      namespaces: null,
      selector: null,
      resource: null,
      secrets: 'equality',
      events: false,
      ...scope,
    },
    known: null,
    signal: new AbortController().signal,
    progress: () => undefined,
  })
}

function errorOf(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    return error
  }
  return assert.fail('it was accepted')
}

function targetError(connection: Connection, execPlugins: readonly string[] | null = []): AppError {
  const contexts = configuredContexts([target('production', connection)], { env: {}, execPlugins, home: '/nowhere' })
  return errorOf(() => contexts.target('production'))
}

const CLUSTER = 'clusters: [{name: c, cluster: {server: "https://api.example.com"}}]'

function kubeconfig(user: string, cluster = CLUSTER): string {
  return `
${cluster}
users: [{name: u, user: ${user}}]
contexts: [{name: prod, context: {cluster: c, user: u}}]
current-context: prod
`
}

function mounted(t: TestContext, text: string, key = 'value'): Connection {
  return { by: 'kubeconfig', path: folderOf(t, { [key]: text }) }
}

test('a context under another name, and a mounted Secret, are read as configured clusters', async (t) => {
  const running = await startOne(t, { objects: [helmRelease('shop')] })
  const text = running.kubeconfigFor('admin')
  const file = join(folderOf(t, { config: text }), 'config')
  const source = sourceOf([
    target('eu', { by: 'context', context: 'staging', kubeconfig: file }),
    target('mounted', mounted(t, text)),
    target('yaml', mounted(t, text, 'value.yaml')),
    target('file', { by: 'kubeconfig', path: file }),
  ])
  for (const name of ['eu', 'mounted', 'yaml', 'file']) {
    const snapshot = await collect(source, name)
    assert.equal(snapshot.error, null)
    assert.equal(snapshot.cluster, name)
    assert.deepEqual(refs(snapshot), ['HelmRelease/apps/shop'])
    assert.equal(statusOf(snapshot, 'HelmRelease'), 'complete')
  }
})

test('of value and value.yaml, value is taken, as Flux does', (t) => {
  const folder = folderOf(t, { value: kubeconfig('{token: one}'), 'value.yaml': kubeconfig('{token: two}') })
  const contexts = configuredContexts([target('p', { by: 'kubeconfig', path: folder })], { env: {}, execPlugins: [] })
  assert.equal(contexts.target('p').identity.token, 'one')
})

test('a mounted kubeconfig is read anew for each use: its token rotates as Kubernetes swaps the mount', (t) => {
  const folder = folderOf(t, {
    '..first/value': kubeconfig('{token: one}'),
    '..second/value': kubeconfig('{token: two}'),
  })
  const mount = join(folder, 'mount')
  mkdirSync(mount)
  symlinkSync(join(folder, '..first', 'value'), join(mount, 'value'))
  const contexts = configuredContexts([target('p', { by: 'kubeconfig', path: mount })], { env: {}, execPlugins: [] })
  assert.equal(contexts.target('p').identity.token, 'one')
  writeFileSync(join(folder, '..first', 'value'), kubeconfig('{token: three}'))
  assert.equal(contexts.target('p').identity.token, 'three')
})

test('a mounted kubeconfig reads files beside it, and none elsewhere', (t) => {
  const folder = folderOf(t, { value: kubeconfig('{tokenFile: token}'), token: 'x', 'sub/deep': 'x' })
  const contexts = configuredContexts([target('p', { by: 'kubeconfig', path: folder })], { env: {}, execPlugins: [] })
  assert.equal(contexts.target('p').identity.tokenFile, join(folder, 'token'))
  for (const [user, field] of [
    ['{tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token}', 'tokenFile'],
    ['{tokenFile: ../other/token}', 'tokenFile'],
    ['{client-certificate: /etc/passwd, client-key: key}', 'client-certificate'],
    ['{client-certificate: cert, client-key: ../../key}', 'client-key'],
  ] as const) {
    const { code, message } = targetError(mounted(t, kubeconfig(user)))
    assert.equal(code, 'kubeconfig-invalid')
    assert.match(
      message,
      new RegExp(`^cluster production: context prod in .* names a ${field} outside of its folder; put`),
    )
  }
  const ca = CLUSTER.replace('server:', 'certificate-authority: /etc/ssl/x, server:')
  assert.match(targetError(mounted(t, kubeconfig('{token: x}', ca))).message, /a certificate-authority outside/)
})

test('a link that leads out of the mount is outside', (t) => {
  const folder = folderOf(t, { 'mount/value': kubeconfig('{tokenFile: link}'), 'elsewhere/token': CANARY })
  symlinkSync(join(folder, 'elsewhere', 'token'), join(folder, 'mount', 'link'))
  assert.match(targetError({ by: 'kubeconfig', path: join(folder, 'mount') }).message, /names a tokenFile outside/)
})

for (const [what, text, message] of [
  [
    'without a current context',
    kubeconfig('{token: x}').replace('current-context: prod', ''),
    /has no current-context$/,
  ],
  [
    'with one that is not there',
    kubeconfig('{token: x}').replace('current-context: prod', 'current-context: x'),
    /current-context that is not defined$/,
  ],
  [
    'that logs in with a provider',
    kubeconfig('{auth-provider: {name: oidc}}'),
    /an auth-provider, which a mounted kubeconfig must not$/,
  ],
  ['that is no YAML', 'a: [', /is not valid YAML/],
] as const) {
  test(`a mounted kubeconfig ${what} is refused`, (t) => {
    const error = targetError(mounted(t, text))
    assert.equal(error.code, 'kubeconfig-invalid')
    assert.match(error.message, message)
    assert.match(error.message, /^cluster production: /)
  })
}

test('what a kubeconfig is called does not control a terminal', (t) => {
  const text = kubeconfig('{token: x}')
    .replace('contexts: [{name: prod', 'contexts: [{name: "a\\e[31mb"')
    .replace('cluster: c, user', 'cluster: "d\\u202e", user')
  const { message } = targetError(mounted(t, text.replace('current-context: prod', 'current-context: "a\\e[31mb"')))
  assert.match(message, /context a \[31mb in .* names the cluster d ,/)
})

test('a mount that is not there, or holds something else', (t) => {
  assert.match(targetError({ by: 'kubeconfig', path: '/no/such' }).message, /kubeconfig \/no\/such does not exist$/)
  assert.match(
    targetError(mounted(t, 'x', 'other')).message,
    /holds no kubeconfig: there is no value or value.yaml in it$/,
  )
})

test('a plugin runs only if it is allowed as it is written; the error says what else there is', (t) => {
  const exec = '{exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}}'
  const file = join(folderOf(t, { config: kubeconfig(exec) }), 'config')
  const connection: Connection = { by: 'context', context: 'prod', kubeconfig: file }
  const { code, message, hint } = targetError(connection)
  assert.equal(code, 'credential-plugin-failed')
  assert.equal(message, 'cluster production: its kubeconfig runs the credential plugin aws, which is not allowed')
  assert.match(hint, /service-account token.*identity of the pod.*execPlugins: \[aws\]/)
  assert.equal(targetError(connection, ['/usr/bin/aws']).code, 'credential-plugin-failed')
  for (const allowed of [['aws'], null]) {
    const contexts = configuredContexts([target('production', connection)], { env: {}, execPlugins: allowed })
    assert.equal(contexts.target('production').identity.exec?.command, 'aws')
  }
})

test('a plugin beside the kubeconfig is another than the one of the same name in the PATH', (t) => {
  const exec = '{exec: {command: ./aws, apiVersion: client.authentication.k8s.io/v1}}'
  const folder = folderOf(t, { config: kubeconfig(exec) })
  const connection: Connection = { by: 'context', context: 'prod', kubeconfig: join(folder, 'config') }
  assert.equal(targetError(connection, ['aws', './aws']).code, 'credential-plugin-failed')
  const allowed = configuredContexts([target('p', connection)], { env: {}, execPlugins: [join(folder, 'aws')] })
  assert.equal(allowed.target('p').identity.exec?.command, join(folder, 'aws'))
})

for (const [what, cluster, message] of [
  [
    'unverified certificates',
    'clusters: [{name: c, cluster: {server: "https://x", insecure-skip-tls-verify: true}}]',
    /switches off the verification/,
  ],
  ['plain http', 'clusters: [{name: c, cluster: {server: "http://x"}}]', /names a server without TLS/],
] as const) {
  test(`${what} must be allowed for the cluster`, (t) => {
    const connection = mounted(t, kubeconfig('{token: x}', cluster))
    const error = targetError(connection)
    assert.equal(error.code, 'kubeconfig-invalid')
    assert.match(error.message, message)
    assert.match(error.hint, /insecure: true/)
    const options = { env: {}, execPlugins: [] }
    assert.ok(configuredContexts([target('p', connection, { insecure: true })], options).target('p'))
  })
}

test('the cluster of the pod: only in a pod', (t) => {
  const folder = folderOf(t, { token: 'x', 'ca.crt': 'CA' })
  const clusters = [target('here', { by: 'in-cluster' })]
  const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
  const inside = configuredContexts(clusters, { env, execPlugins: [], serviceAccount: folder })
  assert.equal(inside.target('here').server, 'https://10.0.0.1')
  assert.equal(inside.target('here').identity.tokenFile, join(folder, 'token'))
  const outside = configuredContexts(clusters, { env: {}, execPlugins: [] })
  const error = errorOf(() => outside.target('here'))
  assert.match(error.message, /^cluster here: inCluster is set, but the process does not run in a pod$/)
})

test('one broken cluster does not disturb the others, and is a snapshot with its error', async (t) => {
  const running = await startOne(t)
  const good = mounted(t, running.kubeconfigFor('admin'))
  const source = sourceOf([
    target('gone', { by: 'context', context: 'nope', kubeconfig: (good as { path: string }).path + '/value' }),
    target('good', good),
  ])
  const failed = await collect(source, 'gone')
  assert.equal(failed.error?.code, 'kubeconfig-invalid')
  assert.match(failed.error.message, /^cluster gone: there is no context nope; there are: staging$/)
  assert.equal((await collect(source, 'good')).error, null)
  await assert.rejects(collect(source, 'goood'), (error) => {
    assert.ok(error instanceof AppError)
    assert.equal(error.code, 'context-unknown')
    assert.equal(error.message, 'there is no cluster goood in the configuration; there are: good, gone')
    return true
  })
})

test('no more is read than the configuration allows, however widely it is asked', async (t) => {
  const objects = [
    helmRelease('shop', 'apps', { valuesFrom: [{ kind: 'Secret', name: 's' }] }),
    helmRelease('other', 'team-b'),
    secret('s', 'apps', { 'values.yaml': CANARY }),
  ]
  const running = await startOne(t, { objects })
  const connection = mounted(t, running.kubeconfigFor('admin'))
  const source = sourceOf([
    target('narrow', connection, { namespaces: ['apps'], secretCompare: 'off' }),
    target('presence', connection, { secretCompare: 'presence' }),
  ])
  running.resetRequests()
  const narrow = await collect(source, 'narrow')
  assert.deepEqual(refs(narrow), ['HelmRelease/apps/shop'])
  assert.equal(statusOf(narrow, 'Secret'), 'not-asked')
  assert.deepEqual(narrow.namespaces, ['apps'])
  const both = await collect(source, 'narrow', { namespaces: ['team-b', 'apps'] })
  assert.deepEqual(refs(both), ['HelmRelease/apps/shop'])
  await assert.rejects(
    collect(source, 'narrow', { namespaces: ['team-b'] }),
    /is configured without the namespaces team-b/,
  )
  assert.deepEqual(
    running.requests().filter(({ path }) => path.includes('team-b')),
    [],
  )
  assert.match((await collect(source, 'presence')).mask, /:presence$/)
  assert.match((await collect(source, 'presence', { secrets: 'off' })).mask, /:off$/)
})

test('each cluster has its own user to act as, and its own time', async (t) => {
  const running = await startOne(t, { users: [{ name: 'admin', groups: ['system:masters'] }, { name: 'auditor' }] })
  const connection = mounted(t, running.kubeconfigFor('admin'))
  const source = sourceOf([
    target('self', connection),
    target('auditor', connection, { as: 'auditor', asGroups: ['readers'] }),
  ])
  await collect(source, 'self')
  assert.deepEqual([...new Set(running.requests().map(({ user }) => user))], ['admin'])
  running.resetRequests()
  await collect(source, 'auditor')
  assert.deepEqual([...new Set(running.requests().map(({ user }) => user))], ['auditor'])
})

test('a cluster that cannot be reached says how kubectl would get at it', async (t) => {
  const running = await startOne(t)
  const connection = mounted(t, running.kubeconfigFor('admin'))
  await running.stop()
  const { error } = await collect(sourceOf([target('p', connection)]), 'p')
  assert.equal(error?.code, 'cluster-unreachable')
  assert.ok(error.hint.includes(`kubectl --kubeconfig ${(connection as { path: string }).path}`), error.hint)
})

test('what can be told of configured clusters: names, and the server where it is known', (t) => {
  const clusters = [target('a', mounted(t, kubeconfig('{token: x}'))), target('b', { by: 'kubeconfig', path: '/no' })]
  const { names, summaries, current } = configuredContexts(clusters, { env: {}, execPlugins: [] })
  assert.deepEqual({ names, current }, { names: ['a', 'b'], current: null })
  assert.deepEqual(
    summaries.map(({ name, server }) => ({ name, server })),
    [
      { name: 'a', server: 'https://api.example.com' },
      { name: 'b', server: null },
    ],
  )
})
