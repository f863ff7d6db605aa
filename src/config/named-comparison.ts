import { AppError } from '../model/errors.ts'
import { hasLabels } from '../model/labels.ts'
import { nearestName } from '../model/nearest-names.ts'
import type { Config } from './config.ts'
import type { ClusterConfig } from './sections/clusters.ts'
import type { ComparisonConfig } from './sections/comparisons.ts'

/** The comparison of that name. Throws `not-found`, naming the nearest. */
export function namedComparison({ comparisons }: Pick<Config, 'comparisons'>, name: string): ComparisonConfig {
  const found = comparisons.find((one) => one.name === name)
  if (found) return found
  const names = comparisons.map((one) => one.name)
  const nearest = nearestName(name, names)
  const known = names.length === 0 ? 'The configuration has no comparisons.' : `Known: ${names.join(', ')}.`
  throw new AppError('not-found', `the configuration has no comparison ${name}`, {
    hint: nearest === null ? known : `Did you mean ${nearest}?`,
  })
}

/** Its clusters as they are configured: the baseline first, then the targets as named, or in the order of the configuration. */
export function clustersCompared(
  { clusters }: Pick<Config, 'clusters'>,
  { baseline, targets }: Pick<ComparisonConfig, 'baseline' | 'targets'>,
): readonly ClusterConfig[] {
  const named = targets.by === 'names' ? targets.names : []
  const first = [...(baseline === null ? [] : [baseline]), ...named].flatMap(
    (name) => clusters.find((cluster) => cluster.name === name) ?? [],
  )
  if (targets.by === 'names') return first
  const others = clusters.filter(({ name, labels }) => name !== baseline && hasLabels(labels, targets.matchLabels))
  return [...first, ...others]
}
