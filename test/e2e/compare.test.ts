import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type { Comparison } from '../../src/model/comparison.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { runCli, type CliResult } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-compare-e2e-'))
const kubeconfig = join(folder, 'kubeconfig')
const history = join(folder, 'history.db')
/** Every group of Flux: a cluster without them runs no Flux. */
const FLUX_GROUPS = ['helm', 'kustomize', 'source', 'image', 'notification'].map((name) => `${name}.toolkit.fluxcd.io`)
FLUX_GROUPS.push('source.extensions.fluxcd.io', 'fluxcd.controlplane.io')
let simulator: Simulator
let production: RunningCluster

function kustomization(name: string, spec: object = {}): object {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'apps' },
    spec: { interval: '10m', path: './apps', prune: true, sourceRef: { kind: 'GitRepository', name: 'repo' }, ...spec },
  }
}

const repo = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'repo', namespace: 'apps' },
  spec: { interval: '1m', url: 'https://git.example.com/x' },
}

before(async () => {
  const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list'] }]
  const noReceivers = [
    {
      apiGroups: ['kustomize.toolkit.fluxcd.io', 'source.toolkit.fluxcd.io', 'helm.toolkit.fluxcd.io'],
      resources: ['*'],
      verbs: ['get', 'list'],
    },
    { apiGroups: ['', 'apps'], resources: ['*'], verbs: ['get', 'list'] },
  ]
  simulator = await startSimulator({
    clusters: [
      {
        name: 'staging',
        folders: [],
        objects: [repo, kustomization('a'), kustomization('b')],
        users: [{ name: 'admin', token: 't1', rules }],
      },
      {
        name: 'production',
        folders: [],
        objects: [repo, kustomization('a', { interval: '600s' }), kustomization('b', { prune: false })],
        users: [{ name: 'admin', token: 't2', rules }],
      },
      {
        name: 'restricted',
        folders: [],
        objects: [repo, kustomization('a')],
        users: [{ name: 'reader', token: 't3', rules: noReceivers }],
      },
      {
        name: 'empty',
        folders: [],
        objects: [],
        crds: { omit: FLUX_GROUPS },
        users: [{ name: 'admin', token: 't4', rules }],
      },
    ],
  })
  production = simulator.clusters.get('production')!
  writeFileSync(kubeconfig, simulator.kubeconfig)
})

after(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})

beforeEach(() => production.setFaults([]))

function flux(...args: string[]): Promise<CliResult> {
  return runCli([...args, '--kubeconfig', kubeconfig, ...(args.includes('--no-history') ? [] : ['--history', history])])
}

function parse({ stdout }: CliResult): Comparison {
  return JSON.parse(stdout) as Comparison
}

test('drift is exit code 1, and the document is that of the contract', async () => {
  const result = await flux('staging', 'production', '-o', 'json')
  assert.equal(result.code, 1)
  assert.equal(result.stderr, '')
  const comparison = parse(result)
  assert.equal(comparison.verdict, 'drifted')
  assert.deepEqual(
    comparison.drifts.map(({ ref, differences }) => [
      ref.name,
      differences.map(({ path, values, changes, severity }) => ({ path, values, changes, severity })),
    ]),
    [
      [
        'b',
        [
          {
            path: 'spec.prune',
            values: { staging: true, production: false },
            changes: { production: 'changed' },
            severity: 'high',
          },
        ],
      ],
    ],
  )
  assert.deepEqual(comparison.summary.equivalent, 1)
  assert.deepEqual(Object.keys(comparison), [
    'apiVersion',
    'kind',
    'id',
    'phase',
    'digest',
    'engine',
    'baseline',
    'verdict',
    'clusters',
    'summary',
    'findings',
    'drifts',
  ])
})

test('in sync is exit code 0', async () => {
  const result = await flux('staging', 'production', '--ignore', '/spec/prune', '--no-history')
  assert.equal(result.code, 0, result.stdout + result.stderr)
  assert.match(result.stdout, /^in-sync /)
})

test('nothing but get and list was ever sent, over at most four connections', async () => {
  production.resetRequests()
  await flux('staging', 'production')
  assert.deepEqual(Object.keys(production.countByVerb()).toSorted(), ['get', 'list'])
  assert.ok(production.connections().most <= 4)
})

test('a cluster that does not answer makes it incomplete, and the rest is still compared', async () => {
  production.setFaults([{ match: { path: /kustomizations/ }, action: { kind: 'respond', status: 500 } }])
  const result = await flux('staging', 'production', '-o', 'json', '--timeout', '5s', '--no-history')
  assert.equal(result.code, 2)
  const comparison = parse(result)
  assert.equal(comparison.verdict, 'incomplete')
  assert.equal(comparison.summary.missing, 0)
  assert.ok(
    comparison.findings.some(({ code, clusters }) => code.startsWith('coverage-') && clusters.includes('production')),
  )
})

test('a kind that may not be listed is forbidden, never missing', async () => {
  const result = await flux('staging', 'restricted', '-o', 'json', '--no-history')
  assert.equal(result.code, 2)
  const comparison = parse(result)
  const finding = comparison.findings.find(({ code }) => code === 'coverage-forbidden')
  assert.match(finding?.message ?? '', /list/)
  assert.deepEqual(
    comparison.drifts.map(({ ref, presence }) => [ref.name, presence['restricted']]),
    [['b', 'absent']],
  )
})

