import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Comparison } from '../../src/model/comparison.ts'
import { fleetCluster } from './fleet.ts'
import { EVERYONE, queryOf, rigFor } from './service-rig.ts'

test('rules of the configuration apply to comparisons of the service, and are told to nobody', async (t) => {
  const rig = await rigFor(t, {
    clusters: [fleetCluster('staging'), fleetCluster('production', { replicas: 2 })],
    expectations: {
      rules: [{ id: 'size', matchLabels: { env: 'production' }, action: 'ignore', reason: 'production is larger' }],
      profiles: { production: { cluster: 'production', labels: { env: 'production' }, parameters: {} } },
    },
  })
  const { service, work } = rig
  const run = await service.requestComparison(EVERYONE, queryOf({ targets: ['production'] }), null)
  assert.ok(!('rules' in run.request) && !('profiles' in run.request))
  await work()
  const kept = rig.history.loadComparison(run.id) as Comparison
  assert.equal(kept.summary.differences, 0)
  assert.ok(kept.summary.hiddenByRules > 0)
})
