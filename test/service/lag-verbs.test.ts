import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PromotionLag } from '../../src/service/promotion/lag-view.ts'
import type { LagQuery } from '../../src/service/service.ts'
import { hasCode, helmRelease } from '../clusters/support.ts'
import type { NamedComparison } from '../../src/service/schedules/named-comparison.ts'
import { namedComparison } from './named-comparison.ts'
import { accessOf, EVERYONE, queryOf, rigFor, type Rig } from './service-rig.ts'

const QUERY: LagQuery = { comparison: null, baseline: 'staging', targets: ['production'], all: false }
const HOUR = 3_600_000

/** As helm-controller leaves a release that it installed or upgraded, or could not. */
function release(name: string, namespace: string, version: string, status = 'deployed'): object {
  const history = [{ chartName: name, chartVersion: version, name, namespace, status, version: 1 }]
  return { ...helmRelease(name, namespace), status: { observedGeneration: 1, lastAttemptedRevision: version, history } }
}

function clusterOf(name: string, version: string) {
  return { name, folders: [], objects: [release('web', 'shop', version), release('api', 'pay', '2.0.0')] }
}

async function take({ service, work }: Rig): Promise<void> {
  await service.requestComparison(EVERYONE, queryOf({ age: 'fresh', targets: ['production', 'edge'] }), null)
  await work()
}

const paymentsOnly: NamedComparison = {
  ...namedComparison('payments'),
  query: { ...namedComparison('payments').query, namespaces: ['pay'] },
}

/** At 12:00 all have 1.0.0; at 13:00 staging has 1.1.0; at 15:00 production tried it, and edge has it. */
async function promoted(t: Parameters<typeof rigFor>[0]): Promise<Rig> {
  const clusters = ['staging', 'production', 'edge'].map((name) => clusterOf(name, '1.0.0'))
  const rig = await rigFor(t, { clusters, comparisons: [namedComparison('ours'), paymentsOnly] })
  await take(rig)
  rig.later(HOUR)
  rig.cluster('staging').apply(release('web', 'shop', '1.1.0'))
  await take(rig)
  rig.later(2 * HOUR)
  rig.cluster('production').apply(release('web', 'shop', '1.1.0', 'failed'))
  rig.cluster('edge').apply(release('web', 'shop', '1.1.0'))
  await take(rig)
  return rig
}

function told({ applications }: PromotionLag): readonly unknown[] {
  return applications.map(({ ref, clusters, behind }) => [
    ref.name,
    clusters.map(({ cluster, version, attempted, position }) => [cluster, version, attempted, position]),
    behind && [behind.after?.slice(11, 16), behind.since.slice(11, 16)],
  ])
}

test('what staging has and production has not is behind since staging had it', async (t) => {
  const { service } = await promoted(t)
  const lag = await service.promotionLag(EVERYONE, QUERY)
  assert.deepEqual(told(lag), [
    [
      'web',
      [
        ['staging', '1.1.0', null, 'leads'],
        ['production', '1.0.0', '1.1.0', 'behind'],
      ],
      ['12:00', '13:00'],
    ],
  ])
  assert.deepEqual([lag.at, lag.baseline, lag.level], ['2026-11-21T15:00:00.000Z', 'staging', 1])
  assert.deepEqual(lag.clusters, [
    { name: 'staging', takenAt: '2026-11-21T15:00:00.000Z', error: null },
    { name: 'production', takenAt: '2026-11-21T15:00:00.000Z', error: null },
  ])
  const all = await service.promotionLag(EVERYONE, { ...QUERY, all: true })
  assert.deepEqual(told(all)[1], [
    'api',
    [
      ['staging', '2.0.0', null, 'leads'],
      ['production', '2.0.0', null, 'leads'],
    ],
    null,
  ])
  const everywhere = await service.promotionLag(EVERYONE, { ...QUERY, targets: [] })
  assert.deepEqual(
    everywhere.clusters.map(({ name }) => name),
    ['staging', 'production', 'edge'],
  )
  assert.equal(everywhere.applications[0]!.clusters.length, 3)
})

