import { openKeptHistory } from '../app/kept-history.ts'
import { AppError } from '../model/errors.ts'
import { renderList } from './data-output.ts'
import { historyOf, text, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'
import { printable } from './table.ts'

/** `flux-compare history [CLUSTER]`: what is kept, newest first. */
export async function historyCommand(cluster: string | undefined, flags: Flags, streams: Streams): Promise<number> {
  const limit = Number(text(flags, 'limit') ?? '20')
  if (!Number.isInteger(limit) || limit < 1) throw new AppError('input-invalid', '--limit takes a whole number from 1')
  const history = openKeptHistory(historyOf(flags) ?? undefined, streams.env, 'read')
  try {
    const snapshots = history.listSnapshots({ cluster: cluster ?? null, limit })
    const comparisons = cluster === undefined ? history.listComparisons(limit) : []
    await printHistory(snapshots, comparisons, { ...flags, cluster }, streams)
    return 0
  } finally {
    history.close()
  }
}

/** Lists what is kept in the format that was asked for. */
export async function printHistory(
  snapshots: Snapshots,
  comparisons: Comparisons,
  flags: Flags,
  streams: Streams,
): Promise<void> {
  const format = text(flags, 'output') ?? 'table'
  await streams.stdout.write(
    format === 'table'
      ? tables(snapshots, comparisons, text(flags, 'cluster'))
      : render(format, snapshots, comparisons),
  )
}

type Kept = ReturnType<typeof openKeptHistory>
type Snapshots = ReturnType<Kept['listSnapshots']>
type Comparisons = ReturnType<Kept['listComparisons']>

function render(format: string, snapshots: Snapshots, comparisons: Comparisons): string {
  const names = [...snapshots, ...comparisons].map(({ id }) => [id])
  return renderList(format, { snapshots, comparisons }, { heads: ['ID'], rows: names })
}

function tables(snapshots: Snapshots, comparisons: Comparisons, cluster: string | null): string {
  if (snapshots.length + comparisons.length === 0) {
    return `Nothing is kept ${cluster === null ? 'yet' : `of ${printable(cluster)}`}. Take a snapshot with: flux-compare snapshot ${printable(cluster ?? 'CLUSTER')}\n`
  }
  const parts: string[] = []
  if (snapshots.length > 0) {
    parts.push(
      renderList('table', null, {
        heads: ['SNAPSHOT', 'CLUSTER', 'TAKEN', 'OBJECTS', 'CHANGED'],
        rows: snapshots.map((row) => [row.id, row.cluster, row.takenAt, String(row.objects), String(row.changed)]),
      }),
    )
  }
  if (comparisons.length > 0) {
    parts.push(
      renderList('table', null, {
        heads: ['COMPARISON', 'AT', 'VERDICT', 'DIFFERENCES', 'CLUSTERS'],
        rows: comparisons.map((row) => [row.id, row.at, row.verdict, String(row.differences), row.clusters.join(', ')]),
      }),
    )
  }
  return parts.join('\n')
}
