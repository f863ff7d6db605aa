import type { Async } from '../../service/async.ts'
import { digString, own } from '../../model/json.ts'
import type { JobQueue, QueueEvent } from '../../service/job-queue.ts'
import { snapshotLane } from '../../service/lanes.ts'
import type { Clock } from '../../service/ports.ts'
import type { StoreFunctions } from '../threads/store-functions.ts'

/** Steps of a snapshot come many in a second; one of them is kept. */
const PROGRESS_MS = 500
/** After these the snapshot is on its way to the recorder: nothing else says so. */
const LAST_STEPS: ReadonlySet<string> = new Set(['done', 'failed'])

export type JobEvents = { readonly watch: (pools: readonly string[]) => void; readonly close: () => Promise<void> }

/** Writes down what collectors say of the jobs that they run. Hearing nothing is no harm: only the progress is then missing. */
export function recordJobEvents(
  queue: Pick<JobQueue, 'watch'>,
  store: Pick<Async<StoreFunctions>, 'startJob' | 'progressJob'>,
  clock: Clock,
): JobEvents {
  const stops = new Map<string, () => Promise<void>>()
  const told = new Map<string, number>()
  const hear = (event: QueueEvent): void => {
    const issue = readIssue(event.id)
    if (!issue) return
    const now = clock.now()
    if (event.type === 'active') void store.startJob(issue.job, issue.fence, now.toISOString()).catch(ignore)
    if (event.type === 'done' || event.type === 'failed') told.delete(event.id)
    if (event.type !== 'progress') return
    const step = digString(event.progress, 'step') ?? ''
    if (!LAST_STEPS.has(step) && now.getTime() - (told.get(event.id) ?? 0) < PROGRESS_MS) return
    told.set(event.id, now.getTime())
    const objects = own(event.progress, 'objects')
    const kind = digString(event.progress, 'kind') ?? null
    const progress = { step, kind, objects: typeof objects === 'number' ? objects : 0 }
    void store.progressJob(issue.job, issue.fence, progress).catch(ignore)
  }
  return {
    watch: (pools) => {
      for (const pool of pools) if (!stops.has(pool)) stops.set(pool, queue.watch(snapshotLane(pool), hear))
    },
    close: async () => {
      await Promise.all([...stops.values()].map((stop) => stop()))
    },
  }
}

/** Reverses `issueId`. */
function readIssue(id: string): { readonly job: string; readonly fence: number } | null {
  const [, job, fence] = /^(.+)-(\d+)$/.exec(id) ?? []
  return job === undefined ? null : { job, fence: Number(fence) }
}

/** The store tells its own faults. */
function ignore(): void {}