test('a cluster without Flux counts as unread', async () => {
  const result = await flux('staging', 'empty', '-o', 'json', '--no-history')
  assert.equal(result.code, 2)
  const comparison = parse(result)
  assert.equal(comparison.clusters[1]?.error?.code, 'flux-not-found')
  assert.equal(comparison.summary.missing, 0)
})

test('a dead cluster is told by name, with nothing missing', async () => {
  const file = join(folder, 'dead')
  writeFileSync(file, simulator.kubeconfig.replace(production.url, 'https://127.0.0.1:9'))
  const result = await runCli([
    'staging',
    'production',
    '--kubeconfig',
    file,
    '--no-history',
    '-o',
    'json',
    '--timeout',
    '60s',
  ])
  assert.equal(result.code, 2)
  const comparison = parse(result)
  assert.equal(comparison.clusters[1]?.error?.code, 'cluster-unreachable')
  assert.deepEqual(comparison.drifts, [])
})

test('previous against now tells what changed since the last time', async () => {
  const own = join(folder, 'previous.db')
  const at = async (...args: string[]): Promise<CliResult> =>
    runCli([...args, '--kubeconfig', kubeconfig, '--history', own])
  assert.equal((await at('snapshot', 'production')).code, 0)
  assert.equal((await at('production@latest', 'production')).code, 0)
  production.apply(kustomization('b', { prune: false, suspend: true }))
  const result = await at('production@latest', 'production', '-o', 'json')
  assert.equal(result.code, 1, result.stderr)
  assert.deepEqual(
    parse(result).drifts.map(({ ref, differences }) => [ref.name, differences.map(({ path }) => path)]),
    [['b', ['spec.suspend']]],
  )
  production.apply(kustomization('b', { prune: false, suspend: true, force: true }))
  const again = await at('production@previous', 'production', '-o', 'json')
  assert.deepEqual(
    parse(again).drifts[0]?.differences.map(({ path }) => path),
    ['spec.force'],
  )
  const kept = await at('production@previous', 'production@latest', '-o', 'json')
  assert.deepEqual(
    parse(kept).drifts[0]?.differences.map(({ path }) => path),
    ['spec.force'],
  )
  assert.match(
    (await runCli(['history', '--history', own])).stdout,
    /^SNAPSHOT .*\n(?:snap_.*production.*\n)+\nCOMPARISON/,
  )
  production.apply(kustomization('b', { prune: false }))
})

test('an exported snapshot is a side, also on standard input', async () => {
  const exported = await flux('snapshot', 'production', '-o', 'yaml')
  assert.equal(exported.code, 0)
  const file = join(folder, 'production.yaml')
  writeFileSync(file, exported.stdout)
  const fromFile = await flux(`file:${file}`, 'production')
  assert.equal(fromFile.code, 0, fromFile.stdout + fromFile.stderr)
  const piped = await runCli(['staging', '-', '--kubeconfig', kubeconfig, '--history', history, '-o', 'json'], {
    stdin: exported.stdout,
  })
  assert.equal(piped.code, 1, piped.stderr)
  assert.deepEqual(
    parse(piped).drifts.map(({ ref }) => ref.name),
    ['b'],
  )
})

test('manifests in a folder are a side', async () => {
  const manifests = join(folder, 'manifests')
  mkdirSync(manifests)
  writeFileSync(
    join(manifests, 'all.yaml'),
    [repo, kustomization('a'), kustomization('b')].map((object) => JSON.stringify(object)).join('\n---\n'),
  )
  const result = await flux(`file:${manifests}`, 'staging')
  assert.equal(result.code, 0, result.stdout + result.stderr)
})

test('files are compared without a kubeconfig, even beside a broken one', async () => {
  const broken = join(folder, 'broken-kubeconfig')
  writeFileSync(broken, 'contexts: [')
  const manifests = `file:${join(folder, 'manifests')}`
  const other = join(folder, 'other')
  mkdirSync(other)
  writeFileSync(
    join(other, 'all.yaml'),
    [repo, kustomization('a')].map((object) => JSON.stringify(object)).join('\n---\n'),
  )
  const result = await runCli([manifests, `file:${other}`, '--no-history', '-o', 'name'], {
    env: { KUBECONFIG: broken },
  })
  assert.equal(result.stdout, 'Kustomization/apps/b\n')
  assert.equal(result.code, 1, result.stderr)
})

test('a history that cannot be opened is one clear error, and no key is left beside it', async () => {
  const place = join(folder, 'no-history')
  mkdirSync(place)
  writeFileSync(join(place, 'history.db'), 'this is no database, and it is long enough to be read as one')
  const result = await runCli([
    'staging',
    'production',
    '--kubeconfig',
    kubeconfig,
    '--history',
    join(place, 'history.db'),
  ])
  assert.equal(result.code, 2)
  assert.match(result.stderr, /^error: .*history\.db.*\nhint: /)
  assert.deepEqual(readdirSync(place), ['history.db'])
})

test('one object can be compared alone', async () => {
  const result = await flux('staging', 'production', '--resource', 'ks/apps/b', '-o', 'name')
  assert.equal(result.stdout, 'Kustomization/apps/b\n')
})

test('a kept comparison can be shown again', async () => {
  const { id } = parse(await flux('staging', 'production', '-o', 'json'))
  const shown = await runCli(['show', id, '--history', history, '-o', 'name'])
  assert.equal(shown.stdout, 'Kustomization/apps/b\n')
  assert.equal(shown.code, 1)
})

test('help is quick to load: neither Kubernetes nor SQLite', async () => {
  const { stdout } = await runCli(['--help'])
  assert.match(stdout, /Usage: flux-compare/)
})
