import type { RuledComparison } from '../diff/compare.ts'
import type { ObjectFilter } from '../diff/filter.ts'
import { suggestParameters, type Suggestion } from '../diff/parameters/suggest.ts'
import type { Profiles } from '../diff/rules/choice.ts'
import type { Fingerprint } from '../flux/fingerprint.ts'
import type { Layer } from '../model/comparison.ts'
import { AppError } from '../model/errors.ts'
import type { Rule } from '../model/rules.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { answerWithUsage, checkPatterns, inputOf, type LabelledSnapshot, type Question } from './compare-question.ts'
import { definitionOf } from './ledger/definition.ts'
import type { TrackedComparison } from './ledger/ledger-store.ts'
import type { CollectScope, History, Ids, Progress, SnapshotSource } from './ports.ts'
import { checkSides, type Side } from './sides.ts'
import { isKept } from './take-snapshots.ts'

export type CompareRequest = {
  readonly sides: readonly Side[]
  /** Label of the side that the others are measured against; null: the most common variant of each object. */
  readonly baseline: string | null
  readonly scope: CollectScope
  readonly layers: readonly Layer[]
  readonly ignore: readonly string[]
  readonly rules?: readonly Rule[]
  /** What is known of clusters, by their names. */
  readonly profiles?: Profiles
  readonly explain: boolean
  /** Of the comparison definition; null or left out: the clusters and rules say which one it is. */
  readonly name?: string | null
  /** See `definitionOf`. */
  readonly damping?: number
}

export type ComparePorts = {
  readonly clusters: SnapshotSource
  readonly files: SnapshotSource
  /** Null: nothing is kept, and kept sides are refused. */
  readonly history: History | null
  readonly ids: Ids
  readonly engine: string
  readonly fingerprint: Fingerprint | null
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
}

/**
 * Takes a snapshot of every side, compares them by the rules, and keeps both. Kept sides are looked up before anything new is stored,
 * so that `production@previous production` compares with the run before this one.
 * Rejects with an AppError for bad input; a cluster that cannot be read makes the verdict `incomplete` instead.
 */
export async function compareSides(request: CompareRequest, ports: ComparePorts): Promise<RuledComparison> {
  const { ruled, snapshots, tracked } = await answerSides(request, ports)
  const { history } = ports
  history?.together(() => {
    for (const snapshot of snapshots) history.saveSnapshot(snapshot)
    history.saveComparison(ruled.comparison, tracked ?? undefined)
  })
  return ruled
}

/** A comparison that was made, and what there is to keep of it. */
export type AnsweredSides = {
  readonly ruled: RuledComparison
  /** Those that later runs can go back to. */
  readonly snapshots: readonly Snapshot[]
  /** Null: it is no news of its clusters. */
  readonly tracked: TrackedComparison | null
}

/** Takes a snapshot of every side and compares them; nothing is kept. Rejects as {@link compareSides}. */
export async function answerSides(request: CompareRequest, ports: ComparePorts): Promise<AnsweredSides> {
  const { question, labelled } = await takeSides(request, ports)
  const ruled = answerWithUsage(ports.ids.next('run'), question, labelled, ports)
  const snapshots = labelled.flatMap(({ snapshot }, index) =>
    request.sides[index]!.from === 'cluster' && isKept(snapshot, request.scope) ? [snapshot] : [],
  )
  return { ruled, snapshots, tracked: trackedBy(request, { question, labelled }) }
}

/** The ledger is about clusters as they are now: what a file says, or a cluster once was, is no news of it. */
function trackedBy({ sides }: CompareRequest, { question, labelled }: Taken): TrackedComparison | null {
  if (sides.some(({ from }) => from !== 'cluster')) return null
  const snapshots = labelled.map(({ snapshot }) => snapshot)
  const times = snapshots.map(({ takenAt }) => Date.parse(takenAt))
  const definition = definitionOf({ ...question, clusters: labelled.map(({ label }) => label) })
  return { definition, now: new Date(Math.max(...times)).toISOString(), snapshots }
}

type Taken = {
  readonly question: Question & Pick<CompareRequest, 'name' | 'damping'>
  readonly labelled: readonly LabelledSnapshot[]
}

async function takeSides(request: CompareRequest, ports: ComparePorts): Promise<Taken> {
  checkSides(request.sides)
  const question = { ...request, profiles: profilesOf(request), filter: filterOf(request.scope) }
  checkPatterns(question)
  const snapshots = await Promise.all(request.sides.map((side) => takeSide(side, request, ports)))
  ports.signal.throwIfAborted()
  return { question, labelled: snapshots.map((snapshot, index) => ({ label: request.sides[index]!.label, snapshot })) }
}

/** Parameters that would explain what differs (see `suggestParameters`). Nothing is kept. Rejects as {@link compareSides}. */
export async function suggestForSides(request: CompareRequest, ports: ComparePorts): Promise<Suggestion> {
  const { question, labelled } = await takeSides(request, ports)
  return suggestParameters(inputOf('suggest', question, labelled, ports))
}

/** A kept state of a cluster is known by its name: `production@24h` is production. */
function profilesOf({ sides, profiles = {} }: CompareRequest): Profiles {
  const known = sides.flatMap(({ label, cluster }): [string, Profiles[string]][] => {
    const name = [label, cluster].find((one) => Object.hasOwn(profiles, one))
    return name === undefined ? [] : [[label, profiles[name]!]]
  })
  return Object.fromEntries(known)
}

async function takeSide(side: Side, { scope, sides }: CompareRequest, ports: ComparePorts): Promise<Snapshot> {
  if (side.from === 'history') return loadSide(side, sides, scope, ports.history)
  const source = side.from === 'file' ? ports.files : ports.clusters
  const { history } = ports
  const known = side.from === 'cluster' && history ? () => history.known(side.cluster, scope.namespaces) : null
  return source.collect({ cluster: side.cluster, scope, known, signal: ports.signal, progress: ports.progress })
}

type KeptSide = Extract<Side, { from: 'history' }>

function loadSide(side: KeptSide, sides: readonly Side[], scope: CollectScope, history: History | null): Snapshot {
  if (!history) {
    throw new AppError('snapshot-unknown', `${side.label} names a kept snapshot, but nothing is kept with --no-history`)
  }
  const snapshot = history.loadSnapshot(side.cluster, selectorOf(side, sides), scope.namespaces)
  if (snapshot) return snapshot
  const isKept = history.listSnapshots({ cluster: side.cluster, limit: 1 }).length > 0
  throw new AppError(
    'snapshot-unknown',
    isKept ? `no snapshot of ${side.cluster} fits ${side.label}` : `no snapshot of ${side.cluster} is kept`,
    { hint: `Take one with: flux-compare snapshot ${side.cluster}. List what is kept with: flux-compare history` },
  )
}

/** Beside the cluster itself, which is the newest now, the previous snapshot is the newest that is kept. */
function selectorOf({ cluster, selector }: KeptSide, sides: readonly Side[]): KeptSide['selector'] {
  const isRead = sides.some((side) => side.from === 'cluster' && side.cluster === cluster)
  return selector === 'previous' && isRead ? 'latest' : selector
}

function filterOf(scope: CollectScope): ObjectFilter {
  return { kinds: scope.kinds, namespaces: scope.namespaces, selector: scope.selector, resource: scope.resource }
}
