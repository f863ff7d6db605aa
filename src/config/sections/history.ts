import * as z from 'zod'
import { readLongDuration } from '../durations.ts'
import { filePath, longDuration, resolvePath } from '../words.ts'

export type HistoryConfig = {
  /** Null: FLUX_COMPARE_HISTORY, then the file in the XDG state folder. */
  readonly path: string | null
  /** Snapshots and comparisons older than this are removed. */
  readonly keepMs: number
  /** So many of the newest snapshots of each cluster stay whatever their age. */
  readonly keepLatest: number
}

export const historySchema = z.strictObject({
  path: filePath('/var/lib/flux-compare/history.db').optional().meta({
    description:
      'The SQLite file. Default: FLUX_COMPARE_HISTORY, then flux-compare/service.db in the XDG state folder.',
  }),
  keep: longDuration('90d').default('90d').meta({ description: 'How long snapshots and comparisons are kept.' }),
  keepLatest: z
    .int()
    .min(1)
    .max(100_000)
    .default(1)
    .meta({ description: 'So many of the newest snapshots of each cluster stay whatever their age.' }),
})

export function resolveHistory(written: z.output<typeof historySchema>, folder: string): HistoryConfig {
  return {
    path: written.path === undefined ? null : resolvePath(written.path, folder),
    keepMs: readLongDuration(written.keep)!,
    keepLatest: written.keepLatest,
  }
}
