import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ToldDrift, ToldDriftView } from '../../src/service/ledger/told-drift.ts'
import { demoFleet } from '../../src/simulator/demo-fleet.ts'
import { bothWays, type Ask } from './both-ways.ts'

const { here, there } = bothWays(demoFleet())

async function listed(ask: Ask, ...args: string[]): Promise<readonly ToldDrift[]> {
  const { code, out } = await ask('drift', ...args, '-o', 'json')
  assert.equal(code, 0)
  return (JSON.parse(out) as { items: readonly ToldDrift[] }).items
}

for (const [where, ask] of [
  ['its own history', here],
  ['a service', there],
] as const) {
  test(`compare leaves drift that can be listed, shown, acknowledged and muted, in ${where}`, async () => {
    if (ask === here) assert.equal((await here('drift')).out, 'No drift is known that fits.\n')
    await ask('staging', 'production')
    const items = await listed(ask)
    assert.ok(items.length > 3)
    assert.ok(items.every(({ definition }) => definition.baseline === 'staging'))
    const high = await listed(ask, '--severity', 'high', '--state', 'all')
    assert.equal(high.length, items.filter(({ severity }) => severity === 'high').length)
    const entry = items.find(({ item, state }) => item.layer === 'spec' && state === 'open')!
    const shown = await ask('drift', 'show', entry.id)
    assert.match(shown.out, new RegExp(`${entry.item.ref!.kind}/${entry.item.ref!.namespace}/${entry.item.ref!.name}`))
    assert.match(shown.out, /^AT +EVENT +DETAIL$/m)
    assert.match(shown.out, /appeared/)
    const acked = await ask('drift', 'ack', entry.id, '--reason', 'until friday', '--owner', 'team-a')
    assert.deepEqual([acked.code, acked.err], [0, `acknowledged ${entry.id}\n`])
    assert.equal((await ask('drift', 'mute', entry.id, '--until', '72h')).code, 0)
    const view = JSON.parse((await ask('drift', 'show', entry.id, '-o', 'json')).out) as ToldDriftView
    assert.deepEqual([view.acknowledged?.reason, view.acknowledged?.owner], ['until friday', 'team-a'])
    assert.ok(Date.parse(view.muted!.until) > Date.now() + 71 * 3_600_000)
    assert.deepEqual(
      view.timeline.map(({ kind }) => kind),
      ['appeared', 'acknowledged', 'muted'],
    )
    assert.match((await ask('drift')).out, /acknowledged by \w+; muted until 20/)
    assert.equal((await ask('drift', 'unmute', entry.id)).code, 0)
    assert.equal((await ask('drift', 'unack', entry.id)).code, 0)
    assert.doesNotMatch((await ask('drift')).out, /acknowledged by/)
  })
}

test('a second comparison counts on, and files and kept snapshots are no news', async () => {
  const before = await listed(here, '--state', 'all')
  await here('staging', 'production')
  const after = await listed(here, '--state', 'all')
  assert.deepEqual(
    after.map(({ id, sightings }) => [id, sightings]),
    before.map(({ id, sightings }) => [id, sightings + 1]),
  )
  await here('production@previous', 'production')
  assert.deepEqual(await listed(here, '--state', 'all'), after)
})

test('an id may be shortened, and what is wrong is told', async () => {
  const [entry] = await listed(here)
  assert.equal((await here('drift', 'show', entry!.id.slice(0, 18))).code, 0)
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['show', 'drift_zz'], /there is no drift drift_zz/],
    [['show', 'drift_'], /the beginning of more than one id/],
    [['mute', entry!.id, '--until', 'soon'], /--until soon is no time/],
    [['mute', entry!.id, '--until', '2020-01-01'], /not after now/],
    [['ack', entry!.id, '--reason', ' '], /reason is empty/],
    [['list', '--kind', 'Pod'], /Pod is not a Flux kind/],
  ]
  for (const [args, expected] of cases) {
    const { code, err } = await here('drift', ...args)
    assert.equal(code, 2)
    assert.match(err, expected)
  }
})
