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
  if (format !== 'table') {
    const [snapshot] = snapshots
    await streams.stdout.write(renderList(format, toSnapshotDocument(snapshot!), { heads: [], rows: [] }))
  } else {
    await streams.stdout.write(
      renderList('table', null, {
        heads: ['CLUSTER', 'SNAPSHOT', 'FLUX', 'KUBERNETES', 'OBJECTS', 'READ'],
        rows: snapshots.map((snapshot) => [
          snapshot.cluster,
          snapshot.id,
          snapshot.install.flux ?? '-',
          snapshot.install.kubernetes ?? '-',
          String(snapshot.entries.length),
          readOf(snapshot),
        ]),
      }),
    )
  }
  for (const { error, cluster } of snapshots) {
    if (error) await streams.stderr.write(`error: ${cluster}: ${error.message}\nhint: ${error.hint}\n`)
  }
}

function isWhole({ error, coverage }: Snapshot): boolean {
  return error === null && !coverage.some(({ status }) => isUnread(status))
}

function readOf(snapshot: Snapshot): string {
  if (snapshot.error) return `failed: ${snapshot.error.code}`
  const unread = snapshot.coverage.filter(({ status }) => isUnread(status))
  return unread.length === 0 ? 'complete' : unread.map(({ kind, status }) => `${kind} ${status}`).join(', ')
}
