import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openServiceHistory, type ServiceHistory } from '../../src/history/service-history.ts'
import { runStoreContract } from '../contracts/run-store.ts'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
import { MIGRATIONS, snapshotOf, temporaryFolder } from './fixtures.ts'

runStoreContract('SQLite', (t) => openIn(t).history, {
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
  const { history, path } = openIn(t)
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

function openIn(t: TestContext): { history: ServiceHistory; path: string } {
  const path = join(temporaryFolder(t), 'history.db')
  const history = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  t.after(() => history.close())
  return { history, path }
}
