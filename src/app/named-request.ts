import type { Config } from '../config/config.ts'
import { clustersCompared, namedComparison } from '../config/named-comparison.ts'
import type { CompareRequest } from '../service/compare-sides.ts'
import { kindsNamed } from '../service/kind-names.ts'
import { readExpectations } from './expectations.ts'

/**
 * What a comparison of the configuration asks for, where the clusters are read at once: no kept snapshot stands in for one. Throws
 * `not-found` where none has that name.
 */
export function namedRequest(config: Config, name: string): CompareRequest {
  const comparison = namedComparison(config, name)
  const { baseline, layers, kinds, namespaces, selector, ignore, damping } = comparison
  return {
    name,
    damping,
    sides: clustersCompared(config, comparison).map((cluster) => ({
      from: 'cluster',
      cluster: cluster.name,
      label: cluster.name,
    })),
    baseline,
    layers,
    ignore,
    scope: {
      kinds: kinds === null ? null : kindsNamed(kinds),
      namespaces,
      selector,
      resource: null,
      secrets: 'equality',
      events: layers.includes('events'),
    },
    ...readExpectations({ rules: [], parameters: [], config }),
    explain: false,
  }
}
