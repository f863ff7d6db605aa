import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { hasCode } from '../clusters/support.ts'
import { sampleRoute } from './sample-route.ts'
import { fleetCluster } from './fleet.ts'
import { accessOf, EVERYONE, requestNamed, rigFor, type Rig } from './service-rig.ts'

const NAME = 'prod-vs-staging'
const PAGE = { limit: 100, cursor: null }
const ANY = { state: null, channel: null, report: null, name: null }
const CHANNELS = [
  { name: 'team', form: { kind: 'slack' } },
  { name: 'archive', form: { kind: 'webhook' } },
] as const

/** A rig that has made one report, of which both channels are to be told. */
async function reportedRig(t: TestContext): Promise<Rig & { readonly report: string }> {
  const rig = await rigFor(t, {
    clusters: [fleetCluster('staging', { password: 'one' }), fleetCluster('production', { replicas: 2 })],
    channels: CHANNELS,
    routes: [sampleRoute({ channel: 'team' }), sampleRoute({ channel: 'archive', groupBy: 'namespace' })],
  })
  const id = requestNamed({ ...rig, name: NAME, clusters: ['staging', 'production'] })
  await rig.work()
  return { ...rig, report: id.replace('run_', 'report_') }
}

test('a report is listed, read, and told with what each channel gets of it', async (t) => {
  const { service, report } = await reportedRig(t)
  const { items } = await service.listReports(EVERYONE, { name: NAME }, PAGE)
  assert.deepEqual(
    items.map(({ id, name, news, previous }) => ({ id, name, news, previous })),
    [{ id: report, name: NAME, news: true, previous: null }],
  )
  assert.deepEqual((await service.listReports(EVERYONE, { name: 'other' }, PAGE)).items, [])
  const document = await service.report(EVERYONE, report)
  assert.equal(document.fresh.length, items[0]!.counts.fresh)
  const messages = await service.reportMessages(EVERYONE, report)
  const [first, ...byNamespace] = messages
  assert.deepEqual([first?.channel, first?.part, first?.form.kind], ['team', '', 'slack'])
  assert.deepEqual(first?.report.fresh, document.fresh)
  assert.deepEqual([...new Set(byNamespace.map(({ channel }) => channel))], ['archive'])
  assert.ok(byNamespace.some(({ part }) => part === 'a'))
  const { items: deliveries } = await service.listDeliveries(EVERYONE, ANY, PAGE)
  assert.deepEqual(
    deliveries.map(({ id }) => id).sort(),
    messages
      .filter(({ news }) => news)
      .map(({ id }) => id)
      .sort(),
  )
  assert.ok(deliveries.every(({ state, report: of }) => state === 'pending' && of === report))
})

test('who does not see all clusters, or only some namespaces, sees no report and no delivery of it', async (t) => {
  const { service, report } = await reportedRig(t)
  for (const change of [{ clusters: ['staging'] }, { namespaces: ['a', 'b'] }]) {
    const access = accessOf(change)
    assert.deepEqual(await service.listReports(access, { name: null }, PAGE), { items: [], next: null })
    assert.deepEqual((await service.listDeliveries(access, ANY, PAGE)).items, [])
    assert.deepEqual(await service.listChannels(access), [])
    await assert.rejects(service.report(access, report), hasCode('not-found', /report_/))
    await assert.rejects(service.reportMessages(access, report), hasCode('not-found', /report_/))
  }
  const both = accessOf({ clusters: ['staging', 'production'] })
  assert.equal((await service.listReports(both, { name: null }, PAGE)).items.length, 1)
  assert.ok((await service.listDeliveries(both, ANY, PAGE)).items.length > 0)
  await assert.rejects(service.report(EVERYONE, 'report_none'), hasCode('not-found', /report_none/))
})

test('where secrets may no longer be told apart, reports that did are not there any more', async (t) => {
  const { service, report, configure } = await reportedRig(t)
  configure('staging', { secretCompare: 'presence' })
  assert.deepEqual((await service.listReports(EVERYONE, { name: null }, PAGE)).items, [])
  assert.deepEqual((await service.listDeliveries(EVERYONE, ANY, PAGE)).items, [])
  await assert.rejects(service.report(EVERYONE, report), hasCode('not-found', /report_/))
})

test('a channel that refuses for good is told so, and an admin can enable it again', async (t) => {
  const { service, history, ports, wakes } = await reportedRig(t)
  const now = ports.clock.now().toISOString()
  const [due] = history.dueDeliveries(now, 1)
  assert.ok(due)
  const step = { state: 'disabled', reason: 'gone' } as const
  history.settleDelivery(due.id, { step, now, configured: 'digest' })
  const enabled = { state: 'enabled', since: null, reason: null }
  assert.deepEqual(await service.listChannels(EVERYONE), [
    due.channel === 'archive'
      ? { name: 'archive', kind: 'webhook', state: 'disabled', since: now, reason: 'gone' }
      : { name: 'archive', kind: 'webhook', ...enabled },
    due.channel === 'team'
      ? { name: 'team', kind: 'slack', state: 'disabled', since: now, reason: 'gone' }
      : { name: 'team', kind: 'slack', ...enabled },
  ])
  const trigger = accessOf({ scope: 'trigger' })
  await assert.rejects(service.enableChannel(trigger, due.channel), hasCode('forbidden', /admin/))
  await assert.rejects(service.enableChannel(EVERYONE, 'nowhere'), hasCode('not-found', /nowhere/))
  const before = wakes()
  assert.equal((await service.enableChannel(EVERYONE, due.channel)).state, 'enabled')
  assert.equal(wakes(), before + 1)
  assert.equal(history.pendingDelivery(due.id)?.state, 'pending')
})
