import assert from 'node:assert/strict'
import type { Comparison } from '../../src/model/comparison.ts'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import type { NotifyRoute } from '../../src/service/notify-route.ts'
import type { ReportContext } from '../../src/service/reports/report-store.ts'
import type { RunRequest } from '../../src/service/runs.ts'
import { QUESTION } from '../service/ledger/ledger-fixtures.ts'
import { sampleRoute } from '../service/sample-route.ts'
import { snapshotOf } from './fixtures.ts'

export const NAME = 'prod-vs-staging'
export const REQUEST: RunRequest = { ...QUESTION, name: NAME, explain: false }

export function routeTo(channel: string, part: Partial<NotifyRoute> = {}): NotifyRoute {
  return sampleRoute({ channel, ...part })
}

export function contextOf(routes: readonly NotifyRoute[], part: Partial<ReportContext> = {}): ReportContext {
  return {
    name: NAME,
    routes,
    clusters: [
      { name: 'staging', slug: 'staging', labels: { env: 'staging' } },
      { name: 'production', slug: 'production', labels: { env: 'production' } },
    ],
    baseUrl: null,
    owners: [],
    secrets: 'equality',
    ...part,
  }
}

/** A run with kept snapshots that waits to be compared; nothing is recorded of it yet. */
export function readyRun(history: ServiceHistory, comparison: Comparison, now: string, request = REQUEST): void {
  for (const { name: cluster, snapshot, takenAt } of comparison.clusters) {
    if (history.snapshotHeader(snapshot) === null)
      history.saveSnapshot(snapshotOf(snapshot, [], { cluster, takenAt }).snapshot)
  }
  const sides = comparison.clusters.map(({ name: cluster, snapshot }) => {
    return { cluster, pool: 'p', snapshot, newJob: `job_${comparison.id}_${cluster}` }
  })
  history.createRun({ id: comparison.id, request, requestedBy: 'ada', sides, idempotency: null }, now)
}

/** Records the comparison of a named definition with its report. */
export function recordReport(
  history: ServiceHistory,
  comparison: Comparison,
  report: ReportContext | null,
  now = comparison.clusters[0]!.takenAt,
): void {
  readyRun(history, comparison, now)
  assert.deepEqual(history.recordComparison(comparison.id, 0, { comparison, report }, now), { refused: false })
}
