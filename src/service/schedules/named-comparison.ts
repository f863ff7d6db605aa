import type { ClusterName } from '../../model/cluster.ts'
import type { Access } from '../access.ts'
import type { NewRun } from '../runs.ts'
import { planComparison, type PlanPorts } from '../serve/plan-comparison.ts'
import type { ServicePorts } from '../service-ports.ts'
import type { CompareQuery } from '../service.ts'
import type { Schedule } from './schedule-store.ts'

/** A comparison of the configuration: what is compared again and again. */
export type NamedComparison = {
  readonly name: string
  readonly query: CompareQuery
  /** Baseline first. */
  readonly clusters: readonly ClusterName[]
  /** In how many comparisons running a difference must be seen before it counts. */
  readonly damping: number
  /** Null: only on request. */
  readonly schedule: Schedule | null
  /** Names of the channels that hear of it, each once. */
  readonly channels: readonly string[]
}

/** Who asks for what is due. */
export function scheduleCaller(name: string): string {
  return `schedule:${name}`
}

/**
 * The run of a named comparison as it is configured now, over all that its clusters hold, whoever asks. Throws `not-found` and
 * `input-invalid` where it cannot be asked for.
 */
export async function planNamedRun(
  ports: PlanPorts & Pick<ServicePorts, 'ids'>,
  { query, name, damping }: NamedComparison,
  requestedBy: string,
): Promise<NewRun> {
  const all: Access = { caller: requestedBy, scope: 'trigger', clusters: null, namespaces: null }
  const { request, sides } = await planComparison(ports, all, query)
  return {
    id: ports.ids.next('run'),
    request: { ...request, name, ...(damping === 1 ? {} : { damping }) },
    requestedBy,
    sides: sides.map(({ cluster, snapshot }) => ({
      cluster: cluster.name,
      pool: cluster.pool,
      snapshot,
      newJob: ports.ids.next('job'),
    })),
    idempotency: null,
  }
}

/** What a schedule is remembered by: with another cron expression or time zone it begins anew. */
export function scheduleKey(schedule: Schedule | null): string {
  return schedule === null ? 'none' : `${schedule.cron} ${schedule.timeZone}`
}