test('a cluster that cannot be read keeps its versions, and is told to be of that age', async (t) => {
  const rig = await promoted(t)
  const before = told(await rig.service.promotionLag(EVERYONE, QUERY))
  rig.later(HOUR)
  await rig.cluster('production').stop()
  await take(rig)
  const lag = await rig.service.promotionLag(EVERYONE, QUERY)
  assert.deepEqual(told(lag), before)
  assert.deepEqual(lag.clusters, [
    { name: 'staging', takenAt: '2026-11-21T16:00:00.000Z', error: null },
    { name: 'production', takenAt: '2026-11-21T15:00:00.000Z', error: 'cluster-unreachable' },
  ])
})

test('a caller sees the lag of clusters that are his, and of applications in his namespaces', async (t) => {
  const { service } = await promoted(t)
  const all = { ...QUERY, all: true }
  const own = await service.promotionLag(accessOf({ namespaces: ['pay'] }), all)
  assert.deepEqual(
    own.applications.map(({ ref }) => ref.name),
    ['api'],
  )
  const narrow = await service.promotionLag(accessOf({ namespaces: ['pay'] }), QUERY)
  assert.deepEqual([narrow.applications, narrow.level], [[], 1])
  const one = accessOf({ clusters: ['staging'] })
  await assert.rejects(service.promotionLag(one, QUERY), hasCode('not-found', /production/))
  await assert.rejects(service.promotionLag(one, { ...QUERY, targets: [] }), hasCode('input-invalid', /needs two/))
  await assert.rejects(
    service.promotionLag(EVERYONE, { ...QUERY, targets: ['nowhere'] }),
    hasCode('not-found', /nowhere/),
  )
})

test('applications pair under parameters as they do in a comparison', async (t) => {
  const clusters = [
    { name: 'staging', folders: [], objects: [release('web', 'shop-staging', '1.1.0')] },
    { name: 'production', folders: [], objects: [release('web', 'shop-prod', '1.0.0')] },
    { name: 'edge', folders: [], objects: [] },
  ]
  const profile = (cluster: string, env: string) => ({ cluster, labels: {}, parameters: { env } })
  const expectations = {
    rules: [],
    profiles: { staging: profile('staging', 'staging'), production: profile('production', 'prod') },
  }
  const rig = await rigFor(t, { clusters, expectations })
  await take(rig)
  const { applications } = await rig.service.promotionLag(EVERYONE, QUERY)
  assert.deepEqual(
    applications.map(({ ref, clusters: on }) => [ref.namespace, on.map((one) => [one.ref.namespace, one.position])]),
    [
      [
        'shop-staging',
        [
          ['shop-staging', 'leads'],
          ['shop-prod', 'behind'],
        ],
      ],
    ],
  )
})

test('a comparison of the configuration is asked for by its name', async (t) => {
  const { service } = await promoted(t)
  const named = (comparison: string): LagQuery => ({ comparison, baseline: null, targets: [], all: true })
  const ours = await service.promotionLag(EVERYONE, named('ours'))
  assert.deepEqual(ours, await service.promotionLag(EVERYONE, { ...QUERY, all: true }))
  const payments = await service.promotionLag(EVERYONE, named('payments'))
  assert.deepEqual(
    payments.applications.map(({ ref }) => ref.name),
    ['api'],
  )
  const shop = await service.promotionLag(accessOf({ namespaces: ['shop'] }), named('payments'))
  assert.deepEqual(shop.applications, [])
  const narrow = accessOf({ clusters: ['staging', 'edge'] })
  await assert.rejects(service.promotionLag(narrow, named('ours')), hasCode('not-found', /ours/))
  await assert.rejects(service.promotionLag(EVERYONE, named('theirs')), hasCode('not-found', /theirs/))
  await assert.rejects(
    service.promotionLag(EVERYONE, { ...QUERY, comparison: 'ours' }),
    hasCode('input-invalid', /its own clusters/),
  )
})
