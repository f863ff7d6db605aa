import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClusterSource } from '../../src/clusters/collect.ts'
import { loadContexts } from '../../src/clusters/kubeconfig.ts'
import { createFingerprint, createFingerprintKey, type FingerprintKey } from '../../src/flux/fingerprint.ts'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { DEFAULT_LAYERS } from '../../src/model/comparison.ts'
import type { SecretCompare } from '../../src/model/mask.ts'
import { renderComparison } from '../../src/report/render.ts'
import { OUTPUT_FORMATS, type OutputFormat } from '../../src/report/formats.ts'
import type { Access } from '../../src/service/access.ts'
import type { Async } from '../../src/service/async.ts'
import { recordTask, secretsOf } from '../../src/service/compare-task.ts'
import { createCompute, type Compute } from '../../src/service/compute/compute.ts'
import { createService } from '../../src/service/create-service.ts'
import type { JobQueue } from '../../src/service/job-queue.ts'
import { snapshotLane } from '../../src/service/lanes.ts'
import type { NotifyRoute } from '../../src/service/notify-route.ts'
import type { ReportContext } from '../../src/service/reports/report-store.ts'
import type { ConfiguredChannel } from '../../src/service/reports/report-views.ts'
import type { ConfiguredCluster } from '../../src/service/runs.ts'
import { scheduleKey, type NamedComparison } from '../../src/service/schedules/named-comparison.ts'
import type { Expectations, ServiceLimits, ServicePorts } from '../../src/service/service-ports.ts'
import type { CompareQuery, Service } from '../../src/service/service.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { RunningCluster, SimulatedCluster } from '../../src/simulator/simulated-cluster.ts'
import { cronTimes } from '../../src/workers/cron-times.ts'
import { createInProcessQueue } from '../../src/workers/in-process-queue.ts'
import { folderOf, recordedTiming } from '../clusters/support.ts'
import { serviceIn } from '../history/fixtures.ts'

export type RigOptions = {
  readonly clusters: readonly SimulatedCluster[]
  /** By name: what differs from the defaults. */
  readonly configured?: Readonly<Record<string, Partial<ConfiguredCluster>>>
  readonly expectations?: Expectations
  readonly channels?: readonly ConfiguredChannel[]
  /** Of every comparison definition. */
  readonly routes?: readonly NotifyRoute[]
  readonly comparisons?: readonly NamedComparison[]
  readonly limits?: Partial<ServiceLimits>
  /** Two services with one key make the same fingerprints. */
  readonly key?: FingerprintKey
}

export type Rig = {
  readonly service: Service
  readonly ports: ServicePorts
  readonly history: ServiceHistory
  readonly queue: JobQueue
  /** Moves the clock. */
  readonly later: (ms: number) => void
  /** Changes the configuration of a cluster. */
  readonly configure: (name: string, change: Partial<ConfiguredCluster>) => void
  readonly cluster: (name: string) => RunningCluster
  /** Does all work that is due now: takes the snapshots, compares the runs. */
  readonly work: () => Promise<void>
  /** From now on whatever is asked for is done at once. */
  readonly workWhenWoken: () => void
  readonly wakes: () => number
  readonly close: () => Promise<void>
}

export const EVERYONE: Access = { caller: 'ada', scope: 'admin', clusters: null, namespaces: null }

export function accessOf(change: Partial<Access>): Access {
  return { ...EVERYONE, caller: 'bob', scope: 'read', ...change }
}

export function queryOf(change: Partial<CompareQuery>): CompareQuery {
  return {
    baseline: 'staging',
    targets: ['production'],
    labels: null,
    age: null,
    kinds: null,
    namespaces: null,
    selector: null,
    resource: null,
    layers: [],
    ignore: [],
    explain: false,
    ...change,
  }
}

/** A service over a real database, the queue of one process, and simulated clusters; collecting is done by hand, without worker threads. */
export async function rigFor(t: TestContext, options: RigOptions): Promise<Rig> {
  const simulator = await startSimulator({ clusters: options.clusters })
  t.after(() => simulator.close())
  const { history } = serviceIn(t)
  const queue = createInProcessQueue()
  t.after(() => queue.close())
  const key = options.key ?? createFingerprintKey(randomBytes(32))
  const collect = collectorOf(t, simulator.kubeconfig, key)
  let clock = Date.parse('2026-11-21T12:00:00.000Z')
  let [numbers, woken] = [0, 0]
  let onWake: () => void = () => undefined
  let configured = options.clusters.map(({ name }) => clusterOf(name, options.configured?.[name]))
  const comparisons = options.comparisons ?? []
  const known = comparisons.map(({ name, schedule }) => ({ name, key: scheduleKey(schedule) }))
  history.knowSchedules(known, new Date(clock).toISOString())
  const ports: ServicePorts = {
    clusters: () => configured.map((cluster) => ({ ...cluster })),
    ...(options.expectations ? { expectations: () => options.expectations! } : {}),
    runs: asyncOf(history),
    kept: asyncOf(history),
    ledger: asyncOf(history),
    reporting: {
      channels: () => options.channels ?? [],
      context: (name) => contextOf(name, configured, options.routes ?? []),
      enableChannel: asyncOf(history).enableChannel,
      wake: () => (woken += 1),
    },
    schedules: {
      comparisons: () => comparisons,
      store: asyncOf(history),
      times: cronTimes,
      settled: async () => undefined,
    },
    compute: asyncOf(computeOver(history, key)),
    queue,
    wake: () => {
      woken += 1
      onWake()
    },
    clock: { now: () => new Date(clock) },
    ids: { next: (prefix) => `${prefix}_${(numbers += 1)}` },
    // Time passes as it says, only faster.
    wait: async (ms, signal) => {
      clock += ms
      await sleep(Math.min(ms, 5), undefined, { signal }).catch(() => undefined)
    },
    formats: OUTPUT_FORMATS,
    limits: { queueDepth: 10, renderedBytes: 10_000_000, ...options.limits },
  }
  const work = () => doDue({ ...ports, history, collect })
  return {
    service: createService(ports),
    ports,
    history,
    queue,
    later: (ms) => (clock += ms),
    configure: (name, change) => {
      configured = configured.map((cluster) => (cluster.name === name ? { ...cluster, ...change } : cluster))
    },
    cluster: (name) => simulator.clusters.get(name)!,
    work,
    workWhenWoken: () => {
      onWake = () => void work()
    },
    wakes: () => woken,
    close: () => queue.close(),
  }
}

