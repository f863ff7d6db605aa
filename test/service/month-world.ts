import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createFingerprintKey } from '../../src/flux/fingerprint.ts'
import { openServiceHistory, type ServiceHistory } from '../../src/history/service-history.ts'
import type { Snapshot } from '../../src/model/snapshot.ts'
import { createNotifier } from '../../src/notify/create-notifier.ts'
import { recordTask } from '../../src/service/compare-task.ts'
import type { Clock, Ids } from '../../src/service/ports.ts'
import type { ReportContext } from '../../src/service/reports/report-store.ts'
import type { ConfiguredCluster } from '../../src/service/runs.ts'
import { planNamedRun, scheduleCaller, type NamedComparison } from '../../src/service/schedules/named-comparison.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { cronTimes } from '../../src/workers/cron-times.ts'
import { createDeliverer, type Deliverer } from '../../src/workers/deliverer.ts'
import { createScheduler, type Scheduler } from '../../src/workers/scheduler.ts'
import { MIGRATIONS, temporaryFolder } from '../history/fixtures.ts'
import { startReceiver, status, type Received } from '../notify/receiver.ts'
import type { Hands } from './month-script.ts'
import { asyncOf, clusterOf, collectorOf, computeOver } from './service-rig.ts'

export type MonthOptions = {
  readonly clusters: readonly string[]
  readonly objects: readonly object[]
  readonly comparisons: readonly NamedComparison[]
  readonly routes: (name: string) => ReportContext['routes']
  readonly begin: string
}

export type Month = {
  readonly hands: Hands
  /** Everything that is due until then is done at its time; messages that wait, too. */
  readonly passUntil: (at: string) => Promise<void>
  /** What the receiver took, with the time at which it did. */
  readonly taken: readonly { readonly at: string; readonly request: Received }[]
  readonly history: () => ServiceHistory
}

type State = {
  now: number
  isBroken: boolean
  /** After the next message to that channel the process is killed. */
  killing: { readonly channel: string; readonly killed: PromiseWithResolvers<void> } | null
  process: Process | null
}

/** What a process of the service holds, and what it leaves behind where it is killed. */
type Process = { readonly history: ServiceHistory; readonly scheduler: Scheduler; readonly deliverer: Deliverer }

const HOUR = 3_600_000

/**
 * The service over a real database, simulated clusters and a real receiver, without its threads; time passes as it is told to. A cluster
 * in which nothing was done since it was last read is not asked again: its snapshot is the same but for its id and time.
 */
export async function startMonth(t: TestContext, options: MonthOptions): Promise<Month> {
  const simulator = await startSimulator({
    clusters: options.clusters.map((name) => ({ name, folders: [], objects: [...options.objects] })),
  })
  t.after(() => simulator.close())
  const state: State = { now: Date.parse(options.begin), isBroken: false, killing: null, process: null }
  const taken: { at: string; request: Received }[] = []
  const receiver = await startReceiver(
    t,
    (request, response) => {
      if (!state.isBroken) taken.push({ at: written(state.now), request })
      status(state.isBroken ? 503 : 200)(request, response)
    },
    { tls: false },
  )
  const key = createFingerprintKey(randomBytes(32))
  const read = readerOf(collectorOf(t, simulator.kubeconfig, key))
  const path = join(temporaryFolder(t), 'history.db')
  const running = { state, options, read, key, path, url: receiver.url }
  state.process = startProcess(running)
  t.after(() => state.process?.history.close())
  return {
    hands: {
      cluster: (name) => {
        read.forget(name)
        return simulator.clusters.get(name)!
      },
      goDown: () => endProcess(state),
      killAfterSending: (channel) => (state.killing = { channel, killed: Promise.withResolvers<void>() }),
      start: () => (state.process = startProcess(running)),
      breakReceiver: (isBroken) => (state.isBroken = isBroken),
    },
    passUntil: (at) => passUntil(running, Date.parse(at)),
    taken,
    history: () => state.process!.history,
  }
}

type Reader = ReturnType<typeof readerOf>

function readerOf(collect: ReturnType<typeof collectorOf>) {
  const last = new Map<string, Snapshot>()
  return {
    forget: (cluster: string): void => void last.delete(cluster),
    snapshot: async (cluster: ConfiguredCluster, id: string, now: Date): Promise<Snapshot> => {
      const known = last.get(cluster.name)
      const snapshot = known ? { ...known, id, takenAt: now.toISOString() } : await collect(cluster, id, now)
      last.set(cluster.name, snapshot)
      return snapshot
    },
  }
}

