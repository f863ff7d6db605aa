import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { run } from '../../src/cli/program.ts'
import type { Rule } from '../../src/simulator/identities.ts'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { captureStreams } from '../cli/capture-streams.ts'

type Role = {
  readonly kind: string
  readonly metadata: { readonly namespace?: string }
  readonly rules?: readonly Rule[]
}

function kubeconfigFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'flux-compare-rbac-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'config')
  writeFileSync(file, text)
  return file
}

async function flux(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const streams = captureStreams({ HOME: tmpdir() })
  const code = await run(args, streams)
  return { code, out: streams.out(), err: streams.err() }
}

async function staging(t: TestContext, users?: readonly { name: string; rules: readonly Rule[] }[]) {
  const cluster = demoFleet().find(({ name }) => name === 'staging')!
  const simulator = await startSimulator({ clusters: [users ? { ...cluster, users } : cluster] })
  t.after(() => simulator.close())
  return { kubeconfig: kubeconfigFile(t, simulator.kubeconfig), cluster: simulator.clusters.get('staging')! }
}

test('with the Roles that it prints, everything can be read and nothing more is asked for', async (t) => {
  const admin = await staging(t)
  const printed = await flux('rbac', '--context', 'staging', '--kubeconfig', admin.kubeconfig)
  assert.equal(printed.code, 0, printed.err)
  const paths = admin.cluster.requests().map(({ path }) => path)
  assert.deepEqual(
    paths.filter((path) => path.includes('/secrets')),
    [],
  )
  const roles = parseAllDocuments(printed.out).map((document) => document.toJS() as Role)
  const rules = roles.flatMap(({ metadata: { namespace }, rules: own = [] }) =>
    own.map((rule): Rule => (namespace === undefined ? rule : { ...rule, namespaces: [namespace] })),
  )
  const reader = await staging(t, [{ name: 'reader', rules }])
  const taken = await flux('snapshot', 'staging', '--kubeconfig', reader.kubeconfig, '--no-history')
  assert.deepEqual([taken.code, taken.err], [0, ''])
  assert.match(taken.out, /complete/)
  assert.deepEqual(
    reader.cluster.requests().filter(({ status }) => status === 403),
    [],
  )
})

test('Secrets are named one by one, for get alone', async (t) => {
  const { kubeconfig } = await staging(t)
  const { out } = await flux('rbac', '--context', 'staging', '--kubeconfig', kubeconfig)
  const rules = parseAllDocuments(out).flatMap((document) => (document.toJS() as Role).rules ?? [])
  const secrets = rules.filter(({ resources }) => resources.includes('secrets'))
  assert.ok(secrets.length > 0)
  for (const rule of secrets) {
    assert.deepEqual(rule.verbs, ['get'])
    assert.ok(rule.resourceNames!.length > 0)
  }
})

test('the rights can go to a user or a group', async (t) => {
  const { kubeconfig } = await staging(t)
  const { out } = await flux('rbac', '--context', 'staging', '--kubeconfig', kubeconfig, '--group', 'readers')
  const bindings = parseAllDocuments(out)
    .map((document) => document.toJS() as { kind: string; subjects?: unknown })
    .filter(({ kind }) => kind.endsWith('Binding'))
  for (const { subjects } of bindings) {
    assert.deepEqual(subjects, [{ kind: 'Group', name: 'readers', apiGroup: 'rbac.authorization.k8s.io' }])
  }
})

test('a bad service account and an unknown context are refused', async (t) => {
  const { kubeconfig } = await staging(t)
  const bad = await flux('rbac', '--context', 'staging', '--kubeconfig', kubeconfig, '--service-account', 'reader')
  assert.deepEqual([bad.code, bad.out], [2, ''])
  assert.match(bad.err, /--service-account reader is not of the form namespace\/name/)
  const unknown = await flux('rbac', '--context', 'prod', '--kubeconfig', kubeconfig)
  assert.match(unknown.err, /there is no context prod; there are: staging/)
})
