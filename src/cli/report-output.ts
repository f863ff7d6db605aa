import { AppError } from '../model/errors.ts'
import type { DriftReport } from '../model/drift-report.ts'
import { renderDriftHtml } from '../report/drift-report-html.ts'
import { renderDriftMarkdown } from '../report/drift-report-markdown.ts'
import { renderDriftJson, renderDriftText } from '../report/drift-report-text.ts'
import { exactJson } from '../report/exact-json.ts'
import { renderMessagePage } from '../report/message-page.ts'
import { planWords, renderPlannedRoutes, type PlannedRoute } from '../report/planned-route.ts'
import { text, type Flags } from './flags.ts'

export type ReportFormat = 'text' | 'markdown' | 'html' | 'json'

/** `-o`. Throws `input-invalid` where a dry run has no such form. */
export function reportFormatOf(flags: Flags): ReportFormat {
  const format = (text(flags, 'output') ?? 'text') as ReportFormat
  if (format === 'markdown' && flags['dryRun'] === true) {
    throw new AppError('input-invalid', '-o markdown has no meaning with --dry-run', {
      hint: 'Messages are printed as text, json, or drawn as html.',
    })
  }
  return format
}

/** The report alone. */
export function renderReport(report: DriftReport, format: ReportFormat): string {
  const render = { text: renderDriftText, markdown: renderDriftMarkdown, html: renderDriftHtml, json: renderDriftJson }
  return render[format](report)
}

/** A report with what it means for each route. */
export type PlannedReport = { readonly report: DriftReport; readonly routes: readonly PlannedRoute[] }

/** What `--dry-run` prints. */
export function renderPlan({ report, routes }: PlannedReport, format: ReportFormat): string {
  if (format === 'json') return `${exactJson({ report, routes })}\n`
  if (format === 'html') {
    const shown = routes.map((route) => ({ ...route, channel: route.route, why: planWords(route) }))
    return renderMessagePage(report.name, shown)
  }
  const none = routes.length === 0 ? '\nnone: notify of the comparison names no channel' : ''
  return `${renderDriftText(report)}
MESSAGES (dry run: nothing is stored, nothing is sent)${none}${renderPlannedRoutes(routes)}
`
}

/** Those of one channel; null: all. Throws `not-found` where the comparison has no route to it. */
export function routesOf<T extends { readonly channel: string }>(
  name: string,
  routes: readonly T[],
  channel: string | null,
): readonly T[] {
  if (channel === null) return routes
  const found = routes.filter((route) => route.channel === channel)
  if (found.length > 0) return found
  const known = [...new Set(routes.map((route) => route.channel))]
  throw new AppError('not-found', `${name} has no route to a channel ${channel}`, {
    hint: known.length === 0 ? 'Its notify names no channel.' : `It has: ${known.join(', ')}.`,
  })
}

/** 2 where a service would refuse a message: that is a fault of ours, which must not pass unseen. */
export function exitCodeOfPlan(routes: readonly PlannedRoute[]): number {
  return routes.some(({ messages }) => messages.some(({ problems }) => problems.length > 0)) ? 2 : 0
}