type Running = {
  readonly state: State
  readonly options: MonthOptions
  readonly read: Reader
  readonly key: ReturnType<typeof createFingerprintKey>
  readonly path: string
  readonly url: string
}

function startProcess({ state, options, path, url }: Running): Process {
  const history = openServiceHistory({ path, migrations: MIGRATIONS, engine: '1.0.0' })
  const store = asyncOf(history)
  const clock: Clock = { now: () => new Date(state.now) }
  const clusters = (): ConfiguredCluster[] => options.clusters.map((name) => clusterOf(name))
  const timers = { timer: () => () => undefined, later: () => () => undefined }
  const fail = (error: Error): never => {
    throw error
  }
  const scheduler = createScheduler({
    ...timers,
    comparisons: () => options.comparisons,
    store,
    times: cronTimes,
    plan: (comparison) =>
      planNamedRun({ clusters, kept: store, clock, ids: idsAt(state) }, comparison, scheduleCaller(comparison.name)),
    clock,
    onAccounted: () => undefined,
    onTrouble: fail,
  })
  const deliverer = createDeliverer({
    ...timers,
    reads: store,
    writes: {
      shelveDelivery: store.shelveDelivery,
      enableChannel: store.enableChannel,
      releaseWaiting: store.releaseWaiting,
      settleDelivery: async (id, settlement) => {
        const { killing } = state
        if (killing === null || !id.includes(`+${killing.channel}`)) return store.settleDelivery(id, settlement)
        // Other channels write down theirs before.
        while (history.deliveryCounts().pending > 1) await sleep(5)
        state.killing = null
        endProcess(state)
        killing.killed.resolve()
        return new Promise(() => undefined)
      },
    },
    notifier: createNotifier({
      channel: (name) => ({
        name,
        allowHttp: true,
        allowPrivate: true,
        target: { kind: 'webhook', url: `${url}/${name}`, signing: null },
      }),
      now: () => state.now,
    }),
    configured: (channel) => channel,
    context: (name) => contextOf(options, name),
    clock,
    chance: () => 0,
    onAttempt: () => undefined,
    onEnabled: () => undefined,
    onTrouble: fail,
  })
  return { history, scheduler, deliverer }
}

let numbers = 0
function idsAt({ now }: State): Ids {
  return { next: (prefix) => `${prefix}_${now}_${(numbers += 1)}` }
}

function contextOf({ clusters, routes }: MonthOptions, name: string): ReportContext {
  const known = clusters.map((cluster) => ({ name: cluster, slug: cluster, labels: {} }))
  return { name, routes: routes(name), clusters: known, baseUrl: null, owners: [], secrets: 'equality' }
}

function endProcess(state: State): void {
  const ended = state.process
  state.process = null
  void ended?.scheduler.stop()
  void ended?.deliverer.stop(0)
  ended?.history.close()
}

/** At each full hour, at each time at which a message is due, and at the end. */
async function passUntil(running: Running, end: number): Promise<void> {
  const { state } = running
  await work(running)
  while (state.now < end) {
    const hour = (Math.floor(state.now / HOUR) + 1) * HOUR
    const due = state.process?.history.nextDeliveryAt() ?? null
    const delivery = due === null ? end : Math.max(state.now + 1, Date.parse(due))
    state.now = Math.min(hour, delivery, end)
    if (state.now < end || end === hour) await work(running)
  }
}

async function work(running: Running): Promise<void> {
  const { state } = running
  if (state.process === null) return
  const { scheduler, deliverer } = state.process
  await scheduler.settled()
  await compareDue(running, state.process)
  deliverer.wake()
  await Promise.race([deliverer.idle(), ...(state.killing === null ? [] : [state.killing.killed.promise])])
}

async function compareDue({ state, options, read, key }: Running, { history }: Process): Promise<void> {
  const now = new Date(state.now)
  const at = now.toISOString()
  const clusters = options.clusters.map((name) => clusterOf(name))
  for (const { id, cluster } of history.unfinished().jobs) {
    const job = history.reissueJob(id)!
    const found = clusters.find(({ name }) => name === cluster)!
    const snapshot = await read.snapshot(found, idsAt(state).next('snap'), now)
    history.recordSnapshot(id, job.fence, { snapshot, manifest: null }, at)
  }
  for (const { id, request } of history.unfinished().runs) {
    const run = history.reissueRun(id)!
    const comparison = computeOver(history, key).compare(recordTask(run, clusters))
    const report = contextOf(options, request.name!)
    history.recordComparison(id, run.fence, { comparison, report }, at)
  }
}

export function written(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}
