import type { Config } from '../config/config.ts'
import { clustersCompared } from '../config/named-comparison.ts'
import { secretsOf } from '../service/compare-task.ts'
import type { ReportContext } from '../service/reports/report-store.ts'

/** What the reports of that comparison are made with, as configured now; null where no comparison has that name. */
export function reportContextFor(config: Config, name: string): ReportContext | null {
  const comparison = config.comparisons.find((one) => one.name === name)
  if (!comparison) return null
  const clusters = clustersCompared(config, comparison)
  return {
    name,
    routes: comparison.notify,
    clusters: clusters.map((cluster) => ({ name: cluster.name, slug: cluster.slug, labels: cluster.labels })),
    baseUrl: config.server.publicUrl,
    owners: config.owners,
    secrets: secretsOf(
      clusters.map((cluster) => cluster.name),
      config.clusters,
    ),
  }
}
