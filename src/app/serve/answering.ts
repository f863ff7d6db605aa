import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import type { ClusterConfig } from '../../config/sections/clusters.ts'
import { openHistoryReader } from '../../history/service-history.ts'
import type { AppError } from '../../model/errors.ts'
import { VERSION } from '../../model/version.ts'
import { OUTPUT_FORMATS } from '../../report/formats.ts'
import type { Async } from '../../service/async.ts'
import { recordTask } from '../../service/compare-task.ts'
import type { Compute } from '../../service/compute/compute.ts'
import { readExpectations } from '../expectations.ts'
import { createService } from '../../service/create-service.ts'
import type { Consumer, JobQueue } from '../../service/job-queue.ts'
import type { HistoryReader, KeptReads, RunReads } from '../../service/kept-reads.ts'
import { COMPARE_LANE, snapshotLane } from '../../service/lanes.ts'
import type { LedgerReads } from '../../service/ledger/ledger-store.ts'
import type { Clock, Ids } from '../../service/ports.ts'
import type { ConfiguredCluster } from '../../service/runs.ts'
import type { ServicePorts } from '../../service/service-ports.ts'
import type { Service } from '../../service/service.ts'
import { createComparer } from '../../workers/comparer.ts'
import { createDispatcher, type Dispatcher, type DispatcherPorts } from '../../workers/dispatcher.ts'
import { RECORD_LANE } from '../../workers/job-data.ts'
import { createRecorder } from '../../workers/recorder.ts'
import { asAsync } from '../as-async.ts'
import { shippedFolder } from '../data-folder.ts'
import type { Log, LogLevel } from '../log.ts'
import { newId } from '../new-id.ts'
import type { ComputeThreadData } from '../threads/compute-functions.ts'
import type { Functions } from '../threads/rpc.ts'
import { startThread } from '../threads/start-thread.ts'
import type { StoreFunctions, StoreThreadData } from '../threads/store-functions.ts'
import { poolsOf } from './collecting.ts'
import { recordJobEvents, type JobEvents } from './job-events.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { startRetention } from './retention.ts'

export type AnsweringOptions = {
  readonly config: Config
  readonly queue: JobQueue
  readonly key: Uint8Array
  readonly keyId: string
  readonly historyPath: string
  readonly log: Log
  readonly logLevel: LogLevel
  readonly onDeath: (error: AppError) => void
}

/** The part of the process that owns the history: it records, compares and answers. */
export type Answering = {
  readonly service: Service
  readonly metrics: Metrics
  readonly setConfig: (config: Config) => void
  readonly close: (graceMs: number) => Promise<void>
}

type Threads = {
  readonly store: Async<StoreFunctions>
  readonly compute: Async<Compute>
  readonly reader: HistoryReader
  readonly end: () => Promise<void>
}

const CLOCK: Clock = { now: () => new Date() }
const IDS: Ids = { next: (prefix) => newId(prefix, Date.now(), randomBytes(5)) }
const LIMITS = { queueDepth: 1000, renderedBytes: 64 * 1024 * 1024 }
/** Handovers that are unpacked at once: the store thread takes them one by one, the others wait in its memory. */
const RECORDING = 2
const COMPARING = 1

/** Opens the history, which this process owns from then on, and starts to record, compare and deliver what is not finished. */
export async function startAnswering(options: AnsweringOptions): Promise<Answering> {
  const { queue, log } = options
  const current = { config: options.config }
  const threads = await startThreads(options)
  const runs = runsOf(threads)
  const dispatcher = createDispatcher({
    runs,
    queue,
    clock: CLOCK,
    onTrouble: (error) => log.warn('what is due could not be delivered', {}, error),
  })
  const metrics = createMetrics(VERSION, {
    databaseBytes: () => bytesOf(options.historyPath),
    queueDepth: () => depths(queue, current.config),
  })
  const consumers = await consume({ options, current, threads, dispatcher, metrics })
  const events = recordJobEvents(queue, threads.store, CLOCK)
  events.watch(poolsOf(current.config, null))
  const stopRetention = startRetention({ store: threads.store, config: () => current.config, clock: CLOCK, log })
  const service = createService({
    clusters: () => current.config.clusters.map(shownCluster),
    expectations: () => readExpectations({ rules: [], parameters: [], config: current.config }),
    runs,
    kept: asAsync<KeptReads & RunReads & LedgerReads>(threads.reader),
    ledger: { noteDrift: threads.store.noteDrift },
    compute: threads.compute,
    queue,
    wake: dispatcher.wake,
    clock: CLOCK,
    ids: IDS,
    wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    formats: OUTPUT_FORMATS,
    limits: LIMITS,
  })
  return {
    service,
    metrics,
    setConfig: (config) => {
      current.config = config
      events.watch(poolsOf(config, null))
    },
    close: (graceMs) => {
      stopRetention()
      return closeAll({ consumers, dispatcher, events, threads }, graceMs)
    },
  }
}

