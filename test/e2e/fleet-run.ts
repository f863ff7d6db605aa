import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { fleetObjects } from '../../bench/fleet.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import type { Fault } from '../../src/simulator/faults.ts'
import type { SimulatedCluster, Simulator } from '../../src/simulator/simulated-cluster.ts'
import { ask, poll } from './service-process.ts'

export type FleetRun = {
  readonly id: string
  readonly phase: string
  readonly sides: readonly { readonly cluster: string; readonly snapshot: string | null; readonly job: string }[]
}

/** What a run came to: the same whatever happened to the processes meanwhile. */
export type FleetResult = { readonly verdict: string; readonly summary: unknown; readonly differences: number }

type Job = { readonly id: string; readonly cluster: string; readonly phase: string }
type Listed = { readonly items: readonly { readonly id: string; readonly cluster: string }[] }

const OBJECTS = { objects: 500, references: 20 }
const ALL = 'limit=500'

/** Clusters of 500 objects, each of which differs from the first one in as many objects as its number says, and one that all others have. */
function largeFleet(count: number): SimulatedCluster[] {
  return Array.from({ length: count }, (_, n) => ({
    name: `cluster-${String(n + 1).padStart(2, '0')}`,
    folders: [],
    objects: fleetObjects(OBJECTS, new Set(Array.from({ length: n }, (_, i) => 100 + i))),
  }))
}

/** Makes each cluster take so long to be read, that something can be done meanwhile. */
export function slowDown(simulator: Simulator, ms: number): void {
  const faults: Fault[] = [{ match: { path: /\/kustomizations$/ }, action: { kind: 'delay', ms } }]
  for (const cluster of simulator.clusters.values()) cluster.setFaults(faults)
}

/** Serves a large fleet for the tests of one file, slowed down. */
export function slowFleet(count: number, ms: number): () => Simulator {
  const started: { simulator?: Simulator } = {}
  before(async () => {
    started.simulator = await startSimulator({ clusters: largeFleet(count) })
    slowDown(started.simulator, ms)
  })
  after(() => started.simulator?.close())
  return () => started.simulator!
}

/** Asks for one comparison of all clusters of the fleet, from new snapshots. */
export async function requestRun(url: string, clusters: readonly string[]): Promise<FleetRun> {
  const [baseline, ...targets] = clusters
  const body = { baseline, targets, fresh: true }
  const answer = await ask<FleetRun>(`${url}/api/v1/comparisons`, { method: 'POST', body })
  assert.equal(answer.status, 202)
  return answer.body
}

/** Waits until of the jobs of the run as many as `isReached` wants are in each phase. */
export async function jobsReach(
  url: string,
  run: FleetRun,
  isReached: (phases: readonly string[]) => boolean,
  limitMs: number,
): Promise<void> {
  const own = new Set(run.sides.map(({ job }) => job))
  await poll<{ items: readonly Job[] }>(
    `${url}/api/v1/jobs?${ALL}`,
    ({ items }) => isReached(items.filter(({ id }) => own.has(id)).map(({ phase }) => phase)),
    limitMs,
  )
}

/** Waits for the end of the run, and holds it to what is promised: one snapshot for each cluster, each job done, one comparison. */
export async function finishedOnce(
  url: string,
  accepted: FleetRun,
  before: ReadonlySet<string>,
  limitMs: number,
): Promise<FleetResult> {
  const base = `${url}/api/v1`
  const isEnded = ({ phase }: FleetRun): boolean => ['done', 'failed', 'cancelled'].includes(phase)
  const run = await poll<FleetRun>(`${base}/comparisons/${accepted.id}/run`, isEnded, limitMs)
  assert.equal(run.phase, 'done', JSON.stringify(run))
  assert.deepEqual(
    run.sides.map(({ cluster, job }) => ({ cluster, job })),
    accepted.sides.map(({ cluster, job }) => ({ cluster, job })),
  )
  const taken = (await ask<Listed>(`${base}/snapshots?${ALL}`)).body.items.filter(({ id }) => !before.has(id))
  const expected = run.sides.map(({ cluster, snapshot }) => `${cluster} ${snapshot}`)
  assert.deepEqual(taken.map(({ cluster, id }) => `${cluster} ${id}`).toSorted(), expected.toSorted())
  const { items: jobs } = (await ask<{ items: readonly Job[] }>(`${base}/jobs?${ALL}`)).body
  const own = new Set(run.sides.map(({ job }) => job))
  assert.deepEqual(
    jobs.filter(({ id, phase }) => own.has(id) && phase !== 'done'),
    [],
  )
  const { status, body } = await ask<FleetResult & { drifts: readonly { differences: readonly unknown[] }[] }>(
    `${base}/comparisons/${run.id}`,
  )
  assert.equal(status, 200)
  const differences = body.drifts.reduce((sum, drift) => sum + drift.differences.length, 0)
  return { verdict: body.verdict, summary: body.summary, differences }
}

/** Ids of the snapshots that are kept. */
export async function keptSnapshots(url: string): Promise<ReadonlySet<string>> {
  const { body } = await ask<Listed>(`${url}/api/v1/snapshots?${ALL}`)
  return new Set(body.items.map(({ id }) => id))
}
