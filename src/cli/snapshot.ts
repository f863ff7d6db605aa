import { AppError } from '../model/errors.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { toSnapshotDocument } from '../model/snapshot-document.ts'
import { isUnread } from '../model/coverage.ts'
import { takeSnapshots } from '../service/take-snapshots.ts'
import { renderList } from './data-output.ts'
import { scopeOf, text, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'
import { withWorkbench } from './with-workbench.ts'

/** `flux-compare snapshot CLUSTER...`: reads and keeps; exit code 2 where something could not be read. */
export async function snapshotCommand(clusters: readonly string[], flags: Flags, streams: Streams): Promise<number> {
  const format = text(flags, 'output') ?? 'table'
  if (format !== 'table' && clusters.length > 1) {
    throw new AppError('input-invalid', `-o ${format} prints one snapshot, ${clusters.length} clusters were given`, {
      hint: 'Export one cluster at a time.',
    })
  }
  const scope = { ...scopeOf(flags, []), events: true }
  return withWorkbench(flags, streams, async (workbench, stopProgress) => {
    for (const cluster of clusters) workbench.requireContext(cluster)
    const snapshots = await takeSnapshots(clusters, scope, workbench.ports)
    stopProgress()
    await print(snapshots, format, streams)
    return snapshots.every(isWhole) ? 0 : 2
  })
}

async function print(snapshots: readonly Snapshot[], format: string, streams: Streams): Promise<void> {
  if (format === 'table') {
    await printSnapshots(
      snapshots.map((snapshot) => ({ ...snapshot, ...snapshot.install, objects: snapshot.entries.length })),
      streams,
    )
    return
  }
  const [snapshot] = snapshots
  await streams.stdout.write(renderList(format, toSnapshotDocument(snapshot!), { heads: [], rows: [] }))
  await tellErrors(snapshots, streams)
}

/** What a line says of a snapshot. */
export type SnapshotRow = Pick<Snapshot, 'id' | 'cluster' | 'error' | 'coverage'> & {
  readonly flux: string | null
  readonly kubernetes: string | null
  /** Null: the caller may not know. */
  readonly objects: number | null
}

/** A line for each snapshot on stdout, its error on stderr; gives the exit code. */
export async function printSnapshots(snapshots: readonly SnapshotRow[], streams: Streams): Promise<number> {
  await streams.stdout.write(
    renderList('table', null, {
      heads: ['CLUSTER', 'SNAPSHOT', 'FLUX', 'KUBERNETES', 'OBJECTS', 'READ'],
      rows: snapshots.map((snapshot) => [
        snapshot.cluster,
        snapshot.id,
        snapshot.flux ?? '-',
        snapshot.kubernetes ?? '-',
        snapshot.objects === null ? '-' : String(snapshot.objects),
        readOf(snapshot),
      ]),
    }),
  )
  await tellErrors(snapshots, streams)
  return snapshots.every(isWhole) ? 0 : 2
}

async function tellErrors(snapshots: readonly Pick<Snapshot, 'error' | 'cluster'>[], streams: Streams): Promise<void> {
  for (const { error, cluster } of snapshots) {
    if (error) await streams.stderr.write(`error: ${cluster}: ${error.message}\nhint: ${error.hint}\n`)
  }
}

function isWhole({ error, coverage }: Pick<Snapshot, 'error' | 'coverage'>): boolean {
  return error === null && !coverage.some(({ status }) => isUnread(status))
}

function readOf({ error, coverage }: Pick<Snapshot, 'error' | 'coverage'>): string {
  if (error) return `failed: ${error.code}`
  const unread = coverage.filter(({ status }) => isUnread(status))
  return unread.length === 0 ? 'complete' : unread.map(({ kind, status }) => `${kind} ${status}`).join(', ')
}
