import { SEVERITIES, type Severity } from '../model/comparison.ts'
import { countOngoing, isAtLeast, sumCounts, type DriftReport } from '../model/drift-report.ts'
import { mergeDriftReports } from './merge-drift-reports.ts'
import { narrowReport, splitReport, type MessagePart, type NotifyRoute } from './notify-route.ts'
import { quietUntil, type QuietHours } from './quiet-hours.ts'

/** What is remembered of one route of one comparison. */
export type RouteState = {
  /** Milliseconds since the epoch; null: nothing was ever sent. */
  readonly lastSentAt: number | null
  /** What was postponed, merged; null: nothing waits. */
  readonly waiting: DriftReport | null
}

export type Decision =
  | {
      readonly do: 'send'
      readonly why: 'change' | 'always' | 'reminder'
      readonly parts: readonly MessagePart[]
    }
  /** To be decided again at `until` (ms), with `waiting` kept until then. */
  | {
      readonly do: 'postpone'
      readonly why: 'quiet-hours' | 'grouping'
      readonly until: number
      readonly waiting: DriftReport
    }
  | { readonly do: 'silent'; readonly why: 'no-change' }

/** Whether there is something that the report before did not say. */
export function isNews(report: DriftReport): boolean {
  const { fresh, worsened, reopened, resolved, notCompared, comparedAgain } = report
  const items = fresh.length + worsened.length + reopened.length + resolved.length
  return items > 0 || comparedAgain.length > 0 || notCompared.some((entry) => entry.fresh)
}

/**
 * Whether, when and as how many messages a report goes to a route. `report` null: nothing new came, and what waits may be due. Quiet
 * hours and grouping postpone and merge; they never drop.
 */
export function decideMessages(
  report: DriftReport | null,
  route: NotifyRoute,
  state: RouteState,
  now: number,
): Decision {
  const own = report === null ? null : narrowReport(report, route)
  const whole = state.waiting !== null && own !== null ? mergeDriftReports(state.waiting, own) : (own ?? state.waiting)
  const why = whole === null ? null : reasonOf(whole, route, state, now)
  if (whole === null || why === null) return { do: 'silent', why: 'no-change' }
  const later = postponement(whole, route, state, now)
  if (later !== null) return { do: 'postpone', ...later, waiting: whole }
  const parts = splitReport(whole, route.groupBy).filter((part) => why !== 'change' || isNews(part.report))
  return { do: 'send', why, parts }
}

/**
 * So much of `repeatInterval` is enough: a report each day comes now and then a second early, and an hour where clocks are set. Waiting for
 * the whole of it would then skip a day.
 */
const REPEATED = 0.95

function reasonOf(report: DriftReport, route: NotifyRoute, state: RouteState, now: number) {
  if (isNews(report)) return 'change' as const
  if (route.when === 'always') return 'always' as const
  const { repeatIntervalMs } = route
  const isDue =
    repeatIntervalMs !== null && state.lastSentAt !== null && now - state.lastSentAt >= REPEATED * repeatIntervalMs
  return isDue && isOpen(report) ? ('reminder' as const) : null
}

function isOpen(report: DriftReport): boolean {
  return sumCounts(countOngoing(report)) > 0 || report.notCompared.length > 0
}

function postponement(report: DriftReport, { quiet, groupIntervalMs }: NotifyRoute, state: RouteState, now: number) {
  const own = isExempt(report, quiet) ? null : quiet
  const grouped = state.lastSentAt === null ? now : Math.max(now, state.lastSentAt + groupIntervalMs)
  const until = quietUntil(grouped, own)
  if (until !== null) return { why: 'quiet-hours' as const, until }
  return grouped > now ? { why: 'grouping' as const, until: grouped } : null
}

function isExempt({ fresh, worsened, reopened }: DriftReport, quiet: QuietHours | null): boolean {
  const from = quiet?.exceptFrom ?? null
  if (from === null) return false
  const worst: Severity | undefined = SEVERITIES.find((severity) =>
    [...fresh, ...worsened, ...reopened].some((item) => item.severity === severity),
  )
  return worst !== undefined && isAtLeast(worst, from)
}
