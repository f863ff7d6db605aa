import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics, type MetricSources, type ScheduleNumbers } from '../../src/app/serve/metrics.ts'
import type { Comparison } from '../../src/model/comparison.ts'
import { AppError } from '../../src/model/errors.ts'
import { comparedAt, driftOf } from '../service/ledger/ledger-fixtures.ts'

const AWAY: MetricSources = {
  databaseBytes: () => 4096,
  walBytes: () => null,
  queueDepth: async () => new Map([['snapshot.default', 2]]),
  pendingDeliveries: () => null,
  disabledChannels: () => null,
  schedules: async () => {
    throw new AppError('history-unavailable', 'the database is away')
  },
}

test('while the database is away, the other metrics are told', async () => {
  const { body } = await createMetrics('1.2.3', AWAY).expose()
  assert.match(body, /^flux_compare_db_size_bytes 4096$/m)
  assert.match(body, /^flux_compare_queue_depth\{lane="snapshot.default"\} 2$/m)
  assert.doesNotMatch(body, /^flux_compare_schedule_\w+_timestamp_seconds\{/m)
})

test('drift is told of the clusters that were compared last, however many callers ask for', async () => {
  const { compared, expose } = createMetrics('1.2.3', AWAY)
  const comparison = comparedAt(1, [driftOf('web')])
  const of = (target: string): Comparison => {
    const [staging, production] = comparison.clusters
    return { ...comparison, clusters: [staging!, { ...production!, name: target }] }
  }
  for (let index = 1; index <= 201; index += 1) compared(of(`edge-${index}`), 1)
  const told = [...(await expose()).body.matchAll(/^flux_compare_drift_items\{.*targets="([^"]+)"/gm)]
  const targets = told.map(([, target]) => target)
  assert.equal(targets.length, 200)
  assert.deepEqual([targets.at(0), targets.at(-1)], ['edge-2', 'edge-201'])
})

test('schedules are asked for once each time, and one that is gone is not told any more', async () => {
  const at = (schedule: string): ScheduleNumbers => ({ schedule, nextDueMs: 1_000, lastSuccessMs: null })
  const answers = [[at('nightly'), { ...at('hourly'), lastSuccessMs: 2_000 }], [at('hourly')]]
  const asked = answers.values()
  const { expose } = createMetrics('1.2.3', { ...AWAY, schedules: async () => asked.next().value ?? [] })
  const told = async (): Promise<string[]> =>
    (await expose()).body.split('\n').filter((line) => /^flux_compare_schedule_.*\{/.test(line))
  assert.deepEqual(await told(), [
    'flux_compare_schedule_next_due_timestamp_seconds{schedule="nightly"} 1',
    'flux_compare_schedule_next_due_timestamp_seconds{schedule="hourly"} 1',
    'flux_compare_schedule_last_success_timestamp_seconds{schedule="hourly"} 2',
  ])
  assert.deepEqual(await told(), ['flux_compare_schedule_next_due_timestamp_seconds{schedule="hourly"} 1'])
  assert.deepEqual(await told(), [])
})
