import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'yaml'
import type { Comparison } from '../../src/model/comparison.ts'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { runCli } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-compare-rules-'))
const kubeconfig = join(folder, 'kubeconfig')
const history = join(folder, 'history.db')
let simulator: Simulator

before(async () => {
  simulator = await startSimulator({ clusters: demoFleet() })
  writeFileSync(kubeconfig, simulator.kubeconfig)
})

after(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})

function run(...args: string[]) {
  return runCli(args, { cwd: folder, env: { KUBECONFIG: kubeconfig, FLUX_COMPARE_HISTORY: history } })
}

async function compared(...args: string[]): Promise<Comparison> {
  return JSON.parse((await run('staging', 'production', '-o', 'json', ...args)).stdout) as Comparison
}

test('a rule is written for a difference, which is then hidden', async () => {
  writeFileSync(
    join(folder, 'own.yaml'),
    'apiVersion: flux-compare.dev/v1\nkind: Rules\n# what we agreed on\nrules:\n  - { id: idle, target: { name: no-such }, action: ignore, reason: x } # later\n',
  )
  const bare = await compared()
  const all = bare.drifts.flatMap(({ differences }) => differences)
  const { fingerprint } = all.find(({ layer, derivedFrom }) => layer === 'spec' && derivedFrom === undefined) ?? all[0]!
  const added = await run(
    'rules',
    'add',
    fingerprint.slice(0, 12),
    '--rules',
    'own.yaml',
    '--reason',
    'why: not',
    '--owner',
    'us',
  )
  assert.deepEqual([added.code, added.stdout], [0, ''])
  const text = readFileSync(join(folder, 'own.yaml'), 'utf8')
  assert.match(text, /# what we agreed on\n/)
  assert.match(text, /# later\n/)
  const { rules } = parse(text) as { rules: { reason: string; owner: string }[] }
  assert.deepEqual([rules.length, rules[1]?.reason, rules[1]?.owner], [2, 'why: not', 'us'])
  const ruled = await compared('--rules', 'own.yaml')
  assert.ok(ruled.summary.hiddenByRules >= 1)
  assert.ok(!ruled.drifts.some(({ differences }) => differences.some((one) => one.fingerprint === fingerprint)))
  const checked = await run('rules', 'check', '--rules', 'own.yaml', 'staging', 'production')
  assert.equal(checked.code, 1)
  assert.match(checked.stdout, /idle +ignore +0 .*matched nothing/)
  assert.match(checked.stdout, /own\.yaml:\d+ +ignore +[1-9]/)
})

test('a file that does not exist yet is made; a fingerprint that nobody has is refused', async () => {
  const { drifts } = await compared()
  const { fingerprint } = drifts[0]!.differences[0]!
  assert.equal((await run('rules', 'add', fingerprint, '--rules', 'new.yaml', '--reason', 'x')).code, 0)
  assert.match(readFileSync(join(folder, 'new.yaml'), 'utf8'), /^apiVersion: flux-compare.dev\/v1\nkind: Rules\n/)
  const unknown = await run('rules', 'add', 'ffffffffffff', '--rules', 'new.yaml', '--reason', 'x')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /is no fingerprint of the comparison run_/)
})

test('parameters are suggested as configuration that can be pasted', async () => {
  const { code, stdout } = await run('suggest', 'staging', 'production')
  assert.equal(code, 0, stdout)
  const document = parse(stdout) as { clusters: { name: string; parameters: Record<string, string> }[] }
  assert.deepEqual(
    document.clusters.map(({ name }) => name),
    ['staging', 'production'],
  )
  const flags = document.clusters.flatMap(({ name, parameters }) => [
    '--parameters',
    `${name}:${Object.entries(parameters)
      .map((pair) => pair.join('='))
      .join(',')}`,
  ])
  const [bare, ruled] = [await compared(), await compared(...flags)]
  assert.ok(ruled.summary.parametric >= 2)
  assert.ok(ruled.summary.differences < bare.summary.differences)
})

test('the exit code follows what is shown with --severity', async () => {
  writeFileSync(
    join(folder, 'low.yaml'),
    'apiVersion: flux-compare.dev/v1\nkind: Rules\nrules:\n  - { action: rate, severity: low, reason: a trial }\n',
  )
  const args = ['staging', 'production', '--rules', 'low.yaml']
  assert.equal((await run(...args)).code, 1)
  const silent = await run(...args, '--severity', 'high')
  assert.equal(silent.code, 0, silent.stderr)
  assert.match(silent.stdout, /\d+ differences.* less severe than high not shown/)
})

test('the configuration names clusters, and its rules and parameters apply', async () => {
  writeFileSync(
    join(folder, 'config.yaml'),
    `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - { name: stg, context: staging, kubeconfig: kubeconfig, parameters: { env: staging } }
  - { name: prd, context: production, kubeconfig: kubeconfig, labels: { env: production }, parameters: { env: production } }
rules:
  - { id: all, matchLabels: { env: production }, action: ignore, reason: a trial }
`,
  )
  const { stdout, stderr, code } = await run('stg', 'prd', '--config', 'config.yaml', '-o', 'json')
  assert.equal(code, 0, stderr)
  const { verdict, summary } = JSON.parse(stdout) as Comparison
  assert.deepEqual([verdict, summary.differences], ['in-sync', 0])
  assert.ok(summary.hiddenByRules > 10)
})

test('the demo tells what was expected, explained and hidden', async () => {
  const { summary, findings } = JSON.parse((await run('demo', '-o', 'json')).stdout) as Comparison
  assert.ok(summary.expected > 0 && summary.parametric > 0 && summary.hiddenByRules > 0)
  const broken = findings.filter(({ code }) => code === 'must-differ-broken').map(({ ref }) => ref?.name)
  assert.deepEqual(broken, ['cluster-secrets', 'mail-password'])
  const { stdout } = await run('demo')
  assert.match(stdout, /expected \d+, parametric \d+ \(.*\)\nhidden by rules \d+/)
})

test('the order of valuesFrom is told as drift where Secrets are not read, since none can touch what it decides', async () => {
  const { drifts } = await compared('--secrets', 'off')
  const mail = drifts.find(({ ref }) => ref.kind === 'HelmRelease' && ref.name === 'mail')
  const values = mail?.differences.filter(({ layer }) => layer === 'values') ?? []
  assert.deepEqual(
    values.map(({ path, origins }) => [path, origins['staging']?.from, origins['production']?.from]),
    [['rateLimit', 'ConfigMap/mail-limits:values.yaml', 'ConfigMap/mail-defaults:values.yaml']],
  )
})

test('each cluster of the configuration is read as it says', async () => {
  writeFileSync(
    join(folder, 'reading.yaml'),
    `apiVersion: flux-compare.dev/v1
kind: Config
clusters:
  - { name: stg, context: staging, namespaces: [shop, payments], secretCompare: "off", timeout: 1m }
  - { name: prd, context: production, namespaces: [shop], as: nobody, asGroups: [auditors] }
`,
  )
  const { stdout, stderr } = await run('stg', 'prd', '--config', 'reading.yaml', '-o', 'json')
  assert.equal(stderr, '')
  const { clusters } = JSON.parse(stdout) as Comparison
  const [staging, production] = clusters
  const secrets = staging!.coverage.find(({ kind }) => kind === 'Secret')
  assert.deepEqual([staging!.error, secrets?.status], [null, 'not-asked'])
  const releases = staging!.coverage.find(({ kind }) => kind === 'HelmRelease')!
  assert.deepEqual(new Set(releases.scopes.map(({ namespace }) => namespace)), new Set(['payments', 'shop']))
  assert.equal(production!.error?.code, 'cluster-forbidden')
  assert.match(production!.error.hint, /may impersonate nobody/)

  const own = await run('stg', 'prd', '--config', 'reading.yaml', '-n', 'payments', '-o', 'json')
  assert.match(own.stderr, /cluster prd is configured without the namespaces payments/)
})

test('a service whose certificate nobody vouches for is told from one that does not answer', async () => {
  const { code, stderr } = await run('clusters', '--server', simulator.clusters.get('staging')!.url)
  assert.equal(code, 2)
  assert.match(
    stderr,
    /error: the certificate of the service at \S+ is not trusted \(\w+\)\nhint: .*NODE_EXTRA_CA_CERTS/,
  )
})
