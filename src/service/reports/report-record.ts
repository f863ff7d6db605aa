import { countOngoing, severityOf, sumCounts, type DriftReport } from '../../model/drift-report.ts'
import type { SecretCompare } from '../../model/mask.ts'
import { isNews } from '../notify-policy.ts'
import type { ReportRecord } from './report-store.ts'

/** What is told of a report in lists. */
export function reportRecordOf(report: DriftReport, secrets: SecretCompare): ReportRecord {
  const { id, name, at, comparison, previous, baseline, targets, verdict } = report
  const { fresh, worsened, reopened, resolved } = report
  return {
    id,
    name,
    at,
    comparison,
    previous,
    baseline,
    targets,
    verdict,
    news: isNews(report),
    severity: severityOf(report),
    counts: {
      fresh: fresh.length,
      worsened: worsened.length,
      reopened: reopened.length,
      resolved: resolved.length,
      ongoing: sumCounts(countOngoing(report)),
    },
    secrets,
  }
}
