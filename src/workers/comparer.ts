import { asAppError, ERRORS, type ErrorDocument } from '../model/errors.ts'
import type { RunningJob } from '../service/job-queue.ts'
import { readCompareJob } from './job-data.ts'

export type ComparerPorts = {
  /** Computes the comparison of the run and records it under the fence; may run in other threads. */
  readonly compare: (run: string, fence: number) => Promise<void>
  readonly fail: (run: string, fence: number, error: ErrorDocument) => Promise<void>
}

/** Handles a job of the compare lane. What trying again cannot mend ends the run at once. */
export function createComparer({ compare, fail }: ComparerPorts): (job: RunningJob) => Promise<void> {
  return async ({ data }) => {
    const { run, fence } = readCompareJob(data)
    try {
      await compare(run, fence)
    } catch (error) {
      const known = asAppError(error)
      if (ERRORS[known.code].retry || known.code === 'internal' || known.code === 'history-unavailable') throw error
      await fail(run, fence, known.toDocument())
    }
  }
}
