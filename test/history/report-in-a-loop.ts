import { openServiceHistory } from '../../src/history/service-history.ts'
import { comparedAt, driftOf, timeAt } from '../service/ledger/ledger-fixtures.ts'
import { MIGRATIONS, snapshotOf } from './fixtures.ts'
import { contextOf, NAME, REQUEST, routeTo } from './report-fixtures.ts'

// Run as a process of its own: each hour a schedule is due, its run is reported, and what is due is sent; tells each step that is stored.
const [path] = process.argv.slice(2) as [string]
const store = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const context = contextOf([routeTo('team'), routeTo('grouped', { groupIntervalMs: 3 * 3_600_000 })])

store.knowSchedules([{ name: NAME, key: 'hourly' }], timeAt(0))
for (const { id, fence } of store.unfinished().runs) finish(id, fence)
for (let hour = hourAfter(store.scheduleStates()[0]!.accountedUntil); ; hour += 1) {
  const comparison = comparedAt(hour, [])
  const sides = comparison.clusters.map(({ name: cluster, snapshot, takenAt }) => {
    if (store.snapshotHeader(snapshot) === null)
      store.saveSnapshot(snapshotOf(snapshot, [], { cluster, takenAt }).snapshot)
    return { cluster, pool: 'p', snapshot, newJob: `job_${hour}_${cluster}` }
  })
  const newRun = { id: `run_${hour}`, request: REQUEST, requestedBy: 'schedule', sides, idempotency: null }
  const run = { due: timeAt(hour), trigger: 'schedule', newRun } as const
  store.accountTimes({ name: NAME, without: [], run, accountedUntil: timeAt(hour) }, timeAt(hour))
  say(`accounted ${hour}`)
  finish(`run_${hour}`, 0)
}

function finish(id: string, fence: number): void {
  const hour = Number(id.slice('run_'.length))
  const now = timeAt(hour)
  // All that came before stays: what came and went between two messages would be no news.
  const drifts = Array.from({ length: 5 * hour }, (_, index) => driftOf(`app-${index}`))
  store.recordComparison(id, fence, { comparison: comparedAt(hour, drifts), report: context }, now)
  say(`reported ${hour}`)
  if (store.releaseWaiting(context, now) > 0) say(`released ${hour}`)
  for (const message of store.dueDeliveries(now, 10)) {
    store.settleDelivery(message.id, { step: { state: 'sent', reference: null }, now, configured: '' })
    say(`sent ${message.id}`)
  }
}

function hourAfter(at: string): number {
  return (Date.parse(at) - Date.parse(timeAt(0))) / 3_600_000 + 1
}
