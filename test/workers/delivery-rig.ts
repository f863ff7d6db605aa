import type { ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import type { ServiceHistory } from '../../src/history/service-history.ts'
import { createNotifier } from '../../src/notify/create-notifier.ts'
import type { Async } from '../../src/service/async.ts'
import type { NotifyRoute } from '../../src/service/notify-route.ts'
import type { DeliveryRecord, ReportContext } from '../../src/service/reports/report-store.ts'
import { createDeliverer, type Deliverer } from '../../src/workers/deliverer.ts'
import type { DelivererPorts, DeliveryAttempted } from '../../src/workers/send-delivery.ts'
import { serviceIn, snapshotOf } from '../history/fixtures.ts'
import { startReceiver, status, type Answering, type Received } from '../notify/receiver.ts'
import { sampleRoute } from '../service/sample-route.ts'
import { comparedAt, driftOf, QUESTION } from '../service/ledger/ledger-fixtures.ts'

export const NAME = 'prod-vs-staging'
const BEGIN = Date.parse('2026-11-21T12:00:00.000Z')
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE

export type RigOptions = {
  /** What the receiver answers, by channel, one after the other; then 200. */
  readonly answers?: Readonly<Record<string, readonly Answering[]>>
  readonly routes?: readonly Partial<NotifyRoute>[]
  readonly change?: (ports: DelivererPorts) => Partial<DelivererPorts>
}

export type DeliveryRig = {
  readonly history: ServiceHistory
  readonly received: readonly Received[]
  readonly attempts: readonly DeliveryAttempted[]
  readonly troubles: readonly string[]
  readonly enabled: readonly string[]
  readonly now: () => number
  /** Moves the clock and does what is due then. */
  readonly pass: (ms: number) => Promise<void>
  /** Records a comparison in which one more object differs, so that there is one message for each route. */
  readonly report: () => void
  /** Oldest first. */
  readonly deliveries: (channel?: string) => readonly DeliveryRecord[]
  /** What the channel is configured with changes. */
  readonly reconfigure: (channel: string, secret: string) => void
  readonly answer: (channel: string, answers: readonly Answering[]) => void
  /** The deliverer of the process is left as if it had been killed; another one begins. */
  readonly restart: () => void
  readonly deliverer: () => Deliverer
}

/** A deliverer over a real database and a real receiver; time passes only when it is told to. */
export async function deliveryRig(t: TestContext, options: RigOptions = {}): Promise<DeliveryRig> {
  const { history } = serviceIn(t)
  const script = new Map(Object.entries(options.answers ?? {}).map(([channel, answers]) => [channel, [...answers]]))
  const receiver = await startReceiver(t, (request, response) => scripted(script, request, response), { tls: false })
  const state = { now: BEGIN, reports: 0 }
  const seen = { attempts: [] as DeliveryAttempted[], troubles: [] as string[], enabled: [] as string[] }
  const secrets = new Map<string, string>()
  const context: ReportContext = {
    name: NAME,
    routes: (options.routes ?? [{}]).map((route) => sampleRoute(route)),
    clusters: ['staging', 'production'].map((name) => ({ name, slug: name, labels: { env: name } })),
    baseUrl: null,
    owners: [],
    secrets: 'equality',
  }
  const ports: DelivererPorts = {
    reads: laterOf(history),
    writes: laterOf(history),
    notifier: createNotifier({
      channel: (name) => {
        const url = `${receiver.url}/${name}`
        return name === 'removed'
          ? null
          : { name, allowHttp: true, allowPrivate: true, target: { kind: 'webhook', url, signing: null } }
      },
      now: () => state.now,
      timeoutMs: 400,
    }),
    configured: (channel) => `${channel} with ${secrets.get(channel) ?? 'the first secret'}`,
    context: () => context,
    clock: { now: () => new Date(state.now) },
    chance: () => 0,
    later: () => () => undefined,
    onAttempt: (attempt) => seen.attempts.push(attempt),
    onEnabled: (channel) => seen.enabled.push(channel),
    onTrouble: ({ code }) => seen.troubles.push(code),
  }
  const start = (): Deliverer => createDeliverer({ ...ports, ...options.change?.(ports) })
  let deliverer = start()
  t.after(() => deliverer.stop(1_000))
  return {
    history,
    received: receiver.requests,
    ...seen,
    now: () => state.now,
    pass: async (ms) => {
      state.now += ms
      deliverer.wake()
      await deliverer.idle()
    },
    report: () => record(history, (state.reports += 1), { context, now: state.now }),
    deliveries: (channel) => {
      const filter = { state: null, channel: channel ?? null, report: null, name: null }
      return history.deliveryPage(filter, { limit: 500, cursor: null }).items.toReversed()
    },
    reconfigure: (channel, secret) => secrets.set(channel, secret),
    answer: (channel, answers) => script.set(channel, [...answers]),
    restart: () => {
      void deliverer.stop(0)
      deliverer = start()
    },
    deliverer: () => deliverer,
  }
}

function scripted(script: ReadonlyMap<string, Answering[]>, request: Received, response: ServerResponse): void {
  const answers = script.get(request.path.slice(1)) ?? []
  const next = answers.shift() ?? status(200)
  next(request, response)
}

/** The store as it is seen from another thread. */
function laterOf<T extends object>(store: T): Async<T> {
  return new Proxy(store, {
    get:
      (target, name) =>
      async (...args: readonly unknown[]) => {
        const work = target[name as keyof T] as (...args: readonly unknown[]) => unknown
        return structuredClone(work(...args))
      },
  }) as Async<T>
}

type Recording = { readonly context: ReportContext; readonly now: number }

function record(history: ServiceHistory, count: number, { context, now }: Recording): void {
  const drifts = Array.from({ length: count }, (_, index) => driftOf(`object-${index + 1}`))
  const comparison = comparedAt(12 + count / 100, drifts)
  const at = new Date(now).toISOString()
  for (const { name, snapshot, takenAt } of comparison.clusters) {
    const sketches = drifts.map(({ ref }) => ({ name: ref.name }))
    history.saveSnapshot(snapshotOf(snapshot, sketches, { cluster: name, takenAt }).snapshot)
  }
  const sides = comparison.clusters.map(({ name, snapshot }) => ({ cluster: name, pool: 'p', snapshot, newJob: '' }))
  const id = `run_${count}`
  const request = { ...QUESTION, name: NAME, explain: false }
  history.createRun({ id, request, requestedBy: 'schedule', sides, idempotency: null }, at)
  history.recordComparison(id, 0, { comparison: { ...comparison, id }, report: context }, at)
}
