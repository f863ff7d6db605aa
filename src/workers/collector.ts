import type { JobQueue, QueueJobState, RunningJob } from '../service/job-queue.ts'
import { issueId, readSnapshotTask, RECORD_LANE } from './job-data.ts'
import type { TakeSnapshot } from './snapshot-taker.ts'

export type CollectorPorts = {
  readonly take: TakeSnapshot
  readonly queue: Pick<JobQueue, 'enqueue' | 'handover' | 'state'>
}

/** Tries of a record job: its work is short, and what it needs is there or not. */
const RECORD_ATTEMPTS = 5
const RECORD_BACKOFF_MS = 500

/**
 * Handles a job of a snapshot lane: takes the snapshot, hands it over, and tells the recorder. A cluster that cannot be read is a
 * snapshot too. Rejects where the queue does not take what is handed over; the job is then tried again.
 */
export function createCollector({ take, queue }: CollectorPorts): (job: RunningJob) => Promise<void> {
  return async (running) => {
    const { job, fence, cluster, base } = readSnapshotTask(running.data)
    const taken = await take(cluster, base, running.signal, ({ step, kind, objects }) =>
      running.progress({ job, fence, step, kind, objects }),
    )
    const id = issueId(job, fence)
    await queue.handover.put(id, taken.parts)
    await queue.enqueue(RECORD_LANE, {
      id,
      data: { job, fence, cluster },
      dedupe: null,
      attempts: RECORD_ATTEMPTS,
      backoffMs: RECORD_BACKOFF_MS,
    })
    // Another worker was given the same issue, and was quicker: nobody takes over what came second.
    if (isFinished(await queue.state(RECORD_LANE, id))) await queue.handover.drop(id)
  }
}

function isFinished(state: QueueJobState): boolean {
  return state === 'done' || state === 'failed'
}
