import type { Comparison, Drift } from '../../model/comparison.ts'
import type { DifferenceFilter, DifferenceRow } from '../service.ts'
import { namesKind } from '../kind-names.ts'

/**
 * The differences that the filter lets through, in the order of the comparison. `filter.cluster` is a name. What follows from other
 * differences is listed only where its layer was asked for.
 */
export function listDifferences({ drifts }: Comparison, filter: DifferenceFilter): DifferenceRow[] {
  const isKind = filter.kind === null ? null : namesKind(filter.kind, () => drifts.map(({ ref }) => ref))
  return drifts
    .filter(({ ref }) => isKind === null || isKind(ref))
    .filter(({ ref }) => filter.namespace === null || ref.namespace === filter.namespace)
    .filter((drift) => filter.name === null || isNamed(drift, filter.name))
    .flatMap(({ ref, presence, against, differences }) =>
      differences
        .filter(({ severity }) => filter.severity === null || severity === filter.severity)
        .filter(({ layer, derivedFrom }) => (filter.layer === null ? derivedFrom.length === 0 : layer === filter.layer))
        .filter(({ changes }) => filter.cluster === null || Object.hasOwn(changes, filter.cluster))
        .map((difference) => ({ ref, presence, against, difference })),
    )
}

function isNamed({ ref, refs }: Drift, name: string): boolean {
  return ref.name === name || Object.values(refs).some((other) => other.name === name)
}