export function clusterOf(name: string, change: Partial<ConfiguredCluster> = {}): ConfiguredCluster {
  const labels = { env: name }
  return { name, slug: name, labels, namespaces: null, pool: 'default', secretCompare: 'equality', ...change }
}

export function computeOver(history: ServiceHistory, key: FingerprintKey): Compute {
  return createCompute({
    reads: { snapshot: history.keptSnapshot, comparison: history.loadComparison, versionSteps: history.versionSteps },
    engine: { engine: '1.0.0', fingerprint: createFingerprint(key) },
    render: (comparison, format) =>
      renderComparison(comparison, format as OutputFormat, {
        width: 120,
        color: false,
        explain: false,
        maxObjects: null,
      }),
  })
}

/** The same functions, each answering later and with copies, as those of another thread do. */
export function asyncOf<T extends object>(functions: T): Async<T> {
  return new Proxy(functions, {
    get:
      (target, name) =>
      async (...args: readonly unknown[]) => {
        const work = target[name as keyof T] as (...args: readonly unknown[]) => unknown
        return structuredClone(work(...(structuredClone(args) as unknown[])))
      },
  }) as Async<T>
}

type Collect = (
  cluster: ConfiguredCluster,
  id: string,
  now: Date,
) => ReturnType<ReturnType<typeof createClusterSource>['collect']>

export function collectorOf(t: TestContext, kubeconfig: string, fingerprintKey: FingerprintKey): Collect {
  const file = join(folderOf(t, { config: kubeconfig }), 'config')
  return ({ name, namespaces, secretCompare }, id, now) => {
    const source = createClusterSource({
      contexts: loadContexts({ kubeconfig: file, env: {} }),
      env: process.env,
      as: null,
      asGroups: [],
      requestTimeoutMs: 10_000,
      clusterTimeoutMs: 30_000,
      engine: '1.0.0',
      fingerprintKey,
      clock: { now: () => now },
      ids: { next: () => id },
      timing: recordedTiming(),
    })
    const secrets: SecretCompare = secretCompare
    const scope = { kinds: null, namespaces, selector: null, resource: null, secrets, events: true }
    const signal = new AbortController().signal
    return source.collect({ cluster: name, scope, known: null, signal, progress: () => undefined })
  }
}

type Worker = Pick<ServicePorts, 'clusters' | 'reporting' | 'compute' | 'ids' | 'clock'> & {
  readonly history: ServiceHistory
  readonly collect: Collect
}

async function doDue({ history, clusters, reporting, compute, ids, clock, collect }: Worker): Promise<void> {
  const now = clock.now()
  for (const { id, cluster } of history.unfinished().jobs) {
    const job = history.reissueJob(id)
    const found = clusters().find(({ name }) => name === cluster)
    if (!job || !found) continue
    history.startJob(id, job.fence, now.toISOString())
    history.progressJob(id, job.fence, { step: 'list', kind: 'HelmRelease', objects: 4711 })
    const snapshot = await collect(found, ids.next('snap'), now)
    history.recordSnapshot(id, job.fence, { snapshot, manifest: null }, now.toISOString())
  }
  for (const { id } of history.unfinished().runs) {
    const run = history.reissueRun(id)
    if (!run) continue
    const comparison = await compute.compare(recordTask(run, clusters()))
    const report = run.request.name === undefined ? null : reporting.context(run.request.name)
    history.recordComparison(id, run.fence, { comparison, report }, now.toISOString())
  }
}

type Named = Pick<Rig, 'history' | 'ports'> & { readonly name: string; readonly clusters: readonly string[] }

/** Asks for a comparison that the configuration has by this name: the first cluster is its baseline. */
export function requestNamed({ history, ports, name, clusters }: Named): string {
  const filter = { kinds: null, namespaces: null, selector: null, resource: null }
  const request = { baseline: clusters[0]!, clusters, layers: DEFAULT_LAYERS, filter, ignore: [], name, explain: false }
  const id = ports.ids.next('run')
  const side = (cluster: string) => ({ cluster, pool: 'default', snapshot: null, newJob: ports.ids.next('job') })
  const sides = clusters.map(side)
  const now = ports.clock.now().toISOString()
  history.createRun({ id, request, requestedBy: `schedule:${name}`, sides, idempotency: null }, now)
  return id
}

function contextOf(
  name: string,
  configured: readonly ConfiguredCluster[],
  routes: readonly NotifyRoute[],
): ReportContext {
  const secrets = secretsOf(
    configured.map((cluster) => cluster.name),
    configured,
  )
  return { name, routes, clusters: configured, baseUrl: null, owners: [], secrets }
}

/** Lets so many jobs wait in the lane of the default pool. */
export async function fillLane(queue: JobQueue, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const job = { id: `filler_${number}`, data: {}, dedupe: null, attempts: 1, backoffMs: 1 }
    await queue.enqueue(snapshotLane('default'), job)
  }
}
