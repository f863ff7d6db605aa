import { pairNames, type Named } from '../../diff/parameters/name-pairs.ts'
import { createReplacer } from '../../diff/parameters/replacer.ts'
import type { Profiles } from '../../diff/rules/choice.ts'
import type { ClusterName } from '../../model/cluster.ts'
import type { ErrorCode } from '../../model/errors.ts'
import { refKey } from '../../model/resource-ref.ts'
import { isLevel, promotionLag, type ApplicationLag, type LagQuestion } from './promotion-lag.ts'
import type { VersionReads, VersionStep } from './version-store.ts'

/** What the lag is worked out from. Plain data. */
export type LagTask = {
  readonly baseline: ClusterName | null
  /** Baseline included. */
  readonly clusters: readonly ClusterName[]
  /** Parameters of clusters, by which objects pair that they call differently. */
  readonly profiles: Profiles
  /** Null: all. */
  readonly kinds: readonly string[] | null
  readonly namespaces: readonly string[] | null
  /** Whether applications are listed that are the same everywhere. */
  readonly all: boolean
}

/** `level`: how many applications are the same on all clusters that have them. */
export type LagAnswer = { readonly applications: readonly ApplicationLag[]; readonly level: number }

/** A cluster with the age of what is known of it. */
export type LagCluster = {
  readonly name: ClusterName
  /** When the newest snapshot that could be read was taken; null: there is none. */
  readonly takenAt: string | null
  /** Why the newest try failed; null: it did not. */
  readonly error: ErrorCode | null
}

/** Which version of each application is where, and since when the last cluster is behind. Times are RFC 3339, UTC. */
export type PromotionLag = LagAnswer & {
  readonly at: string
  readonly baseline: ClusterName | null
  readonly clusters: readonly LagCluster[]
}

/** The lag of the applications that the task is about, by kept versions. Pure. */
export function answerLag({ versionSteps }: VersionReads, task: LagTask): LagAnswer {
  const { baseline, clusters, kinds, namespaces, all } = task
  const steps = versionSteps(clusters).filter(
    ({ ref }) => (kinds?.includes(ref.kind) ?? true) && (namespaces?.includes(ref.namespace) ?? true),
  )
  const lags = promotionLag(steps, { baseline, clusters, nameOf: namesOver(steps, task) })
  const uneven = lags.filter((lag) => !isLevel(lag))
  return { applications: all ? lags : uneven, level: lags.length - uneven.length }
}

/** The names by which a comparison of these clusters would pair the objects. */
function namesOver(steps: readonly VersionStep[], { clusters, profiles }: LagTask): LagQuestion['nameOf'] {
  const parameters = clusters.map((cluster) => (Object.hasOwn(profiles, cluster) ? profiles[cluster]!.parameters : {}))
  if (parameters.every((one) => Object.keys(one).length === 0)) return (ref) => ref
  const byCluster = Map.groupBy(steps, ({ cluster }) => cluster)
  const named = clusters.map((cluster, index): Named => {
    const refs = new Map((byCluster.get(cluster) ?? []).map(({ ref }) => [refKey(ref), ref]))
    return { refs: [...refs.values()], replacer: createReplacer(parameters[index]!) }
  })
  const pairs = pairNames(named)
  return (ref, cluster) => pairs.of(ref, named[clusters.indexOf(cluster)]!)
}
