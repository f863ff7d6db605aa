import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discover } from '../../src/clusters/discovery.ts'
import type { SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { FLUX_KINDS } from '../../src/flux/kinds.ts'
import { connect, hasCode, startOne } from './support.ts'

type Found = Awaited<ReturnType<typeof discover>>

async function discoverOn(t: Parameters<typeof startOne>[0], cluster: Partial<SimulatedCluster>): Promise<Found> {
  const running = await startOne(t, cluster)
  return discover(connect(t, { kubeconfig: running.kubeconfigFor('admin') }).api, 'cluster staging')
}

const keys = ({ kinds }: Found): string[] =>
  kinds.map(({ group, kind, version }) => `${group}/${version}/${kind}`).sort()

test('the aggregated and the older form say the same, one in a single request', async (t) => {
  const modern = await startOne(t)
  const { api } = connect(t, { kubeconfig: modern.kubeconfigFor('admin') })
  const aggregated = await discover(api, 'cluster staging')
  assert.equal(modern.requests().length, 1)
  const legacy = await discoverOn(t, { legacyDiscovery: true })
  assert.deepEqual(keys(legacy), keys(aggregated))
  assert.equal(aggregated.kinds.length, FLUX_KINDS.length)
  for (const { group, kind, plural } of FLUX_KINDS) {
    const served = aggregated.kinds.find((entry) => entry.kind === kind && entry.group === group)
    assert.deepEqual([served?.plural, served?.namespaced], [plural, true], kind)
  }
})

for (const legacyDiscovery of [false, true]) {
  const form = legacyDiscovery ? 'older' : 'aggregated'

  test(`${form} form: several versions of a kind are one kind, read in the one that the cluster prefers`, async (t) => {
    const found = await discoverOn(t, {
      legacyDiscovery,
      crds: {
        versions: { 'helmreleases.helm.toolkit.fluxcd.io': ['v2beta2', 'v2', 'v2beta1'] },
        add: [{ group: 'source.toolkit.fluxcd.io', kind: 'Novelty', plural: 'novelties', versions: ['v9'] }],
        omit: ['image.toolkit.fluxcd.io'],
      },
    })
    const release = found.kinds.find((entry) => entry.kind === 'HelmRelease')
    assert.deepEqual([release?.version, release?.served], ['v2', ['v2', 'v2beta2', 'v2beta1']])
    assert.ok(keys(found).includes('source.toolkit.fluxcd.io/v9/Novelty'))
    assert.deepEqual(
      found.kinds.filter(({ group }) => group === 'image.toolkit.fluxcd.io'),
      [],
    )
    assert.equal(found.incomplete.size, 0)
  })

  test(`${form} form: the order is ours, whatever order the server lists kinds in`, async (t) => {
    const group = 'source.toolkit.fluxcd.io'
    const add = ['Zebra', 'Aardvark'].map((kind) => ({
      group,
      kind,
      plural: `${kind.toLowerCase()}s`,
      versions: ['v9'],
    }))
    const orders = [0, 1, 2].map(async (rotate) => {
      const found = await discoverOn(t, { legacyDiscovery, crds: { rotate, add } })
      return found.kinds.map(({ kind }) => kind)
    })
    const expected = [...FLUX_KINDS.map(({ kind }) => kind), 'Aardvark', 'Zebra']
    assert.deepEqual(await Promise.all(orders), [expected, expected, expected])
  })

  test(`${form} form: what cannot be read is an error, never an empty cluster`, async (t) => {
    for (const [action, code] of [
      [{ kind: 'html' }, 'response-invalid'],
      [{ kind: 'status-with-200' }, 'response-invalid'],
      [{ kind: 'wrong-kind' }, 'response-invalid'],
      [{ kind: 'respond', status: 500 }, 'cluster-unreachable'],
      [{ kind: 'respond', status: 403 }, 'cluster-forbidden'],
      [{ kind: 'truncated-json' }, 'response-invalid'],
    ] as const) {
      const faults = [{ match: { path: '/apis' }, action }]
      await assert.rejects(discoverOn(t, { legacyDiscovery, faults }), hasCode(code), action.kind)
    }
  })
}

test('older form: a group that does not answer is incomplete', async (t) => {
  const found = await discoverOn(t, {
    legacyDiscovery: true,
    faults: [{ match: { path: /^\/apis\/helm\.toolkit/ }, action: { kind: 'respond', status: 503 } }],
  })
  assert.deepEqual([...found.incomplete], ['helm.toolkit.fluxcd.io'])
  assert.equal(found.kinds.length, FLUX_KINDS.length - 1)
})
