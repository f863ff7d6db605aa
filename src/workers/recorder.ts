import { AppError } from '../model/errors.ts'
import type { JobQueue, RunningJob } from '../service/job-queue.ts'
import { issueId, readRecordTask, type RecordTask } from './job-data.ts'
import type { Recorded } from './record-snapshot.ts'

export type RecorderPorts = {
  readonly handover: JobQueue['handover']
  /** See {@link recordHandover}; may run in another thread. */
  readonly record: (task: RecordTask, parts: readonly Uint8Array[]) => Promise<Recorded>
  /** The job is taken again: whole where its base is not kept. */
  readonly retake: (job: string, whole: boolean) => void
  /** Hears of each snapshot that was stored. */
  readonly onRecorded: (recorded: Extract<Recorded, { outcome: 'recorded' }>) => void
  readonly wake: () => void
}

/**
 * Handles a job of the record lane: stores what was handed over and lets it go. What is gone (Redis lost it, or it expired) is taken
 * again.
 */
export function createRecorder(ports: RecorderPorts): (job: RunningJob) => Promise<void> {
  const { handover, record, retake, onRecorded, wake } = ports
  return async (running) => {
    const task = readRecordTask(running.data)
    const id = issueId(task.job, task.fence)
    const parts = await handover.take(id)
    if (parts === null) return retake(task.job, false)
    const recorded = await record(task, parts).catch(async (error: unknown) => {
      // It will not get better: the next try finds nothing, and has the snapshot taken again.
      if (error instanceof AppError && error.code === 'handover-invalid') await handover.drop(id)
      throw error
    })
    if (recorded.outcome === 'base-missing') retake(task.job, true)
    if (recorded.outcome === 'recorded') onRecorded(recorded)
    wake()
    await handover.drop(id)
  }
}
