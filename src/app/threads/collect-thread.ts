import { randomBytes } from 'node:crypto'
import { constants, setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import { createConfiguredSource } from '../../clusters/configured-source.ts'
import { createFingerprintKey } from '../../flux/fingerprint.ts'
import { VERSION } from '../../model/version.ts'
import type { Progress, SnapshotSource } from '../../service/ports.ts'
import { createSnapshotTaker } from '../../workers/snapshot-taker.ts'
import { newId } from '../new-id.ts'
import { createLog } from '../log.ts'
import type { CollectedClusters, CollectFunctions, CollectNotice, CollectThreadData } from './collect-functions.ts'
import { createRequestCounts, type RequestCounts } from './request-counts.ts'
import { runThread } from './run-thread.ts'

// Entry of the thread that reads clusters: parsing and masking would hold up answers and lock renewals elsewhere.

const { key, env, clusters, logLevel } = workerData as CollectThreadData
const fingerprintKey = createFingerprintKey(key)

yieldToAnswers()

runThread(createLog(logLevel).child({ thread: 'collect' }), (channel): CollectFunctions => {
  const counts = createRequestCounts()
  const current = { source: sourceOf(clusters, counts) }
  const take = createSnapshotTaker(() => current.source)
  const running = new Map<number, AbortController>()
  return {
    take: async (call, cluster, base) => {
      const controller = new AbortController()
      running.set(call, controller)
      const tell = (progress: Progress): void => channel.post({ notice: { call, progress } satisfies CollectNotice })
      try {
        return await take(cluster, base, controller.signal, tell)
      } finally {
        running.delete(call)
        const requests = counts.take()
        if (requests.length > 0) channel.post({ notice: { requests } satisfies CollectNotice })
      }
    },
    cancel: (call) => running.get(call)?.abort(),
    setClusters: (next) => {
      current.source = sourceOf(next, counts)
    },
  }
})

/** What answers callers on the same host comes first. On Linux this is the priority of the thread, elsewhere that of the process. */
function yieldToAnswers(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Where it is forbidden, answers take longer while clusters are read.
  }
}

function sourceOf({ targets, execPlugins }: CollectedClusters, counts: RequestCounts): SnapshotSource {
  return createConfiguredSource(targets, {
    env,
    execPlugins,
    engine: VERSION,
    fingerprintKey,
    onAnswer: counts.add,
    clock: { now: () => new Date() },
    ids: { next: (prefix) => newId(prefix, Date.now(), randomBytes(5)) },
  })
}
