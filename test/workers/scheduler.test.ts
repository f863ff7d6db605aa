import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { AppError } from '../../src/model/errors.ts'
import type { Async } from '../../src/service/async.ts'
import type { NewRun } from '../../src/service/runs.ts'
import type { NamedComparison } from '../../src/service/schedules/named-comparison.ts'
import { cronTimes } from '../../src/workers/cron-times.ts'
import { createScheduler, type Accounted, type Scheduler } from '../../src/workers/scheduler.ts'
import { serviceIn } from '../history/fixtures.ts'
import { namedComparison } from '../service/named-comparison.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

type World = {
  readonly history: ServiceHistory
  now: number
  comparisons: readonly NamedComparison[]
  /** What planning the run of a comparison fails with. */
  readonly faults: Map<string, AppError>
  readonly troubles: AppError[]
  readonly accounted: Accounted[]
  /** The timer that was set last. */
  timer: { readonly wake: () => void; readonly ms: number } | null
  scheduler: Scheduler
}

let runs = 0

function newRun(name: string): NewRun {
  runs += 1
  const filter = { kinds: null, namespaces: null, selector: null, resource: null }
  const clusters = ['staging', 'production']
  return {
    id: `run_${runs}`,
    request: { baseline: 'staging', clusters, layers: ['spec'], filter, ignore: [], explain: false, name },
    requestedBy: `schedule:${name}`,
    sides: clusters.map((cluster) => ({ cluster, pool: 'default', snapshot: null, newJob: `job_${runs}_${cluster}` })),
    idempotency: null,
  }
}

async function worldAt(t: TestContext, time: string, comparisons: readonly NamedComparison[]): Promise<World> {
  const { history } = serviceIn(t)
  const world = {
    history,
    now: Date.parse(time),
    comparisons,
    faults: new Map<string, AppError>(),
    troubles: [],
    accounted: [],
    timer: null,
  } as unknown as World
  world.scheduler = schedulerOf(world)
  t.after(() => world.scheduler.stop())
  await world.scheduler.settled()
  return world
}

function schedulerOf(world: World): Scheduler {
  const { history } = world
  const store = {
    knowSchedules: async (...given) => history.knowSchedules(...given),
    accountTimes: async (...given) => history.accountTimes(...given),
    scheduleStates: async () => history.scheduleStates(),
  } satisfies Partial<Async<ServiceHistory>>
  return createScheduler({
    comparisons: () => world.comparisons,
    store,
    times: cronTimes,
    plan: async ({ name }) => {
      const fault = world.faults.get(name)
      if (fault) throw fault
      return newRun(name)
    },
    clock: { now: () => new Date(world.now) },
    timer: (wake, ms) => {
      const timer = { wake, ms }
      world.timer = timer
      return () => {
        if (world.timer === timer) world.timer = null
      }
    },
    onAccounted: (accounted) => world.accounted.push(accounted),
    onTrouble: (error) => world.troubles.push(error),
  })
}

async function restart(world: World): Promise<void> {
  await world.scheduler.stop()
  world.scheduler = schedulerOf(world)
  await world.scheduler.settled()
}

async function passing(world: World, ms: number): Promise<void> {
  world.now += ms
  await world.scheduler.settled()
}

/** All records of a schedule, oldest first, in a word or two. */
function told({ history }: World, name = 'prod'): string[] {
  const { items } = history.scheduleRecords({ name }, { limit: 500, cursor: null })
  return items
    .toReversed()
    .map(({ due, trigger, outcome, reason }) => `${due.slice(0, 16)} ${outcome} ${reason ?? trigger}`)
}

function finishAll({ history, now }: World): void {
  for (const phase of ['queued', 'collecting', 'comparing'] as const) {
    for (const { id, fence } of history.listRuns({ phase }, { limit: 500, cursor: null }).items) {
      history.failRun(id, fence, new AppError('internal', 'enough').toDocument(), new Date(now).toISOString())
    }
  }
}

test('each due time has one record, though it is looked at more often than that', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [namedComparison('prod')])
  assert.equal(world.timer?.ms, 30_000)
  await passing(world, 30 * MINUTE - 20_000)
  assert.equal(world.timer?.ms, 20_000)
  assert.deepEqual(told(world), [])
  await passing(world, 20_000)
  await passing(world, 0)
  await passing(world, 5_000)
  finishAll(world)
  await passing(world, HOUR)
  assert.deepEqual(told(world), ['2026-11-21T08:00 ran schedule', '2026-11-21T09:00 ran schedule'])
  assert.deepEqual(
    world.accounted.map(({ trigger, run }) => [trigger, run?.requestedBy, run?.request.name]),
    [
      ['schedule', 'schedule:prod', 'prod'],
      ['schedule', 'schedule:prod', 'prod'],
    ],
  )
})

