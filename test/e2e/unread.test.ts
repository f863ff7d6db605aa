import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { COMPARISON } from '../../src/api/schemas/comparison.ts'
import { composeHelmValues } from '../../src/flux/helm-values.ts'
import type { Comparison } from '../../src/model/comparison.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { Simulator } from '../../src/simulator/simulated-cluster.ts'
import { runCli } from './run-cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'flux-compare-unread-'))
const kubeconfig = join(folder, 'kubeconfig')
const at = { namespace: 'apps' }
const GROUPS = ['helm', 'kustomize', 'source', 'image', 'notification'].map((name) => `${name}.toolkit.fluxcd.io`)
GROUPS.push('source.extensions.fluxcd.io', 'fluxcd.controlplane.io', 'apps')
/** Everything but Secrets. */
const RULES = [
  { apiGroups: GROUPS, resources: ['*'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['configmaps', 'namespaces'], verbs: ['get', 'list'] },
]
let simulator: Simulator

function secret(text: string): object {
  const data = { 'values.yaml': Buffer.from(text).toString('base64') }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...at, name: 'keys' }, data }
}

/** With the digest that helm-controller writes for the Secret, which nobody else may read. */
function release(text: string): object {
  const valuesFrom = [{ kind: 'Secret', name: 'keys' }]
  const values = { host: 'web.example.com' }
  const composed = composeHelmValues(valuesFrom, values, () => secret(text) as { data: Record<string, string> })
  assert.ok(composed.ok)
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { ...at, name: 'web', generation: 1 },
    spec: { interval: '10m', chartRef: { kind: 'OCIRepository', name: 'web' }, valuesFrom, values },
    status: {
      observedGeneration: 1,
      lastAttemptedConfigDigest: composed.digest,
      conditions: [{ type: 'Ready', status: 'True', reason: 'UpgradeSucceeded' }],
    },
  }
}

const SHARED = [
  {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { ...at, name: 'web' },
    spec: { interval: '10m', url: 'oci://registry.example.com/web' },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'flux-system', name: 'helm-controller', labels: { 'app.kubernetes.io/part-of': 'flux' } },
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'manager', image: 'ghcr.io/fluxcd/helm-controller:v1.6.0', args: ['--watch-all-namespaces=true'] },
          ],
        },
      },
    },
  },
]

before(async () => {
  const clusters = Object.entries({ staging: 'token: one', production: 'token: one', edge: 'token: two' }).map(
    ([name, text]) => ({
      name,
      folders: [],
      objects: [...SHARED, secret(text), release(text)],
      users: [{ name: 'reader', token: `t-${name}`, rules: RULES }],
    }),
  )
  simulator = await startSimulator({ clusters })
  writeFileSync(kubeconfig, simulator.kubeconfig)
})

after(async () => {
  await simulator.close()
  rmSync(folder, { recursive: true })
})

async function compared(sides: readonly string[], format: string): Promise<{ code: number | null; stdout: string }> {
  return runCli([...sides, '--kubeconfig', kubeconfig, '--no-history', '-o', format])
}

test('without the right to read Secrets, two clusters with the same values are in sync', async () => {
  const { code, stdout } = await compared(['staging', 'production'], 'table')
  assert.equal(code, 0, stdout)
  assert.match(stdout, /in sync, of 1 not all could be read: 1 proven equal$/m)
  assert.match(stdout, /not allowed to get secrets in apps/)
})

test('a cluster with other values is drift, although nobody can say in what', async () => {
  const { code, stdout } = await compared(['staging', 'production', 'edge'], 'json')
  assert.equal(code, 1, stdout)
  const comparison = JSON.parse(stdout) as Comparison
  assert.deepEqual(COMPARISON.parse(comparison), comparison)
  assert.deepEqual(
    comparison.proofs?.map(({ ref, answers }) => [ref.name, answers]),
    [['web', { production: 'proven-equal', edge: 'proven-different' }]],
  )
  assert.deepEqual(
    comparison.drifts.map(({ ref, differences }) => [
      ref.name,
      differences.map(({ layer, changes }) => [layer, changes]),
    ]),
    [['web', [['values', { edge: 'changed' }]]]],
  )
  // The digest of the document is the only one.
  assert.deepEqual([...new Set(stdout.match(/sha256:[0-9a-f]{64}/g))], [comparison.digest])
})
