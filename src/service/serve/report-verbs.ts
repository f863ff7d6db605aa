import type { DriftReport } from '../../model/drift-report.ts'
import { compareText } from '../../model/resource-ref.ts'
import type { Access } from '../access.ts'
import { secretsOf } from '../compare-task.ts'
import { messageId, SHELF_MS } from '../delivery-policy.ts'
import { isNews } from '../notify-policy.ts'
import { narrowReport, splitReport } from '../notify-route.ts'
import type { DeliveryRecord, DisabledChannel, ReportRecord } from '../reports/report-store.ts'
import type { ChannelView, ConfiguredChannel, ReportMessage, ReportVerbs } from '../reports/report-views.ts'
import { keyedRoutes } from '../reports/route-keys.ts'
import type { Page } from '../runs.ts'
import { notFound, requireScope, seesCluster } from './access-rules.ts'
import { nowOf, type ServiceContext } from './service-context.ts'

const NONE = { items: [], next: null }

/** See {@link ReportVerbs}. */
export function reportVerbs(context: ServiceContext): ReportVerbs {
  const { kept } = context
  return {
    listReports: async (access, { name }, page) => {
      if (access.namespaces !== null) return NONE
      const { items, next } = await kept.reportPage({ name, within: access.clusters }, page)
      return { items: items.filter((record) => seesReport(context, access, record)), next }
    },
    report: (access, id) => findReport(context, access, id),
    reportMessages: async (access, id) => messagesOf(context, await findReport(context, access, id)),
    listDeliveries: async (access, filter, page) => {
      if (access.namespaces !== null) return NONE
      return visibleDeliveries(context, access, await kept.deliveryPage(filter, page))
    },
    listChannels: async (access) => {
      const disabled = await kept.disabledChannels()
      return visibleChannels(context, access).map((channel) => viewOf(channel, disabled))
    },
    enableChannel: async (access, name) => {
      requireScope(access, 'admin')
      const channel = visibleChannels(context, access).find((one) => one.name === name)
      if (channel === undefined) throw notFound('channel', name)
      const from = new Date(context.clock.now().getTime() - SHELF_MS).toISOString()
      await context.reporting.enableChannel(name, from, nowOf(context))
      context.reporting.wake()
      return viewOf(channel, await kept.disabledChannels())
    },
  }
}

/** Throws `not-found`, also for a report that the caller must not know of. */
async function findReport(context: ServiceContext, access: Access, id: string): Promise<DriftReport> {
  const record = await context.kept.reportRecord(id)
  const report = record && seesReport(context, access, record) ? await context.kept.reportDocument(id) : null
  if (report === null) throw notFound('report', id)
  return report
}

/** Reports tell what the levels of their time allowed: where less is allowed now, they are not told any more. */
export function seesReport(
  context: ServiceContext,
  access: Access,
  { baseline, targets, secrets }: ReportRecord,
): boolean {
  const clusters = baseline === null ? targets : [baseline, ...targets]
  if (access.namespaces !== null || !clusters.every((cluster) => seesCluster(access, cluster))) return false
  return secrets === 'presence' || secretsOf(clusters, context.clusters()) === 'equality'
}

async function visibleDeliveries(
  context: ServiceContext,
  access: Access,
  { items, next }: Page<DeliveryRecord>,
): Promise<Page<DeliveryRecord>> {
  const seen = new Map<string, boolean>()
  for (const id of new Set(items.map(({ report }) => report))) {
    const record = await context.kept.reportRecord(id)
    seen.set(id, record !== null && seesReport(context, access, record))
  }
  return { items: items.filter(({ report }) => seen.get(report)), next }
}

function messagesOf({ reporting }: ServiceContext, report: DriftReport): readonly ReportMessage[] {
  const channels = new Map(reporting.channels().map((channel) => [channel.name, channel]))
  return keyedRoutes(reporting.context(report.name)?.routes ?? []).flatMap(({ key, route }) => {
    const channel = channels.get(route.channel)
    if (channel === undefined) return []
    return splitReport(narrowReport(report, route), route.groupBy).map((part) => ({
      id: messageId(report.id, key, part.key),
      channel: channel.name,
      form: channel.form,
      part: part.key,
      news: isNews(part.report),
      report: part.report,
    }))
  })
}

/** Channels are of all clusters. */
function visibleChannels({ reporting }: ServiceContext, access: Access): readonly ConfiguredChannel[] {
  if (access.clusters !== null || access.namespaces !== null) return []
  return reporting.channels().toSorted((a, b) => compareText(a.name, b.name))
}

function viewOf({ name, form: { kind } }: ConfiguredChannel, disabled: readonly DisabledChannel[]): ChannelView {
  const found = disabled.find(({ channel }) => channel === name)
  if (found === undefined) return { name, kind, state: 'enabled', since: null, reason: null }
  return { name, kind, state: 'disabled', since: found.since, reason: found.reason }
}