test('while a run is unfinished, due times are skipped; other schedules are not held up', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:59:59Z', [namedComparison('prod'), namedComparison('other')])
  await passing(world, 1_000)
  await passing(world, HOUR)
  finishAll(world)
  await passing(world, HOUR)
  const expected = [
    '2026-11-21T08:00 ran schedule',
    '2026-11-21T09:00 skipped still-running',
    '2026-11-21T10:00 ran schedule',
  ]
  assert.deepEqual(told(world), expected)
  assert.deepEqual(told(world, 'other'), expected)
})

test('while it is paused, due times are skipped, also those in a time in which the service was down', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [namedComparison('prod')])
  world.history.pauseSchedule('prod', { by: 'ada', at: '2026-11-21T07:30:00Z', reason: 'upgrade' })
  await passing(world, HOUR)
  world.now += 2 * HOUR
  await restart(world)
  world.history.pauseSchedule('prod', null)
  await passing(world, 30 * MINUTE)
  assert.deepEqual(told(world), [
    '2026-11-21T08:00 skipped paused',
    '2026-11-21T09:00 skipped paused',
    '2026-11-21T10:00 skipped paused',
    '2026-11-21T11:00 ran schedule',
  ])
})

test('after a time in which the service was down one run catches up', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [namedComparison('prod')])
  world.now += 3 * HOUR
  await restart(world)
  assert.deepEqual(told(world), [
    '2026-11-21T08:00 missed down',
    '2026-11-21T09:00 missed down',
    '2026-11-21T10:00 ran catch-up',
  ])
})

test('of a very long time the newest due times are listed, and the oldest of these says that there were more', async (t) => {
  const world = await worldAt(t, '2026-01-01T00:00:00Z', [namedComparison('prod', { cron: '*/5 * * * *' })])
  world.now = Date.parse('2026-11-21T00:00:00Z')
  await restart(world)
  const first = world.history.scheduleRecords({ name: 'prod' }, { limit: 1, cursor: null })
  assert.equal(first.items[0]?.outcome, 'ran')
  const [accounted] = world.accounted
  assert.equal(accounted?.without.length, 1_999)
  assert.match(accounted?.without[0]?.message ?? '', /since 2026-01-01T00:00:00\.000Z/)
  await passing(world, 5 * MINUTE)
  assert.equal(world.accounted.length, 2)
})

test('what cannot be asked for is skipped with the reason; what cannot be asked for now is tried again', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [namedComparison('prod'), namedComparison('other')])
  world.faults.set('prod', new AppError('not-found', 'there is no cluster qa'))
  world.faults.set('other', new AppError('history-unavailable', 'the history is locked'))
  await passing(world, HOUR)
  assert.deepEqual(told(world), ['2026-11-21T08:00 skipped not-possible'])
  assert.equal(
    world.history.scheduleRecords({ name: 'prod' }, { limit: 1, cursor: null }).items[0]?.message,
    'there is no cluster qa',
  )
  assert.deepEqual(told(world, 'other'), [])
  assert.deepEqual(
    world.troubles.map(({ code }) => code),
    ['history-unavailable'],
  )
  world.faults.clear()
  await passing(world, 30_000)
  assert.deepEqual(told(world, 'other'), ['2026-11-21T08:00 ran catch-up'])
})

test('a run that begins long after its jitter is a catch-up', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:59:00Z', [namedComparison('prod', { jitterMs: 30 * MINUTE })])
  await passing(world, MINUTE)
  assert.deepEqual(told(world), [])
  await passing(world, 30 * MINUTE)
  assert.deepEqual(told(world), ['2026-11-21T08:00 ran catch-up'])
})

test('a run of a due time with jitter that begins when it is to is no catch-up', async (t) => {
  const world = await worldAt(t, '2026-11-21T08:00:00Z', [namedComparison('prod', { jitterMs: 30 * MINUTE })])
  // Nothing but the timer: the run begins when it says.
  for (let ticks = 0; ticks < 300 && told(world).length === 0; ticks += 1) await passing(world, world.timer!.ms)
  assert.deepEqual(told(world), ['2026-11-21T09:00 ran schedule'])
})

