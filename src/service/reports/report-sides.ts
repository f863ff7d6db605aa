import { answerSides, type ComparePorts, type CompareRequest } from '../compare-sides.ts'
import type { History } from '../ports.ts'
import type { ReportContext, SavedReport } from './report-store.ts'

export type ReportPorts = ComparePorts & { readonly history: History }

/**
 * Takes a snapshot of every side, compares them, and makes the report of it with the messages that it calls for. All is kept, or with
 * `isDry` nothing. All sides must be clusters as they are now. Rejects as `compareSides`.
 */
export async function reportSides(
  request: CompareRequest,
  context: ReportContext,
  ports: ReportPorts,
  { isDry }: { readonly isDry: boolean },
): Promise<SavedReport> {
  const { ruled, snapshots, tracked } = await answerSides(request, ports)
  const { comparison } = ruled
  if (tracked === null) throw new TypeError('a report is about clusters as they are now')
  if (isDry) return ports.history.previewReport(comparison, tracked, context)
  const { history } = ports
  return history.together(() => {
    for (const snapshot of snapshots) history.saveSnapshot(snapshot)
    return history.saveReport(comparison, tracked, context)
  })
}
