import type { ChannelTarget } from '../model/channel.ts'
import { exactJson } from './exact-json.ts'
import { safeLine, safeText } from './terminal.ts'

/** What a report means for one route: whether and why a message goes, and which. The machine form of `report --dry-run -o json`. */
export type PlannedRoute = {
  /** Name of the channel; `#2` and so on for further routes to it. */
  readonly route: string
  readonly channel: string
  readonly kind: ChannelTarget<unknown>['kind']
  readonly do: 'send' | 'postpone' | 'silent'
  readonly why: keyof typeof WHY
  /** Of what is postponed: until when (RFC 3339, UTC). */
  readonly until: string | null
  /** Of what is postponed: what would go now. */
  readonly messages: readonly PlannedMessage[]
}

/** As `driftMessage` makes it. `part` tells the messages of one route apart. */
export type PlannedMessage = {
  readonly part: string
  readonly payload: unknown
  readonly problems: readonly string[]
}

const WHY = {
  change: 'something changed',
  always: 'it wants every report',
  reminder: 'what is still open is told again',
  'quiet-hours': 'quiet hours',
  grouping: 'a message went a short while ago',
  'no-change': 'nothing changed',
  'no-news': 'nothing changed, so that only a route that wants every report gets it',
} as const

/** `message: something changed`, in one line. */
export function planWords({ do: what, why, until }: Pick<PlannedRoute, 'do' | 'why' | 'until'>): string {
  if (what === 'silent') return `no message: ${WHY[why]}`
  return what === 'send' ? `message: ${WHY[why]}` : `message waits until ${until}: ${WHY[why]}`
}

/** Each route with its exact payloads, for a terminal. */
export function renderPlannedRoutes(routes: readonly PlannedRoute[]): string {
  return routes.flatMap((route) => ['', ...routeLines(route)]).join('\n')
}

function routeLines(planned: PlannedRoute): string[] {
  const { route, kind, messages } = planned
  const head = `${safeLine(route)} (${kind})  ${planWords(planned)}`
  return [head, ...messages.flatMap(messageLines)]
}

function messageLines({ part, payload, problems }: PlannedMessage): string[] {
  return [
    ...(part === '' ? [] : [`part ${safeLine(part)}:`]),
    typeof payload === 'string' ? safeText(payload) : exactJson(payload),
    ...problems.map((problem) => `problem: ${safeLine(problem)}`),
  ]
}
