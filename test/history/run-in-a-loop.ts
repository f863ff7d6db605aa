import type { RunRequest } from '../../src/service/runs.ts'
import { openServiceHistory } from '../../src/history/service-history.ts'
import { comparisonOf, driftOf } from './comparison-fixtures.ts'
import { MIGRATIONS, snapshotOf } from './fixtures.ts'

// Run as a process of its own: takes runs from their request to their comparison, and tells each step that is stored.
const [path, prefix] = process.argv.slice(2) as [string, string]
const store = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
const clusters = [`${prefix}-staging`, `${prefix}-production`]
const now = (): string => new Date().toISOString()
const request: RunRequest = {
  baseline: null,
  clusters,
  layers: ['spec'],
  filter: { kinds: null, namespaces: null, selector: null, resource: null },
  ignore: [],
  explain: false,
}
for (let round = 0; ; round += 1) {
  const id = `run_${prefix}_${round}`
  const sides = clusters.map((cluster) => ({ cluster, pool: 'p', snapshot: null, newJob: `job_${id}_${cluster}` }))
  store.createRun({ id, request, requestedBy: 'ada', sides, idempotency: null }, now())
  process.stdout.write(`${id} accepted\n`)
  for (const { cluster, newJob } of sides) {
    const objects = Array.from({ length: 50 }, (_, index) => ({
      name: `app-${index}`,
      body: { spec: { round, index } },
    }))
    const { snapshot } = snapshotOf(`snap_${id}_${cluster}`, objects, { cluster })
    store.recordSnapshot(newJob, store.reissueJob(newJob)!.fence, { snapshot, manifest: null }, now())
  }
  const sidesRead = clusters.map((cluster) => [cluster, `snap_${id}_${cluster}`] as const)
  const comparison = comparisonOf(id, [driftOf(`app-${round}`, round)], sidesRead)
  store.recordComparison(id, store.reissueRun(id)!.fence, { comparison, report: null }, now())
  process.stdout.write(`${id} done\n`)
}
