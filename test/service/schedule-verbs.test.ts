import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { AppError, type ErrorCode } from '../../src/model/errors.ts'
import type { Access } from '../../src/service/access.ts'
import type { RunRecord } from '../../src/service/runs.ts'
import { fleetCluster } from './fleet.ts'
import { namedComparison } from './named-comparison.ts'
import { accessOf, EVERYONE, rigFor, type Rig } from './service-rig.ts'

const ALL = { limit: 100, cursor: null }
const NAME = 'prod-vs-staging'

async function rig(t: TestContext): Promise<Rig> {
  const clusters = [fleetCluster('staging'), fleetCluster('production', { replicas: 2 })]
  const damped = { ...namedComparison(NAME), damping: 2 }
  return rigFor(t, { clusters, comparisons: [damped, namedComparison('asked', null)] })
}

async function refused(asked: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(asked, (error: unknown) => error instanceof AppError && error.code === code)
}

test('a schedule tells when it is due next and who hears of it', async (t) => {
  const { service } = await rig(t)
  const [first, second] = await service.listSchedules(EVERYONE)
  assert.deepEqual(first, {
    name: NAME,
    baseline: 'staging',
    targets: ['production'],
    channels: ['team'],
    schedule: { cron: '0 * * * *', timeZone: 'UTC', jitterMs: 0 },
    nextDue: '2026-11-21T13:00:00.000Z',
    paused: null,
    running: null,
    lastRecord: null,
    lastReport: null,
  })
  assert.deepEqual([second?.name, second?.schedule, second?.nextDue], ['asked', null, null])
})

test('a run on request is an ordinary run with the name of the comparison, recorded as such', async (t) => {
  const { service, work, history } = await rig(t)
  const run = await service.runSchedule(accessOf({ scope: 'trigger' }), NAME, null)
  assert.deepEqual([run.request.name, run.request.damping, run.requestedBy], [NAME, 2, 'bob'])
  const again = await service.runSchedule(EVERYONE, NAME, null)
  assert.equal(again.id, run.id)
  assert.equal((await service.schedule(EVERYONE, NAME)).running, run.id)
  await work()
  assert.equal(history.run(run.id)?.phase, 'done')
  const { running, lastRecord } = await service.schedule(EVERYONE, NAME)
  assert.equal(running, null)
  assert.deepEqual(lastRecord, {
    schedule: NAME,
    due: '2026-11-21T12:00:00.000Z',
    trigger: 'run-now',
    outcome: 'ran',
    reason: null,
    message: null,
    run: run.id,
    requestedBy: 'bob',
    recordedAt: '2026-11-21T12:00:00.000Z',
  })
  assert.deepEqual((await service.scheduleRecords(EVERYONE, NAME, ALL)).items, [lastRecord])
  assert.deepEqual((await service.scheduleRecords(EVERYONE, 'asked', ALL)).items, [])
})

test('a comparison without a schedule runs on request, and the same key gives the same run', async (t) => {
  const { service, work } = await rig(t)
  const ask = (key: string): Promise<RunRecord> => service.runSchedule(EVERYONE, 'asked', { key, digest: 'd' })
  const first = await ask('a')
  await work()
  assert.equal((await ask('a')).id, first.id)
  assert.notEqual((await ask('b')).id, first.id)
  await refused(service.pauseSchedule(EVERYONE, 'asked', null), 'input-invalid')
})

test('a run on request accounts for no due time', async (t) => {
  const { service, history, later } = await rig(t)
  const before = history.scheduleStates().find(({ name }) => name === NAME)!.accountedUntil
  later(3 * 3_600_000)
  await service.runSchedule(EVERYONE, NAME, null)
  assert.equal(history.scheduleStates().find(({ name }) => name === NAME)!.accountedUntil, before)
})

test('it is paused with who and why, runs on request meanwhile, and is resumed', async (t) => {
  const { service } = await rig(t)
  const paused = await service.pauseSchedule(EVERYONE, NAME, 'upgrade')
  assert.deepEqual(paused.paused, { by: 'ada', at: '2026-11-21T12:00:00.000Z', reason: 'upgrade' })
  assert.equal((await service.runSchedule(EVERYONE, NAME, null)).request.name, NAME)
  assert.equal((await service.resumeSchedule(EVERYONE, NAME)).paused, null)
})

for (const [what, access, code] of [
  ['of another cluster', { scope: 'admin', clusters: ['staging'] }, 'not-found'],
  ['of some namespaces', { scope: 'admin', namespaces: ['a'] }, 'forbidden'],
  ['that may only read', { scope: 'read' }, 'forbidden'],
] as const) {
  test(`a token ${what} changes nothing`, async (t) => {
    const { service, history } = await rig(t)
    const asking: Access = accessOf(access)
    await refused(service.pauseSchedule(asking, NAME, null), code)
    await refused(service.resumeSchedule(asking, NAME), code)
    await refused(service.runSchedule(asking, NAME, null), code)
    assert.equal(history.scheduleStates().find(({ name }) => name === NAME)?.paused, null)
    assert.deepEqual(history.listRuns({ phase: null }, ALL).items, [])
  })
}

test('who does not see all clusters of a comparison sees nothing of it', async (t) => {
  const { service } = await rig(t)
  const some = accessOf({ clusters: ['staging'] })
  assert.deepEqual(await service.listSchedules(some), [])
  await refused(service.schedule(some, NAME), 'not-found')
  await refused(service.scheduleRecords(some, NAME, ALL), 'not-found')
  await refused(service.schedule(EVERYONE, 'nowhere'), 'not-found')
})

test('while the queue is away a run on request is refused, and nothing of it is stored', async (t) => {
  const { service, queue, history } = await rig(t)
  await queue.close()
  await refused(service.runSchedule(EVERYONE, NAME, null), 'queue-unavailable')
  assert.deepEqual(history.listRuns({ phase: null }, ALL).items, [])
})
