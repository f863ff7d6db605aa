import type { Severity } from '../model/comparison.ts'
import type { DriftItem, DriftReport } from '../model/drift-report.ts'
import { displayRef } from '../model/resource-ref.ts'
import { isWebLink } from './drift-report-closing.ts'
import { headlineOf, nameList, notComparedLine, safeClip } from './drift-report-words.ts'

/** One alert of Alertmanager's API v2; its labels are its identity, so they hold nothing that changes from report to report. */
export type Alert = {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL?: string
}

type Group = {
  readonly severity: Severity
  readonly namespace: string
  readonly clusters: readonly string[]
  readonly owner: string | null
  open: number
  readonly items: DriftItem[]
  resolved: number
  since: string
}

const MAX_ALERTS = 500
const MAX_NAMED = 5

/**
 * One alert for each severity, namespace and set of clusters that has open items, so that Alertmanager's grouping, routing, inhibition
 * and silences work on them; one for each cluster that could not be compared. Alertmanager forgets what is not sent again: an alert
 * holds for `validMs` after the report (longer than the time between two of them), and what is resolved ends at once.
 */
export function alertmanagerPayload(report: DriftReport, validMs: number): Alert[] {
  const groups = [...groupsOf(report).values()]
  const alerts = [...groups.map((group) => driftAlert(report, group, validMs)), ...readingAlerts(report, validMs)]
  const left = alerts.length - MAX_ALERTS
  return left <= 0 ? alerts : [...alerts.slice(0, MAX_ALERTS), restAlert(report, left, validMs)]
}

function groupsOf(report: DriftReport): Map<string, Group> {
  const groups = new Map<string, Group>()
  const groupOf = (part: Pick<Group, 'severity' | 'namespace' | 'clusters' | 'owner'>): Group => {
    const key = JSON.stringify([part.severity, part.namespace, part.clusters, part.owner])
    const group = groups.get(key) ?? { ...part, open: 0, items: [], resolved: 0, since: report.at }
    groups.set(key, group)
    return group
  }
  const ofItem = ({ severity, ref, clusters, owner }: DriftItem): Group =>
    groupOf({ severity, namespace: ref?.namespace ?? '', clusters, owner })
  for (const { severity, namespace, clusters, owner, count } of report.ongoing) {
    groupOf({ severity, namespace, clusters, owner }).open += count
  }
  for (const item of [...report.fresh, ...report.worsened, ...report.reopened]) {
    const group = ofItem(item)
    group.open += 1
    group.items.push(item)
    if (item.firstSeen < group.since) group.since = item.firstSeen
  }
  for (const item of report.worsened) endFormer(item, groupOf)
  for (const item of report.resolved) ofItem(item).resolved += 1
  return groups
}

/** What worsened leaves the alert of its former severity, which ends if nothing else is in it. */
function endFormer(
  { previousSeverity, ref, clusters, owner }: DriftItem,
  groupOf: (part: Pick<Group, 'severity' | 'namespace' | 'clusters' | 'owner'>) => Group,
): void {
  if (previousSeverity === null) return
  groupOf({ severity: previousSeverity, namespace: ref?.namespace ?? '', clusters, owner }).resolved += 1
}

function driftAlert(report: DriftReport, group: Group, validMs: number): Alert {
  const { severity, namespace, clusters, owner, open, items, resolved } = group
  const named = items
    .slice(0, MAX_NAMED)
    .map(({ ref, path }) => `${ref === null ? '' : displayRef(ref)} ${path}`.trim())
  const left = items.length - named.length
  const description = [...named.map((line) => safeClip(line, 200)), ...(left > 0 ? [`+${left} more`] : [])].join('\n')
  return alertOf(report, {
    labels: {
      alertname: 'FluxDrift',
      severity,
      cluster: nameList(clusters, 100),
      ...(namespace === '' ? {} : { namespace: safeClip(namespace, 100) }),
      ...(owner === null ? {} : { owner: safeClip(owner, 100) }),
    },
    annotations: {
      summary: `${headlineOf(report)}: ${open} open, ${items.length} of them news, ${resolved} resolved`,
      ...(description === '' ? {} : { description }),
    },
    startsAt: group.since,
    endsAt: open === 0 ? report.at : validUntil(report, validMs),
  })
}

function readingAlerts(report: DriftReport, validMs: number): Alert[] {
  const open = report.notCompared.map((entry) => {
    const labels = { alertname: 'FluxClusterNotCompared', severity: 'high', cluster: safeClip(entry.cluster, 100) }
    const annotations = { summary: notComparedLine(entry) }
    return { labels, annotations, startsAt: report.at, endsAt: validUntil(report, validMs) }
  })
  const byCluster = [...Map.groupBy(open, ({ labels }) => labels.cluster).values()].map((alerts) => ({
    ...alerts[0]!,
    annotations: { summary: alerts.map(({ annotations }) => annotations.summary).join('; ') },
  }))
  const lacking = new Set(report.notCompared.map(({ cluster }) => cluster))
  const whole = report.comparedAgain.filter((name) => !lacking.has(name))
  const over = whole.map((name) => ({
    labels: { alertname: 'FluxClusterNotCompared', severity: 'high', cluster: safeClip(name, 100) },
    annotations: { summary: `${safeClip(name, 100)} could be compared again` },
    startsAt: report.at,
    endsAt: report.at,
  }))
  return [...byCluster, ...over].map((alert) => alertOf(report, alert))
}

function restAlert(report: DriftReport, left: number, validMs: number): Alert {
  return alertOf(report, {
    labels: { alertname: 'FluxDriftMore', severity: 'high' },
    annotations: { summary: `${headlineOf(report)}: +${left} more groups of drift than alerts` },
    startsAt: report.at,
    endsAt: validUntil(report, validMs),
  })
}

function alertOf(report: DriftReport, alert: Alert): Alert {
  const comparison = { comparison: safeClip(report.name, 100) }
  const labels = { ...alert.labels, ...comparison }
  const { link } = report
  return { ...alert, labels, ...(link !== null && isWebLink(link) ? { generatorURL: link } : {}) }
}

function validUntil({ at }: DriftReport, validMs: number): string {
  return new Date(Date.parse(at) + validMs).toISOString()
}

/**
 * What Alertmanager would refuse: each problem as a sentence. Source: prometheus.io/docs/alerting/latest/alerts_api and its openapi.yaml
 * (label names, an alert name, times of RFC 3339, an end that is not before the start).
 */
export function validateAlerts(alerts: readonly Alert[]): string[] {
  return alerts.flatMap(({ labels, startsAt, endsAt }, index) => {
    const at = `[${index}]`
    const wrong = Object.entries(labels).filter(([name, value]) => !/^[a-zA-Z_]\w*$/.test(name) || value === '')
    return [
      ...(labels['alertname'] ? [] : [`${at}: has no name`]),
      ...wrong.map(([name]) => `${at}: the label ${name} is not right`),
      ...(Date.parse(startsAt) <= Date.parse(endsAt) ? [] : [`${at}: ends before it starts`]),
    ]
  })
}
