import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { helmRelease } from '../clusters/support.ts'
import { startReceiver, status, type Answering, type Received } from '../notify/receiver.ts'
import { serviceFleet } from './service-fleet.ts'
import { ask, poll, type ServiceProcess } from './service-process.ts'

export const LIMIT_MS = 60_000
export const COMPARISON = 'prod-vs-staging'

export type DeliverySite = {
  /** With its configuration, config.yaml, which is JSON. */
  readonly folder: string
  readonly start: () => Promise<ServiceProcess>
  readonly received: readonly Received[]
  /** What the receiver answers from now on. */
  readonly answer: (answering: Answering) => void
  /** One more object differs in production; its name. */
  readonly drift: () => string
  /** Asks for the comparison; the id of the run. */
  readonly run: (service: ServiceProcess) => Promise<string>
}

export type Delivery = {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly report: string
}

/** Production against staging, told to one webhook, whenever it is asked for. */
export async function deliverySite(t: TestContext): Promise<DeliverySite> {
  const repository = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'charts', namespace: 'apps' },
    spec: { interval: '10m', url: 'oci://registry.example.com/charts' },
  }
  const names = Array.from({ length: 20 }, (_, index) => `release-${index + 1}`)
  const objects = [repository, ...names.map((name) => helmRelease(name))]
  const clusters = ['staging', 'production'].map((name) => ({ name, folders: [], objects }))
  const simulator = await startSimulator({ clusters })
  t.after(() => simulator.close())
  const state = { answering: status(200), drifted: 0 }
  const receiver = await startReceiver(t, (request, response) => state.answering(request, response), { tls: false })
  const fleet = serviceFleet(t, {
    simulator,
    redisUrl: null,
    env: { HOOK: `${receiver.url}/hook` },
    config: {
      channels: [{ name: 'team', webhook: { urlFrom: { env: 'HOOK' } }, allowHttp: true, allowPrivate: true }],
      comparisons: [{ name: COMPARISON, baseline: 'staging', targets: ['production'], notify: ['team'] }],
    },
  })
  return {
    folder: fleet.folder,
    start: () => fleet.start('all'),
    received: receiver.requests,
    answer: (answering) => (state.answering = answering),
    drift: () => {
      const name = names[state.drifted]!
      state.drifted += 1
      simulator.clusters.get('production')!.apply(helmRelease(name, 'apps', { interval: '5m' }))
      return name
    },
    run: async ({ url }) => {
      const asked = await ask<{ id: string }>(`${url}/api/v1/schedules/${COMPARISON}/run`, { method: 'POST' })
      assert.equal(asked.status, 202, JSON.stringify(asked.body))
      return asked.body.id
    },
  }
}

export async function runIsDone({ url }: ServiceProcess, run: string): Promise<void> {
  await poll<{ phase: string }>(`${url}/api/v1/comparisons/${run}/run`, ({ phase }) => phase === 'done', LIMIT_MS)
}

/** Waits until so many messages were sent and none waits; oldest first. */
export async function allSent({ url }: ServiceProcess, count: number): Promise<readonly Delivery[]> {
  const { items } = await poll<{ items: readonly Delivery[] }>(
    `${url}/api/v1/deliveries`,
    ({ items }) => items.length >= count && items.every(({ state }) => state !== 'pending'),
    LIMIT_MS,
  )
  assert.deepEqual(
    items.map(({ state }) => state),
    items.map(() => 'sent'),
  )
  return items.toReversed()
}

/** Which message it is, and which objects it tells as new. */
export function messageIn({ headers, body }: Received): { readonly id: string; readonly fresh: readonly string[] } {
  const { data } = JSON.parse(body) as { data: { items: { fresh: readonly { ref: { name: string } }[] } } }
  const names = data.items.fresh.map(({ ref }) => ref.name)
  return { id: String(headers['webhook-id']), fresh: [...new Set(names)].sort() }
}
