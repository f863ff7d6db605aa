import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { ask, askList, namesIn } from './request.ts'

const AGGREGATED = {
  accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
}

type Discovery = {
  readonly items: readonly {
    readonly metadata: { readonly name?: string }
    readonly versions: readonly {
      readonly version: string
      readonly resources: readonly { readonly resource: string }[]
    }[]
  }[]
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

test('aggregated discovery holds the 19 kinds of Flux in their groups, and an etag', async () => {
  await running({}, async (cluster) => {
    const reply = await ask(cluster, '/apis', { headers: AGGREGATED })
    assert.equal(reply.headers['content-type'], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
    const { items } = JSON.parse(reply.body.toString()) as Discovery
    const flux = items.filter(({ metadata }) => metadata.name?.includes('fluxcd'))
    assert.equal(flux.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources)).length, 19)
    const notification = items.find(({ metadata }) => metadata.name === 'notification.toolkit.fluxcd.io')!
    assert.deepEqual(
      notification.versions.map(({ version, resources }) => [version, resources.map(({ resource }) => resource)]),
      [
        ['v1', ['receivers']],
        ['v1beta3', ['providers', 'alerts']],
      ],
    )
    const again = await ask(cluster, '/apis', {
      headers: { ...AGGREGATED, 'if-none-match': String(reply.headers.etag) },
    })
    assert.deepEqual([again.status, again.body.length], [304, 0])
  })
})

test('an older server ignores the Accept header and answers the legacy list', async () => {
  await running({ legacyDiscovery: true }, async (cluster) => {
    const reply = await ask(cluster, '/apis', { headers: AGGREGATED })
    const document = JSON.parse(reply.body.toString()) as { kind: string; groups: { name: string }[] }
    assert.equal(document.kind, 'APIGroupList')
    assert.ok(document.groups.some(({ name }) => name === 'kustomize.toolkit.fluxcd.io'))
  })
})

test('a CRD that is not installed is neither discovered nor served, though its objects may be in the folder', async () => {
  const object = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'ExternalArtifact', metadata: { name: 'x' } }
  const crds = { omit: ['source.extensions.fluxcd.io', 'externalartifacts.source.toolkit.fluxcd.io'] }
  await running({ crds, objects: [object] }, async (cluster) => {
    assert.equal((await ask(cluster, '/apis/source.toolkit.fluxcd.io/v1/externalartifacts')).status, 404)
    assert.equal((await ask(cluster, '/apis/source.extensions.fluxcd.io')).status, 404)
    const list = await ask(cluster, '/apis/source.toolkit.fluxcd.io/v1')
    assert.doesNotMatch(list.body.toString(), /externalartifacts/)
  })
})

test('other versions are served, preferred by stage and number or as told, and old ones warn', async () => {
  const object = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'x', namespace: 'n' },
  }
  const group = 'helm.toolkit.fluxcd.io'
  const preferredIn = async (cluster: RunningCluster): Promise<string> => {
    const reply = await ask(cluster, `/apis/${group}`)
    return (JSON.parse(reply.body.toString()) as { preferredVersion: { version: string } }).preferredVersion.version
  }
  const crds = { versions: { [group]: ['v2beta1', 'v2', 'v2beta2'] } }
  await running({ crds, objects: [object] }, async (cluster) => {
    assert.equal(await preferredIn(cluster), 'v2')
    const path = `/apis/${group}/v2beta1/helmreleases`
    const list = await askList(cluster, path)
    assert.deepEqual([list.apiVersion, list.items[0]!.apiVersion], [`${group}/v2beta1`, `${group}/v2beta1`])
    assert.deepEqual(namesIn(list), ['n/x'])
    assert.match(
      String((await ask(cluster, path)).headers['warning']),
      /^299 - "helm.toolkit.fluxcd.io\/v2beta1 HelmRelease is deprecated, /,
    )
    assert.equal((await ask(cluster, `/apis/${group}/v2/helmreleases`)).headers['warning'], undefined)
  })
  await running({ crds: { ...crds, preferred: { [group]: 'v2beta2' } } }, async (cluster) => {
    assert.equal(await preferredIn(cluster), 'v2beta2')
  })
})

test('an unknown kind in a Flux group can be served too; a name that is none is refused', async () => {
  const crds = { add: [{ group: 'source.toolkit.fluxcd.io', kind: 'Moon', plural: 'moons', versions: ['v1alpha1'] }] }
  const objects = [
    { apiVersion: 'source.toolkit.fluxcd.io/v1alpha1', kind: 'Moon', metadata: { name: 'x', namespace: 'n' } },
  ]
  await running({ crds, objects }, async (cluster) => {
    assert.deepEqual(namesIn(await askList(cluster, '/apis/source.toolkit.fluxcd.io/v1alpha1/moons')), ['n/x'])
  })
  await assert.rejects(
    running({ crds: { omit: ['moons'] } }, async () => {}),
    /knows no group or resource moons/,
  )
})

test('schemas are published with a hash for each group version, which is another one for other schemas', async () => {
  const path = 'apis/helm.toolkit.fluxcd.io/v2'
  const hashes = async (cluster: RunningCluster): Promise<Record<string, string>> => {
    const { status, body } = await ask(cluster, '/openapi/v3')
    assert.equal(status, 200)
    const { paths } = JSON.parse(body.toString()) as { paths: Record<string, { serverRelativeURL: string }> }
    return Object.fromEntries(Object.entries(paths).map(([key, { serverRelativeURL }]) => [key, serverRelativeURL]))
  }
  await running({}, async (cluster) => {
    const before = await hashes(cluster)
    assert.match(before[path]!, /^\/openapi\/v3\/apis\/helm.toolkit.fluxcd.io\/v2\?hash=[0-9A-F]{128}$/)
    cluster.setDefaults({ kind: 'HelmRelease' }, { maxHistory: 3 })
    const after = await hashes(cluster)
    assert.deepEqual(
      Object.keys(before).filter((key) => before[key] !== after[key]),
      [path],
    )
    assert.equal((await ask(cluster, '/openapi/v3', { user: null })).status, 403)
  })
  await running({ openApi: false }, async (cluster) => {
    assert.equal((await ask(cluster, '/openapi/v3')).status, 404)
  })
})

test('older Kubernetes says so', async () => {
  await running({ kubernetes: 'v1.31.4' }, async (cluster) => {
    const { body } = await ask(cluster, '/version')
    assert.match(body.toString(), /^\{"major":"1","minor":"31","gitVersion":"v1.31.4",/)
  })
})
