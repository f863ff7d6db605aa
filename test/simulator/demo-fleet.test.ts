import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { ask, askList } from './request.ts'

type ResourceList = { readonly resources: readonly { readonly name: string; readonly kind: string }[] }
type GroupList = { readonly groups: readonly { readonly name: string }[] }

const AUDITOR = { user: 'auditor' }
let simulator: Simulator

before(async () => {
  simulator = await startSimulator({ clusters: demoFleet() })
})
after(() => simulator.close())

test('staging and production hold objects of all 19 kinds', async () => {
  for (const name of ['staging', 'production']) {
    const counts = await countByKind(simulator.clusters.get(name)!)
    assert.equal(counts.size, 19)
    assert.deepEqual(
      [...counts].filter(([, count]) => count === 0),
      [],
      name,
    )
  }
})

test('edge runs an older Flux: fewer kinds, older versions, and no right to list Receivers', async () => {
  const edge = simulator.clusters.get('edge')!
  const counts = await countByKind(edge)
  assert.ok(!counts.has('FluxInstance') && !counts.has('ArtifactGenerator') && !counts.has('ExternalArtifact'))
  assert.equal((await ask(edge, '/apis/source.toolkit.fluxcd.io/v1/ocirepositories', AUDITOR)).status, 404)
  assert.equal((await ask(edge, '/apis/source.toolkit.fluxcd.io/v1beta2/ocirepositories', AUDITOR)).status, 200)
  assert.equal((await ask(edge, '/apis/notification.toolkit.fluxcd.io/v1/receivers', AUDITOR)).status, 403)
})

test('its reader may get Secrets by name, and never list them', async () => {
  for (const cluster of simulator.clusters.values()) {
    assert.equal((await ask(cluster, '/api/v1/secrets', AUDITOR)).status, 403)
    assert.equal((await ask(cluster, '/api/v1/namespaces/flux-system/secrets/cluster-secrets', AUDITOR)).status, 200)
  }
})

test('production was otherwise on the days before, and edge let its reader list Receivers', async () => {
  const monitoring = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/monitoring'
  const cache = '/apis/helm.toolkit.fluxcd.io/v2/namespaces/shop/helmreleases/cache'
  for (const [day, prunes, version, receivers] of [
    ['before', false, '1.9.x', 200],
    ['yesterday', true, '1.9.x', 200],
    ['today', false, '2.0.x', 403],
  ] as const) {
    const fleet = await startSimulator({ clusters: demoFleet(day) })
    try {
      const production = fleet.clusters.get('production')!
      const specOf = async (path: string) =>
        (JSON.parse((await ask(production, path, AUDITOR)).body.toString()) as { spec: Spec }).spec
      assert.equal((await specOf(monitoring)).prune, prunes, day)
      assert.equal((await specOf(cache)).chart?.spec.version, version, day)
      const edge = fleet.clusters.get('edge')!
      const { status } = await ask(edge, '/apis/notification.toolkit.fluxcd.io/v1/receivers', AUDITOR)
      assert.equal(status, receivers, day)
    } finally {
      await fleet.close()
    }
  }
})

type Spec = { readonly prune?: boolean; readonly chart?: { readonly spec: { readonly version: string } } }

/** Objects per Flux kind that is served; -1 where it may not be listed. */
async function countByKind(cluster: RunningCluster): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const { groups } = JSON.parse((await ask(cluster, '/apis', AUDITOR)).body.toString()) as GroupList
  const names = groups.filter(({ name }) => name.includes('fluxcd')).map(({ name }) => name)
  for (const group of names) {
    const { versions } = JSON.parse((await ask(cluster, `/apis/${group}`, AUDITOR)).body.toString()) as {
      versions: { groupVersion: string }[]
    }
    for (const { groupVersion } of versions) await countIn(cluster, groupVersion, counts)
  }
  return counts
}

async function countIn(cluster: RunningCluster, groupVersion: string, counts: Map<string, number>): Promise<void> {
  const reply = await ask(cluster, `/apis/${groupVersion}`, AUDITOR)
  const { resources } = JSON.parse(reply.body.toString()) as ResourceList
  for (const { name, kind } of resources.filter((resource) => !resource.name.includes('/'))) {
    const path = `/apis/${groupVersion}/${name}`
    const readable = (await ask(cluster, path, AUDITOR)).status === 200
    counts.set(kind, readable ? (await askList(cluster, path, AUDITOR)).items.length : -1)
  }
}
