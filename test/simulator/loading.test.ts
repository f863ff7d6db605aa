import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { ask, askList, namesIn } from './request.ts'

const folders: string[] = []
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })))

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-test-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function running<T>(
  cluster: Partial<SimulatedCluster>,
  look: (cluster: RunningCluster) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({ clusters: [{ name: 'one', folders: [], ...cluster }] })
  try {
    return await look(simulator.clusters.get('one')!)
  } finally {
    await simulator.close()
  }
}

test('imports nothing of ours', () => {
  const files = globSync('src/simulator/**/*.ts')
  assert.ok(files.length > 15)
  for (const file of files) {
    const imported = [
      ...readFileSync(file, 'utf8').matchAll(/(?:\bfrom\s+|^import\s+|\bimport\s*\(\s*)'([^']+)'/gm),
    ].map(([, name]) => name!)
    const foreign = imported.filter((name) => !/^(\.\/[\w-]+\.ts|yaml|node:[\w/]+)$/.test(name))
    assert.deepEqual(foreign, [], file)
  }
})

test('reads YAML as Kubernetes does', async () => {
  const text = `apiVersion: v1
kind: List
items:
- apiVersion: helm.toolkit.fluxcd.io/v2beta2
  kind: HelmRelease
  metadata: {name: app, namespace: shop}
  spec:
    values: {on: yes, day: 2026-11-21, time: 12:30, mode: 0o12, big: 9007199254740993, ratio: 1.0}
`
  const folder = folderOf({ 'list.yaml': text, 'notes.txt': ': not yaml' })
  const path = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/shop/helmreleases/app'
  const body = await running({ folders: [folder] }, async (cluster) => (await ask(cluster, path)).body.toString())
  assert.match(body, /^\{"apiVersion":"helm.toolkit.fluxcd.io\/v2",/)
  assert.match(
    body,
    /"values":\{"big":9007199254740993,"day":"2026-11-21","mode":"0o12","ratio":1,"time":"12:30","true":true\}/,
  )
})

test('names file and line of YAML that cannot be read', async () => {
  const folder = folderOf({ 'broken.yaml': 'kind: A\n---\nkind: B\nspec: [1, 2\n' })
  await assert.rejects(startSimulator({ clusters: [{ name: 'one', folders: [folder] }] }), /broken\.yaml:[45]: /)
})

test('names file and line of what is no object, and of an unknown kind', async () => {
  const nameless = folderOf({ 'a.yaml': '# first\nkind: ConfigMap\napiVersion: v1\n' })
  await assert.rejects(
    startSimulator({ clusters: [{ name: 'one', folders: [nameless] }] }),
    /a\.yaml:2: not a Kubernetes object/,
  )
  const unknown = folderOf({ 'b.yaml': 'apiVersion: v9\nkind: Thing\nmetadata: {name: x}\n' })
  await assert.rejects(
    startSimulator({ clusters: [{ name: 'one', folders: [unknown] }] }),
    /b\.yaml:1: the simulator does not know the kind v9 Thing/,
  )
})

test('writes stringData of Secrets as data', async () => {
  const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {word: hello}\n'
  const body = await running({ folders: [folderOf({ 's.yml': text })] }, async (cluster) =>
    (await ask(cluster, '/api/v1/namespaces/shop/secrets/s')).body.toString(),
  )
  assert.match(body, /"data":\{"word":"aGVsbG8="\},"type":"Opaque"\}/)
})

test('namespaces exist as soon as something is in them; UIDs depend on the cluster', async () => {
  const objects = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'made' } }]
  const look = (cluster: RunningCluster): Promise<string[]> => askList(cluster, '/api/v1/namespaces').then(namesIn)
  assert.deepEqual(await running({ objects }, look), ['/default', '/kube-system', '/made'])
  const uidOf = (name: string): Promise<string> =>
    startSimulator({ clusters: [{ name, folders: [] }] }).then(async (simulator) => {
      await simulator.close()
      return simulator.clusters.get(name)!.uid
    })
  assert.match(await uidOf('one'), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(await uidOf('one'), await uidOf('one'))
  assert.notEqual(await uidOf('one'), await uidOf('two'))
})
