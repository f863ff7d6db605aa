import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriftQuery } from '../../src/service/service.ts'
import { hasCode } from '../clusters/support.ts'
import { fleetCluster } from './fleet.ts'
import { accessOf, EVERYONE, queryOf, rigFor, type Rig } from './service-rig.ts'

const ALL = { limit: 100, cursor: null }
const ANY: DriftQuery = { states: [], severity: null, kind: null, namespace: null, cluster: null, definition: null }

/** A rig that has compared staging with production. */
async function comparedRig(t: Parameters<typeof rigFor>[0]): Promise<Rig> {
  const clusters = [
    fleetCluster('staging', { password: 'one' }),
    fleetCluster('production', { replicas: 2, password: 'two' }),
  ]
  const rig = await rigFor(t, { clusters })
  await compare(rig)
  return rig
}

async function compare({ service, work }: Rig): Promise<string> {
  const run = await service.requestComparison(EVERYONE, queryOf({ age: 'fresh' }), null)
  await work()
  return run.id
}

test('what a comparison found stands in the ledger, over two comparisons as one entry each', async (t) => {
  const rig = await comparedRig(t)
  const { service, later } = rig
  const first = await service.listDrift(EVERYONE, ANY, ALL)
  later(3_600_000)
  const run = await compare(rig)
  const { items } = await service.listDrift(EVERYONE, ANY, ALL)
  assert.deepEqual(
    items.map(({ id }) => id),
    first.items.map(({ id }) => id),
  )
  assert.ok(items.every(({ sightings, state }) => sightings === 2 && state === 'open'))
  const comparison = await service.comparison(EVERYONE, run)
  const direct = comparison.drifts.flatMap(({ differences }) =>
    differences.filter((one) => one.derivedFrom.length === 0 && one.classification === 'drift'),
  )
  const expected = [...direct, ...comparison.findings].map(({ fingerprint }) => fingerprint)
  assert.deepEqual(items.map(({ fingerprint }) => fingerprint).sort(), expected.sort())
  const view = await service.drift(EVERYONE, items[0]!.id)
  assert.deepEqual(
    view.timeline.map(({ kind }) => kind),
    ['appeared'],
  )
})

test('a caller sees drift of clusters that are all his, and of his namespaces without findings', async (t) => {
  const { service } = await comparedRig(t)
  const seen = async (change: Parameters<typeof accessOf>[0]) =>
    (await service.listDrift(accessOf(change), ANY, ALL)).items
  const all = await seen({})
  assert.ok(all.length > 0)
  assert.deepEqual(await seen({ clusters: ['staging'] }), [])
  assert.deepEqual((await seen({ clusters: ['staging', 'production'] })).length, all.length)
  const own = await seen({ namespaces: ['a'] })
  assert.ok(own.length > 0 && own.length <= all.length)
  assert.ok(own.every(({ item }) => item.ref?.namespace === 'a' && item.layer !== 'finding'))
  assert.ok(own.every(({ since }) => Object.keys(since.revisions).length === 0))
  assert.deepEqual(await seen({ namespaces: ['nowhere'] }), [])
  const foreign = all[0]!.id
  await assert.rejects(service.drift(accessOf({ clusters: ['staging'] }), foreign), hasCode('not-found', /drift_/))
  await assert.rejects(service.drift(accessOf({ namespaces: ['nowhere'] }), foreign), hasCode('not-found', /drift_/))
  await assert.rejects(service.drift(EVERYONE, foreign.slice(0, 12)), hasCode('not-found', /drift_/))
})

test('where secrets may no longer be told apart, what tells of them is not there any more', async (t) => {
  const { service, configure } = await comparedRig(t)
  const before = (await service.listDrift(EVERYONE, ANY, ALL)).items
  const secrets = before.filter(({ secret }) => secret)
  assert.ok(secrets.length > 0 && secrets.length < before.length)
  configure('staging', { secretCompare: 'presence' })
  const { items } = await service.listDrift(EVERYONE, ANY, ALL)
  assert.equal(items.length, before.length - secrets.length)
  await assert.rejects(service.drift(EVERYONE, secrets[0]!.id), hasCode('not-found', /drift_/))
})

test('filters take names as users write them, and refuse what is unknown', async (t) => {
  const { service } = await comparedRig(t)
  const listed = async (change: Partial<DriftQuery>) =>
    (await service.listDrift(EVERYONE, { ...ANY, ...change }, ALL)).items
  assert.ok((await listed({ kind: 'hr' })).every(({ item }) => item.ref?.kind === 'HelmRelease'))
  assert.ok((await listed({ cluster: 'production' })).length > 0)
  assert.deepEqual(await listed({ states: ['resolved'] }), [])
  await assert.rejects(listed({ kind: 'Pod' }), hasCode('input-invalid', /Pod/))
  await assert.rejects(listed({ cluster: 'nowhere' }), hasCode('not-found', /nowhere/))
})

test('notes need the scope trigger, and hold who made them', async (t) => {
  const { service } = await comparedRig(t)
  const { id } = (await service.listDrift(EVERYONE, ANY, ALL)).items[0]!
  const noting = { do: 'acknowledge', reason: 'until friday', owner: null } as const
  await assert.rejects(service.noteDrift(accessOf({ scope: 'read' }), id, noting), hasCode('forbidden', /trigger/))
  await assert.rejects(
    service.noteDrift(accessOf({ scope: 'trigger', clusters: ['staging'] }), id, noting),
    hasCode('not-found', /drift_/),
  )
  const view = await service.noteDrift(accessOf({ scope: 'trigger' }), id, noting)
  assert.deepEqual([view.acknowledged?.by, view.acknowledged?.reason], ['bob', 'until friday'])
  assert.equal(view.timeline.at(-1)?.kind, 'acknowledged')
  const until = { do: 'mute', until: '2026-11-21T11:00:00.000Z', reason: null } as const
  await assert.rejects(service.noteDrift(EVERYONE, id, until), hasCode('input-invalid', /not after now/))
})