/** What callers may know of a cluster: not how it is reached. */
function shownCluster({ name, slug, labels, namespaces, pool, secretCompare }: ClusterConfig): ConfiguredCluster {
  return { name, slug, labels, namespaces, pool, secretCompare }
}

async function startThreads(options: AnsweringOptions): Promise<Threads> {
  const { historyPath: path, key, keyId, logLevel, onDeath } = options
  const migrations = shippedFolder('migrations')
  const storeData: StoreThreadData = { path, migrations, keyId, logLevel }
  const store = await startThread<StoreFunctions & Functions>('store-thread', storeData, { onDeath })
  const started: { readonly end: () => Promise<void> }[] = [store]
  try {
    const computeData: ComputeThreadData = { path, migrations, key, logLevel }
    const compute = await startThread<Functions>('compute-thread', computeData, { onDeath })
    started.push(compute)
    const reader = openHistoryReader({ path, migrations, engine: VERSION })
    return {
      store: store.functions,
      compute: compute.functions as unknown as Async<Compute>,
      reader,
      end: async () => {
        await compute.end()
        reader.close()
        await store.functions.close()
        await store.end()
      },
    }
  } catch (error) {
    await Promise.all(started.map((thread) => thread.end()))
    throw error
  }
}

/** Reads come from this thread's own connection, which sees what the store committed; writes go to the store. */
function runsOf({ store, reader }: Threads): DispatcherPorts['runs'] & ServicePorts['runs'] {
  const { run, unfinished, lastManifest } = asAsync<RunReads>(reader)
  const { createRun, createJob, cancelRun, reissueJob, reissueRun, failJob, failRun } = store
  return {
    run,
    unfinished,
    lastManifest,
    createRun,
    createJob,
    cancelRun,
    reissueJob,
    reissueRun,
    failJob,
    failRun,
  }
}
type Working = {
  readonly options: AnsweringOptions
  readonly current: { readonly config: Config }
  readonly threads: Threads
  readonly dispatcher: Dispatcher
  readonly metrics: Metrics
}

async function consume({ options, current, threads, dispatcher, metrics }: Working): Promise<readonly Consumer[]> {
  const { queue, log } = options
  const { store, compute, reader } = threads
  const recorder = createRecorder({
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
  const comparer = createComparer({
    compare: async (id, fence) => {
      const run = reader.run(id)
      if (run === null || run.phase !== 'comparing' || run.fence !== fence) return
      const start = performance.now()
      const comparison = await compute.compare(recordTask(run, current.config.clusters))
      const { refused } = await store.recordComparison(
        id,
        fence,
        { comparison, report: null },
        CLOCK.now().toISOString(),
      )
      if (refused) return
      const seconds = (performance.now() - start) / 1000
      const { verdict, summary } = comparison
      log.info('compared', { run: id, verdict, differences: summary.differences, seconds })
      metrics.compared(comparison, seconds)
    },
    fail: (id, fence, error) => store.failRun(id, fence, error, CLOCK.now().toISOString()),
  })
  return Promise.all([
    queue.consume(RECORD_LANE, RECORDING, recorder),
    queue.consume(COMPARE_LANE, COMPARING, comparer),
  ])
}

type Open = {
  readonly consumers: readonly Consumer[]
  readonly dispatcher: Dispatcher
  readonly events: JobEvents
  readonly threads: Threads
}

async function closeAll({ consumers, dispatcher, events, threads }: Open, graceMs: number): Promise<void> {
  await Promise.all(consumers.map((consumer) => consumer.close(graceMs)))
  await dispatcher.stop()
  await events.close()
  await threads.end()
}

function bytesOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}

async function depths(queue: JobQueue, config: Config): Promise<ReadonlyMap<string, number>> {
  const lanes = [...poolsOf(config, null).map(snapshotLane), RECORD_LANE, COMPARE_LANE]
  const found = await Promise.allSettled(lanes.map(async (lane) => [lane, await queue.depth(lane)] as const))
  return new Map(found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])))
}
