import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config/config.ts'
import type { ClusterConfig } from '../../config/sections/clusters.ts'
import type { AppError } from '../../model/errors.ts'
import { VERSION } from '../../model/version.ts'
import { OUTPUT_FORMATS } from '../../report/formats.ts'
import { createService } from '../../service/create-service.ts'
import type { Consumer, JobQueue } from '../../service/job-queue.ts'
import type { HistoryReader } from '../../service/kept-reads.ts'
import { COMPARE_LANE, snapshotLane } from '../../service/lanes.ts'
import type { Clock, Ids } from '../../service/ports.ts'
import type { ConfiguredCluster } from '../../service/runs.ts'
import type { ServicePorts } from '../../service/service-ports.ts'
import type { Service } from '../../service/service.ts'
import { createDispatcher, type Dispatcher } from '../../workers/dispatcher.ts'
import type { Deliverer } from '../../workers/deliverer.ts'
import { RECORD_LANE } from '../../workers/job-data.ts'
import { asAsync } from '../as-async.ts'
import { readExpectations } from '../expectations.ts'
import type { Log, LogLevel } from '../log.ts'
import { newId } from '../new-id.ts'
import type { Environment } from '../settings.ts'
import { poolsOf } from './collecting.ts'
import { consume, type Working } from './consuming.ts'
import { deliveryMetricsOf, reportingOf, startDelivering } from './delivering.ts'
import { recordJobEvents, type JobEvents } from './job-events.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { runsOf, startThreads, type Threads } from './owner-threads.ts'
import { startRetention } from './retention.ts'
import { scheduleNumbers, startScheduling, type Scheduling } from './scheduling.ts'

export type AnsweringOptions = {
  readonly config: Config
  readonly queue: JobQueue
  readonly key: Uint8Array
  readonly keyId: string
  readonly env: Environment
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

const CLOCK: Clock = { now: () => new Date() }
const IDS: Ids = { next: (prefix) => newId(prefix, Date.now(), randomBytes(5)) }
const LIMITS = { queueDepth: 1000, renderedBytes: 64 * 1024 * 1024 }

/** Opens the history, which this process owns from then on, and starts to record, compare and deliver what is not finished. */
export async function startAnswering(options: AnsweringOptions): Promise<Answering> {
  const { queue, log } = options
  const current = { config: options.config }
  const config = (): Config => current.config
  const threads = await startThreads(options)
  const dispatcher = createDispatcher({
    runs: runsOf(threads),
    queue,
    clock: CLOCK,
    onTrouble: (error) => log.warn('what is due could not be delivered', {}, error),
  })
  const kept = asAsync<HistoryReader>(threads.reader)
  const metrics = createMetrics(VERSION, {
    databaseBytes: () => bytesOf(options.historyPath),
    walBytes: () => bytesOf(`${options.historyPath}-wal`),
    queueDepth: () => depths(queue, current.config),
    ...deliveryMetricsOf(threads.reader, config),
    schedules: () => scheduleNumbers({ config, kept }),
  })
  const deliverer = startDelivering({
    ...options,
    config,
    reads: kept,
    writes: threads.store,
    clock: CLOCK,
    metrics,
  })
  const consumers = await consume({ queue, log, clock: CLOCK, config, threads, dispatcher, deliverer, metrics })
  const events = recordJobEvents(queue, threads.store, CLOCK)
  events.watch(poolsOf(current.config, null))
  const stopRetention = startRetention({ store: threads.store, config, clock: CLOCK, log })
  const ports = portsOf({ queue, config, threads, dispatcher, deliverer })
  const scheduling = await startScheduling({ config, ports, store: threads.store, queue, metrics, log })
  const service = createService({ ...ports, schedules: scheduling.schedules })
  return {
    service,
    metrics,
    setConfig: (next) => {
      current.config = next
      events.watch(poolsOf(next, null))
      deliverer.wake()
      scheduling.changed()
    },
    close: (graceMs) => {
      stopRetention()
      return closeAll({ consumers, dispatcher, deliverer, scheduling, events, threads }, graceMs)
    },
  }
}

type Parts = Pick<Working, 'queue' | 'config' | 'threads' | 'dispatcher' | 'deliverer'>

function portsOf({ queue, config, threads, dispatcher, deliverer }: Parts): Omit<ServicePorts, 'schedules'> {
  return {
    clusters: () => config().clusters.map(shownCluster),
    expectations: () => readExpectations({ rules: [], parameters: [], config: config() }),
    runs: runsOf(threads),
    kept: asAsync<HistoryReader>(threads.reader),
    ledger: { noteDrift: threads.store.noteDrift },
    reporting: reportingOf(config, threads.store, deliverer.wake),
    compute: threads.compute,
    queue,
    wake: dispatcher.wake,
    clock: CLOCK,
    ids: IDS,
    wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    formats: OUTPUT_FORMATS,
    limits: LIMITS,
  }
}

/** What callers may know of a cluster: not how it is reached. */
function shownCluster({ name, slug, labels, namespaces, pool, secretCompare }: ClusterConfig): ConfiguredCluster {
  return { name, slug, labels, namespaces, pool, secretCompare }
}

type Open = {
  readonly consumers: readonly Consumer[]
  readonly dispatcher: Dispatcher
  readonly deliverer: Deliverer
  readonly scheduling: Scheduling
  readonly events: JobEvents
  readonly threads: Threads
}

async function closeAll(open: Open, graceMs: number): Promise<void> {
  const { consumers, dispatcher, deliverer, scheduling, events, threads } = open
  const closing = consumers.map((consumer) => consumer.close(graceMs))
  await Promise.all([...closing, deliverer.stop(graceMs), scheduling.close(graceMs)])
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
