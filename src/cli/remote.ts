import { setTimeout as sleep } from 'node:timers/promises'
import { createServiceClient, type ServiceClient } from '../app/remote/service-client.ts'
import { AppError, type ErrorDocument } from '../model/errors.ts'
import type { Comparison } from '../model/comparison.ts'
import type { ComparisonSummary, SnapshotSummary } from '../service/ports.ts'
import type { RunRecord, SnapshotJobRecord } from '../service/runs.ts'
import type { ClusterView, SnapshotView } from '../service/service.ts'
import { exitCodeOf, printComparison } from './compare.ts'
import { renderList } from './data-output.ts'
import { formatOf, layersOf, list, scopeOf, severityOf, text, type Flags } from './flags.ts'
import { interruptible } from './interrupt.ts'
import { startProgress } from './progress.ts'
import { printHistory } from './history.ts'
import { printSnapshots } from './snapshot.ts'
import type { Streams } from './streams.ts'

const POLL_MS = 300
/** What a service decides for itself: its configuration says how clusters are reached and where its history is. */
const OF_THE_SERVICE = ['kubeconfig', 'as', 'asGroup', 'history', 'rules', 'parameters', 'config'] as const

/** The work of a command against a service (`--server URL`), with Ctrl-C ending the wait and not the work. */
export async function withService(
  flags: Flags,
  streams: Streams,
  work: (client: ServiceClient, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const given = OF_THE_SERVICE.find((name) => typeof flags[name] === 'string' || list(flags, name).length > 0)
  if (given !== undefined) {
    throw new AppError(
      'input-invalid',
      `--${given.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} has no meaning with --server`,
      {
        hint: 'The service has its own configuration. Leave the flag out.',
      },
    )
  }
  const interrupt = interruptible()
  const warn = (message: string): void => void streams.stderr.write(`warning: ${message}\n`)
  try {
    return await work(
      createServiceClient(text(flags, 'server') ?? '', streams.env, interrupt.signal, warn),
      interrupt.signal,
    )
  } finally {
    interrupt.release()
  }
}

/** `compare --server`: asks the service for new snapshots (or with --max-age for kept ones that are young enough) and prints what comes. */
export async function remoteCompare(written: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  const layers = layersOf(flags)
  const { kinds, namespaces, selector } = scopeOf(flags, layers)
  const outside = written.find((side) => side === '-' || side.startsWith('file:'))
  if (outside !== undefined) {
    throw new AppError('input-invalid', `${outside} cannot be compared with --server`, {
      hint: 'Name clusters of the service: flux-compare clusters --server URL',
    })
  }
  const [first, ...rest] = written
  const hasBaseline = flags['baseline'] !== false
  const maxAge = text(flags, 'maxAge')
  return withService(flags, streams, async (client, signal) => {
    const run = await client.post<RunRecord>('/comparisons', {
      baseline: hasBaseline ? first : null,
      targets: hasBaseline ? rest : written,
      ...(maxAge === null ? { fresh: true } : { maxAge }),
      kinds,
      namespaces,
      selector,
      resource: text(flags, 'resource'),
      layers,
      ignore: list(flags, 'ignore'),
      explain: flags['explain'] === true,
    })
    await untilDone(client, run, { flags, streams, signal })
    const comparison = await client.get<Comparison>(`/comparisons/${run.id}`, { format: 'json' })
    await printComparison(comparison, flags, streams)
    return exitCodeOf(comparison, severityOf(flags))
  })
}

type Waiting = { readonly flags: Flags; readonly streams: Streams; readonly signal: AbortSignal }

async function untilDone(client: ServiceClient, asked: RunRecord, { flags, streams, signal }: Waiting): Promise<void> {
  const progress = await startProgress(flags['quiet'] === true, streams)
  try {
    for (;;) {
      const run = await client.get<RunRecord>(`/comparisons/${asked.id}/run`)
      if (run.phase === 'done') return
      if (run.phase === 'failed' || run.phase === 'cancelled')
        throw notDone(run.error, `the comparison was ${run.phase}`)
      const jobs = run.sides.flatMap(({ job }) => (job === null ? [] : job))
      for (const job of jobs) showJob(await client.get(`/jobs/${job}`), progress.show)
      await sleep(POLL_MS, undefined, { signal })
    }
  } finally {
    progress.stop()
  }
}

function showJob({ cluster, progress }: SnapshotJobRecord, show: (progress: never) => void): void {
  if (progress) show({ cluster, ...progress } as never)
}

function notDone(error: ErrorDocument | null, otherwise: string): AppError {
  return error ? new AppError(error.code, error.message, { hint: error.hint }) : new AppError('interrupted', otherwise)
}

/** `snapshot --server`: a job for each cluster, and the snapshots that come of them. */
export async function remoteSnapshot(clusters: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  const format = text(flags, 'output') ?? 'table'
  return withService(flags, streams, async (client, signal) => {
    const jobs = await Promise.all(
      clusters.map((cluster) => client.post<SnapshotJobRecord>(`/clusters/${encodeURIComponent(cluster)}/snapshots`)),
    )
    const ids = await Promise.all(jobs.map((job) => untilTaken(client, job, signal)))
    const snapshots = await Promise.all(ids.map((id) => client.get<SnapshotView>(`/snapshots/${id}`)))
    if (format === 'table') return printSnapshots(snapshots, streams)
    const document = await client.get(`/snapshots/${ids[0]}/export`)
    await streams.stdout.write(renderList(format, document, { heads: [], rows: [] }))
    return snapshots.every(({ error }) => error === null) ? 0 : 2
  })
}

async function untilTaken(client: ServiceClient, asked: SnapshotJobRecord, signal: AbortSignal): Promise<string> {
  for (;;) {
    const job = await client.get<SnapshotJobRecord>(`/jobs/${asked.id}`)
    if (job.snapshot !== null) return job.snapshot
    if (job.finishedAt !== null) throw notDone(job.error, `the snapshot of ${job.cluster} was ${job.phase}`)
    await sleep(POLL_MS, undefined, { signal })
  }
}

/** `clusters --server`: what the service knows of its clusters from their last snapshots. */
export async function remoteClusters(flags: Flags, streams: Streams): Promise<number> {
  return withService(flags, streams, async (client) => {
    const { items } = await client.get<{ readonly items: readonly ClusterView[] }>('/clusters')
    await streams.stdout.write(
      renderList(text(flags, 'output') ?? 'table', items, {
        heads: ['NAME', 'KUBERNETES', 'FLUX', 'LAST SNAPSHOT', 'ANSWERS'],
        rows: items.map(({ name, kubernetes, flux, lastSnapshot, reachable, error }) => [
          name,
          kubernetes ?? '-',
          flux ?? '-',
          lastSnapshot?.takenAt ?? '-',
          error === null ? reachable : `no: ${error.message}`,
        ]),
      }),
    )
    return items.some(({ reachable }) => reachable === 'no') ? 2 : 0
  })
}

/** `history --server`. */
export async function remoteHistory(cluster: string | undefined, flags: Flags, streams: Streams): Promise<number> {
  const limit = text(flags, 'limit') ?? '20'
  return withService(flags, streams, async (client) => {
    const of = cluster === undefined ? {} : { cluster }
    const snapshots = await client.get<{ items: readonly SnapshotSummary[] }>('/snapshots', { limit, ...of })
    const runs =
      cluster === undefined
        ? await client.get<{ items: readonly RunRecord[] }>('/comparisons', { limit })
        : { items: [] }
    await printHistory(snapshots.items, runs.items.flatMap(summaryOf), flags, streams)
    return 0
  })
}

function summaryOf({ id, request, verdict, differences, finishedAt }: RunRecord): ComparisonSummary[] {
  if (verdict === null || finishedAt === null) return []
  const { baseline, clusters } = request
  return [{ id, baseline, verdict, at: finishedAt, clusters, differences: differences ?? 0 }]
}

/** `show ID --server`. */
export async function remoteShow(id: string, flags: Flags, streams: Streams): Promise<number> {
  return withService(flags, streams, async (client) => {
    if (id.startsWith('snap_')) {
      const format = formatOf(flags) === 'json' ? 'json' : 'yaml'
      const document = await client.get(`/snapshots/${encodeURIComponent(id)}/export`)
      await streams.stdout.write(renderList(format, document, { heads: [], rows: [] }))
      return 0
    }
    const comparison = await client.get<Comparison>(`/comparisons/${encodeURIComponent(id)}`, { format: 'json' })
    if (comparison.kind !== 'Comparison') throw new AppError('not-finished', `the comparison ${id} is not finished`)
    await printComparison(comparison, flags, streams)
    return exitCodeOf(comparison, severityOf(flags))
  })
}
