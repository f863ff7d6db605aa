import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Comparison } from '../../src/model/comparison.ts'
import { OUTPUT_FORMATS } from '../../src/report/formats.ts'
import type { FaultAction } from '../../src/simulator/faults.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startReceiver, status } from '../notify/receiver.ts'
import { canary, canaryCount, findCanaries } from './canaries.ts'
import { canaryObjects, shardedObjects } from './canary-fleet.ts'
import { runCli } from './run-cli.ts'
import { unmaskedSnapshot } from './unmasked-snapshot.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-compare-canary-'))
const kubeconfig = join(folder, 'kubeconfig')
const history = join(folder, 'state', 'history.db')
let simulator: Simulator

before(async () => {
  const token = (name: string): string => canary(`token${name}`)
  const clusters = ['staging', 'production', 'shards', 'other-shards'].map((name) => ({
    name,
    folders: [],
    objects: name.endsWith('shards') ? shardedObjects() : canaryObjects(name),
    users: [
      {
        name: 'admin',
        token: token(name),
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
      },
    ],
  }))
  simulator = await startSimulator({ clusters })
  writeFileSync(kubeconfig, simulator.kubeconfig)
})

after(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})

async function run(args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runCli([...args, '--history', history], { env: { FLUX_COMPARE_DEBUG: '1' } })
  return stdout + stderr
}

test('the search finds each canary in what the clusters hold', () => {
  assert.ok(canaryCount() > 50)
  assert.deepEqual(findCanaries(simulator.kubeconfig).length > 0, true)
  for (const side of ['a', 'b']) assert.ok(findCanaries(JSON.stringify(canaryObjects(side))).length > 30)
})

test('the search would find them in a build that masks nothing', () => {
  const output = JSON.stringify(unmaskedSnapshot(canaryObjects('unmasked')))
  const found = findCanaries(output)
  for (const place of [
    'tree',
    'basic',
    'url',
    'inline',
    'configmap',
    'patch',
    'slack',
    'giturl',
    'message',
    'substitute',
  ]) {
    assert.ok(
      found.some((entry) => entry.startsWith(`cnry${place}`)),
      place,
    )
  }
})

for (const format of OUTPUT_FORMATS) {
  test(`no canary in the output as ${format}`, async () => {
    const output = await run([
      'staging',
      'production',
      '--kubeconfig',
      kubeconfig,
      '-o',
      format,
      '--explain',
      '--layer',
      'all',
    ])
    assert.ok(output.length > 30)
    assert.deepEqual(findCanaries(output), [])
  })
}

test('no canary in what rules and parameters say of secrets', async () => {
  const rules = join(folder, 'rules.yaml')
  const all = (id: string, rest: string) => `  - { id: ${id}, paths: ["**"], reason: x, ${rest} }\n`
  writeFileSync(
    rules,
    `apiVersion: flux-compare.dev/v1\nkind: Rules\nrules:\n${[
      all('differ', 'action: mustDiffer'),
      `  - { id: each, paths: ["data.*", "spec.values.*", "**.password"], reason: x, action: mustDiffer }\n`,
      all('equal', 'action: mustEqual, target: { kind: Secret }'),
      `  - { id: value, paths: ["data.*", "spec.*", "**.password"], reason: x, action: expect, expect: { values: [{ pattern: "no" }, { value: 1 }], order: staging > production } }\n`,
      `  - { id: hide, layers: [spec], reason: x, action: ignore }\n`,
    ].join('')}`,
  )
  for (const format of ['wide', 'json', 'markdown', 'html']) {
    const args = ['--rules', rules, '--parameters', 'staging:env=staging', '--parameters', 'production:env=production']
    const shown = ['--show-parametric', '--explain', '-o', format]
    const output = await run(['staging', 'production', '--kubeconfig', kubeconfig, ...args, ...shown])
    assert.match(output, /against rule/)
    assert.deepEqual(findCanaries(output), [])
    assert.doesNotMatch(output.replaceAll(/"(?:masked|fingerprint)": "[^"]*"/g, ''), /instead of[^"]*hmac:/)
  }
  assert.deepEqual(findCanaries(await run(['suggest', 'staging', 'production', '--kubeconfig', kubeconfig])), [])
})

