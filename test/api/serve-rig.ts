import { after, type TestContext } from 'node:test'
import { createService } from '../../src/service/create-service.ts'
import { namedComparison } from '../service/named-comparison.ts'
import { EVERYONE, queryOf, requestNamed, rigFor, type Rig, type RigOptions } from '../service/service-rig.ts'
import { sampleRoute } from '../service/sample-route.ts'
import { serveApi, type ServedApi, type ServeOptions } from './serve-api.ts'

export type ServedRig = { readonly api: ServedApi; readonly rig: Rig }

/** The real service over HTTP. Whoever waits for work does it meanwhile, so that waiting ends with the work and not by the clock. */
export async function serveRig(t: TestContext, options: RigOptions, serving: ServeOptions = {}): Promise<ServedRig> {
  const rig = await rigFor(t, options)
  const service = createService({
    ...rig.ports,
    wait: async (_ms, signal) => {
      if (!signal.aborted) await rig.work()
    },
  })
  return { rig, api: await serveApi(service, serving, t) }
}

/** For the tests of one file that share a service: closed when the file is over. Its work is done only when told so. */
export function rigOfFile(options: RigOptions): Promise<Rig> {
  return rigFor({ after } as unknown as TestContext, options)
}

/** Ids of what is in the ledger. */
export function driftsIn(history: Rig['history']): readonly string[] {
  const filter = { states: [], severity: null, kinds: null, namespace: null, cluster: null, definition: null }
  const page = history.driftPage(filter, { definitions: null, namespaces: null }, { limit: 100, cursor: null })
  return page.items.map(({ id }) => id)
}

/** A comparison of the configuration. */
export const NAMED = 'prod-vs-staging'
/** What is configured of it, and what it is told to. */
export const TOLD = {
  comparisons: [namedComparison(NAMED), namedComparison('asked', null)],
  channels: [
    { name: 'team', form: { kind: 'slack' } },
    { name: 'alerts', form: { kind: 'alertmanager', validMs: 3_600_000 } },
  ],
  routes: [sampleRoute({ channel: 'team' }), sampleRoute({ channel: 'alerts' })],
} as const

export type Filled = {
  /** Runs: one that is done, and one that waits for its jobs. */
  readonly finished: string
  readonly waiting: string
  readonly snapshots: readonly string[]
  readonly jobs: readonly string[]
  readonly drifts: readonly string[]
  readonly reports: readonly string[]
}

/** Gives the rig a finished comparison of staging and production, and one that waits. */
export async function fillRig(rig: Rig): Promise<Filled> {
  const { service, work, history } = rig
  const named = requestNamed({ ...rig, name: NAMED, clusters: ['staging', 'production'] })
  const ask = async (): Promise<string> =>
    (await service.requestComparison(EVERYONE, queryOf({ age: 'fresh' }), null)).id
  const finished = await ask()
  await work()
  const waiting = await ask()
  return {
    finished,
    waiting,
    snapshots: history.run(finished)!.sides.map(({ snapshot }) => snapshot!),
    jobs: history.run(waiting)!.sides.map(({ job }) => job!),
    drifts: driftsIn(history),
    reports: [named.replace('run_', 'report_')],
  }
}
