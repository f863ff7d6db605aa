import type { Access } from '../access.ts'
import { snapshotLane } from '../lanes.ts'
import type { JobPhase, SnapshotJobRecord } from '../runs.ts'
import type { JobEvent, Service } from '../service.ts'
import { notFound, seesCluster } from './access-rules.ts'
import { findCluster } from './find-cluster.ts'
import type { ServiceContext } from './service-context.ts'
import { visibleJob } from './visible-records.ts'

type Verbs = Pick<Service, 'listJobs' | 'job' | 'watchJob'>

export function jobVerbs(context: ServiceContext): Verbs {
  return {
    listJobs: async (access, { cluster, phase }, page) => {
      const name = cluster === null ? null : findCluster(context, access, cluster).name
      const { items, next } = await context.kept.listJobs({ cluster: name, phase, within: access.clusters }, page)
      return { items: items.map((job) => visibleJob(access, job)), next }
    },
    job: (access, id) => findJob(context, access, id),
    watchJob: async (access, id, signal) =>
      watchJob(context, access, { job: await findJob(context, access, id), signal }),
  }
}

async function findJob(context: ServiceContext, access: Access, id: string): Promise<SnapshotJobRecord> {
  const job = await context.kept.job(id)
  if (job && seesCluster(access, job.cluster)) return visibleJob(access, job)
  throw notFound('job', id)
}

const FINISHED: ReadonlySet<JobPhase> = new Set(['done', 'failed', 'cancelled'])

/** The queue may miss events, and recording has none: the store is looked at this often anyway. */
const LOOK_MS = 1_000
/** A collector tells its progress many times a second: more often than this is of no use to a reader. */
const REST_MS = 100

type Watched = { readonly job: SnapshotJobRecord; readonly signal: AbortSignal }

async function* watchJob(context: ServiceContext, access: Access, { job, signal }: Watched): AsyncGenerator<JobEvent> {
  const bell = createBell(context)
  const stop = context.queue.watch(snapshotLane(job.pool), (event) => {
    if (event.id.startsWith(`${job.id}-`)) bell.ring()
  })
  try {
    let told = ''
    for (let now = job; !signal.aborted; now = await findJob(context, access, job.id)) {
      const state = JSON.stringify(now)
      if (state !== told) yield eventOf(now)
      told = state
      if (FINISHED.has(now.phase)) return
      await bell.wait(signal)
    }
  } finally {
    await stop()
  }
}

function eventOf(job: SnapshotJobRecord): JobEvent {
  if (!FINISHED.has(job.phase)) return { type: 'progress', job }
  return { type: job.phase === 'done' ? 'done' : 'error', job }
}

type Bell = { readonly ring: () => void; readonly wait: (signal: AbortSignal) => Promise<void> }

/** Waits until it rings, and for a rest after that; a ring that nobody waited for counts. */
function createBell({ wait }: ServiceContext): Bell {
  let bell = new AbortController()
  return {
    ring: () => bell.abort(),
    wait: async (signal) => {
      await wait(LOOK_MS, AbortSignal.any([bell.signal, signal]))
      if (!bell.signal.aborted) return
      bell = new AbortController()
      await wait(REST_MS, signal)
    },
  }
}
