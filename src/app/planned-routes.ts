import type { Config } from '../config/config.ts'
import { driftMessage } from '../report/drift-report-message.ts'
import type { PlannedMessage, PlannedRoute } from '../report/planned-route.ts'
import type { MessagePart } from '../service/notify-route.ts'
import type { RouteDecision, SavedReport } from '../service/reports/report-store.ts'

/** What a report means for each route of its comparison, with the messages as they would be sent. */
export function plannedRoutes(
  { routes }: Pick<SavedReport, 'routes'>,
  { channels }: Pick<Config, 'channels'>,
): PlannedRoute[] {
  return routes.flatMap(({ route, channel, decision }) => {
    const target = channels.find(({ name }) => name === channel)?.target
    if (target === undefined) return []
    const messages = partsOf(decision).map(({ key, report }): PlannedMessage => ({
      part: key,
      ...driftMessage(target, report),
    }))
    const until = decision.do === 'postpone' ? new Date(decision.until).toISOString() : null
    return [{ route, channel, kind: target.kind, do: decision.do, why: decision.why, until, messages }]
  })
}

function partsOf(decision: RouteDecision['decision']): readonly MessagePart[] {
  if (decision.do === 'send') return decision.parts
  return decision.do === 'postpone' ? [{ key: '', report: decision.waiting }] : []
}
