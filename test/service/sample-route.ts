import type { NotifyRoute } from '../../src/service/notify-route.ts'

/** Everything to the channel `team`, when something changed. */
export function sampleRoute(part: Partial<NotifyRoute> = {}): NotifyRoute {
  return {
    channel: 'team',
    severity: null,
    matchLabels: {},
    namespaces: null,
    owners: null,
    when: 'onChange',
    repeatIntervalMs: null,
    resolved: true,
    groupBy: 'none',
    groupIntervalMs: 0,
    quiet: null,
    ...part,
  }
}
