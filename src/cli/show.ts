import { openKeptHistory } from '../app/kept-history.ts'
import { AppError } from '../model/errors.ts'
import { toSnapshotDocument } from '../model/snapshot-document.ts'
import { printComparison, exitCodeOf } from './compare.ts'
import { renderList } from './data-output.ts'
import { formatOf, historyOf, severityOf, type Flags } from './flags.ts'
import type { Streams } from './streams.ts'

/** `flux-compare show ID`: a kept comparison in any format, or a kept snapshot as a document that `file:` reads. */
export async function showCommand(id: string, flags: Flags, streams: Streams): Promise<number> {
  const history = openKeptHistory(historyOf(flags) ?? undefined, streams.env, 'read')
  try {
    const comparison = history.loadComparison(id)
    if (comparison) {
      await printComparison(comparison, flags, streams)
      return exitCodeOf(comparison, severityOf(flags))
    }
    const snapshot = id.startsWith('snap_') ? history.loadSnapshot(null, { id }) : null
    if (!snapshot) throw new AppError('snapshot-unknown', `nothing that is kept has the id ${id}`)
    const format = formatOf(flags)
    const data = toSnapshotDocument(snapshot)
    await streams.stdout.write(renderList(format === 'json' ? 'json' : 'yaml', data, { heads: [], rows: [] }))
    return 0
  } finally {
    history.close()
  }
}
