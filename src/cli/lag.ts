import { readExpectations } from '../app/expectations.ts'
import { openKeptHistory } from '../app/kept-history.ts'
import { loadRightConfig } from '../app/load-right-config.ts'
import type { Config } from '../config/config.ts'
import { clustersCompared, namedComparison } from '../config/named-comparison.ts'
import type { ClusterName } from '../model/cluster.ts'
import { AppError } from '../model/errors.ts'
import { compareText } from '../model/resource-ref.ts'
import { kindsNamed } from '../service/kind-names.ts'
import { answerLag, type LagCluster, type LagTask, type PromotionLag } from '../service/promotion/lag-view.ts'
import type { History } from '../service/ports.ts'
import { renderList } from './data-output.ts'
import { historyOf, text, type Flags } from './flags.ts'
import { lagText } from './lag-text.ts'
import { withService } from './remote.ts'
import { widthOf, type Streams } from './streams.ts'

/** `flux-compare drift lag [BASELINE TARGET...]`: which version of each application is where, and who is behind for how long. */
export async function driftLagCommand(clusters: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  if (clusters.length > 0 && text(flags, 'comparison') !== null) {
    throw new AppError('input-invalid', 'clusters and --comparison contradict each other', {
      hint: 'Give one of the two.',
    })
  }
  if (typeof flags['server'] === 'string') return remoteLag(clusters, flags, streams)
  const history = openKeptHistory(historyOf(flags) ?? undefined, streams.env, 'read')
  try {
    const lag = localLag(history, taskOf(clusters, flags, streams))
    await print({ apiVersion: 'flux-compare.dev/v1', kind: 'PromotionLag', ...lag }, flags, streams)
    return 0
  } finally {
    history.close()
  }
}

type LagDocument = PromotionLag & { readonly apiVersion: string; readonly kind: string }

async function print(lag: LagDocument, flags: Flags, streams: Streams): Promise<void> {
  const format = text(flags, 'output') ?? 'table'
  const isText = format === 'table'
  const output = isText
    ? lagText(lag, widthOf(streams.stdout, streams.env))
    : renderList(format, lag, { heads: [], rows: [] })
  await streams.stdout.write(output)
}

function remoteLag(clusters: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  const [baseline, ...targets] = clusters
  const comparison = text(flags, 'comparison')
  return withService(flags, streams, async (client) => {
    const lag = await client.get<LagDocument>('/lag', {
      ...(comparison === null ? {} : { comparison }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(targets.length === 0 ? {} : { target: targets }),
      ...(flags['all'] === true ? { all: 'true' } : {}),
    })
    await print(lag, flags, streams)
    return 0
  })
}

/** Without clusters: those of which something is kept. */
type Task = Omit<LagTask, 'clusters'> & { readonly clusters: readonly ClusterName[] | null }

function taskOf(written: readonly string[], flags: Flags, { env }: Streams): Task {
  const file = text(flags, 'config')
  const config = file === null ? null : loadRightConfig({ path: file, env, role: 'worker' })
  const { profiles } = readExpectations({ rules: [], parameters: [], config })
  const rest = { profiles, all: flags['all'] === true }
  const name = text(flags, 'comparison')
  if (name !== null) return { ...rest, ...scopeOf(config, name) }
  const clusters = [...new Set(written)]
  if (clusters.length === 1) throw new AppError('input-invalid', 'the lag between clusters needs two of them')
  const all = { ...rest, kinds: null, namespaces: null }
  return { ...all, baseline: clusters[0] ?? null, clusters: clusters.length === 0 ? null : clusters }
}

function scopeOf(config: Config | null, name: string): Pick<Task, 'baseline' | 'clusters' | 'kinds' | 'namespaces'> {
  if (config === null) {
    throw new AppError('input-invalid', '--comparison needs --config, where the comparison is written', {
      hint: 'Give --config FILE, or --server URL.',
    })
  }
  const comparison = namedComparison(config, name)
  const { baseline, kinds, namespaces } = comparison
  const clusters = clustersCompared(config, comparison).map((cluster) => cluster.name)
  return { baseline, clusters, kinds: kinds === null ? null : kindsNamed(kinds), namespaces }
}

function localLag(history: History, task: Task): PromotionLag {
  const steps = history.versionSteps(task.clusters)
  const names = task.clusters ?? [...new Set(steps.map(({ cluster }) => cluster))].toSorted(compareText)
  const clusters = names.map((name) => clusterIn(history, name))
  const answer = answerLag({ versionSteps: () => steps }, { ...task, clusters: names })
  return { at: new Date().toISOString(), baseline: task.baseline, clusters, ...answer }
}

/** Snapshots that are looked at to find one that could be read. */
const TRIES = 100

function clusterIn(history: History, name: ClusterName): LagCluster {
  const newest = history.listSnapshots({ cluster: name, limit: TRIES })
  if (newest.length === 0) {
    throw new AppError('snapshot-unknown', `no snapshot of ${name} is kept`, {
      hint: `Take one with: flux-compare snapshot ${name}`,
    })
  }
  const takenAt = newest.find(({ error }) => error === null)?.takenAt ?? null
  return { name, takenAt, error: newest[0]?.error?.code ?? null }
}