test('the comparison sees through the masks: the differing secrets are reported', async () => {
  const output = await run(['staging', 'production', '--kubeconfig', kubeconfig, '-o', 'json'])
  const { drifts } = JSON.parse(output) as { drifts: { ref: { kind: string; name: string } }[] }
  const secrets = drifts.flatMap(({ ref }) => (ref.kind === 'Secret' ? [ref.name] : []))
  assert.deepEqual(secrets.toSorted(), [
    'basic',
    'comma',
    'docker',
    'list',
    'malformed',
    'merged',
    'pem',
    'stringy',
    'unparsable',
    'values',
    'vars',
  ])
})

test('merged values, and what fails to be merged, are told without a secret', async () => {
  const output = await run(['staging', 'production', '--kubeconfig', kubeconfig, '-o', 'json'])
  const { drifts, findings } = JSON.parse(output) as Comparison
  const of = (name: string) =>
    drifts
      .filter(({ ref }) => ref.kind === 'HelmRelease' && ref.name === name)
      .flatMap(({ differences }) => differences.filter(({ layer }) => layer === 'values'))
  assert.deepEqual(
    of('merged')
      .map(({ path }) => path)
      .toSorted(),
    ['auth.password', 'auth.side', 'auth.token'],
  )
  for (const { values } of [...of('merged'), ...of('literal').filter(({ path }) => path === 'auth.token')]) {
    assert.match(
      JSON.stringify(values),
      /^\{"staging":\{"masked":"hmac:[^"]+"\},"production":\{"masked":"hmac:[^"]+"\}\}$/,
    )
  }
  const broken = findings.filter(({ code }) => code === 'values-not-composable').map(({ ref }) => ref?.name)
  for (const name of ['comma', 'flat', 'list', 'unparsable', 'unparsable-map']) assert.ok(broken.includes(name), name)
  assert.ok(findings.some(({ code, ref }) => code === 'variable-undefined' && ref?.name === 'undefined'))
  assert.deepEqual(findCanaries(output), [])
})

test('no canary in what is told of controllers and of what they look at', async () => {
  for (const format of ['wide', 'json', 'markdown', 'html']) {
    const output = await run(['shards', 'other-shards', '--kubeconfig', kubeconfig, '-o', format])
    assert.match(output, /sharded/)
    // What is blanked in a label may be the very shard, so nothing is said of it.
    assert.doesNotMatch(output, /does not reconcile|watch other objects/)
    assert.deepEqual(findCanaries(output), [])
  }
})

test('no canary in what is told of versions', async () => {
  for (const name of ['staging', 'production']) {
    const metadata = { name: 'told', namespace: 'apps' }
    const history = [{ chartName: 'told', chartVersion: name === 'staging' ? '1.1.0' : '1.0.0', status: 'deployed' }]
    simulator.clusters.get(name)!.apply({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata,
      spec: {},
      status: { history },
    })
  }
  await run(['snapshot', 'staging', 'production', '--kubeconfig', kubeconfig])
  for (const format of ['table', 'json']) {
    const output = await run(['drift', 'lag', '--all', '-o', format])
    assert.match(output, /told/)
    assert.deepEqual(findCanaries(output), [])
  }
})

test('no canary in exported snapshots', async () => {
  for (const format of ['json', 'yaml']) {
    const output = await run(['snapshot', 'staging', '--kubeconfig', kubeconfig, '-o', format])
    assert.match(output, /HelmRelease/)
    assert.deepEqual(findCanaries(output), [])
  }
})

