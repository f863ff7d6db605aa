import type { Config } from '../config/config.ts'
import { clustersCompared } from '../config/named-comparison.ts'
import type { ComparisonConfig } from '../config/sections/comparisons.ts'
import type { NamedComparison } from '../service/schedules/named-comparison.ts'
import type { CompareQuery } from '../service/service.ts'

/** The comparisons of the configuration as the service knows them, in its order. */
export function namedComparisons(config: Pick<Config, 'clusters' | 'comparisons'>): readonly NamedComparison[] {
  return config.comparisons.map((comparison) => {
    const { name, damping, schedule, notify } = comparison
    return {
      name,
      query: queryOf(comparison),
      clusters: clustersCompared(config, comparison).map((cluster) => cluster.name),
      damping,
      schedule: schedule === null ? null : { name, ...schedule },
      channels: [...new Set(notify.map(({ channel }) => channel))],
    }
  })
}

/** What a request for the same would say. */
function queryOf(comparison: ComparisonConfig): CompareQuery {
  const { baseline, targets, maxAgeMs, kinds, namespaces, selector, layers, ignore } = comparison
  return {
    baseline,
    targets: targets.by === 'names' ? targets.names : [],
    labels: targets.by === 'labels' ? targets.matchLabels : null,
    age: maxAgeMs === 0 ? 'fresh' : maxAgeMs,
    kinds,
    namespaces,
    selector,
    resource: null,
    layers,
    ignore,
    explain: false,
  }
}