test('another cron expression begins anew, a schedule that is gone does not run, and one that is new is not due for the past', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [
    namedComparison('prod'),
    namedComparison('gone'),
    namedComparison('asked', null),
  ])
  world.comparisons = [
    namedComparison('prod', { cron: '30 * * * *' }),
    namedComparison('new'),
    namedComparison('asked', null),
  ]
  world.now += HOUR + 10 * MINUTE
  world.scheduler.changed()
  await world.scheduler.settled()
  assert.deepEqual([told(world), told(world, 'gone'), told(world, 'new')], [[], [], []])
  await passing(world, 50 * MINUTE)
  assert.deepEqual(told(world), ['2026-11-21T09:30 ran schedule'])
  assert.deepEqual(told(world, 'new'), ['2026-11-21T09:00 ran catch-up'])
  assert.deepEqual(told(world, 'asked'), [])
})

test('a clock that is set back gives no due time twice', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [namedComparison('prod')])
  await passing(world, 30 * MINUTE)
  finishAll(world)
  await passing(world, -45 * MINUTE)
  await passing(world, 45 * MINUTE)
  assert.deepEqual(told(world), ['2026-11-21T08:00 ran schedule'])
  await passing(world, HOUR)
  assert.deepEqual(told(world), ['2026-11-21T08:00 ran schedule', '2026-11-21T09:00 ran schedule'])
})

test('two schedulers on one database make one run for each due time', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [namedComparison('prod')])
  const first = world.scheduler
  const second = schedulerOf(world)
  t.after(() => second.stop())
  for (let hour = 0; hour < 5; hour += 1) {
    world.now += HOUR
    await Promise.all([first.settled(), second.settled()])
    finishAll(world)
  }
  assert.deepEqual(
    told(world).map((line) => line.slice(11, 20)),
    ['08:00 ran', '09:00 ran', '10:00 ran', '11:00 ran', '12:00 ran'],
  )
  assert.equal(world.history.listRuns({ phase: null }, { limit: 100, cursor: null }).items.length, 5)
})

test('after it was stopped nothing is due any more', async (t) => {
  const world = await worldAt(t, '2026-11-21T07:30:00Z', [namedComparison('prod')])
  await world.scheduler.stop()
  assert.equal(world.timer, null)
  world.now += HOUR
  world.scheduler.wake()
  await world.scheduler.settled()
  assert.deepEqual(told(world), [])
})

const step = fc.oneof(
  fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: -90, max: 200 }) }),
  fc.record({ do: fc.constant('down' as const), minutes: fc.integer({ min: 0, max: 1_500 }) }),
  fc.constantFrom(
    { do: 'pause' as const },
    { do: 'resume' as const },
    { do: 'finish' as const },
    { do: 'finish' as const },
  ),
)

test('whatever happens, the database holds exactly one record for each due time, and runs never overlap', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = await worldAt(t, '2026-03-28T20:30:00Z', [
        namedComparison('prod', { cron: '*/30 * * * *', timeZone: 'Europe/Berlin' }),
      ])
      const start = world.now
      for (const one of steps) {
        if (one.do === 'pass') await passing(world, one.minutes * MINUTE)
        if (one.do === 'finish') finishAll(world)
        if (one.do === 'pause' || one.do === 'resume') {
          const at = new Date(world.now).toISOString()
          world.history.pauseSchedule('prod', one.do === 'pause' ? { by: 'a', at, reason: null } : null)
        }
        if (one.do === 'down') {
          world.now += one.minutes * MINUTE
          await restart(world)
        }
        const open = world.history.scheduleStates().filter(({ running }) => running !== null)
        const unfinished = (['queued', 'collecting', 'comparing'] as const).flatMap(
          (phase) => world.history.listRuns({ phase }, { limit: 500, cursor: null }).items,
        )
        assert.equal(unfinished.length, open.length)
      }
      const dues = told(world).map((line) => line.slice(0, 16))
      const until = Date.parse(world.history.scheduleStates()[0]!.accountedUntil)
      const expected = cronTimes.within(
        { cron: '*/30 * * * *', timeZone: 'Europe/Berlin' },
        { after: start, until },
        10_000,
      )
      assert.deepEqual(dues, expected.times.map((time) => new Date(time).toISOString().slice(0, 16)).slice(-500))
      assert.deepEqual(world.troubles, [])
      await world.scheduler.stop()
    }),
    { numRuns: 25 },
  )
})
