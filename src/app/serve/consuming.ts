import type { Config } from '../../config/config.ts'
import { recordTask } from '../../service/compare-task.ts'
import type { CompareTask } from '../../service/compute/compare-kept.ts'
import type { Consumer, JobQueue, RunningJob } from '../../service/job-queue.ts'
import { COMPARE_LANE } from '../../service/lanes.ts'
import type { Clock } from '../../service/ports.ts'
import type { ReportContext } from '../../service/reports/report-store.ts'
import type { RunRecord } from '../../service/runs.ts'
import { createComparer } from '../../workers/comparer.ts'
import type { Deliverer } from '../../workers/deliverer.ts'
import type { Dispatcher } from '../../workers/dispatcher.ts'
import { RECORD_LANE } from '../../workers/job-data.ts'
import { createRecorder } from '../../workers/recorder.ts'
import type { Log } from '../log.ts'
import { reportContextFor } from '../report-context.ts'
import type { Metrics } from './metrics.ts'
import type { Threads } from './owner-threads.ts'

/** Handovers that are unpacked at once: the store thread takes them one by one, the others wait in its memory. */
const RECORDING = 2
const COMPARING = 1

type Handle = (job: RunningJob) => Promise<void>

export type Working = {
  readonly queue: JobQueue
  readonly log: Log
  readonly clock: Clock
  /** As configured now. */
  readonly config: () => Config
  readonly threads: Threads
  readonly dispatcher: Dispatcher
  readonly deliverer: Deliverer
  readonly metrics: Metrics
}

/** Stores the snapshots that are handed over, and compares the runs whose snapshots are in. */
export function consume(working: Working): Promise<readonly Consumer[]> {
  const { queue } = working
  return Promise.all([
    queue.consume(RECORD_LANE, RECORDING, recorderOf(working)),
    queue.consume(COMPARE_LANE, COMPARING, comparerOf(working)),
  ])
}

function recorderOf({ queue, threads: { store }, dispatcher, log, metrics }: Working): Handle {
  return createRecorder({
    handover: queue.handover,
    record: (task, parts) => store.record(task, parts),
    retake: dispatcher.retake,
    wake: dispatcher.wake,
    onRecorded: ({ snapshot, objects, seconds }) => {
      const { cluster, id, takenAt, error, coverage } = snapshot
      log.info('snapshot recorded', { cluster, snapshot: id, objects, seconds, code: error?.code ?? null })
      metrics.snapshotRecorded({ cluster, seconds, takenAt, isRead: error === null, coverage })
    },
  })
}

function comparerOf({ threads, config, clock, deliverer, log, metrics }: Working): Handle {
  const { store, compute, reader } = threads
  return createComparer({
    compare: async (id, fence) => {
      const run = reader.run(id)
      if (run === null || run.phase !== 'comparing' || run.fence !== fence) return
      const start = performance.now()
      const task = recordTask(run, config().clusters)
      const comparison = await compute.compare(task)
      const report = reportOf(run, task, config())
      const { refused } = await store.recordComparison(id, fence, { comparison, report }, clock.now().toISOString())
      if (refused) return
      if (report !== null) deliverer.wake()
      const seconds = (performance.now() - start) / 1000
      const { verdict, summary } = comparison
      log.info('compared', { run: id, verdict, differences: summary.differences, seconds })
      metrics.compared(comparison, seconds)
    },
    fail: (id, fence, error) => store.failRun(id, fence, error, clock.now().toISOString()),
  })
}

/** Null: nobody is told of it. */
function reportOf({ request }: RunRecord, { scope }: CompareTask, config: Config): ReportContext | null {
  const context = request.name === undefined ? null : reportContextFor(config, request.name)
  return context === null ? null : { ...context, secrets: scope.secrets }
}