test('no canary in reports, in messages and their drawings, and in what is said of a channel that refuses', async (t) => {
  const refusal = status(404, { 'x-said': canary('header') }, canary('answer'))
  const chat = await startReceiver(t, refusal, { tls: false })
  const config = join(folder, 'report.json')
  writeFileSync(
    config,
    JSON.stringify({
      apiVersion: 'flux-compare.dev/v1',
      kind: 'Config',
      clusters: ['staging', 'production'].map((name) => ({ name, context: name, kubeconfig })),
      comparisons: [{ name: 'canaries', baseline: 'staging', targets: ['production'], notify: ['team'] }],
      channels: [{ name: 'team', slack: { urlFrom: { env: 'CHAT_URL' } }, allowHttp: true, allowPrivate: true }],
    }),
  )
  const env = { FLUX_COMPARE_DEBUG: '1', CHAT_URL: `${chat.url}/${canary('webhook')}` }
  const told = ['text', 'json', 'html', 'markdown'].map((format) => ['-o', format])
  const drawn = ['text', 'json', 'html'].map((format) => ['--dry-run', '-o', format])
  for (const flags of [...drawn, ...told]) {
    const args = ['report', 'canaries', '--config', config, '--history', history, ...flags]
    const { stdout, stderr } = await runCli(args, { env })
    assert.match(
      stdout,
      /production vs staging: \d+ (?:new|ongoing)|"kind": ?"DriftReport"/,
      `${flags.join(' ')} ${stderr}`,
    )
    assert.deepEqual(findCanaries(stdout + stderr), [], flags.join(' '))
  }
  assert.ok(chat.requests.length > 0)
  for (const { path, body } of chat.requests) {
    assert.equal(findCanaries(path).length > 0, true)
    assert.match(body, /HelmRelease/)
    assert.deepEqual(findCanaries(body), [])
  }
})

test('no canary in the files that are kept', () => {
  const files = readdirSync(join(folder, 'state'))
  assert.ok(files.includes('history.db'))
  for (const file of files) assert.deepEqual(findCanaries(readFileSync(join(folder, 'state', file))), [], file)
})

test('no canary in files compared as sides, and in errors about them', async () => {
  const manifests = join(folder, 'manifests')
  mkdirSync(manifests)
  writeFileSync(
    join(manifests, 'all.yaml'),
    canaryObjects('staging')
      .map((object) => JSON.stringify(object))
      .join('\n---\n'),
  )
  const output = await run([`file:${manifests}`, 'production', '--kubeconfig', kubeconfig, '-o', 'json'])
  assert.match(output, /"verdict"/)
  assert.deepEqual(findCanaries(output), [])
  writeFileSync(
    join(manifests, 'broken.yaml'),
    `apiVersion: v1\nkind: Secret\ndata:\n  a: "${canary('broken')}\n  b: [\n`,
  )
  assert.deepEqual(findCanaries(await run([`file:${manifests}`, 'production', '--kubeconfig', kubeconfig])), [])
})

test('no canary in what is said about servers that fail', async () => {
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: canary('body'),
    reason: 'InternalError',
    code: 500,
  }
  const cluster = simulator.clusters.get('production')!
  const actions: FaultAction[] = [
    { kind: 'respond', status: 500, body },
    { kind: 'respond', status: 401, body },
    { kind: 'respond', status: 403, body },
    { kind: 'html' },
    { kind: 'truncated-json' },
  ]
  for (const action of actions) {
    cluster.setFaults([{ match: { path: /helmreleases|secrets/ }, action }])
    const output = await run(['staging', 'production', '--kubeconfig', kubeconfig, '-o', 'json', '--timeout', '4s'])
    assert.deepEqual(findCanaries(output), [])
  }
  cluster.setFaults([])
})

test('no canary in what is said about a credential plugin that fails', async () => {
  const secret = canary('plugin')
  const file = join(folder, 'exec-kubeconfig')
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', `echo ${secret} >&2; echo ${secret}; exit 3`],
    interactiveMode: 'Never',
  }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { exec } }],
    contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
  }
  writeFileSync(file, JSON.stringify(config))
  const output = await run(['a', 'b', '--kubeconfig', file])
  assert.match(output, /incomplete/)
  assert.deepEqual(findCanaries(output), [])
})
