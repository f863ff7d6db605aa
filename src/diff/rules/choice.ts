import { hasLabels } from '../../model/labels.ts'
import type { ClusterProfile, ClusterChoice } from '../../model/rules.ts'
import type { Side } from '../side.ts'

/** What the configuration says of the sides, by the name of the side. */
export type Profiles = Readonly<Record<string, ClusterProfile>>

/** Whether a rule, or a part of it, is about the cluster of a side: all its conditions hold; none holds for all. */
export function isChosen({ clusters, matchLabels }: ClusterChoice, side: Side, profiles: Profiles): boolean {
  const profile = Object.hasOwn(profiles, side.name) ? profiles[side.name] : undefined
  if (clusters && !clusters.includes(side.name) && !(profile && clusters.includes(profile.cluster))) return false
  return hasLabels(profile?.labels ?? {}, matchLabels ?? {})
}
