import type { NamedComparison } from '../../src/service/schedules/named-comparison.ts'
import type { Schedule } from '../../src/service/schedules/schedule-store.ts'
import { queryOf } from './service-rig.ts'

/** Production against staging, each full hour; `schedule` null: on request only. */
export function namedComparison(name: string, schedule: Partial<Schedule> | null = {}): NamedComparison {
  return {
    name,
    query: queryOf({ age: 'fresh' }),
    clusters: ['staging', 'production'],
    damping: 1,
    schedule: schedule === null ? null : { name, cron: '0 * * * *', timeZone: 'UTC', jitterMs: 0, ...schedule },
    channels: ['team'],
  }
}
