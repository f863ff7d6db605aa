import type { ClusterName } from '../model/cluster.ts'
import { AppError } from '../model/errors.ts'
import { own, type JsonObject } from '../model/json.ts'
import type { Digest } from '../model/snapshot.ts'
import type { JobData, Lane } from '../service/job-queue.ts'

/** Lane of what collectors hand over. */
export const RECORD_LANE: Lane = 'record'

/** A snapshot to take: `base` is the manifest that the recorder has, null where it needs everything. */
export type SnapshotTask = {
  readonly job: string
  readonly fence: number
  readonly cluster: ClusterName
  readonly base: Digest | null
}

/** A snapshot that was handed over under the id of this job. */
export type RecordTask = { readonly job: string; readonly fence: number; readonly cluster: ClusterName }

/** A run whose snapshots are all there. */
export type CompareJob = { readonly run: string; readonly fence: number }

/** The id in the queue: another one each time that the job is issued anew. */
export function issueId(id: string, fence: number): string {
  return `${id}-${fence}`
}

export function snapshotData({ job, fence, cluster, base }: SnapshotTask): JsonObject {
  return { job, fence, cluster, base }
}

export function readSnapshotTask(data: JobData): SnapshotTask {
  const base = own(data, 'base') ?? null
  if (base !== null && typeof base !== 'string') throw wrongData()
  return { ...readRecordTask(data), base }
}

export function readRecordTask(data: JobData): RecordTask {
  return { job: textIn(data, 'job'), fence: numberIn(data, 'fence'), cluster: textIn(data, 'cluster') }
}

export function readCompareJob(data: JobData): CompareJob {
  return { run: textIn(data, 'run'), fence: numberIn(data, 'fence') }
}

/** Of a wake-up: whose it is. */
export function wakeData(name: string): JsonObject {
  return { name }
}

export function readWake(data: JobData): string {
  return textIn(data, 'name')
}

function textIn(data: JobData, key: string): string {
  const value = own(data, key)
  if (typeof value !== 'string') throw wrongData()
  return value
}

function numberIn(data: JobData, key: string): number {
  const value = own(data, key)
  if (typeof value !== 'number') throw wrongData()
  return value
}

/** Somebody else writes into the queue, or another version of this program. */
function wrongData(): AppError {
  return new AppError('internal', 'a job has data of another shape')
}
