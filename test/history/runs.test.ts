import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openServiceHistory } from '../../src/history/service-history.ts'
import { runStoreContract } from '../contracts/run-store.ts'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
import { MIGRATIONS, serviceIn, snapshotOf } from './fixtures.ts'

runStoreContract('SQLite', (t) => serviceIn(t).history, {
  snapshot: (id, cluster, error) =>
    snapshotOf(id, error ? [] : [{ name: 'podinfo' }], { cluster, error: error ?? null }).snapshot,
  comparison: (id, clusters) =>
    comparisonOf(
      id,
      ['a', 'b', 'c'].map((name, index) => driftOf(name, index)),
      clusters.map((name) => [name, `snap_${name}`]),
    ),
})

test('runs and jobs are there when the database is opened again', (t) => {
  const { history, path } = serviceIn(t)
  const asked = { id: 'job_1', cluster: 'edge', pool: 'default', requestedBy: 'ada', idempotency: null }
  history.createJob(asked, '2026-11-21T12:00:00Z')
  history.close()
  const again = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => again.close())
  assert.deepEqual(
    again.unfinished().jobs.map(({ id }) => id),
    ['job_1'],
  )
})
